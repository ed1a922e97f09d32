"""Marks in the plots for what happened to a run: thin lines with a sign, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.common import em, icons, tone_ink
from widgets.curve_lines import XAxis, place_of
from widgets.palette import Tone
from widgets.views import CurvesView, EventKind, RunEvent

SIGNS: dict[EventKind, tuple[str, Tone]] = {
    "start": (icons.ICON_FA_FLAG, "accent"),
    "pause": (icons.ICON_FA_PAUSE, "warning"),
    "resume": (icons.ICON_FA_PLAY, "good"),
    "set": (icons.ICON_FA_SLIDERS, "accent"),
    "snapshot": (icons.ICON_FA_FLOPPY_DISK, "quiet"),
    "best": (icons.ICON_FA_STAR, "good"),
    "flat": (icons.ICON_FA_TRIANGLE_EXCLAMATION, "warning"),
}
SIGN_SIZE = 0.75
# A line every few pixels would be a curtain.
CLOSEST = 0.25
# How near the mouse must come, font sizes.
REACH = 0.45


class Marks:
    """Where events lie on the axis, computed when they have changed."""

    def __init__(self) -> None:
        self._of: tuple[str, int, XAxis, tuple[RunEvent, ...]] | None = None
        self._events: tuple[RunEvent, ...] = ()
        self._places = np.empty(0)

    def begin(self, view: CurvesView, axis: XAxis) -> None:
        """Once a frame, before anything is drawn."""
        wanted = (view.run, view.version, axis, view.events)
        if wanted != self._of:
            self._of = wanted
            found = [(event, place_of(view, axis, event.kimg)) for event in view.events]
            self._events = tuple(event for event, place in found if place is not None)
            self._places = np.array([place for _, place in found if place is not None], np.float64)

    def draw(self) -> None:
        """Draw the marks of the current plot, behind what is drawn later."""
        low, size = implot.get_plot_pos(), implot.get_plot_size()
        canvas = implot.get_plot_draw_list()
        implot.push_plot_clip_rect()
        taken: dict[bool, float] = {}
        signed_until = -1e9
        for index, x in self._seen():
            icon, tone = SIGNS[self._events[index].kind]
            quiet = tone == "quiet"
            if x - taken.get(quiet, -1e9) < em(CLOSEST):
                continue
            taken[quiet] = x
            ink = tone_ink(tone, 0.3 if quiet else 0.75)
            canvas.add_line(ImVec2(x, low.y), ImVec2(x, low.y + size.y), ink, max(1.0, em(0.06)))
            if not quiet and x >= signed_until:
                signed_until = x + em(SIGN_SIZE * 1.4)
                place = ImVec2(x + em(0.15), low.y + em(0.15))
                canvas.add_text(imgui.get_font(), em(SIGN_SIZE), place, tone_ink(tone), icon)
        implot.pop_plot_clip_rect()

    def near(self, x: float) -> tuple[RunEvent, ...]:
        """The events of the current plot near a place on the screen."""
        return tuple(self._events[index] for index, place in self._seen() if abs(place - x) <= em(REACH))

    def _seen(self) -> Iterable[tuple[int, float]]:
        """Index and place on the screen, pixels, of the events within the current plot."""
        limits, low, size = implot.get_plot_limits().x, implot.get_plot_pos(), implot.get_plot_size()
        inside = np.flatnonzero((self._places >= limits.min) & (self._places <= limits.max))
        scale = size.x / max(limits.max - limits.min, 1e-300)
        return [(int(index), float(low.x + (self._places[index] - limits.min) * scale)) for index in inside]
