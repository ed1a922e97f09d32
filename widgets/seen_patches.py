"""The Patch view panel: patches as D was given them, beside their pictures, with scores (EpiGRAF, Section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from widgets import tick_strip
from widgets.common import button, em, empty_state, error_box, icons, text_colour, tone_ink
from widgets.picture import Picture
from widgets.scale_words import number
from widgets.seen_view import KINDS, NAMES, Kind, PartProvider, SeenPatch, SeenView, Square, patch_words, square_in
from widgets.tick_strip import GoToTick

Key = imgui.Key
# Font sizes: sides of a picture in the rows, and what stands before a row.
LEAST_SIDE, MOST_SIDE, NAME_WIDTH = 4.4, 13.0, 5.2
# Of what is told beside an enlarged patch, font sizes.
WORDS_WIDTH = 12.5
SHADE = imgui.IM_COL32(0, 0, 0, 170)
# Edge of the square and of what is pointed at, font sizes.
EDGE = 0.1


@dataclass(frozen=True)
class _Place:
    """A patch of the panel: its kind and its place in the row."""

    kind: Kind
    index: int


class SeenPatchesPanel:
    """Draws a row of real and one of generated patches, or one of them large.

    Attributes:
        hover: What is said of the patch under the mouse; empty elsewhere.
    """

    def __init__(self) -> None:
        self.hover = ""
        self._large: _Place | None = None

    def draw(self, view: SeenView, provider: PartProvider) -> GoToTick | None:
        """Draw the panel; pictures come from `provider`.  Returns which moment somebody wants to see."""
        self.hover = ""
        wish = tick_strip.draw(view.moment)
        if view.tick is None or view.problem:
            _nothing(view)
            return wish
        with text_colour("quiet"):
            imgui.text_wrapped(caption(view))
        if self._large is not None and self._large.index >= len(view.patches[self._large.kind]):
            self._large = None
        if self._large is None:
            self._rows(view, provider)
        else:
            self._one(self._large, view, provider)
        return wish

    def _rows(self, view: SeenView, provider: PartProvider) -> None:
        style, room = imgui.get_style(), imgui.get_content_region_avail()
        most = max(len(patches) for patches in view.patches.values())
        line = imgui.get_text_line_height_with_spacing()
        by_height = (room.y - style.scrollbar_size) / 2 - line - style.item_spacing.y
        by_width = (room.x - em(NAME_WIDTH)) / most / 2 - style.item_spacing.x
        side = min(max(min(by_height, max(by_width, em(LEAST_SIDE))), em(LEAST_SIDE) / 2), em(MOST_SIDE))
        # Pictures stay large enough to be seen: what has no room is scrolled to.
        imgui.begin_child("rows", ImVec2(0, 0), imgui.ChildFlags_.none, imgui.WindowFlags_.horizontal_scrollbar)
        for kind in KINDS:
            imgui.begin_group()
            imgui.dummy(ImVec2(em(NAME_WIDTH) - style.item_spacing.x, side / 2 - line / 2))
            with text_colour("quiet"):
                imgui.text(NAMES[kind])
            imgui.end_group()
            for index, patch in enumerate(view.patches[kind]):
                imgui.same_line()
                self._cell(_Place(kind, index), patch, provider, side)
        imgui.end_child()

    def _cell(self, place: _Place, patch: SeenPatch, provider: PartProvider, side: float) -> None:
        """A picture with the patch's square, the patch, and a line about it."""
        gap = imgui.get_style().item_inner_spacing.x
        imgui.begin_group()
        low = imgui.get_cursor_screen_pos()
        if imgui.invisible_button(f"{place.kind} {place.index}", ImVec2(2 * side + gap, side)):
            self._large = place
        pointed = imgui.is_item_hovered()
        if pointed:
            self.hover = patch_words(place.kind, patch)
            imgui.set_tooltip(f"{self.hover}\n\nA click enlarges it.")
        _pair(place, patch, provider, low, side, gap)
        if pointed:
            high = ImVec2(low.x + 2 * side + gap, low.y + side)
            imgui.get_window_draw_list().add_rect(low, high, tone_ink("accent"), 0, em(EDGE))
        imgui.text(f"s {patch.scale:.2f}")
        score = f"{patch.score:+.2f}"
        imgui.same_line(2 * side + gap - imgui.calc_text_size(score).x)
        with text_colour("good" if patch.score > 0 else "quiet"):
            imgui.text(score)
        imgui.end_group()

    def _one(self, place: _Place, view: SeenView, provider: PartProvider) -> None:
        """One patch as large as there is room, with all its values."""
        patches = view.patches[place.kind]
        keys = "Keys: left and right for the others of its row, Escape for all"
        if button(f"{icons.ICON_FA_ARROW_LEFT}  all patches###all patches", tooltip=keys):
            self._large = None
            return
        style, room = imgui.get_style(), imgui.get_content_region_avail()
        beside = room.x - em(WORDS_WIDTH) - 3 * style.item_spacing.x
        side = max(min(room.y, beside / 2), em(LEAST_SIDE))
        low = imgui.get_cursor_screen_pos()
        imgui.dummy(ImVec2(2 * side + style.item_spacing.x, side))
        _pair(place, patches[place.index], provider, low, side, style.item_spacing.x)
        imgui.same_line()
        imgui.push_text_wrap_pos(0.0)
        imgui.text(patch_words(place.kind, patches[place.index]))
        imgui.pop_text_wrap_pos()
        self._hear_keys(place, len(patches))

    def _hear_keys(self, place: _Place, count: int) -> None:
        if not imgui.is_window_focused(imgui.FocusedFlags_.child_windows) or imgui.get_io().want_text_input:
            return
        step = imgui.is_key_pressed(Key.right_arrow) - imgui.is_key_pressed(Key.left_arrow)
        self._large = _Place(place.kind, (place.index + step) % count)
        if imgui.is_key_pressed(Key.escape):
            self._large = None


