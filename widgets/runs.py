"""The Runs panel: all runs of the folder in a table, and what can be done with the one that is chosen."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import imgui

from widgets import run_buttons
from widgets.common import (
    button,
    coloured,
    em,
    empty_state,
    error_box,
    icon_button,
    icon_width,
    icons,
    sentence,
    text_colour,
)
from widgets.run_table import RunTable
from widgets.run_words import progress_line, state_words, trouble
from widgets.runs_view import AskDelete, AskEnd, AttachRun, ResumeRun, RunItem, RunsView
from widgets.train_run import end_button
from widgets.train_view import Browse, DismissProblem, Intent


class RunsPanel:
    """Draws the panel; keeps its filter, order and choice."""

    def __init__(self) -> None:
        self._filter = ""
        self._chosen: Path | None = None
        self._attached: Path | None = None
        self._table = RunTable()

    @property
    def listed(self) -> tuple[RunItem, ...]:
        """The runs in the order of the table, as they were drawn last."""
        return self._table.rows

    def draw(self, view: RunsView) -> tuple[Intent, ...]:
        """Draw the panel.  Returns what was asked for."""
        intents: list[Intent] = []
        if view.trouble is not None and error_box("runs", view.trouble.message, view.trouble.detail) == "dismiss":
            intents.append(DismissProblem())
        if view.problem:
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {sentence(view.problem)}", "error")
        if view.runs:
            self._draw_runs(view, intents)
        else:
            _draw_nothing(view, intents)
        return tuple(intents)

    def _draw_runs(self, view: RunsView, intents: list[Intent]) -> None:
        self._draw_filter(intents)
        words, runs = self._filter.lower().split(), view.runs
        if words:
            runs = tuple(item for item in runs if all(word in _text(item) for word in words))
        if not runs:
            with text_colour("quiet"):
                imgui.text_wrapped(f"None of the {len(view.runs)} runs matches “{self._filter}”.")
            return
        chosen = self._choice(view, runs)
        intents += run_buttons.draw(chosen, view)
        details = _details_height(chosen, view.work)
        panel = imgui.FocusedFlags_.root_and_child_windows
        keys = imgui.is_window_focused(panel) and not imgui.is_any_item_active()
        room = max(imgui.get_content_region_avail().y - details, em(5))
        result = self._table.draw(runs, view, chosen.path, room, keys)
        if result.pointed is not None:
            self._chosen = result.pointed
        intents += result.intents
        if result.attach is not None:
            self._chosen = result.attach
            intents.append(AttachRun(result.attach))
        if keys and imgui.is_key_pressed(imgui.Key.delete, False) and not chosen.view.active:
            intents.append(AskDelete(chosen.path))
        _draw_details(chosen, view.work, intents)

    def _choice(self, view: RunsView, runs: tuple[RunItem, ...]) -> RunItem:
        """What the buttons are about: what somebody pointed at last, or else the run that is shown, or the newest.

        There is always one, so that no row moves away under the mouse when the buttons appear; and it is always one
        that can be seen.
        """
        if view.attached != self._attached:  # also by somebody else: what has just been started is meant
            self._attached = self._chosen = view.attached
        by_path = {item.path: item for item in runs}
        for path in (self._chosen, view.attached):
            if path in by_path:
                return by_path[path]
        return runs[0]

    def _draw_filter(self, intents: list[Intent]) -> None:
        imgui.set_next_item_width(-icon_width() - imgui.get_style().item_inner_spacing.x)
        _, self._filter = imgui.input_text_with_hint("##filter", f"{icons.ICON_FA_FILTER}  Filter", self._filter)
        imgui.set_item_tooltip("Words that the name, state, preset or machine of a run must contain")
        if icon_button(icons.ICON_FA_FOLDER_OPEN, "open run", "Open the folder of a run from elsewhere"):
            intents.append(Browse("open folder"))


def _text(item: RunItem) -> str:
    """What the filter looks through."""
    host = item.view.status.host if item.view.status is not None else ""
    return f"{item.name} {state_words(item)[0]} {item.preset} {host}".lower()


def _draw_nothing(view: RunsView, intents: list[Intent]) -> None:
    """Why there are no runs to show, and what to do."""
    if view.problem or not view.folder:
        empty_state(icons.ICON_FA_FOLDER, "No runs to show", "Choose a folder for runs that can be read, in Train.")
    elif not view.listed:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Reading the runs…", view.folder)
    else:
        hint = f"Start one in Train, or open the folder of one from elsewhere.\nThey are kept in {view.folder}"
        empty_state(icons.ICON_FA_LIST_UL, "No runs yet", hint)
    imgui.spacing()
    text = f"{icons.ICON_FA_FOLDER_OPEN}  Open run folder…###open run"
    width = imgui.calc_text_size(text, True).x + 2 * imgui.get_style().frame_padding.x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max((imgui.get_content_region_avail().x - width) / 2, 0))
    if button(text, tooltip="Show a run that lies outside the folder for runs"):
        intents.append(Browse("open folder"))


def _details_height(item: RunItem, work: str) -> float:
    """Pixels that the details of a run need below the table."""
    width, gap = imgui.get_content_region_avail().x, imgui.get_style().item_spacing.y
    texts = [_summary(item), *([sentence(trouble(item))] if trouble(item) else []), *([work] if work else [])]
    height = gap + sum(imgui.calc_text_size(text, False, width).y + gap for text in texts)
    if item.view.can_end or _can_go_on(item):
        height += imgui.get_frame_height_with_spacing()
    return height


def _summary(item: RunItem) -> str:
    return f"{item.number or item.name}: {progress_line(item)}"


def _can_go_on(item: RunItem) -> bool:
    """Whether resuming is the way out of what is the matter with a run."""
    return item.can_resume and item.view.state in ("dead", "failed")


def _draw_details(item: RunItem, work: str, intents: list[Intent]) -> None:
    """Where the chosen run stands, what is the matter with it, and the way out."""
    with text_colour("quiet"):
        imgui.text_wrapped(_summary(item))
    if trouble(item):
        coloured(sentence(trouble(item)), state_words(item)[1])
    if end_button(item, "end details"):
        intents.append(AskEnd(item.path))
    elif _can_go_on(item) and button(
        f"{icons.ICON_FA_PLAY}  Resume###resume details", tooltip="Start a trainer that goes on"
    ):
        intents.append(ResumeRun(item.path))
    if work:
        coloured(work, "busy")
