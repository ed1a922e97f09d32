"""The Health panel: how a training does, what looks wrong with it, and what to try."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from imgui_bundle import ImVec2, ImVec4, imgui

from training.health_alarms import LASTING
from widgets import tick_strip
from widgets.choices import choose
from widgets.common import coloured, em, empty_state, icons, text_colour, tone_colour
from widgets.health_plots import colour, gradient_bars, scores_now, scores_over_time
from widgets.health_view import HEALTHY, HealthView, Network, figures
from widgets.scale_words import number
from widgets.seen_view import KINDS, NAMES
from widgets.tick_strip import GoToTick
from widgets.toolbar import flow

if TYPE_CHECKING:
    from training.health_alarms import Alarm

LEAST_WIDTH, LEAST_HEIGHT = 10.5, 6.0
Plot = Literal["now", "time", "gradients"]
PLOTS: dict[Plot, str] = {"now": "scores of this tick", "time": "scores over kimg", "gradients": "gradients by layer"}
# Above plots that stand beside each other.
TITLES: dict[Plot, str] = {"now": "scores", "time": "over kimg", "gradients": "gradients"}
# So high a panel has room for the sentence on what is healthy, font sizes.
TALL = 19.0
TIPS: dict[Plot, str] = {
    "now": "D's scores of the patches since the tick before. Right of 0 D takes a patch for real.",
    "time": "The middle of D's scores, and where 80% of them lie",
    "gradients": "Norm of the last gradient of each layer, from input to output; logarithmic. It is that of the loss:\n"
    "penalties (R1, or on densities) have steps of their own. What was no number at any time since the tick before,\n"
    "also of a penalty, is shown as such.",
}
NETWORKS: dict[Network, str] = {"G": "gradients of G", "D": "gradients of D"}


class HealthPanel:
    """Draws alarms, figures and plots of one moment.

    Attributes:
        hover: What is said of the place under the mouse; empty elsewhere.
    """

    def __init__(self) -> None:
        self.hover = ""
        self._plot: Plot = "now"
        self._network: Network = "G"

    def draw(self, view: HealthView) -> GoToTick | None:
        """Draw the panel.  Returns which moment somebody wants to see."""
        self.hover = ""
        wish = tick_strip.draw(view.moment)
        if not view.until:
            _nothing(view)
            return wish
        for alarm in view.alarms:
            _alarm(alarm)
        if not view.alarms and view.until < LASTING:
            with text_colour("quiet"):
                imgui.text(f"{icons.ICON_FA_HOURGLASS_HALF}  Too early to tell: {view.until} of {LASTING} ticks")
            imgui.set_item_tooltip("Until then only gradients that are no numbers are said: a new training swings.")
        elif not view.alarms:
            with text_colour("good"):
                imgui.text(f"{icons.ICON_FA_CIRCLE_CHECK}  No alarm at {number(view.moment.at_kimg)} kimg")
            _healthy()
        if view.problem:
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {view.problem}", "warning")
        _figures(view)
        self._plots(view)
        return wish

    def _plots(self, view: HealthView) -> None:
        style, room = imgui.get_style(), imgui.get_content_region_avail()
        wide = room.x >= len(PLOTS) * em(LEAST_WIDTH) + (len(PLOTS) - 1) * style.item_spacing.x
        width = (room.x - (len(PLOTS) - 1) * style.item_spacing.x) / len(PLOTS) if wide else room.x
        for place, plot in enumerate(PLOTS if wide else (self._plot,)):
            if place:
                imgui.same_line()
            imgui.begin_group()
            self._heading(plot, width, chooses=not wide)
            height = max(imgui.get_content_region_avail().y, em(LEAST_HEIGHT))
            draws: dict[Plot, Callable[[HealthView, ImVec2], str]] = {
                "now": scores_now,
                "time": scores_over_time,
                "gradients": lambda shown, size: gradient_bars(shown.norms.get(self._network), size),
            }
            self.hover = draws[plot](view, ImVec2(width, height)) or self.hover
            imgui.end_group()
        if self.hover:
            imgui.set_tooltip(self.hover)

    def _heading(self, plot: Plot, width: float, *, chooses: bool) -> None:
        """What is drawn, or a chooser where there is room for one plot only; the legend beside it."""
        if chooses:
            self._plot = choose("plot", self._plot, PLOTS, 11, TIPS[plot])
            imgui.same_line()
        if plot == "gradients":
            self._network = choose("network", self._network, NETWORKS, min(9, width / em()), TIPS[plot])
            return
        imgui.align_text_to_frame_padding()
        if not chooses:
            imgui.text(TITLES[plot])
            imgui.set_item_tooltip(TIPS[plot])
        legend = [(NAMES[kind], colour(kind)) for kind in KINDS]
        if chooses or _fits(TITLES[plot], legend, width):
            for label, tint in legend:
                imgui.same_line()
                imgui.text_colored(tint, label)


def _healthy() -> None:
    """What a healthy training looks like: a sentence, or a mark that says it where there is no room."""
    if imgui.get_content_region_avail().y >= em(TALL):
        with text_colour("quiet"):
            imgui.text_wrapped(HEALTHY)
        return
    imgui.same_line()
    with text_colour("quiet"):
        imgui.text(f"{icons.ICON_FA_CIRCLE_QUESTION}  what is healthy?")
    imgui.set_item_tooltip(HEALTHY)


def _fits(title: str, legend: list[tuple[str, ImVec4]], width: float) -> bool:
    gaps = len(legend) * imgui.get_style().item_spacing.x
    return sum(imgui.calc_text_size(text).x for text in (title, *(label for label, _ in legend))) + gaps <= width


def _alarm(alarm: Alarm) -> None:
    """One line, which opens to what there is to try."""
    imgui.push_style_color(imgui.Col_.text, tone_colour("error" if alarm.kind == "gradients" else "warning"))
    words = f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {alarm.title} since {number(alarm.since_kimg)} kimg"
    opened = imgui.tree_node_ex(f"{words}###{alarm.kind}", imgui.TreeNodeFlags_.span_avail_width)
    imgui.pop_style_color()
    advice = "\n".join(f"- {line}" for line in alarm.advice)
    if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip) and not opened:
        imgui.set_tooltip(f"{alarm.figures}\n\nWhat to try:\n{advice}")
    if opened:
        with text_colour("quiet"):
            imgui.text_wrapped(alarm.figures)
        for line in alarm.advice:
            imgui.bullet()
            imgui.text_wrapped(line)
        imgui.tree_pop()


def _figures(view: HealthView) -> None:
    """Single figures in a line that breaks where the panel ends."""
    for place, (name, value, tip) in enumerate(figures(view)):
        if place:
            flow(imgui.calc_text_size(f"{name} {value}").x + em(0.6))
        imgui.begin_group()
        with text_colour("quiet"):
            imgui.text(name)
        imgui.same_line(0, em(0.4))
        imgui.text(value)
        imgui.end_group()
        if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip):
            imgui.set_tooltip(tip)


def _nothing(view: HealthView) -> None:
    if not view.run:
        hint = "Start a training in Train, or choose a run there: see whether it goes well, and what to try if not."
        empty_state(icons.ICON_FA_HEART_PULSE, "No training yet", hint)
    elif view.loading:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Reading the run…", "")
    else:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first tick", HEALTHY)
