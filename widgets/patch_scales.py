"""The Patch scales panel: which part of the image D sees, by the law and as drawn (EpiGRAF, Section 3.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from imgui_bundle import ImVec2, imgui

from widgets import coverage_map, drawn_scales, law_map, law_trial
from widgets.choices import choose, flow
from widgets.common import coloured, em, empty_state, icons
from widgets.law_trial import LawPlots
from widgets.patch_views import (
    ApplyLaw,
    CoverageView,
    CoverageWindow,
    LawName,
    LawsView,
    LookAt,
    PatchesView,
    PatchSetup,
    PatchWish,
    Span,
)  # fmt: skip
from widgets.patch_views import Window as WindowName
from widgets.scale_words import NAMES, window_words
from widgets.segments import segments

Tab = Literal["training", "drawn", "what if", "coverage"]
TABS: dict[Tab, str] = {"training": "Law", "drawn": "Drawn", "what if": "What if", "coverage": "Coverage"}
WINDOWS: dict[WindowName, str] = {"last": "this tick", "ten": "10 ticks", "kept": "64 ticks"}
SPANS: dict[Span, str] = {"annealing": "annealing", "so far": "so far"}
COVERAGE_WINDOWS: dict[CoverageWindow, str] = {"so far": "so far", **WINDOWS}
WINDOW_TIP = "Which draws are counted: those of the tick that is looked at, or of it and the ones before it"
COVERAGE_TIP = f"{WINDOW_TIP}; so far: of all from the beginning of the run"
SPAN_TIP = "What the axis of time shows: all until the law is final, or what is done so far"
NO_PATCHES = (
    "This training has no patches",
    "Its discriminator judges whole pictures, each beside its raw one: no law draws scales and places.",
)
MIN_HEIGHT = 8.0
# From so many font sizes on, the density stands beside the map.
MIN_BESIDE = 30.0


class PatchesPanel:
    """Draws its tabs; what one looks at is kept here.

    Attributes:
        setup: What is read for the panel follows from it.
        hover: What is said of the place under the mouse; empty elsewhere.
        tab: Which tab is in front.
    """

    def __init__(self) -> None:
        self.setup = PatchSetup()
        self.hover = ""
        self.tab: Tab = "training"
        self._law: LawName = "run"
        self._log = False
        self._ahead: float | None = None  # a moment beyond the last tick, where only laws are
        self._plots = LawPlots()

    def draw(self, view: PatchesView) -> PatchWish | None:
        """Draw the panel.  Returns what somebody wants."""
        self.hover = ""
        if view.laws is None:
            _nothing(view.problem)
            return None
        if view.laws.whole:
            empty_state(icons.ICON_FA_CROP_SIMPLE, *NO_PATCHES)
            return None
        if view.problem:
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {view.problem}", "warning")
        self.tab = segments(self.tab, TABS)
        return self._content(self.tab, view, view.laws)

    @property
    def counted(self) -> CoverageWindow:
        """Which ticks are counted in the tab that is in front."""
        return self.setup.coverage if self.tab == "coverage" else self.setup.window

    def look_here(self) -> None:
        """Somebody has chosen another tick, or the training has come to what was looked at: look at the tick again."""
        self._ahead = None

    def forget_run(self) -> None:
        """Another run is shown: no law of its is tried out yet."""
        self.setup = replace(self.setup, trial=None)
        self.look_here()

    @property
    def ahead(self) -> float | None:
        """A moment to come that is looked at, kimg; none while it is that of a tick."""
        return self._ahead

    def cursor(self, view: PatchesView) -> float:
        """The moment of the laws, kimg: that of the tick that is looked at, or one to come."""
        return view.moment if self._ahead is None else self._ahead

    def _content(self, tab: Tab, view: PatchesView, laws: LawsView) -> PatchWish | None:
        match tab:
            case "training":
                return self._training(view, laws)
            case "what if":
                return self._what_if(view, laws)
        return self._drawn(view) if tab == "drawn" else self._coverage(view)

    def _drawn(self, view: PatchesView) -> None:
        flow(7)
        window = choose("window", self.setup.window, WINDOWS, 7, _tip(WINDOW_TIP, view.drawn))
        self.setup = replace(self.setup, window=window)
        flow(4)
        _, self._log = imgui.checkbox("log", self._log)
        imgui.set_item_tooltip("Shares on a logarithmic axis: early on nearly every patch is the whole image")
        if view.drawn is None:
            _undrawn(view)
        else:
            self.hover = drawn_scales.draw(view.drawn, self._log)

    def _coverage(self, view: PatchesView) -> None:
        all_of_it = self.setup.coverage == "so far"
        shown = view.so_far if all_of_it else view.drawn
        flow(7)
        window = choose("window", self.setup.coverage, COVERAGE_WINDOWS, 7, _tip(COVERAGE_TIP, shown))
        self.setup = replace(self.setup, coverage=window)
        if view.so_far is not None and all_of_it:
            coverage_map.draw_reading(view.so_far)
            if not view.so_far.draws:
                if view.so_far.read == view.so_far.wanted:
                    hint = "None of the ticks up to this one holds patches that can be read."
                    empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "No patches to count", hint)
                return
        if shown is None:
            _undrawn(view)
        else:
            self.hover = coverage_map.draw(shown)

    def _choose_span(self) -> None:
        flow(7)
        self.setup = replace(self.setup, span=choose("span", self.setup.span, SPANS, 7, SPAN_TIP))

    def _training(self, view: PatchesView, laws: LawsView) -> PatchWish | None:
        names = {name: NAMES[name] for name in laws.lines}
        self._law = self._law if self._law in names else "run"
        tip = "Whose density is shown. All have the run's r/R, batch and T; what is tried out comes from What if"
        flow(7)
        self._law = choose("law", self._law, names, 7, tip)
        self._choose_span()
        law = laws.lines[self._law]
        coloured(law.words, "quiet")
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        title = imgui.get_text_line_height_with_spacing()
        height = max(room.y - title, em(MIN_HEIGHT))
        beside = room.x >= em(MIN_BESIDE)
        width = (room.x - spacing.x) * law_map.MAP_SHARE if beside else room.x
        imgui.begin_group()
        imgui.text("Density of s over kimg")
        moved, self.hover = law_map.draw_map(laws, law, self.cursor(view), ImVec2(width, height))
        imgui.end_group()
        if beside:
            imgui.same_line()
        imgui.begin_group()
        law_map.draw_density(law, self.cursor(view), ImVec2(room.x - spacing.x - width if beside else room.x, height))
        imgui.end_group()
        return self._go(view, laws, moved)

    def _go(self, view: PatchesView, laws: LawsView, moved: float | None) -> PatchWish | None:
        """A moment that is past is a tick, which all panels follow; of what is to come there are laws only."""
        if moved is None:
            return None
        if view.ticks and moved <= laws.now_kimg:
            self._ahead = None
            return LookAt(moved)
        self._ahead = moved
        return None

    def _what_if(self, view: PatchesView, laws: LawsView) -> PatchWish | None:
        self._choose_span()
        trial = law_trial.edit(laws, self.setup.trial or laws.settings)
        self.setup = replace(self.setup, trial=None if trial == laws.settings else trial)
        clicked = law_trial.apply_row(view, laws, trial)
        self._plots.choose(laws)
        self.hover = self._plots.draw(view, laws, self.cursor(view))
        return ApplyLaw() if clicked else None


def _tip(tip: str, shown: CoverageView | None) -> str:
    return f"{tip}. Now: {window_words(shown)}" if shown is not None else tip


def _nothing(problem: str) -> None:
    if problem:
        empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "The law of this run is not known", problem)
    else:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Loading", "The run's settings and its ticks are being read.")


def _undrawn(view: PatchesView) -> None:
    if view.problem:
        return
    if view.ticks:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Loading", "The patches of these ticks are being read.")
    else:
        hint = "The first patches are told with the first tick of the training. Law shows what they are drawn from."
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first tick", hint)
