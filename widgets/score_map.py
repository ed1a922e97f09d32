"""The Score map panel: how D judges patches all over a picture, and over the scale (EpiGRAF, Section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from core.score_grid import MAP_COUNTS, WHOLE
from core.surface_figures import Legend
from widgets.choices import choose
from widgets.common import (
    button,
    coloured,
    em,
    empty_state,
    error_box,
    icon_width,
    icons,
    line_colour,
    sentence,
    text_colour,
    tone_colour,
)
from widgets.diverging import TABLE
from widgets.legend import draw_legends, fitting
from widgets.notes import Problem
from widgets.plot_heading import plot_heading
from widgets.score_pane import draw_score_pane
from widgets.score_view import KINDS, Kind, Pose, ScoreSetup, ScoreView, ScoreWish
from widgets.toolbar import flow, text_button_width, toggle, tool

NAMES: dict[Kind, str] = {"generated": "Generated", "real": "Real"}
POSES: dict[Pose, str] = {"viewport": "the viewport's pose", "real": "the real one's pose"}
COUNTS = {count: f"{count} x {count}" for count in MAP_COUNTS}
COLOURS = tuple((red, green, blue) for red, green, blue in TABLE.tolist())
# The smallest patch while it is not known which that is.
LEAST_SCALE = 0.05
# Least size of things, font sizes.
PLOT_HEIGHT, LEAST_SIDE = 9.0, 8.0
LINE = 0.11
GROUP_HELP = (
    "The discriminator judges {group} pictures together, and is told how much they differ (minibatch standard "
    "deviation).\nSquares are cut from the finished picture, which makes small generated ones a little smoother than "
    "in training, where each is rendered by rays of its own.\n"
    "As in training, a patch is judged beside the same square of other pictures of its kind: a generated "
    "one beside\nthose of the next seeds from the same pose, a real one beside others of the data set."
)
PLOT_FLAGS = (
    implot.Flags_.no_menus | implot.Flags_.no_title | implot.Flags_.no_legend | implot.Flags_.no_mouse_text
    | implot.Flags_.no_box_select
)  # fmt: skip


class ScoreMapPanel:
    """Draws the two pictures with their maps, and the scores of one place over the scale.

    Attributes:
        said: What the tooltip says of the place under the mouse; empty elsewhere.
    """

    def __init__(self) -> None:
        self.said = ""
        self._pointed: tuple[float, float] | None = None

    def draw(self, view: ScoreView) -> ScoreWish:
        """Draw the panel.  Returns what somebody wants."""
        self.said = ""
        if view.absent:
            empty_state(icons.ICON_FA_TABLE_CELLS, "No score map", f"{sentence(view.absent)}.")
            return ScoreWish(view.setup)
        wish = _controls(view)
        if view.hint:
            coloured(view.hint, "warning")
        if (problem := _problem_of_both(view)) is not None:
            box = error_box("scores", problem.message, problem.detail, retry=True, dismiss=False)
            return replace(wish, retry=wish.retry or box == "retry")
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        legends, legend_height = fitting((_legend(view.limit),), room)
        side, beside = picture_side(room.x, room.y - legend_height, spacing.x, _heading_height())
        wish = self._pictures(view, wish, side if beside else (room.x - spacing.x) / 2, side)
        if beside:
            imgui.same_line()
        left = room.x - 2 * (side + spacing.x) if beside else room.x
        height = side + _heading_height() if beside else max(room.y - legend_height - side - _heading_height(), em(8))
        wish = replace(wish, setup=_curves(view, wish.setup, ImVec2(left, height - beside * spacing.y)))
        draw_legends(legends, imgui.get_cursor_screen_pos(), room.x)
        imgui.dummy(ImVec2(room.x, max(legend_height - spacing.y, 0)))
        return wish

    def _pictures(self, view: ScoreView, wish: ScoreWish, width: float, side: float) -> ScoreWish:
        """Both pictures beside each other, each in a pane of this width; `side` is that of the pictures, pixels."""
        pointed, self._pointed = self._pointed, None
        for kind in KINDS:
            if kind != KINDS[0]:
                imgui.same_line()
            size = ImVec2(width, side + _heading_height())
            touched = draw_score_pane(NAMES[kind], view.panes[kind], wish.setup, size, pointed)
            if touched.pointed is not None:
                self._pointed, self.said = touched.pointed, touched.said
            if touched.place is not None:
                wish = replace(wish, setup=replace(wish.setup, place=touched.place))
            wish = replace(wish, retry=wish.retry or touched.retry)
        return wish


def picture_side(width: float, height: float, gap: float, heading: float) -> tuple[float, bool]:
    """How large the two pictures are, and whether the plot stands beside them: whichever leaves them more.

    Args:
        width: Of the room for pictures and plot, pixels.
        height: Likewise.
        gap: Between them.
        heading: Height of a heading, which a picture and the plot have above them.
    """
    below = min((width - gap) / 2, height - 2 * heading - em(PLOT_HEIGHT))
    beside = min((width - 2 * gap) / 3, height - heading)
    return max(below, beside, em(LEAST_SIDE)), beside >= below


def _problem_of_both(view: ScoreView) -> Problem | None:
    """What keeps every picture from being judged, if that is one and the same."""
    problems = [pane.problem for pane in view.panes.values() if not pane.missing]
    first = problems[0]
    same = first is not None and all(each is not None and each.message == first.message for each in problems)
    return first if same else None


def _heading_height() -> float:
    return imgui.get_text_line_height_with_spacing()


def _controls(view: ScoreView) -> ScoreWish:
    """The rows above the pictures."""
    setup = view.setup
    least = view.least_scale or LEAST_SCALE
    shown = max(setup.scale, least)
    pixels = "" if view.resolution is None else f"  ({shown * view.resolution:.0f} px of {view.resolution})"
    imgui.set_next_item_width(em(14))
    _, scale = imgui.slider_float("##scale", shown, least, 1.0, f"scale %.3f{pixels}")
    imgui.set_item_tooltip("Edge of the patch over that of the picture; the line in the plot can be dragged, too")
    if scale != shown:
        setup = replace(setup, scale=1.0 if scale >= WHOLE else scale)
    flow(em(6))
    tip = "Positions of the patch over the picture; they come coarse first, and finer ones are added"
    setup = replace(setup, count=choose("count", setup.count, COUNTS, 6, tip))
    flow(em(11))
    tip = "From where the generated picture is seen: always from the training's distance, upright"
    setup = replace(setup, pose=choose("pose", setup.pose, POSES, 11, tip))
    setup = _real_chooser(setup, view)
    flow(em(7))
    imgui.set_next_item_width(em(7))
    _, strength = imgui.slider_float("##strength", 100 * setup.strength, 0, 100, "scores %.0f%%")
    imgui.set_item_tooltip("How much the scores cover the pictures")
    held = toggle(icons.ICON_FA_LOCK, "hold", setup.limit is not None, "Hold the range of the colours")
    if held != (setup.limit is not None):
        setup = replace(setup, limit=view.limit if held else None)
    _explain(view)
    return _work(view, ScoreWish(replace(setup, strength=strength / 100)))


def _real_chooser(setup: ScoreSetup, view: ScoreView) -> ScoreSetup:
    """Which real picture, with steps."""
    count = view.pictures
    flow(em(6) + 2 * icon_width() + 2 * imgui.get_style().item_spacing.x)
    imgui.begin_disabled(count is None)
    imgui.set_next_item_width(em(6))
    words = "no reals" if count is None else f"real %d of {count}"
    changed, number = imgui.drag_int("##real", setup.index % (count or 1) + 1, 0.2, 1, count or 1, words)
    imgui.end_disabled()
    imgui.set_item_tooltip("Which real picture: drag, or Ctrl+click to type its number")
    index = number - 1 if changed else setup.index
    if tool(icons.ICON_FA_CHEVRON_LEFT, "real before", "The real picture before", count is not None):
        index = (setup.index - 1) % (count or 1)
    if tool(icons.ICON_FA_CHEVRON_RIGHT, "next real", "The next real picture", count is not None):
        index = (setup.index + 1) % (count or 1)
    return replace(setup, index=index)


def _explain(view: ScoreView) -> None:
    """A sign whose tooltip says how a patch is judged."""
    flow(em(1.2))
    imgui.align_text_to_frame_padding()
    with text_colour("quiet"):
        imgui.text(icons.ICON_FA_CIRCLE_INFO)
    lines = [GROUP_HELP.format(group=view.group or "several")]
    if view.blur:
        lines.append(f"Patches are blurred as at that time of the training, with a sigma of {view.blur:.2g} px.")
    lines.append("No augmentation is applied.")
    imgui.set_item_tooltip("\n".join(lines))


def _work(view: ScoreView, wish: ScoreWish) -> ScoreWish:
    """What is computed, and a way to give it up or go on."""
    if not (view.work or view.cancelled):
        return wish
    label = "Go on###go on" if view.cancelled else "Cancel###cancel scores"
    flow(text_button_width(label))
    pressed = button(label, tooltip="The map is not complete." if view.cancelled else f"{view.work}…")
    return replace(wish, cancel=pressed and not view.cancelled, retry=pressed and view.cancelled)


def _legend(limit: float) -> Legend:
    return Legend(
        "Score of a patch, at its centre: taken for generated below 0, for real above", -limit, limit, False, COLOURS
    )


def _curves(view: ScoreView, setup: ScoreSetup, size: ImVec2) -> ScoreSetup:
    """Scores of the chosen place over the scale; the line of the present scale can be dragged."""
    imgui.begin_group()
    inks: dict[Kind, ImVec4] = {"real": line_colour(0), "generated": line_colour(1)}  # as in Curves
    plot_heading("Score over scale", [(NAMES[kind].lower(), inks[kind]) for kind in KINDS], size.x)
    x, y = setup.place
    imgui.set_item_tooltip(f"Of patches around ({x:.2f}, {y:.2f}), moved as little as it takes to stay inside")
    if implot.begin_plot("##curves", ImVec2(size.x, size.y - _heading_height()), PLOT_FLAGS):
        setup = _curve_plot(view, setup, inks)
        implot.end_plot()
    imgui.end_group()
    return setup


def _curve_plot(view: ScoreView, setup: ScoreSetup, inks: Mapping[Kind, ImVec4]) -> ScoreSetup:
    least = view.least_scale or LEAST_SCALE
    curves = {kind: pane.curve for kind, pane in view.panes.items() if pane.curve is not None}
    values = np.concatenate([scores for _, scores in curves.values()]) if curves else np.zeros(1)
    values = values[np.isfinite(values)]
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    air = max(0.08 * (high - low), 0.05)
    lock = implot.AxisFlags_.lock
    implot.setup_axes("", "", lock, lock)
    margin = 0.02 * (1 - least) or 0.02
    implot.setup_axes_limits(least - margin, 1 + margin, low - air, high + air, implot.Cond_.always)
    implot.setup_finish()
    zero = implot.Spec()
    zero.line_color, zero.line_weight, zero.flags = tone_colour("quiet"), 1.0, implot.InfLinesFlags_.horizontal.value
    implot.plot_inf_lines("##zero", np.zeros(1), spec=zero)
    for kind, (scales, scores) in curves.items():
        spec = implot.Spec()
        spec.line_color, spec.line_weight = inks[kind], em(LINE)
        spec.marker, spec.marker_size, spec.marker_fill_color = implot.Marker_.circle, em(0.12), inks[kind]
        implot.plot_line(NAMES[kind], scales.astype(float), scores.astype(float), spec=spec)
    shown = max(setup.scale, least)
    moved, place, *_ = implot.drag_line_x(0, shown, tone_colour("accent"), em(0.12))
    if implot.is_plot_hovered():
        imgui.set_tooltip(_curve_words(view, float(implot.get_plot_mouse_pos().x)))
    return replace(setup, scale=min(max(place, least), 1.0)) if moved else setup


def _curve_words(view: ScoreView, scale: float) -> str:
    """The scores nearest to a scale, for people."""
    lines = []
    for kind, pane in view.panes.items():
        if pane.curve is not None:
            scales, scores = pane.curve
            index = int(np.argmin(np.abs(scales - scale)))
            lines.append(f"{NAMES[kind]}  s {scales[index]:.3f}  score {scores[index]:+.3f}")
    return "\n".join(lines) or "The scores are on their way."
