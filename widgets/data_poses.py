"""How the poses of a data set lie: histograms of yaw and pitch, and a map of the sphere (Appendix, Figure 13)."""

from __future__ import annotations

import math

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from training.pose_figures import PoseFigures
from widgets.colour_bar import colour_bar
from widgets.common import coloured, em, empty_state, icons, line_colour, text_colour
from widgets.data_view import DataForm, DataIntent, DataView

PLOT_FLAGS = (
    implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title | implot.Flags_.no_legend
    | implot.Flags_.no_mouse_text | implot.Flags_.no_inputs
)  # fmt: skip
BAR_WIDTH, LEAST_HEIGHT = 4.6, 8.0
QUARTERS = [-180.0, -90.0, 0.0, 90.0, 180.0]
PITCHES = [0.0, 45.0, 90.0, 135.0, 180.0]
LATITUDES = [30.0, 60.0, 90.0, 120.0, 150.0]
CAPTION = (
    "Yaw 0° is where fronts are expected; pitch 0° looks straight down, 90° from the horizon. On the map all cells are "
    "equally large on the sphere, and 1 is the density of cameras that stand evenly everywhere."
)


def draw(form: DataForm, view: DataView, _intents: list[DataIntent]) -> DataForm:
    """Draw the plots.  Returns the form as it was."""
    assert view.facts is not None
    figures = view.facts.figures
    if figures is None:
        hint = "There are no camera angles. Training draws cameras from a law, and shapes often come out flat."
        empty_state(icons.ICON_FA_COMPASS, "No poses", hint)
        return form
    for each in view.findings:
        if each.warns and each.kind in ("equal poses", "shared pose", "degrees", "elevation", "half turn", "side"):
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {each}", "warning")
    room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
    caption = imgui.calc_text_size(CAPTION, False, room.x).y + spacing.y
    heading = imgui.get_text_line_height_with_spacing()
    height = max((room.y - caption - 2 * heading - spacing.y) / 2, em(LEAST_HEIGHT))
    half = (room.x - spacing.x) / 2
    _histogram("Yaw", figures.yaw, (-180, 180), QUARTERS, ImVec2(half, height))
    imgui.same_line()
    _histogram("Pitch", figures.pitch, (0, 180), PITCHES, ImVec2(half, height))
    _map(figures, ImVec2(room.x - em(BAR_WIDTH) - spacing.x, height))
    with text_colour("quiet"):
        imgui.text_wrapped(CAPTION)
    return form


def _histogram(name: str, counts: np.ndarray, ends: tuple[float, float], ticks: list[float], size: ImVec2) -> None:
    imgui.begin_group()
    imgui.text(f"{name}, pictures")
    if implot.begin_plot(f"##{name}", size, PLOT_FLAGS):
        lock = implot.AxisFlags_.lock
        implot.setup_axes("", "", lock, lock)
        implot.setup_axes_limits(*ends, 0, 1.08 * max(float(counts.max()), 1), implot.Cond_.always)
        implot.setup_axis_ticks(implot.ImAxis_.x1, ticks, [f"{tick:.0f}°" for tick in ticks])
        implot.setup_finish()
        width = (ends[1] - ends[0]) / len(counts)
        spec = implot.Spec()
        spec.fill_color = spec.line_color = line_colour(1)
        middles = ends[0] + width * (np.arange(len(counts)) + 0.5)
        implot.plot_bars(name, middles, counts, width, spec=spec)
        place = _hovered()
        if place is not None:
            index = min(max(int((place.x - ends[0]) / width), 0), len(counts) - 1)
            low = ends[0] + width * index
            imgui.set_tooltip(f"{low:.0f}° to {low + width:.0f}°: {counts[index]:.0f} pictures")
        implot.end_plot()
    imgui.end_group()


def _map(figures: PoseFigures, size: ImVec2) -> None:
    """Density over the sphere: yaw across; upwards the height on the sphere, with pitches written at it."""
    imgui.text("Density on the sphere")
    left = imgui.get_cursor_screen_pos().x
    below = imgui.get_cursor_screen_pos().y + size.y + imgui.get_style().item_spacing.y
    most = max(float(figures.density.max()), 1.0)
    implot.push_colormap(implot.Colormap_.viridis.value)
    if implot.begin_plot("##sphere", size, PLOT_FLAGS):
        lock = implot.AxisFlags_.lock
        implot.setup_axes("", "", lock, lock)
        implot.setup_axes_limits(-180, 180, -1, 1, implot.Cond_.always)
        implot.setup_axis_ticks(implot.ImAxis_.x1, QUARTERS, [f"{tick:.0f}°" for tick in QUARTERS])
        heights = [math.cos(math.radians(pitch)) for pitch in LATITUDES]
        implot.setup_axis_ticks(implot.ImAxis_.y1, heights, [f"{pitch:.0f}°" for pitch in LATITUDES])
        implot.setup_finish()
        low, high = implot.Point(-180, -1), implot.Point(180, 1)
        cells = np.ascontiguousarray(figures.density)
        implot.plot_heatmap("density", cells, 0, most, "", low, high)
        place = _hovered()
        if place is not None:
            _say(figures, place.x, place.y)
        top, height = implot.get_plot_pos().y, implot.get_plot_size().y
        implot.end_plot()
        imgui.same_line()
        imgui.set_cursor_screen_pos(ImVec2(imgui.get_cursor_screen_pos().x, top))
        colour_bar(0.0, most, ImVec2(em(BAR_WIDTH), height))
        imgui.set_cursor_screen_pos(ImVec2(left, below))
    implot.pop_colormap()


def _say(figures: PoseFigures, yaw: float, height: float) -> None:
    rows, columns = figures.density.shape
    column = min(max(int((yaw + 180) / 360 * columns), 0), columns - 1)
    line = min(max(int((1 - height) / 2 * rows), 0), rows - 1)
    pitch = math.degrees(math.acos(min(max(height, -1.0), 1.0)))
    imgui.set_tooltip(
        f"yaw {yaw:.0f}°, pitch {pitch:.0f}°: {figures.density[line, column]:.2f} times as many as evenly"
    )


def _hovered() -> implot.Point | None:
    """Where the mouse is in the plot; None beside it."""
    return implot.get_plot_mouse_pos() if implot.is_plot_hovered() else None
