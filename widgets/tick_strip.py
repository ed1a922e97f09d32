"""The row over panels about ticks: a slider back through the run's history, and the way back to its newest tick."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from imgui_bundle import imgui

from widgets.common import button, em, icon_width, icons
from widgets.toolbar import first_tool, text_button_width

LEAST_SLIDER = 6.0


def _empty() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True)
class TickView:
    """Which ticks a run has, and which of them is looked at.

    Attributes:
        ticks: [n] their numbers, ascending.
        kimg: [n] when they ended, thousands of images.
        held: The one that somebody looks back at; None: the newest.
    """

    ticks: np.ndarray = field(default_factory=_empty)
    kimg: np.ndarray = field(default_factory=_empty)
    held: int | None = None

    @property
    def place(self) -> int:
        """Index of the tick that is looked at; of one that is gone, the one before it.  -1 if there is none."""
        if self.held is None:
            return len(self.ticks) - 1
        return max(int(np.searchsorted(self.ticks, self.held, side="right")) - 1, min(len(self.ticks) - 1, 0))

    @property
    def tick(self) -> int | None:
        """Number of the tick that is looked at; None if there is none."""
        return int(self.ticks[self.place]) if len(self.ticks) else None

    @property
    def at_kimg(self) -> float:
        """When it ended, thousands of images; 0 if there is none."""
        return float(self.kimg[self.place]) if len(self.kimg) else 0.0


@dataclass(frozen=True)
class GoToTick:
    """Look at this tick; None: at the newest, whichever that is."""

    tick: int | None


def draw(view: TickView) -> GoToTick | None:
    """Draw the row; nothing where there are fewer than two ticks.  Returns what somebody wants."""
    count = len(view.ticks)
    if count < 2:
        return None
    wish: GoToTick | None = None
    place, spacing = view.place, imgui.get_style().item_spacing.x
    live = f"{icons.ICON_FA_FORWARD_FAST}  newest"
    if first_tool(icons.ICON_FA_BACKWARD_STEP, "tick before", "The tick before", place > 0):
        wish = GoToTick(int(view.ticks[place - 1]))
    imgui.same_line()
    room = imgui.get_content_region_avail().x - text_button_width(live) - icon_width() - 2 * spacing
    imgui.set_next_item_width(max(room, em(LEAST_SLIDER)))
    words = f"{view.at_kimg:g} kimg  ·  tick {view.tick}"
    changed, where = imgui.slider_int("##tick", place, 0, count - 1, words, imgui.SliderFlags_.always_clamp)
    imgui.set_item_tooltip("Which moment of the training is looked at; all panels about its ticks follow")
    if changed:
        wish = GoToTick(int(view.ticks[where]) if where < count - 1 else None)
    imgui.same_line()
    if first_tool(icons.ICON_FA_FORWARD_STEP, "tick after", "The next tick", place < count - 1):
        wish = GoToTick(int(view.ticks[place + 1]))
    imgui.same_line()
    if button(f"{live}###newest tick", view.held is not None, "Follow the training: the newest tick, whichever it is"):
        wish = GoToTick(None)
    return wish
