"""The status bar: the run, what is being computed, and how fast the window draws."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import imgui

from widgets.common import em, icons, text_colour
from widgets.train import STATE_TONES, STATE_WORDS
from widgets.train_view import RunItem


@dataclass(frozen=True)
class StatusView:
    """What the bar says.

    Attributes:
        run: The attached run, if any.
        work: What the model worker does; empty when it rests.
        frames_per_second: Of the window.
    """

    run: RunItem | None
    work: str
    frames_per_second: float


def draw(view: StatusView) -> None:
    """Draw the bar, on one line."""
    if view.run is None:
        with text_colour("quiet"):
            imgui.text("no run")
    else:
        state = view.run.view.state
        with text_colour(STATE_TONES[state]):
            imgui.text(icons.ICON_FA_CIRCLE)
        imgui.same_line()
        status = view.run.view.status
        progress = f", {status.kimg:.2f} kimg" if status is not None else ""
        imgui.text(f"{view.run.name}: {STATE_WORDS.get(state, state)}{progress}")
    if view.work:
        imgui.same_line(0, em(2))
        with text_colour("busy"):
            imgui.text(view.work)
    text = f"{view.frames_per_second:.0f} fps"
    imgui.same_line(imgui.get_window_width() - imgui.calc_text_size(text).x - em(1))
    with text_colour("quiet"):
        imgui.text(text)
