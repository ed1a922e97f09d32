"""The Ray probe panel: density, weight, transmittance and colour along a pixel's ray (METHOD: Volume rendering)."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from core.ray_profile import RayProfile
from widgets.common import em, empty_state, error_box, icon_width, icons, line_colour, text_colour, tone_colour
from widgets.log_axis import log_limits, log_ticks
from widgets.plot_heading import plot_heading
from widgets.ray_view import RayView, RayWish
from widgets.toolbar import check_width, first_toggle, flow, tool

# Least size of a plot, font sizes; narrower panels have one below the other.
WIDTH, HEIGHT = 16.0, 7.0
LINE = 0.11
# What is emptier than this is nothing on a logarithmic axis, per world unit.
LEAST_DENSITY = 1e-3
# Of the height of the first plot, which the strip of colours takes below zero.
STRIP = 0.14
# Upper end of its axes, in units of the largest value; and the least range of weights.
TOP, LEAST_WEIGHT = 1.06, 1e-4
PLOT_FLAGS = (
    implot.Flags_.no_menus | implot.Flags_.no_title | implot.Flags_.no_legend | implot.Flags_.no_mouse_text
    | implot.Flags_.no_box_select
)  # fmt: skip
WEIGHT, LIGHT, DENSITY = 0, 1, 2
ARM = (
    "A click in the viewport probes the ray there; a drag turns the camera as ever.\n"
    "Alt+click and Alt+drag always probe."
)
HINT = (
    "Alt+click a pixel of the viewport, or press the cross-hairs above and click there: what its ray meets comes here."
)
BEFORE = (
    "what the ray sees, before the upsampler",
    "The generator's picture is made by its upsampler, of what this ray and its neighbours see.",
)


class RayProbePanel:
    """Draws two plots over depth.

    Attributes:
        pointed: Depth of the sample under the mouse, if one is; the viewport marks it.
        said: What the tooltip says of it.
        words: What is said of the whole ray.
    """

    def __init__(self) -> None:
        self.pointed: float | None = None
        self.said = ""
        self.words: tuple[str, ...] = ()
        self._log = True

    def draw(self, view: RayView) -> RayWish:
        """Draw the panel.  Returns what somebody wants."""
        before, self.pointed, self.said = self.pointed, None, ""
        if view.flat:
            hint = "This generator paints flat pictures (StyleGAN2): it has no field, so no ray meets anything."
            empty_state(icons.ICON_FA_ARROW_RIGHT_LONG, "No field", hint)
            return RayWish(view.armed)
        wish = self._tools(view)
        profile = view.profile
        if view.problem is not None:
            box = error_box("ray", view.problem.message, view.problem.detail, retry=True, dismiss=False)
            return RayWish(wish.armed, wish.forget, wish.copy, box == "retry")
        if view.ray is None:
            empty_state(icons.ICON_FA_CROSSHAIRS, "No ray yet", HINT)
        elif profile is None:
            empty_state(icons.ICON_FA_HOURGLASS_HALF, "Following the ray…", "The model worker evaluates its samples.")
        elif profile.misses:
            hint = "It passes beside the box of the field and sees only what lies behind."
            empty_state(icons.ICON_FA_ARROW_RIGHT_LONG, "This ray meets nothing", hint)
        else:
            self._plots(profile, before)
        return wish

    def _tools(self, view: RayView) -> RayWish:
        """The row above the plots."""
        armed = first_toggle(icons.ICON_FA_CROSSHAIRS, "probe", view.armed, ARM)
        known = view.profile is not None
        copy = tool(icons.ICON_FA_COPY, "copy ray", "Copy all samples as CSV", known)
        forget = tool(icons.ICON_FA_XMARK, "forget ray", "Take the ray away", view.ray is not None)
        flow(check_width("log"))
        _, self._log = imgui.checkbox("log", self._log)
        imgui.set_item_tooltip("Density on a logarithmic axis")
        if view.profile is not None:
            self.words = _figures(view, view.profile)
        return RayWish(armed, forget, copy)

    def _plots(self, profile: RayProfile, before: float | None) -> None:
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        wide = room.x >= 2 * em(WIDTH) + spacing.x
        line = imgui.get_text_line_height_with_spacing()
        width = (room.x - spacing.x) / 2 if wide else room.x
        height = max((room.y if wide else (room.y - spacing.y) / 2) - line, em(HEIGHT))
        size, shown = ImVec2(width, height), profile.nearest(before) if before is not None else None
        imgui.begin_group()
        weight, light = line_colour(WEIGHT), line_colour(LIGHT)
        plot_heading("Along the ray", [("transmittance", light), ("weight, right", weight)], width)
        self._light(profile, size, shown)
        imgui.end_group()
        if wide:
            imgui.same_line()
        imgui.begin_group()
        kinds = [f"{icons.ICON_FA_CIRCLE} coarse", f"{icons.ICON_FA_DIAMOND} fine"]
        legend = [("per world unit", line_colour(DENSITY)), *((kind, _quiet()) for kind in kinds)]
        plot_heading("Density", legend, width)
        self._density(profile, size, shown)
        imgui.end_group()

    def _light(self, profile: RayProfile, size: ImVec2, shown: int | None) -> None:
        """Weights, transmittance, and the colours in a strip below zero."""
        if not implot.begin_plot("##light", size, PLOT_FLAGS):
            return
        weights, left, right = profile.column("weight"), implot.ImAxis_.y1, implot.ImAxis_.y2
        implot.setup_axes("", "", implot.AxisFlags_.none, implot.AxisFlags_.lock)
        flags = implot.AxisFlags_.aux_default | implot.AxisFlags_.lock
        implot.setup_axis(right, "", flags)
        _depth_axis(profile)
        # Weights are small where light is absorbed slowly: they have an axis of their own, with the same zero.
        most = TOP * max(float(weights.max()), LEAST_WEIGHT)
        implot.setup_axis_limits(left, -STRIP, TOP, implot.Cond_.always)
        implot.setup_axis_limits(right, -STRIP * most / TOP, most, implot.Cond_.always)
        implot.setup_axis_ticks(left, [0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
        ticks = [share * most / TOP for share in (0, 0.5, 1)]
        implot.setup_axis_ticks(right, ticks, [f"{tick:.2g}" for tick in ticks])
        implot.setup_finish()
        _strip(profile)
        depths = profile.column("depth")
        _line("transmittance", depths, profile.column("transmittance"), line_colour(LIGHT))
        implot.set_axis(right)
        spec = implot.Spec()
        spec.line_color, spec.line_weight, spec.marker = line_colour(WEIGHT), em(LINE), implot.Marker_.none
        implot.plot_stems("weight", depths, weights, 0.0, spec)
        _samples(profile, weights, line_colour(WEIGHT))
        implot.set_axis(left)
        self._marks(profile, shown)
        implot.end_plot()

    def _density(self, profile: RayProfile, size: ImVec2, shown: int | None) -> None:
        if not implot.begin_plot("##density", size, PLOT_FLAGS):
            return
        density, axis = profile.column("density"), implot.ImAxis_.y1
        implot.setup_axes("", "", implot.AxisFlags_.none, implot.AxisFlags_.lock)
        _depth_axis(profile)
        if self._log:
            density = np.maximum(density, LEAST_DENSITY)
            implot.setup_axis_scale(axis, implot.Scale_.log10)
            limits = log_limits(float(density.min()), max(float(density.max()), 10 * LEAST_DENSITY))
            ticks = log_ticks(*limits)
            implot.setup_axis_limits(axis, *limits, implot.Cond_.always)
            implot.setup_axis_ticks(axis, ticks, [f"{tick:.6g}" for tick in ticks])
        else:
            implot.setup_axis_limits(axis, 0, 1.08 * max(float(density.max()), LEAST_DENSITY), implot.Cond_.always)
        implot.setup_finish()
        _line("density", profile.column("depth"), density, line_colour(DENSITY))
        _samples(profile, density, line_colour(DENSITY))
        self._marks(profile, shown)
        implot.end_plot()

    def _marks(self, profile: RayProfile, shown: int | None) -> None:
        """The expected depth, and the sample under the mouse, in both plots."""
        if profile.expected_depth is not None:
            _upright(profile.expected_depth, tone_colour("accent"))
        if shown is not None:
            _upright(float(profile.column("depth")[shown]), tone_colour("quiet"))
        if implot.is_plot_hovered():
            index = profile.nearest(float(implot.get_plot_mouse_pos().x))
            self.pointed = float(profile.column("depth")[index])
            self.said = sample_words(profile, index)
            imgui.set_tooltip(self.said)


def sample_words(profile: RayProfile, index: int) -> str:
    """All values of one sample, for people."""
    kind = "fine" if profile.fine[index] else "coarse"
    value = {name: float(profile.column(name)[index]) for name in ("depth", "density", "weight", "transmittance")}
    colour = "  ".join(f"{float(profile.column(name)[index]):+.3f}" for name in ("red", "green", "blue"))
    return (
        f"sample {index + 1} of {len(profile.samples)}, {kind}\n"
        f"depth  {value['depth']:.4f}\n"
        f"density  {value['density']:.4g} per world unit\n"
        f"weight  {value['weight']:.4f}\n"
        f"transmittance before it  {value['transmittance']:.4f}\n"
        f"colour  {colour}"
    )


def figure_words(profile: RayProfile) -> list[tuple[str, str]]:
    """What the samples add up to, for people: a few words each, with what they mean."""
    expected = profile.expected_depth
    depth = (
        f"depth {expected:.3f}" if expected is not None else "no depth",
        "Expected depth: where along the ray light is absorbed, on the average.\n"
        f"The renderer's own sum of weight times depth is {profile.depth:.4f}; it counts what passes all samples as 0.",
    )
    opacity = f"opacity {profile.opacity:.3f}", "1 - T before the last sample: the object without its backdrop"
    if profile.behind is None:
        return [depth, opacity]
    behind = "  ".join(f"{value:+.3f}" for value in profile.behind)
    return [depth, opacity, (f"{profile.behind_weight:.1%} from behind", f"What lies behind all samples: {behind}")]


def _figures(view: RayView, profile: RayProfile) -> tuple[str, ...]:
    """The pixel and what is known of it, behind the tools.  Returns the words."""
    size = icon_width()
    flow(size)
    colour = ImVec4(*(min(max(0.5 * value + 0.5, 0.0), 1.0) for value in profile.colour), 1.0)
    imgui.color_button("###pixel", colour, imgui.ColorEditFlags_.no_tooltip, ImVec2(size, size))
    values = "  ".join(f"{value:+.3f}" for value in profile.colour)
    what = BEFORE[0].capitalize() if view.upsampled else "The pixel"
    imgui.set_item_tooltip(
        f"{what}, {values}: all weights times their colours, and what lies behind.\nColours run from -1 to 1.\n"
        f"Sample: {view.sample}"
    )
    words = figure_words(profile)
    if view.upsampled:
        words.append(BEFORE)
    if not view.fresh:
        words.append((icons.ICON_FA_HOURGLASS_HALF, f"Of {view.sample}; that of what is shown is on its way"))
    for text, meaning in words:
        flow(imgui.calc_text_size(text).x)
        imgui.align_text_to_frame_padding()
        with text_colour("quiet"):
            imgui.text(text)
        imgui.set_item_tooltip(meaning)
    return tuple(text for text, _ in words)


def _quiet() -> ImVec4:
    return tone_colour("quiet")


def _depth_axis(profile: RayProfile) -> None:
    """From where samples begin to where they end; another ray fits anew."""
    air = 0.02 * (profile.far - profile.near)
    implot.setup_axis_limits(implot.ImAxis_.x1, profile.near - air, profile.far + air, implot.Cond_.always)


def _strip(profile: RayProfile) -> None:
    """The colours of the samples, each as far as it is the nearest."""
    depths = profile.column("depth")
    edges = np.concatenate([depths[:1], (depths[1:] + depths[:-1]) / 2, depths[-1:]])
    colours = np.stack([profile.column(name) for name in ("red", "green", "blue")], axis=1)
    levels = np.round(255 * np.clip(0.5 * colours + 0.5, 0, 1)).astype(int).tolist()
    canvas = implot.get_plot_draw_list()
    implot.push_plot_clip_rect()
    for start, end, (red, green, blue) in zip(edges[:-1].tolist(), edges[1:].tolist(), levels, strict=True):
        low, high = implot.plot_to_pixels(start, -0.2 * STRIP), implot.plot_to_pixels(end, -0.9 * STRIP)
        canvas.add_rect_filled(low, high, imgui.IM_COL32(red, green, blue, 255))
    implot.pop_plot_clip_rect()


def _line(label: str, x: np.ndarray, y: np.ndarray, colour: ImVec4) -> None:
    spec = implot.Spec()
    spec.line_color, spec.line_weight = colour, em(LINE)
    implot.plot_line(label, x, np.ascontiguousarray(y), spec=spec)


def _samples(profile: RayProfile, values: np.ndarray, colour: ImVec4) -> None:
    """Coarse samples as discs, fine ones as diamonds."""
    depths = profile.column("depth")
    for name, marker, which in (
        ("coarse", implot.Marker_.circle, ~profile.fine),
        ("fine", implot.Marker_.diamond, profile.fine),
    ):
        spec = implot.Spec()
        spec.marker, spec.marker_size = marker, em(0.22)
        spec.marker_fill_color = spec.marker_line_color = colour
        implot.plot_scatter(name, np.ascontiguousarray(depths[which]), np.ascontiguousarray(values[which]), spec=spec)


def _upright(place: float, colour: ImVec4) -> None:
    spec = implot.Spec()
    spec.line_color, spec.line_weight = colour, max(em(0.08), 1.0)
    implot.plot_inf_lines(f"##upright {place}", np.array([place]), spec=spec)