def caption(view: SeenView) -> str:
    """Which patches are shown, and what was done to them before D saw them."""
    when = f"Last step of tick {view.tick}, {number(view.kimg)} kimg"
    if view.tick != view.moment.tick:
        when += " (the last that is kept before it)"
    blur = f"blur σ {view.blur:.2g} px" if view.blur > 0 else "no blur"
    return f"{when}; {blur}; {f'ADA p {view.p:.2f}' if view.p > 0 else 'no augmentation'}"


def _pair(place: _Place, patch: SeenPatch, provider: PartProvider, low: ImVec2, side: float, gap: float) -> None:
    """The picture with the square, and beside it the patch."""
    picture = provider(place.kind, place.index, "picture")
    _image(picture, low, side)
    if picture is not None:
        _outline(square_in(patch, picture.width), low, side)
    _image(provider(place.kind, place.index, "patch"), ImVec2(low.x + side + gap, low.y), side)


def _image(picture: Picture | None, low: ImVec2, side: float) -> None:
    high = ImVec2(low.x + side, low.y + side)
    canvas = imgui.get_window_draw_list()
    if picture is None:
        canvas.add_rect_filled(low, high, imgui.get_color_u32(imgui.Col_.frame_bg))
    else:
        canvas.add_image(imgui.ImTextureRef(picture.texture), low, high)


def _outline(square: Square, low: ImVec2, side: float) -> None:
    """A bright line on a dark one: seen on any picture."""
    first = ImVec2(low.x + square.left * side, low.y + square.top * side)
    last = ImVec2(low.x + square.right * side, low.y + square.bottom * side)
    canvas = imgui.get_window_draw_list()
    canvas.add_rect(first, last, SHADE, 0, 3 * em(EDGE))
    canvas.add_rect(first, last, tone_ink("accent"), 0, em(EDGE))


def _nothing(view: SeenView) -> None:
    if not view.run:
        hint = "Start a training in Train, or choose a run there: see the patches that its discriminator is given."
        empty_state(icons.ICON_FA_CROP_SIMPLE, "No patches yet", hint)
    elif view.problem:
        error_box("patches", view.problem, dismiss=False)
    elif view.loading:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Reading patches…", "")
    elif len(view.moment.ticks):
        hint = "It was trained before patches were recorded. If it is resumed, the next tick will have some."
        empty_state(icons.ICON_FA_CROP_SIMPLE, "This run has kept no patches", hint)
    else:
        hint = "A few patches are kept at the end of each tick of the training."
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first tick", hint)
