"""One layer's sigma as a picture: patch scale to the right, filters downwards (EpiGRAF, Figure 7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from core.filter_kinds import KINDS
from widgets.common import em
from widgets.modulation_map import Order, Shown, drawn_rows
from widgets.plot_parts import BAR_WIDTH, PLOT_FLAGS, HeatMap, bar_beside, colours_of, draw_heat

# Rows of a small map: as many as there are pixels, roughly.
SMALL_ROWS = 48


@dataclass(frozen=True)
class Cell:
    """What is under the mouse.

    Attributes:
        layer: Name of the layer.
        filter: Its filter, counted as in the network, however the rows are sorted.
        scale: Patch scale.
        sigma: Modulation of this filter at this scale, or a difference of two.
    """

    layer: str
    filter: int
    scale: float
    sigma: float


class SigmaMap:
    """Draws the chosen layer large.

    Attributes:
        step: Of so many rows one is drawn, for want of pixels.
    """

    def __init__(self) -> None:
        self.step = 1

    def draw(
        self, shown: Shown, layer: str, order: np.ndarray, sorting: Order, colours: tuple[float, float], size: ImVec2
    ) -> Cell | None:
        """Draw the map with its bar.

        Args:
            shown: Sigma of all layers.
            layer: Which is drawn.
            order: [filters] from top to bottom.
            sorting: How they are sorted.
            colours: What the first and the last colour stand for.
            size: Pixels, the bar included.

        Returns:
            What is under the mouse.
        """
        cell: Cell | None = None
        top, outer = imgui.get_cursor_pos_y(), imgui.get_cursor_screen_pos().y
        above, height = 0.0, size.y
        room = ImVec2(size.x - em(BAR_WIDTH) - imgui.get_style().item_spacing.x, size.y)
        with colours_of(shown.signed):
            # Layers have different numbers of filters: each keeps its zoom.
            if implot.begin_plot(f"##{layer}", room, PLOT_FLAGS):
                _axes(shown.scales, len(order), "filter" if sorting == "filter" else "rank")
                above, height = implot.get_plot_pos().y - outer, implot.get_plot_size().y
                self._heat(shown, layer, order, colours, height)
                if implot.is_plot_hovered():
                    cell = self._cell(shown, layer, order, sorting)
                implot.end_plot()
            bar_beside(top, above, height, colours)
        return cell

    def _heat(
        self, shown: Shown, layer: str, order: np.ndarray, colours: tuple[float, float], pixels: float
    ) -> None:  # fmt: skip
        limits = implot.get_plot_limits().y
        rows = drawn_rows(len(order), limits.max - limits.min, pixels)
        self.step = int(rows[1] - rows[0]) if len(rows) > 1 else 1
        left, right = scale_edges(shown.scales)
        picture = shown.layers[layer].T[order[rows]][::-1]  # the axis points down, and so does the table
        draw_heat("sigma", HeatMap(picture, (left, -0.5), (right, len(rows) * self.step - 0.5), colours))

    def _cell(self, shown: Shown, layer: str, order: np.ndarray, sorting: Order) -> Cell:
        mouse = implot.get_plot_mouse_pos()
        rank = min(max(round(mouse.y), 0), len(order) - 1) // self.step * self.step
        column, number = int(np.argmin(np.abs(shown.scales - mouse.x))), int(order[rank])
        value = float(shown.layers[layer][column, number])
        cell = Cell(layer, number, float(shown.scales[column]), value)
        place = "" if sorting == "filter" else f", rank {rank}"
        kind = KINDS[int(shown.kinds[layer][number])]
        sign = f"Δσ {value:+.3f}" if shown.signed else f"σ {value:.3f}"
        imgui.set_tooltip(f"{layer}, filter {number}{place}\ns {cell.scale:.3f}\n{sign}\n{kind}")
        return cell


def small_map(
    shown: Shown, layer: str, order: np.ndarray, colours: tuple[float, float], size: ImVec2, on: bool
) -> bool:
    """Draw a layer small, with its name below.  Returns whether somebody chose it."""
    imgui.begin_group()
    with colours_of(shown.signed):
        implot.push_style_var(implot.StyleVar_.plot_padding, ImVec2(2, 2))
        if implot.begin_plot(f"##small {layer}", size, PLOT_FLAGS | implot.Flags_.no_inputs | implot.Flags_.no_frame):
            axis = implot.AxisFlags_
            bare = axis.no_decorations | axis.lock
            left, right = scale_edges(shown.scales)
            implot.setup_axes("", "", bare, bare | axis.invert)
            implot.setup_axes_limits(left, right, 0, 1, implot.Cond_.always)
            implot.setup_finish()
            rows = order[np.unique(np.linspace(0, len(order) - 1, min(len(order), SMALL_ROWS)).astype(int))]
            draw_heat("small", HeatMap(shown.layers[layer].T[rows][::-1], (left, 0.0), (right, 1.0), colours))
            implot.end_plot()
        implot.pop_style_var()
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    chosen, _ = imgui.selectable(f"{layer}##choose", on, imgui.SelectableFlags_.none, ImVec2(size.x, 0))
    imgui.end_group()
    over = imgui.is_mouse_hovering_rect(low, high) and imgui.is_window_hovered()
    if over:
        imgui.set_tooltip(f"{layer}: {shown.layers[layer].shape[1]} filters. Click to see it large")
    return chosen or (over and imgui.is_mouse_clicked(imgui.MouseButton_.left))


def scale_edges(scales: np.ndarray) -> tuple[float, float]:
    """Ends of an axis of scales that are evenly spaced: half a step beyond the first and the last."""
    half = max(float(scales[1] - scales[0]) / 2, 1e-3)
    return float(scales[0]) - half, float(scales[-1]) + half


def _axes(scales: np.ndarray, count: int, down: str) -> None:
    axis = implot.AxisFlags_
    implot.setup_axes("patch scale s", down, axis.lock | axis.no_grid_lines, axis.invert | axis.no_grid_lines)
    implot.setup_axis_limits(implot.ImAxis_.x1, *scale_edges(scales), implot.Cond_.always)
    implot.setup_axis_limits(implot.ImAxis_.y1, -0.5, count - 0.5)
    implot.setup_axis_limits_constraints(implot.ImAxis_.y1, -0.5, count - 0.5)
    implot.setup_finish()


def tiled(
    count: int, room: tuple[float, float], least: tuple[float, float], between: tuple[float, float]
) -> tuple[int, float, float]:
    """How pictures of one shape fill a room best.

    Args:
        count: How many there are, at least 1.
        room: Width and height, pixels.
        least: Of one picture, which is no smaller; then not all are seen at once.
        between: What each column takes beside its picture, and each row below it, pixels.

    Returns:
        Columns, and width and height of each picture, pixels.
    """
    (width, height), (least_width, least_height), (aside, below) = room, least, between
    best = (max(int(width // (least_width + aside)), 1), 1.0)
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        scale = min((width / columns - aside) / least_width, (height / rows - below) / least_height)
        if scale > best[1]:
            best = (columns, scale)
    return best[0], best[1] * least_width, best[1] * least_height
