"""The frame of a dialog that stands above everything else until it has an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from imgui_bundle import ImVec2, imgui

Answer = TypeVar("Answer")


def draw_modal(name: str, first: bool, contents: Callable[[], Answer | None], closed: Answer) -> Answer | None:
    """Draw a dialog in the middle of the window.

    Args:
        name: Title and identity, as "Delete it?###confirm".
        first: Whether it is drawn for the first time, and so has to be opened.
        contents: Draws what is in it; its answer closes the dialog.
        closed: The answer if it was closed from outside.

    Returns:
        The answer, once; None as long as there is none.
    """
    if first:
        imgui.open_popup(name)
    imgui.set_next_window_pos(imgui.get_main_viewport().get_center(), imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    flags = imgui.WindowFlags_.always_auto_resize | imgui.WindowFlags_.no_saved_settings
    if not imgui.begin_popup_modal(name, None, flags)[0]:
        return closed
    answer = contents()
    if answer is not None:
        imgui.close_current_popup()
    imgui.end_popup()
    return answer
