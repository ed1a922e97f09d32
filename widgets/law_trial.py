"""A law that is tried out beside the run's, and the published ones at the same settings (EpiGRAF, Figures 3 and 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from core.scale_course import bin_edges
from widgets.choices import choose, flow
from widgets.common import button, coloured, em, icons, line_colour, reset_button
from widgets.decimate import decimate
from widgets.law_map import density_axis
from widgets.patch_views import LawKind, LawLine, LawName, LawSettings, LawsView, PatchesView
from widgets.plot_parts import PLOT_FLAGS, heading, line, steps, upright
from widgets.scale_words import NAMES, mean_words, number
from widgets.setting_rows import NOTE_TONES

COLOURS: dict[LawName, int] = {"run": 0, "what if": 1, "beta": 2, "uniform": 3, "graf": 4, "gnerf": 5}
DRAWN_COLOUR = 6
KINDS: dict[LawKind, str] = {
    "beta": "beta", "uniform": "uniform", "graf": "GRAF", "gnerf": "GNeRF", "discrete": "discrete"
}  # fmt: skip
BETA_RANGE, T_RANGE = (0.01, 10.0), (0.1, 1e6)
MIN_HEIGHT = 5.0
MIN_WIDTH = 12.0


def edit(laws: LawsView, trial: LawSettings) -> LawSettings:
    """Draw the settings of the law that is tried out.  Returns what it is now."""
    flow(6.5)
    trial = replace(trial, kind=choose("trial kind", trial.kind, KINDS, 6.5, "Which law: beta is the paper's"))
    flow(8)
    imgui.begin_disabled(trial.kind not in ("beta", "uniform"))
    imgui.set_next_item_width(em(8))
    anneal, clamp = trial.anneal_kimg, imgui.SliderFlags_.always_clamp
    _, anneal = imgui.drag_float("##trial T", anneal, anneal / 200, *T_RANGE, "T  %.5g kimg", clamp)
    imgui.set_item_tooltip("When the law is final, thousands of images (beta, uniform). Drag, or double click to type")
    imgui.end_disabled()
    flow(9)
    imgui.begin_disabled(trial.kind != "beta")
    imgui.set_next_item_width(em(7))
    flags = clamp | imgui.SliderFlags_.logarithmic
    _, beta = imgui.slider_float("##trial beta", trial.beta_end, *BETA_RANGE, "β(T)  %.3g", flags)
    imgui.set_item_tooltip("β at T: larger draws more small patches; 1 is uniform (beta only)")
    imgui.end_disabled()
    flow(9)
    sizes = {
        size: f"r {size} of {laws.image_resolution} px" for size in sorted({*laws.resolutions, trial.patch_resolution})
    }
    tip = f"Size of a patch; r/R = {trial.patch_resolution / laws.image_resolution:.4g} is the smallest scale"
    resolution = choose("trial r", trial.patch_resolution, sizes, 9, tip)
    trial = replace(trial, anneal_kimg=_kept(anneal, trial.anneal_kimg), beta_end=_kept(beta, trial.beta_end))
    trial = replace(trial, patch_resolution=resolution)
    if reset_button("trial", trial != laws.settings, "the run's own law"):
        return laws.settings
    return trial


def _kept(shown: float, value: float) -> float:
    """The widget's number in single precision; what it was given where nobody has changed it."""
    return value if np.float32(shown) == np.float32(value) else float(f"{shown:.5g}")


def why_not(view: PatchesView, laws: LawsView, trial: LawSettings) -> str:
    """Why the law that is tried out cannot be applied; empty if it can."""
    settings = laws.settings
    if laws.trial != trial:
        return view.problem or "The law is being worked out."
    if trial == settings:
        return "Change T or β(T): the run's own law is shown."
    if trial.patch_resolution != settings.patch_resolution:
        return (
            "r/R decides the networks and is fixed while a run goes on: begin a new run with another patch size "
            "(discriminator.patch_resolution) in Train."
        )
    if trial.kind != settings.kind:
        return "The kind of the law is fixed while a run goes on: begin a new run with it (patches.kind) in Train."
    return view.blocked


def apply_row(view: PatchesView, laws: LawsView, trial: LawSettings) -> bool:
    """Draw Apply, and why it is not offered or what has become of it.  Returns whether it was clicked."""
    reason = why_not(view, laws, trial)
    can = not reason and not view.waiting
    tip = "The trainer draws from this law from its next step on, and writes the change down"
    clicked = button(f"{icons.ICON_FA_CHECK}  Apply###apply law", can, tip, primary=True)
    imgui.same_line()
    imgui.align_text_to_frame_padding()
    if view.waiting:
        coloured(view.waiting, "busy")
    elif view.answer.text:
        coloured(view.answer.text, "good" if view.answer.kind == "good" else NOTE_TONES[view.answer.kind])
    elif reason:
        coloured(reason, "quiet")
    else:
        coloured(laws.lines["what if"].words, "quiet")
    return clicked


