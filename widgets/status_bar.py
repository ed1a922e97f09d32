"""The status bar: the run, what is being computed, and how fast the window draws."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from widgets.common import em, text_colour, tone_ink
from widgets.palette import Tone
from widgets.runs_view import RunItem
from widgets.train_run import STATE_TONES, STATE_WORDS
from widgets.views import Level, LogLine

NOTICE_TONES: dict[Level, Tone] = {"warning": "warning", "error": "error"}


@dataclass(frozen=True)
class StatusView:
    """What the bar says.

    Attributes:
        run: The attached run, if any.
        work: What the model worker does; empty when it rests.
        notice: The studio's last message, while it is news.
        frames_per_second: Of the window.
    """

    run: RunItem | None
    work: str
    notice: LogLine | None
    frames_per_second: float


def draw(view: StatusView) -> None:
    """Draw the bar, on one line."""
    if view.run is None:
        with text_colour("quiet"):
            imgui.text("no run")
    else:
        state = view.run.view.state
        _dot(STATE_TONES[state])
        status = view.run.view.status
        progress = f", {status.kimg:.2f} kimg" if status is not None else ""
        imgui.text(f"{view.run.name}: {STATE_WORDS.get(state, state)}{progress}")
    if view.work:
        imgui.same_line(0, em(2))
        with text_colour("busy"):
            imgui.text(view.work)
    if view.notice is not None:
        imgui.same_line(0, em(2))
        with text_colour(NOTICE_TONES.get(view.notice.level, "quiet")):
            imgui.text(view.notice.text)
    text = f"{view.frames_per_second:.0f} fps"
    imgui.same_line(imgui.get_window_width() - imgui.calc_text_size(text).x - em(1))
    with text_colour("quiet"):
        imgui.text(text)


def _dot(tone: Tone) -> None:
    """A small disc in a meaning's colour, in line with the text behind it."""
    start, height = imgui.get_cursor_screen_pos(), imgui.get_text_line_height()
    centre = ImVec2(start.x + em(0.3), start.y + height / 2)
    imgui.get_window_draw_list().add_circle_filled(centre, em(0.3), tone_ink(tone))
    imgui.dummy(ImVec2(em(0.6), height))
    imgui.same_line()
