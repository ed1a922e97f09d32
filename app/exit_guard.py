"""Asks before the window closes while a training goes on: most people expect it to end, and it does not."""

from __future__ import annotations

from typing import Literal

from imgui_bundle import ImVec2, imgui

from widgets.common import button, em
from widgets.modal import draw_modal
from widgets.runs_view import RunItem

Answer = Literal["close", "stop", "stay"]
NAME = "###leave"
WIDTH = 30.0


class ExitGuard:
    """Holds the window open until somebody has said what becomes of the training.

    Args:
        ask: Whether to ask at all; changes when somebody does not want to be asked again.
    """

    def __init__(self, ask: bool) -> None:
        self.ask = ask
        self._run: RunItem | None = None
        self._opened = False

    def may_close(self, run: RunItem | None) -> bool:
        """Called when the window is asked to close, outside of any frame.  False keeps it open, and asks."""
        if not self.ask or run is None or not run.view.active:
            return True
        if self._run is None:
            self._run, self._opened = run, False
        return False

    def draw(self) -> Answer | None:
        """Draw the question, if there is one.  Returns the answer, once."""
        if self._run is None:
            return None
        first, self._opened = not self._opened, True
        answer = draw_modal(f"{self._run.name} goes on training{NAME}", first, self._contents, closed="stay")
        if answer is not None:
            self._run = None
        return answer

    def _contents(self) -> Answer | None:
        imgui.push_text_wrap_pos(em(WIDTH))
        imgui.text(
            "Closing the window does not end it: the trainer is a process of its own, and the next window finds it "
            "again. Stopping saves a snapshot; Resume goes on later."
        )
        imgui.pop_text_wrap_pos()
        imgui.dummy(ImVec2(em(WIDTH), em(0.2)))
        changed, never = imgui.checkbox("Do not ask again", not self.ask)
        if changed:
            self.ask = not never
        imgui.dummy(ImVec2(0, em(0.2)))
        if button(f"Let it train{NAME} close", primary=True):
            return "close"
        imgui.same_line()
        if button(f"Stop it and close{NAME} stop"):
            return "stop"
        imgui.same_line()
        if button(f"Stay{NAME} stay") or imgui.is_key_pressed(imgui.Key.escape, False):
            return "stay"
        return None