class LawPlots:
    """Laws side by side: densities at the cursor, and means over the training.

    Attributes:
        hidden: Laws that are not drawn.
    """

    def __init__(self) -> None:
        self.hidden: set[LawName] = {"graf", "gnerf"}

    def choose(self, laws: LawsView) -> None:
        """Check boxes: which laws are drawn, in their colours."""
        for name in laws.lines:
            if name != "run":
                flow(5.5)
            imgui.push_style_color(imgui.Col_.check_mark, line_colour(COLOURS[name]))
            imgui.push_style_color(imgui.Col_.text, line_colour(COLOURS[name]))
            changed, _ = imgui.checkbox(f"{NAMES[name]}###law {name}", name not in self.hidden)
            imgui.pop_style_color(2)
            imgui.set_item_tooltip(laws.lines[name].words)
            if changed:
                self.hidden ^= {name}

    def draw(self, view: PatchesView, laws: LawsView, cursor: float) -> str:
        """Draw the plots over the room there is.  Returns what is said of the place under the mouse."""
        drawn = [name for name in reversed(laws.lines) if name not in self.hidden]  # the run's own above those like it
        lines = {name: laws.lines[name] for name in drawn}
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        wide = room.x >= 2 * em(MIN_WIDTH) + spacing.x
        width = (room.x - spacing.x) / 2 if wide else room.x
        size = ImVec2(width, max(room.y - imgui.get_text_line_height_with_spacing(), em(MIN_HEIGHT)))
        hover = _densities(lines, cursor, size)
        if wide:
            imgui.same_line()
        return _means(view, laws, lines, cursor, size) or hover


def _densities(lines: Mapping[LawName, LawLine], cursor: float, size: ImVec2) -> str:
    hover = ""
    imgui.begin_group()
    heading((f"Densities at {number(float(f'{cursor:.4g}'))} kimg", "Densities"), [], size.x)
    if lines and implot.begin_plot("##densities", size, PLOT_FLAGS):
        least = min(law.course.min_scale for law in lines.values())
        widest = max(1 / float(np.diff(bin_edges(law.course.min_scale))[0]) for law in lines.values())
        lock = implot.AxisFlags_.lock
        implot.setup_axes("", "", lock, lock)
        density_axis(min(least, 0.95), 2 * widest)
        implot.setup_finish()
        for name, law in lines.items():
            edges = bin_edges(law.course.min_scale)
            steps(name, edges, law.course.masses(edges, cursor) / (edges[1] - edges[0]), line_colour(COLOURS[name]))
        if implot.is_plot_hovered():
            hover = mean_words(dict(lines), np.empty(0), np.empty(0), cursor)
            imgui.set_tooltip(f"Mean scale\n{hover}")
        implot.end_plot()
    imgui.end_group()
    return hover


def _means(
    view: PatchesView, laws: LawsView, lines: Mapping[LawName, LawLine], cursor: float, size: ImVec2
) -> str:  # fmt: skip
    hover = ""
    imgui.begin_group()
    legend: list[tuple[str, ImVec4]] = [("drawn", line_colour(DRAWN_COLOUR))] if len(view.curve_kimg) else []
    heading(("Mean scale over kimg", "Mean"), legend, size.x)
    if lines and implot.begin_plot("##means", size, PLOT_FLAGS):
        fit = implot.AxisFlags_.auto_fit | implot.AxisFlags_.range_fit
        implot.setup_axes("", "", implot.AxisFlags_.lock, fit)
        implot.setup_axis_limits(implot.ImAxis_.x1, 0, laws.end_kimg, implot.Cond_.always)
        implot.setup_finish()
        buckets = max(int(implot.get_plot_size().x), 1)
        line("drawn", *decimate(view.curve_kimg, view.curve_means, -np.inf, np.inf, buckets), line_colour(DRAWN_COLOUR))
        for name, law in lines.items():
            line(name, law.kimg, law.means, line_colour(COLOURS[name]))
        upright("cursor", cursor)
        if implot.is_plot_hovered():
            hover = mean_words(dict(lines), view.curve_kimg, view.curve_means, implot.get_plot_mouse_pos().x)
            imgui.set_tooltip(hover)
        implot.end_plot()
    imgui.end_group()
    return hover
