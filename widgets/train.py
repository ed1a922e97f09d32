"""The Train panel: steer the run that is shown, and start another one."""

from __future__ import annotations

from imgui_bundle import imgui

from widgets import steering_form, train_run
from widgets.common import em, error_box, text_colour
from widgets.runs_view import AttachRun
from widgets.setting_rows import begin_row
from widgets.train_form import NewRunForm
from widgets.train_run import state_words
from widgets.train_view import DismissProblem, Intent, TrainForm, TrainView


class TrainPanel:
    """Draws the panel; keeps what of the form is open."""

    def __init__(self) -> None:
        self._form = NewRunForm()

    def draw(self, form: TrainForm, view: TrainView) -> tuple[TrainForm, tuple[Intent, ...]]:
        """Draw the panel.  Returns the form as it is now filled in, and what was asked for."""
        intents: list[Intent] = []
        if view.problem is not None and error_box("train", view.problem.message, view.problem.detail) == "dismiss":
            intents.append(DismissProblem())
        _choose_run(view, intents)
        if view.attached is not None:
            intents += train_run.draw(view.attached, view.follow, view.warning)
            intents += steering_form.draw(view.steering)
        imgui.spacing()
        flags = imgui.TreeNodeFlags_.default_open if view.attached is None else imgui.TreeNodeFlags_.none
        # Another identity when a run is shown, so that the form opens and closes with it.
        if imgui.collapsing_header(f"New run###{'form beside a run' if view.attached else 'form'}", flags):
            form, asked = self._form.draw(form, view.form, view.waiting)
            intents += asked
        return form, tuple(intents)


def _choose_run(view: TrainView, intents: list[Intent]) -> None:
    begin_row("Run", "The run that Curves, Samples and Log show")
    name = view.attached.name if view.attached else "none"
    if not imgui.begin_combo("##run", name):
        return
    if imgui.selectable("none", view.attached is None)[0]:
        intents.append(AttachRun(None))
    for item in view.runs:
        word, tone = state_words(item)
        chosen = view.attached is not None and item.path == view.attached.path
        if imgui.selectable(item.name, chosen)[0]:
            intents.append(AttachRun(item.path))
        imgui.set_item_tooltip(str(item.path))
        imgui.same_line(max(em(14), imgui.calc_text_size(item.name).x + em(2)))
        with text_colour(tone):
            imgui.text(word)
    imgui.end_combo()
