"""The status bar: the run, what is being computed, and how fast the window draws."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from widgets.common import em, icons, text_colour, tone_ink
from widgets.palette import Tone
from widgets.run_words import state_words
from widgets.runs_view import RunItem


@dataclass(frozen=True)
class Machine:
    """Where something computes, and how much memory it takes there.

    Attributes:
        device: Its name; empty if unknown.
        memory_gb: GiB; none if unknown.
    """

    device: str = ""
    memory_gb: float | None = None

    def __str__(self) -> str:
        """Both, as far as they are known."""
        memory = "" if self.memory_gb is None else f"{self.memory_gb:.1f} GB"
        return ", ".join(part for part in (self.device, memory) if part)


@dataclass(frozen=True)
class StatusView:
    """What the bar says.

    Attributes:
        run: The attached run, if any.
        work: What the model worker does; empty when it rests.
        trainer: Where the attached run trains, while it does.
        window: Where the viewport is drawn.
        frames_per_second: Of the window.
    """

    run: RunItem | None
    work: str
    trainer: Machine
    window: Machine
    frames_per_second: float


def draw(view: StatusView) -> None:
    """Draw the bar, on one line; what has no room is left out, from the least important on."""
    _run(view.run)
    if view.work:
        imgui.same_line(0, em(2))
        with text_colour("busy"):
            imgui.text(view.work)
    imgui.same_line()
    left = imgui.get_cursor_pos_x() + em(1)
    tooltip = "Frames of the window in a second; an idle one draws next to none"
    parts = [(f"window {view.frames_per_second:.0f} fps", tooltip)]
    if str(view.window):
        tooltip = "What draws the viewport, and the memory of this program without its trainers"
        parts.append((f"{icons.ICON_FA_DISPLAY}  {view.window}", tooltip))
    if str(view.trainer):
        tooltip = "What the run trains on, and the memory that it takes there"
        parts.append((f"{icons.ICON_FA_MICROCHIP}  {view.trainer}", tooltip))
    _from_the_right(parts, left)


def _run(run: RunItem | None) -> None:
    if run is None:
        with text_colour("quiet"):
            imgui.text("no run")
        return
    word, tone = state_words(run)
    _dot(tone)
    status = run.view.status
    progress = f", {status.kimg:.2f} kimg" if status is not None else ""
    imgui.text(f"{run.name}: {word}{progress}")


def _from_the_right(parts: list[tuple[str, str]], left: float) -> None:
    """Draw texts with their tooltips, the first one at the right edge, as many as fit beside what ends at `left`."""
    right = imgui.get_window_width() - em(1)
    for text, tooltip in parts:
        right -= imgui.calc_text_size(text).x
        if right < left:
            return
        imgui.same_line(right)
        with text_colour("quiet"):
            imgui.text(text)
        imgui.set_item_tooltip(tooltip)
        right -= em(1.5)


def _dot(tone: Tone) -> None:
    """A small disc in a meaning's colour, in line with the text behind it."""
    start, height = imgui.get_cursor_screen_pos(), imgui.get_text_line_height()
    centre = ImVec2(start.x + em(0.3), start.y + height / 2)
    imgui.get_window_draw_list().add_circle_filled(centre, em(0.3), tone_ink(tone))
    imgui.dummy(ImVec2(em(0.6), height))
    imgui.same_line()
