"""A plot's title and its legend on one line above it, where they cover nothing."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec4, imgui

from widgets.common import em


def plot_heading(title: str, legend: Sequence[tuple[str, ImVec4]], width: float, start: float | None = None) -> None:
    """Draw them; what has no room in `width` pixels is left out.

    Args:
        title: Of the plot.
        legend: Names of lines, with their colours.
        width: Of the plot, pixels.
        start: Where the line begins, pixels from the panel's left edge; none: where the cursor is.
    """
    if start is not None:
        imgui.set_cursor_pos_x(start)
    room = width - imgui.calc_text_size(title).x
    imgui.text(title)
    for index, (label, colour) in enumerate(legend):
        gap = em(0.6 if index else 0.9)
        room -= gap + imgui.calc_text_size(label).x
        if room < 0:
            return
        imgui.same_line(0, gap)
        imgui.text_colored(colour, label)
