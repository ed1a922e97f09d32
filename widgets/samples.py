"""The Samples panel: the pictures that a run makes of the same latents while it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from imgui_bundle import ImVec2, imgui

from widgets.common import em, empty_state, error_box, icons
from widgets.picture import Picture
from widgets.views import Sample, SamplesView

Filter = Literal["linear", "nearest"]


# The picture of a file with this filter, or None while it is being read.
SampleProvider = Callable[[Path, Filter], Picture | None]


class SamplesPanel:
    """Shows one picture, the newest unless somebody has gone back in time."""

    def __init__(self) -> None:
        self._index: int | None = None
        self._filter: Filter = "linear"
        self._dismissed = ""

    def draw(self, view: SamplesView, provider: SampleProvider) -> None:
        """Draw the panel; pictures come from `provider`."""
        if not view.samples:
            self._index = None
            _nothing(view.run)
            return
        index = self._controls(view.samples)
        if view.problem and view.problem != self._dismissed and error_box("samples", view.problem) == "dismiss":
            self._dismissed = view.problem
        picture = provider(view.samples[index].path, self._filter)
        if picture is not None:
            _show(picture)

    def _controls(self, samples: tuple[Sample, ...]) -> int:
        last = len(samples) - 1
        index = last if self._index is None else min(self._index, last)
        newest = f"{icons.ICON_FA_FORWARD_FAST}  Newest###newest"
        room = em(6.5) + em(5.5) + 2 * imgui.get_style().item_spacing.x
        imgui.set_next_item_width(max(imgui.get_content_region_avail().x - room, em(5)))
        imgui.begin_disabled(last == 0)
        changed, wanted = imgui.slider_int("##kimg", index, 0, last, f"{samples[index].kimg:g} kimg")
        imgui.end_disabled()
        if changed:
            index = min(max(wanted, 0), last)
            self._index = None if index == last else index
        imgui.same_line()
        imgui.begin_disabled(index == last)
        if imgui.button(newest, ImVec2(em(6.5), 0)):
            self._index, index = None, last
        imgui.end_disabled()
        imgui.same_line()
        imgui.set_next_item_width(em(5.5))
        if imgui.begin_combo("##filter", self._filter):
            for name in ("linear", "nearest"):
                if imgui.selectable(name, name == self._filter)[0]:
                    self._filter = name
            imgui.end_combo()
        imgui.set_item_tooltip("How enlarged pixels look")
        return index


def _nothing(run: str) -> None:
    if run:
        hint = "The run paints its fixed samples every now and then; the first one comes soon."
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first picture", hint)
    else:
        hint = "Start a training in Train: it paints the same samples again and again while it learns."
        empty_state(icons.ICON_FA_IMAGES, "No samples yet", hint)


def _show(picture: Picture) -> None:
    room = imgui.get_content_region_avail()
    scale = min(room.x / picture.width, room.y / picture.height)
    if scale <= 0:
        return
    size = ImVec2(picture.width * scale, picture.height * scale)
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + (room.x - size.x) / 2)
    imgui.image(imgui.ImTextureRef(picture.texture), size)
