"""Plots of the Health panel: D's scores now and over progress, and gradients layer by layer."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from widgets.common import em, line_colour, text_colour, tone_colour
from widgets.health_view import HealthView, LayerNorms, band, score_shares
from widgets.scale_words import number
from widgets.seen_view import KINDS, NAMES, Kind

# As in Curves and in Score map.
COLOURS: dict[Kind, int] = {"real": 0, "fake": 1}
LINE_WEIGHT = 0.11
PLOT_FLAGS = (
    implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title | implot.Flags_.no_legend
    | implot.Flags_.no_mouse_text
)  # fmt: skip
# Norms below this are drawn as if they were it: a logarithm knows no 0.
LEAST_NORM = 1e-8


def colour(kind: Kind) -> ImVec4:
    """Of a kind's scores in all plots."""
    return line_colour(COLOURS[kind])


def scores_now(view: HealthView, size: ImVec2) -> str:
    """Histograms of D's scores since the tick before, over each other.  Returns what is said under the mouse."""
    edges, shares = score_shares(view.scores)
    if not shares:
        _missing("This tick has kept no scores.", size)
        return ""
    said = ""
    if implot.begin_plot("##scores", size, PLOT_FLAGS):
        lock = implot.AxisFlags_.lock
        implot.setup_axes("", "", lock, lock | implot.AxisFlags_.no_tick_labels)
        most = max(float(share.max()) for share in shares.values())
        implot.setup_axes_limits(edges[0], edges[-1], 0, 1.1 * most, implot.Cond_.always)
        implot.setup_finish()
        _upright("border", 0.0)
        for kind, share in shares.items():
            _steps(NAMES[kind], edges, share, colour(kind))
        if implot.is_plot_hovered():
            place = min(max(int(np.searchsorted(edges, implot.get_plot_mouse_pos().x)) - 1, 0), len(edges) - 2)
            parts = [f"{share[place]:.1f}% of {len(view.scores[kind])} {NAMES[kind]}" for kind, share in shares.items()]
            said = "\n".join([f"scores {edges[place]:.2f} to {edges[place + 1]:.2f}", *parts])
        implot.end_plot()
    return said


def scores_over_time(view: HealthView, size: ImVec2) -> str:
    """The middle and the 80 % between of D's scores over progress, with the moment.  Returns likewise."""
    said = ""
    bands = {kind: band(view, kind, max(int(size.x), 2)) for kind in KINDS}
    if not any(len(each[0]) for each in bands.values()):
        _missing("Percentiles were not recorded yet.", size)
        return ""
    if implot.begin_plot("##bands", size, PLOT_FLAGS):
        fit = implot.AxisFlags_.auto_fit
        implot.setup_axes("", "", fit, fit)
        implot.setup_finish()
        for kind, (kimg, low, middle, high) in bands.items():
            spec = implot.Spec()
            fill = colour(kind)
            spec.fill_color = ImVec4(fill.x, fill.y, fill.z, 0.25)
            implot.plot_shaded(f"{kind} band", kimg, low, high, spec=spec)
            _line(kind, kimg, middle, fill)
        _upright("moment", view.moment.at_kimg)
        if implot.is_plot_hovered():
            said = _band_words(bands, implot.get_plot_mouse_pos().x)
        implot.end_plot()
    return said


def gradient_bars(norms: LayerNorms | None, size: ImVec2) -> str:
    """The norm of the last gradient of each layer, on a logarithmic axis.  Returns likewise."""
    if norms is None or not norms.names:
        _missing("This tick has kept no gradients.", size)
        return ""
    said = ""
    finite = norms.norms[np.isfinite(norms.norms) & (norms.norms > LEAST_NORM)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (LEAST_NORM, 1.0)
    floor = 10 ** np.floor(np.log10(low) - 0.3)
    if implot.begin_plot("##gradients", size, PLOT_FLAGS):
        lock = implot.AxisFlags_.lock
        bare = implot.AxisFlags_.no_tick_labels | implot.AxisFlags_.no_tick_marks | implot.AxisFlags_.no_grid_lines
        implot.setup_axes("", "", lock | bare, lock)
        implot.setup_axis_scale(implot.ImAxis_.y1, implot.Scale_.log10)
        implot.setup_axes_limits(-0.7, len(norms.names) - 0.3, floor, high * 2, implot.Cond_.always)
        implot.setup_finish()
        _bars(norms.norms, floor, high * 2)
        if implot.is_plot_hovered():
            place = min(max(round(implot.get_plot_mouse_pos().x), 0), len(norms.names) - 1)
            said = f"{norms.names[place]}\n{place + 1} of {len(norms.names)} layers\nnorm {norms.norms[place]:.3g}"
        implot.end_plot()
    return said


def _bars(norms: np.ndarray, floor: float, top: float) -> None:
    """A bar for each layer; one up to the top, in the colour of errors, where the norm is NaN or infinite."""
    good = np.isfinite(norms)
    corners = np.concatenate([[place - 0.4, place - 0.4, place + 0.4, place + 0.4] for place in range(len(norms))])
    for name, chosen, fill in (("good", good, line_colour(2)), ("bad", ~good, tone_colour("error"))):
        heights = np.where(chosen, np.where(good, np.clip(norms, floor, top), top), floor)
        tops = np.stack([np.full_like(heights, floor), heights, heights, np.full_like(heights, floor)], axis=1).ravel()
        spec = implot.Spec()
        spec.fill_color = fill
        implot.plot_shaded(name, corners, tops, np.full(len(tops), floor), spec=spec)


def _steps(label: str, edges: np.ndarray, share: np.ndarray, tint: ImVec4) -> None:
    corners, tops = np.repeat(edges, 2)[1:-1], np.repeat(share, 2)
    spec = implot.Spec()
    spec.fill_color = ImVec4(tint.x, tint.y, tint.z, 0.3)
    implot.plot_shaded(f"{label} area", corners, tops, np.zeros(len(tops)), spec=spec)
    _line(label, corners, tops, tint)


def _line(label: str, x: np.ndarray, y: np.ndarray, tint: ImVec4) -> None:
    spec = implot.Spec()
    spec.line_color, spec.line_weight = tint, em(LINE_WEIGHT)
    if len(x) == 1:  # a line of one point would be invisible
        spec.marker, spec.marker_fill_color, spec.marker_size = implot.Marker_.circle, tint, em(0.2)
    implot.plot_line(label, np.ascontiguousarray(x), np.ascontiguousarray(y), spec=spec)


def _upright(name: str, place: float) -> None:
    spec = implot.Spec()
    spec.line_color, spec.line_weight = tone_colour("quiet"), em(LINE_WEIGHT) / 2
    implot.plot_inf_lines(name, np.array([place]), spec=spec)


def _missing(text: str, size: ImVec2) -> None:
    imgui.begin_child(text, size)
    with text_colour("quiet"):
        imgui.text_wrapped(text)
    imgui.end_child()


def _band_words(bands: dict[Kind, tuple[np.ndarray, ...]], kimg: float) -> str:
    lines: list[str] = []
    for kind, (places, low, middle, high) in bands.items():
        if len(places):
            index = int(np.argmin(np.abs(places - kimg)))
            lines = lines or [f"{number(float(places[index]))} kimg"]
            lines.append(f"{NAMES[kind]}: {middle[index]:+.2f}, 80% in {low[index]:+.2f} to {high[index]:+.2f}")
    return "\n".join(lines)
