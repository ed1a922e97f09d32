"""The Modulation panel: how D scales its filters with the patch scale, layer by layer (EpiGRAF, Section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.choices import choose, flow
from widgets.common import coloured, em, empty_state, icon_button, icons, text_colour
from widgets.modulation_map import Order, Range, colour_range, filter_order, thinned
from widgets.scale_words import number
from widgets.tick_views import ModulationMode, ModulationView

MIN_HEIGHT = 9.0
BAR_WIDTH = 4.6
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

    def draw(self, view: ModulationView) -> None:
        """Draw the panel."""
        self.hover = None
        if not view.layers:
            _nothing(view)
            return
        names = list(view.layers)
        if self._layer not in names:
            self._layer = names[0]
        self._choose_layer(names)
        self._choose_look()
        sigma = view.layers[self._layer]
        _caption(view, sigma.shape[1])
        if view.problem:
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {view.problem}", "warning")
        low, high = colour_range(view.layers, self._layer, self._range)
        room = imgui.get_content_region_avail()
        height = max(room.y, em(MIN_HEIGHT))
        implot.push_colormap(implot.Colormap_.viridis.value)
        width = room.x - em(BAR_WIDTH) - imgui.get_style().item_spacing.x
        self._map(view.scales, sigma, (low, high), ImVec2(width, height))
        imgui.same_line()
        digits = "%.1f" if high - low >= 1 else "%.2f" if high - low >= 0.1 else "%.3f"
        implot.colormap_scale("##bar", low, high, ImVec2(em(BAR_WIDTH), height), digits)
        implot.pop_colormap()

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
        tip = "Order of the rows, the largest first when sorted; change is the largest minus the smallest σ over s"
        self._order = choose("order", self._order, ORDERS, 10, tip)

    def _map(self, scales: np.ndarray, sigma: np.ndarray, colours: tuple[float, float], size: ImVec2) -> None:
        order = filter_order(sigma, self._order)
        count, half = len(order), (scales[1] - scales[0]) / 2
        # Another layer has another number of filters: the plot's identity keeps the zoom of each apart.
        if not implot.begin_plot(f"##{self._layer}", size, PLOT_FLAGS):
            return
        lock = implot.AxisFlags_.lock | implot.AxisFlags_.no_grid_lines
        rows = implot.AxisFlags_.invert | implot.AxisFlags_.no_grid_lines
        implot.setup_axes("patch scale s", "filter" if self._order == "filter" else "rank", lock, rows)
        implot.setup_axis_limits(implot.ImAxis_.x1, scales[0] - half, scales[-1] + half, implot.Cond_.always)
        implot.setup_axis_limits(implot.ImAxis_.y1, -0.5, count - 0.5)
        implot.setup_axis_limits_constraints(implot.ImAxis_.y1, -0.5, count - 0.5)
        implot.setup_finish()
        seen = max(abs(implot.get_plot_limits().y.max - implot.get_plot_limits().y.min), 1.0)
        picture, step = thinned(sigma.T[order], max(int(implot.get_plot_size().y * count / seen), 1))
        low = implot.Point(scales[0] - half, -0.5)
        high = implot.Point(scales[-1] + half, len(picture) * step - 0.5)
        picture = np.ascontiguousarray(picture[::-1], np.float32)  # the last row is drawn at the lowest y
        implot.plot_heatmap("##sigma", picture, *colours, "", low, high)
        if implot.is_plot_hovered():
            self._say(scales, sigma, order, step)
        implot.end_plot()

    def _say(self, scales: np.ndarray, sigma: np.ndarray, order: np.ndarray, step: int) -> None:
        mouse = implot.get_plot_mouse_pos()
        row = min(max(round(mouse.y), 0), len(order) - 1)
        column = int(np.argmin(np.abs(scales - mouse.x)))
        cell = Cell(self._layer, int(order[row]), float(scales[column]), float(sigma[column, order[row]]))
        rank = "" if self._order == "filter" else f", rank {row}"
        text = f"{cell.layer}, filter {cell.filter}{rank}\ns {cell.scale:.3f}\nσ {cell.sigma:.3f}"
        if step > 1:
            text += f"\neach row is the mean of {step} filters: the wheel zooms in"
        self.hover = cell
        imgui.set_tooltip(text)


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


def _caption(view: ModulationView, filters: int) -> None:
    where = f"{filters} filters, tick {view.tick} at {number(view.kimg)} kimg, centred patches"
    with text_colour("quiet"):
        imgui.text_wrapped(f"{MODES[view.mode]}; {where}" if view.mode is not None else where)
