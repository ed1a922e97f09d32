"""Below the table: the run that was pointed at, what is the matter with it, and what can be done."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from app.board.control import Control
from app.board.runs import BoardRun
from app.board.state import BoardState
from app.board_window import tags
from app.board_window.look import rgba, tone

NOBODY = "Click the name of a run: its curves are drawn bold, and it can be controlled here."
FOREIGN = "Another program's run: it can be watched here, and is controlled where it was started."


class RunBar:
    """Buttons about one run, and about which runs are shown.

    Args:
        state: The board.
        control: Does what is asked for.
    """

    def __init__(self, state: BoardState, control: Control) -> None:
        self._state, self._control = state, control

    def build(self) -> None:
        """Make the items."""
        with dpg.group(horizontal=True):
            dpg.add_button(label="Show all", tag=tags.SHOW_ALL, callback=lambda: self._show(True))
            dpg.add_button(label="Hide all", tag=tags.SHOW_NONE, callback=lambda: self._show(False))
            dpg.add_spacer(width=12)
            dpg.add_button(label="Pause", tag=tags.PAUSE, width=66, callback=self._pause)
            dpg.add_button(label="Stop", tag=tags.STOP, callback=lambda: self._send("stop"))
            dpg.add_button(label="Open in Studio", tag=tags.STUDIO, callback=self._open)
            dpg.add_text("", tag=tags.POINTED_NAME)
        dpg.add_text("", tag=tags.POINTED_NOTE, wrap=0, show=False)

    def update(self) -> None:
        """Show what has changed."""
        run, theme = self._state.pointed_run, self._state.settings.theme
        offered = run.offered if run is not None else frozenset()
        dpg.configure_item(tags.PAUSE, label="Resume" if "resume" in offered else "Pause")
        _enable(tags.PAUSE, bool({"pause", "resume"} & offered))
        _enable(tags.STOP, "stop" in offered)
        _enable(tags.STUDIO, run is not None and run.found.kind == "studio")
        dpg.set_value(tags.POINTED_NAME, run.name if run is not None else NOBODY)
        colour = rgba(self._state.colour(run.path)) if run is not None else tone(theme, "quiet")
        dpg.configure_item(tags.POINTED_NAME, color=colour)
        note, bad = self._note(run), run is not None and bool(run.problem)
        dpg.set_value(tags.POINTED_NOTE, note)
        dpg.configure_item(tags.POINTED_NOTE, color=tone(theme, "error" if bad else "quiet"), show=bool(note))

    def _note(self, run: BoardRun | None) -> str:
        if run is None:
            return ""
        return run.problem or run.message or ("" if run.found.kind == "studio" else FOREIGN)

    def _pause(self) -> None:
        run = self._state.pointed_run
        self._send("resume" if run is not None and "resume" in run.offered else "pause")

    def _send(self, command: str) -> None:
        run = self._state.pointed_run
        if run is not None and command in run.offered:
            self._control.send(run.path, command)  # type: ignore[arg-type]

    def _open(self) -> None:
        run = self._state.pointed_run
        if run is not None and run.found.kind == "studio":
            self._control.open_studio(run.path)

    def _show(self, shown: bool) -> None:
        self._state.show([row.run for row in self._state.table.rows], shown)


def _enable(tag: str, enabled: bool) -> None:
    dpg.configure_item(tag, enabled=enabled)
