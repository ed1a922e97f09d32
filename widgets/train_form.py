"""The form of the Train panel: what the next run learns from, with which settings, and where it is kept."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import imgui

from widgets import preset_form
from widgets.common import button, coloured, icon_button, icons, path_input, sentence, text_colour
from widgets.setting_rows import begin_row, draw_beside, draw_note
from widgets.setting_view import EstimateView, SettingsView
from widgets.settings_form import SettingsForm
from widgets.train_view import Browse, CancelMeasure, FormIntent, FormView, LookAtData, Measure, StartRun, TrainForm

DATA_NAMES = {"shapes": "Built-in shapes", "own": "Own zip or folder"}


class NewRunForm:
    """Draws the form; keeps what of it is open."""

    def __init__(self) -> None:
        self._settings = SettingsForm()

    def draw(self, form: TrainForm, view: FormView, waiting: str) -> tuple[TrainForm, list[FormIntent]]:
        """Draw the form.

        Args:
            form: As it is filled in.
            view: What is known of it.
            waiting: What is being done right now, which must end before the next start; empty otherwise.

        Returns:
            The form as it is now filled in, and what was asked for.
        """
        intents: list[FormIntent] = []
        form, asked = preset_form.draw(form, view)
        intents += asked
        form = _data(form, view, intents)
        form = _name(form, view)
        form = _runs(form, view, intents)
        _estimate(view.estimate, intents)
        imgui.spacing()
        revealed = _advice(view.settings)
        if revealed:
            self._settings.reveal(revealed)
        label = waiting or f"{icons.ICON_FA_PLAY}  Start training"
        if button(f"{label}###start", view.can_start and not waiting, "", -1, primary=True):
            intents.append(StartRun(form))
        if view.blocked != view.settings.blocked and not waiting:  # what is wrong with settings stands above
            coloured(view.blocked, "quiet")
        imgui.spacing()
        return self._settings.draw(form, view.settings), intents


def _name(form: TrainForm, view: FormView) -> TrainForm:
    begin_row("Name", "Part of the name of the run's folder; without one it is the preset's")
    default = view.preset.run_name if view.preset is not None else ""
    changed, name = imgui.input_text_with_hint("##name", default, form.name)
    if changed:
        form = replace(form, name=name.strip())
    draw_note(view.name)
    return form


def _runs(form: TrainForm, view: FormView, intents: list[FormIntent]) -> TrainForm:
    begin_row("Runs in", form.runs_dir or "Folder in which runs are kept", tail=1)
    form = replace(form, runs_dir=path_input("##runs", "folder", form.runs_dir))
    if icon_button(icons.ICON_FA_FOLDER_OPEN, "browse runs", "Choose the folder for runs"):
        intents.append(Browse("runs"))
    draw_note(view.folder)
    return form


def _estimate(view: EstimateView, intents: list[FormIntent]) -> None:
    """Memory and time, and the button that measures them."""
    begin_row("Estimate", "Memory and time that these settings need, measured by a few steps")
    width = imgui.calc_item_width()
    if view.progress:
        if button(f"{icons.ICON_FA_XMARK}  Cancel###cancel measure", width=width):
            intents.append(CancelMeasure())
        draw_beside(f"{sentence(view.progress)}…", "busy")
        return
    hint = "Measure with a few steps, in a process of their own; takes half a minute or more"
    if button(f"{icons.ICON_FA_STOPWATCH}  Measure###measure", view.ready, hint, width):
        intents.append(Measure())
    if view.problem:
        draw_beside(sentence(view.problem), "error")
    elif not view.text:
        draw_beside("Memory and time were not measured yet.", "quiet")
    else:
        draw_beside(view.text, "quiet" if view.stale else None)
        draw_beside("With other settings: measure again." if view.stale else view.remark, "quiet")


def _advice(view: SettingsView) -> str:
    """What is to be thought about before the start.  Returns the setting that was asked for, or nothing."""
    for note in view.others:
        coloured(note.text, "error" if note.kind == "bad" else "warning")
    asked = ""
    for name, notes in view.notes.items():
        bad = any(note.kind == "bad" for note in notes)
        if not bad and not any(note.kind == "warning" for note in notes):
            continue
        with text_colour("error" if bad else "warning"):
            imgui.text(icons.ICON_FA_TRIANGLE_EXCLAMATION)
        imgui.same_line()
        if imgui.text_link(f"{view.label(name)}###show {name}"):
            asked = name
        imgui.set_item_tooltip("\n".join(note.text for note in notes))
        imgui.same_line()
        with text_colour("quiet"):
            imgui.text("cannot be used" if bad else "may not be what you want")
    return asked


def _data(form: TrainForm, view: FormView, intents: list[FormIntent]) -> TrainForm:
    begin_row("Data", "Pictures with the poses of their cameras", tail=1)
    if imgui.begin_combo("##data", DATA_NAMES[form.choice]):
        for choice in ("shapes", "own"):
            if imgui.selectable(DATA_NAMES[choice], choice == form.choice)[0]:
                form = replace(form, choice=choice)
        imgui.end_combo()
    if icon_button(icons.ICON_FA_MAGNIFYING_GLASS, "look at data", "Look at the data, or make a data set: panel Data"):
        intents.append(LookAtData())
    if form.choice == "own":
        begin_row("Path", "A zip or folder with a dataset.json", tail=2)
        form = replace(form, data_path=path_input("##path", "zip or folder", form.data_path))
        if icon_button(icons.ICON_FA_FILE_ZIPPER, "browse zip", "Choose a zip"):
            intents.append(Browse("zip"))
        if icon_button(icons.ICON_FA_FOLDER_OPEN, "browse folder", "Choose a folder"):
            intents.append(Browse("folder"))
    draw_note(view.data)
    return form
