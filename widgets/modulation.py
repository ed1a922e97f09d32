"""The Modulation panel: how D scales its filters with the patch scale, layer by layer (EpiGRAF, Section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.choices import choose, flow
from widgets.colour_bar import colour_bar
from widgets.common import coloured, em, empty_state, icon_button, icons, text_colour
from widgets.modulation_map import Order, Range, colour_range, drawn_rows, filter_order
from widgets.scale_words import number
from widgets.tick_views import ModulationMode, ModulationView

MIN_HEIGHT = 7.5
BAR_WIDTH = 4.2
ORDERS: dict[Order, str] = {"filter": "filters by number", "mean": "filters by mean σ", "change": "filters by change"}
RANGES: dict[Range, str] = {"layer": "colours: this layer", "all": "colours: all layers", "full": "colours: 0 to 2"}
MODES: dict[ModulationMode, str] = {
    "input": "σ scales the inputs of this convolution",
    "output": "σ scales the outputs of this convolution",
}
PLOT_FLAGS = (
    implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title | implot.Flags_.no_legend
    | implot.Flags_.no_mouse_text
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """What is under the mouse.

    Attributes:
        layer: Name of the layer.
        filter: Its filter, counted as in the network, however the rows are sorted.
        scale: Patch scale.
        sigma: Modulation of this filter at this scale.
    """

    layer: str
    filter: int
    scale: float
    sigma: float


class ModulationPanel:
    """Draws one layer's sigma as a picture: patch scale to the right, filters downwards.

    Attributes:
        hover: What is under the mouse, if anything is.
    """

    def __init__(self) -> None:
        self.hover: Cell | None = None
        self._layer = ""
        self._order: Order = "filter"
        self._range: Range = "layer"
        self._step = 1  # of so many rows one is drawn, for want of pixels

    def draw(self, view: ModulationView) -> None:
        """Draw the panel."""
        self.hover = None
        if not view.layers:
            _nothing(view)
            return
        names = list(view.layers)
        if self._layer not in names:
            self._layer, self._step = names[0], 1
        self._choose_layer(names)
        self._choose_look()
        sigma = view.layers[self._layer]
        if view.problem:
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {view.problem}", "warning")
        caption = self._caption(view, sigma.shape[1])
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        caption_height = imgui.calc_text_size(caption, False, room.x).y + spacing.y
        size = ImVec2(room.x - em(BAR_WIDTH) - spacing.x, max(room.y - caption_height, em(MIN_HEIGHT)))
        colours = colour_range(view.layers, self._layer, self._range)
        implot.push_colormap(implot.Colormap_.viridis.value)
        top = imgui.get_cursor_pos_y()
        padding, height = self._map(view.scales, sigma, colours, size)
        imgui.same_line()
        imgui.set_cursor_pos_y(top + padding)
        colour_bar(*colours, ImVec2(em(BAR_WIDTH), height))
        implot.pop_colormap()
        imgui.set_cursor_pos_y(top + size.y + spacing.y)
        with text_colour("quiet"):
            imgui.text_wrapped(caption)

    def _choose_layer(self, names: list[str]) -> None:
        tip = "Modulated layer, in the order of the forward pass"
        index = names.index(choose("layer", self._layer, {name: name for name in names}, 8, tip))
        last = len(names) - 1
        if icon_button(icons.ICON_FA_CHEVRON_LEFT, "previous layer", "Previous layer (left arrow)", index > 0):
            index -= 1
        if icon_button(icons.ICON_FA_CHEVRON_RIGHT, "next layer", "Next layer (right arrow)", index < last):
            index += 1
        if imgui.is_window_hovered() and not imgui.get_io().want_text_input:
            index += imgui.is_key_pressed(imgui.Key.right_arrow) - imgui.is_key_pressed(imgui.Key.left_arrow)
        self._layer = names[min(max(index, 0), last)]

    def _choose_look(self) -> None:
        flow(10)
        tip = "Which σ the first and the last colour stand for; a σ of 1 changes nothing"
        self._range = choose("range", self._range, RANGES, 10, tip)
        flow(10)
        tip = "Order of the rows: by change, what grows most with s comes first and what shrinks most comes last"
        self._order = choose("order", self._order, ORDERS, 10, tip)

    def _caption(self, view: ModulationView, filters: int) -> str:
        words = f"{filters} filters, tick {view.tick} at {number(view.kimg)} kimg, centred patches"
        if view.mode is not None:
            words = f"{MODES[view.mode]}; {words}"
        return words if self._step == 1 else f"{words}; 1 row in {self._step} is drawn, the wheel zooms in"

    def _map(
        self, scales: np.ndarray, sigma: np.ndarray, colours: tuple[float, float], size: ImVec2
    ) -> tuple[float, float]:
        """Draw the picture.  Returns where it begins below the top, and its height, pixels."""
        order, half = filter_order(sigma, self._order), (scales[1] - scales[0]) / 2
        top = imgui.get_cursor_screen_pos().y
        # Layers have different numbers of filters: each keeps its zoom.
        if not implot.begin_plot(f"##{self._layer}", size, PLOT_FLAGS):
            return 0.0, size.y
        self._axes(scales[0] - half, scales[-1] + half, len(order))
        limits, height = implot.get_plot_limits().y, implot.get_plot_size().y
        above = implot.get_plot_pos().y - top
        rows = drawn_rows(len(order), limits.max - limits.min, height)
        self._step = int(rows[1] - rows[0]) if len(rows) > 1 else 1
        low = implot.Point(scales[0] - half, -0.5)
        high = implot.Point(scales[-1] + half, len(rows) * self._step - 0.5)
        picture = np.ascontiguousarray(sigma.T[order[rows]][::-1])  # the last row is drawn at the lowest y
        implot.plot_heatmap("##sigma", picture, *colours, "", low, high)
        if implot.is_plot_hovered():
            self._say(scales, sigma, order)
        implot.end_plot()
        return above, height

    def _axes(self, left: float, right: float, count: int) -> None:
        across = implot.AxisFlags_.lock | implot.AxisFlags_.no_grid_lines
        down = implot.AxisFlags_.invert | implot.AxisFlags_.no_grid_lines
        implot.setup_axes("patch scale s", "filter" if self._order == "filter" else "rank", across, down)
        implot.setup_axis_limits(implot.ImAxis_.x1, left, right, implot.Cond_.always)
        implot.setup_axis_limits(implot.ImAxis_.y1, -0.5, count - 0.5)
        implot.setup_axis_limits_constraints(implot.ImAxis_.y1, -0.5, count - 0.5)
        implot.setup_finish()

    def _say(self, scales: np.ndarray, sigma: np.ndarray, order: np.ndarray) -> None:
        mouse = implot.get_plot_mouse_pos()
        rank = min(max(round(mouse.y), 0), len(order) - 1) // self._step * self._step
        column = int(np.argmin(np.abs(scales - mouse.x)))
        cell = Cell(self._layer, int(order[rank]), float(scales[column]), float(sigma[column, order[rank]]))
        place = "" if self._order == "filter" else f", rank {rank}"
        imgui.set_tooltip(f"{cell.layer}, filter {cell.filter}{place}\ns {cell.scale:.3f}\nσ {cell.sigma:.3f}")
        self.hover = cell


def _nothing(view: ModulationView) -> None:
    if not view.run:
        hint = "Start a training in Train, or choose a run there: see how its discriminator tells scales apart."
        empty_state(icons.ICON_FA_TABLE_CELLS, "No modulation yet", hint)
    elif view.tick is not None:
        hint = "Its filters are not told which scale and place of the image they see, so there is no σ to show."
        empty_state(icons.ICON_FA_TABLE_CELLS, "This discriminator has no modulation", hint)
    elif view.problem:
        empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "The modulation cannot be read", view.problem)
    else:
        hint = "σ is measured at the end of each tick of the training."
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first tick", hint)
