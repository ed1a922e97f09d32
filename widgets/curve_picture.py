"""A picture of curves to keep: plots drawn once more, where no other window, note or mouse pointer covers them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from widgets.common import em, text_colour
from widgets.curve_groups import Group
from widgets.curve_plot import CurvePlots, Frame

WINDOW = "##picture of curves"
# Axes follow the lines of the frame before, and numbers beside them need room.
SETTLE_FRAMES = 4
PLOT_WIDTH, PLOT_HEIGHT, LOWEST_PLOT = 26.0, 17.0, 8.0
MARGIN = 1.2


class CurvePicture:
    """Draws the plots into a window of their own behind all others, until they have settled."""

    def __init__(self) -> None:
        self._left = 0

    def ask(self) -> None:
        """A picture is wanted."""
        self._left = SETTLE_FRAMES

    def draw(self, plots: CurvePlots, groups: Sequence[Group], frame: Frame) -> bool:
        """Draw, if a picture is wanted.  Returns whether it is to be taken of this frame."""
        if not self._left:
            return False
        self._left -= 1
        screen = imgui.get_main_viewport()
        columns, size = arrange(len(groups), (screen.size.x / em(), screen.size.y / em()))
        size = ImVec2(em(size[0]), em(size[1]))
        spacing = imgui.get_style().item_spacing
        rows = -(-len(groups) // columns)
        title = imgui.get_text_line_height_with_spacing()
        imgui.set_next_window_pos(screen.pos)
        whole = ImVec2(
            columns * (size.x + spacing.x) + em(2 * MARGIN), title + rows * (size.y + spacing.y) + em(2 * MARGIN)
        )
        imgui.set_next_window_size(whole)
        flags = imgui.WindowFlags_
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(em(MARGIN), em(MARGIN)))
        imgui.push_style_var(imgui.StyleVar_.window_rounding, 0.0)
        imgui.begin(
            WINDOW,
            None,
            flags.no_decoration
            | flags.no_inputs
            | flags.no_nav
            | flags.no_docking
            | flags.no_saved_settings
            | flags.no_focus_on_appearing
            | flags.no_bring_to_front_on_focus,
        )
        imgui.pop_style_var(2)
        setup, frame = frame.setup, replace(frame, photo=True)
        with text_colour("quiet"):
            imgui.text(frame.view.run + (f", smoothing {setup.smoothing:.3g}" if setup.smoothing else ""))
        for index, group in enumerate(groups):
            if index % columns:
                imgui.same_line()
            plots.draw(group, frame, size)
        imgui.end()
        return self._left == 0


def arrange(count: int, room: tuple[float, float]) -> tuple[int, tuple[float, float]]:
    """How many plots stand in a row, and the size of each.

    Args:
        count: Of plots, at least 1.
        room: Width and height of what can be drawn, font sizes.

    Returns:
        Plots in a row, and their width and height, font sizes.  All fit, down to a lowest height.
    """
    width, height = room[0] - 2 * MARGIN, room[1] - 2 * MARGIN - 2
    columns = max(1, min(math.ceil(math.sqrt(count)), int(width / (PLOT_WIDTH + 1))))
    while columns < count and height / -(-count // columns) - 1 < LOWEST_PLOT:
        columns += 1
    rows = -(-count // columns)
    return columns, (min(width / columns - 1, PLOT_WIDTH), max(min(height / rows - 1, PLOT_HEIGHT), 1.0))
