"""The Samples panel: the pictures that a run makes of the same latents while it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from imgui_bundle import ImVec2, imgui

from widgets.common import em, empty_state, icon_width, icons
from widgets.picture import LoadedPicture
from widgets.picture_pane import draw_pane
from widgets.picture_view import PictureView, Size, fit_scale, side_by_side, with_scale
from widgets.toolbar import first_tool, flow_end, text_button_width, toggle, tool
from widgets.views import Sample, SamplesView

Filter = Literal["linear", "nearest"]
Slot = Literal["sample", "reals"]
# The picture of a file in one of two places, with this filter.
SampleProvider = Callable[[Slot, Path, Filter], LoadedPicture]

# A whole training plays in about so long, but no picture is longer or shorter than these, seconds.
FILM_S, LONGEST_S, SHORTEST_S = 10.0, 0.5, 0.1
Key = imgui.Key
GESTURES = "Wheel: zoom at the mouse. Drag: move. Double click: all of it."
KEYS = "Keys, with the mouse over the pictures: left, right, Home, End; space plays."


class SamplesPanel:
    """Shows one picture, the newest unless somebody has gone back in time.

    Attributes:
        playing: Training is shown as a film: the window must go on drawing.
    """

    def __init__(self) -> None:
        self.playing = False
        self.view = PictureView()
        self._run = ""
        self._index: int | None = None
        self._filter: Filter = "linear"
        self._reals = False
        self._next_at = 0.0
        self._shown: tuple[Size, Size] | None = None  # size of the sample and of its pane in the last frame

    def draw(self, view: SamplesView, provider: SampleProvider) -> None:
        """Draw the panel; pictures come from `provider`."""
        if view.run != self._run or not view.samples:
            self._run, self._index, self.playing, self.view = view.run, None, False, PictureView()
        if not view.samples:
            _nothing(view)
            return
        index = self._controls(view.samples)
        self._tools(view, view.samples[index])
        sample = provider("sample", view.samples[index].path, self._filter)
        if self.playing and not sample.loading and imgui.get_time() >= self._next_at:
            self._next_at = imgui.get_time() + min(max(FILM_S / len(view.samples), SHORTEST_S), LONGEST_S)
            self._index = (index + 1) % len(view.samples)
        panes = [("sample", sample, "")]
        if self._reals and view.reals is not None:
            caption = f"{view.samples[index].kimg:g} kimg"
            panes = [("sample", sample, caption), ("reals", provider("reals", view.reals, self._filter), "real")]
        self._panes(panes, index, len(view.samples) - 1)

    def _controls(self, samples: tuple[Sample, ...]) -> int:
        """The row that chooses a picture.  Returns its index."""
        last = len(samples) - 1
        index = last if self._index is None else min(self._index, last)
        several = last > 0
        if first_tool(icons.ICON_FA_BACKWARD_STEP, "previous", f"The picture before\n{KEYS}", index > 0):
            self._go(index - 1, last)
        icon = icons.ICON_FA_PAUSE if self.playing else icons.ICON_FA_PLAY
        if tool(icon, "play", f"Play through training\n{KEYS}", several):
            self._toggle_film()
        if tool(icons.ICON_FA_FORWARD_STEP, "next", f"The next picture\n{KEYS}", index < last):
            self._go(index + 1, last)
        imgui.same_line()
        spare = icon_width() + imgui.get_style().item_spacing.x
        imgui.set_next_item_width(max(imgui.get_content_region_avail().x - spare, em(5)))
        imgui.begin_disabled(not several)
        changed, wanted = imgui.slider_int("##kimg", index, 0, last, f"{samples[index].kimg:g} kimg")
        imgui.end_disabled()
        if changed:
            self._go(wanted, last)
        imgui.same_line()
        if first_tool(icons.ICON_FA_FORWARD_FAST, "newest", "The newest picture, and stay there", index != last):
            self._go(last, last)
        return last if self._index is None else min(self._index, last)

    def _go(self, index: int, last: int) -> None:
        """Go to a picture; a film ends there, and the last one means the newest from now on."""
        index = min(max(index, 0), last)
        self._index = None if index == last else index
        self.playing = False

    def _toggle_film(self) -> None:
        self.playing = not self.playing
        self._next_at = imgui.get_time()

    def _tools(self, view: SamplesView, sample: Sample) -> None:
        """The row that decides how pictures are shown."""
        imgui.begin_disabled(view.reals is None)
        _, self._reals = imgui.checkbox("real###reals", self._reals)
        imgui.end_disabled()
        if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip | imgui.HoveredFlags_.allow_when_disabled):
            there = "Pictures of the data set beside the samples, in the same size"
            imgui.set_tooltip(there if view.reals else "This run has kept no pictures of its data set.")
        squares = toggle(icons.ICON_FA_TABLE_CELLS, "squares", self._filter == "nearest", "Enlarged pixels as squares")
        self._filter = "nearest" if squares else "linear"
        if tool(icons.ICON_FA_EXPAND, "fit", f"Show all of the picture.\n{GESTURES}"):
            self.view = PictureView()
        if tool(icons.ICON_FA_COPY, "copy path", f"Copy the path of this picture:\n{sample.path}"):
            imgui.set_clipboard_text(str(sample.path))
        if self._shown is not None:
            self._zoom(*self._shown)

    def _zoom(self, size: Size, room: Size) -> None:
        """The zoom, in the corner; a click makes pixels those of the screen."""
        pixel = imgui.get_io().display_framebuffer_scale.x
        text = f"{fit_scale(size, room) * self.view.zoom * pixel:.0%}"
        flow_end(text_button_width(text))
        if imgui.button(f"{text}###zoom"):
            self.view = with_scale(self.view, size, room, 1 / pixel)
        imgui.set_item_tooltip(f"Pixels of the screen for one of the picture; a click makes it 100%.\n{GESTURES}")

    def _panes(self, panes: list[tuple[str, LoadedPicture, str]], index: int, last: int) -> None:
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        if room.x <= 1 or room.y <= 1:
            return
        picture = panes[0][1].picture
        size = (float(picture.width), float(picture.height)) if picture is not None else (1.0, 1.0)
        beside = side_by_side(size, (room.x, room.y))
        if len(panes) > 1:
            room = ImVec2((room.x - spacing.x) / 2, room.y) if beside else ImVec2(room.x, (room.y - spacing.y) / 2)
        self._shown = (size, (room.x, room.y)) if picture is not None else None
        hovered = False
        for number, (name, loaded, caption) in enumerate(panes):
            if number and beside:
                imgui.same_line()
            self.view, over = draw_pane(name, loaded, self.view, room, caption)
            hovered |= over
        if hovered:
            self._hear_keys(index, last)

    def _hear_keys(self, index: int, last: int) -> None:
        if imgui.get_io().want_text_input:
            return
        goals = {Key.left_arrow: index - 1, Key.right_arrow: index + 1, Key.home: 0, Key.end: last}
        for key, goal in goals.items():
            if imgui.is_key_pressed(key):
                self._go(goal, last)
        if imgui.is_key_pressed(Key.space, False) and last > 0:
            self._toggle_film()


def _nothing(view: SamplesView) -> None:
    if view.loading:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Reading the run…", "Its pictures are on their way.")
    elif view.run:
        hint = "The run paints its fixed samples every now and then; the first one comes soon."
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first picture", hint)
    else:
        hint = "Start a training in Train: it paints the same samples again and again while it learns."
        empty_state(icons.ICON_FA_IMAGES, "No samples yet", hint)
