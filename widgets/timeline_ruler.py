"""The ruler of the Timeline panel: seconds, keyframes as diamonds, the way back of a loop, and the playhead."""

from __future__ import annotations

import math

from imgui_bundle import ImVec2, imgui

from widgets.common import em, tone_ink
from widgets.timeline_view import LONGEST_S, ChooseKey, MoveKey, Scrub, TimelineIntent, TimelineView, keyframe_words

# Font sizes: the ruler's height, the numbers on top, half a diamond, and how near to one a click is meant for it.
HEIGHT, NUMBERS, DIAMOND, NEAR = 4.6, 1.5, 0.5, 0.7
# Seconds between two numbers, of which the first that leaves room is taken; and the least that is seen of time.
STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120)
SHORTEST_S = 6.0


class Ruler:
    """Its own state: what is held, and the part of time that is seen, which stays as it is meanwhile."""

    def __init__(self) -> None:
        self._held: int | None = None  # a keyframe
        self._scrubs = False
        self._span = SHORTEST_S

    @property
    def busy(self) -> bool:
        """Whether something is held."""
        return self._held is not None or self._scrubs

    def draw(self, view: TimelineView) -> TimelineIntent | None:
        """Draw it as wide as the panel.  Returns what somebody wants."""
        timeline = view.timeline
        low = imgui.get_cursor_screen_pos()
        width = max(imgui.get_content_region_avail().x, em(6))
        imgui.invisible_button("###ruler", ImVec2(width, em(HEIGHT)))
        if not self.busy:
            self._span = min(max(1.15 * (timeline.seconds if timeline else 0), view.playhead, SHORTEST_S), LONGEST_S)
        place = _Place(low.x + em(DIAMOND + 0.3), width - em(2 * DIAMOND + 0.6), self._span)
        intent = self._gesture(view, place, low.y)
        high = ImVec2(low.x + width, low.y + em(HEIGHT))
        canvas = imgui.get_window_draw_list()
        canvas.add_rect_filled(low, high, imgui.get_color_u32(imgui.Col_.frame_bg), imgui.get_style().frame_rounding)
        canvas.push_clip_rect(low, high, True)
        _numbers(canvas, place, low, high)
        if timeline is not None:
            _journey(canvas, place, view, low)
        _playhead(canvas, place.x(view.playhead), low, high)
        canvas.pop_clip_rect()
        return intent

    def _gesture(self, view: TimelineView, place: _Place, top: float) -> TimelineIntent | None:
        mouse, near = imgui.get_io().mouse_pos, None
        if view.timeline is not None and mouse.y > top + em(NUMBERS):
            distances = [(abs(place.x(frame.at) - mouse.x), i) for i, frame in enumerate(view.timeline.keyframes)]
            distance, index = min(distances)
            near = index if distance <= em(NEAR) else None
        if not imgui.is_item_active():
            self._held, self._scrubs = None, False
            if imgui.is_item_hovered() and near is not None and view.timeline is not None:
                imgui.set_mouse_cursor(imgui.MouseCursor_.hand)
                frame = view.timeline.keyframes[near]
                gone = "\nIts generator is not there any more" if near in view.lost else ""
                hint = "Click: go there" + ("" if near == 0 else "; drag: change its time")
                imgui.set_tooltip(f"{near + 1}:  {frame.at:.2f} s\n{keyframe_words(frame.scene)}{gone}\n{hint}")
            return None
        if imgui.is_item_activated():
            self._held, self._scrubs = near, near is None
            return ChooseKey(near) if near is not None else Scrub(place.at(mouse.x))
        if not (imgui.get_io().mouse_delta.x or imgui.get_io().mouse_delta.y):
            return None
        if self._held is not None and imgui.is_mouse_dragging(imgui.MouseButton_.left):
            return MoveKey(self._held, place.at(mouse.x))
        return Scrub(place.at(mouse.x)) if self._scrubs else None


class _Place:
    """Where times are on the screen.

    Args:
        left: Of time 0, pixels.
        width: Of the span.
        span: Seconds.
    """

    def __init__(self, left: float, width: float, span: float) -> None:
        self.left, self.width, self.span = left, max(width, 1.0), span

    def x(self, at: float) -> float:
        """Pixels of a time."""
        return self.left + self.width * at / self.span

    def at(self, x: float) -> float:
        """Time of a place, in hundredths of a second."""
        return round(min(max((x - self.left) / self.width, 0.0), 1.0) * self.span, 2)


def step_for(span: float, room: float) -> float:
    """Seconds between two numbers for which there is room.

    Args:
        span: Seconds that are seen.
        room: So many numbers fit.
    """
    return next((step for step in STEPS_S if span / step <= room), STEPS_S[-1])


def _numbers(canvas: imgui.ImDrawList, place: _Place, low: ImVec2, high: ImVec2) -> None:
    step = step_for(place.span, place.width / em(3.2))
    for index in range(math.floor(place.span / step) + 1):
        x, text = place.x(index * step), f"{index * step:g} s"
        canvas.add_line(ImVec2(x, low.y + em(NUMBERS)), ImVec2(x, high.y), tone_ink("quiet", 0.25))
        start = max(x - imgui.calc_text_size(text).x / 2, low.x + em(0.2))
        canvas.add_text(ImVec2(start, low.y + em(0.2)), tone_ink("quiet"), text)


def _journey(canvas: imgui.ImDrawList, place: _Place, view: TimelineView, low: ImVec2) -> None:
    """The way from keyframe to keyframe, and back."""
    timeline = view.timeline
    assert timeline is not None
    frames, y = timeline.keyframes, low.y + em(NUMBERS + (HEIGHT - NUMBERS) / 2)
    start, last, end = place.x(0), place.x(frames[-1].at), place.x(timeline.seconds)
    canvas.add_line(ImVec2(start, y), ImVec2(last, y), tone_ink("quiet"), em(0.12))
    if timeline.loop:
        dash = em(0.5)
        for index in range(math.ceil((end - last) / (2 * dash))):
            x = last + 2 * dash * index
            canvas.add_line(ImVec2(x, y), ImVec2(min(x + dash, end), y), tone_ink("quiet"), em(0.12))
        _diamond(canvas, ImVec2(end, y), tone_ink("quiet"), filled=False)
    for index, frame in enumerate(frames):
        tone = "error" if index in view.lost else "accent"
        middle = ImVec2(place.x(frame.at), y)
        _diamond(canvas, middle, tone_ink(tone), filled=True)
        if index == view.chosen:
            _diamond(canvas, middle, imgui.get_color_u32(imgui.Col_.text), filled=False)


def _diamond(canvas: imgui.ImDrawList, middle: ImVec2, ink: int, *, filled: bool) -> None:
    half = em(DIAMOND if filled else DIAMOND + 0.08)
    corners = (
        ImVec2(middle.x, middle.y - half), ImVec2(middle.x + half, middle.y),
        ImVec2(middle.x, middle.y + half), ImVec2(middle.x - half, middle.y),
    )  # fmt: skip
    if filled:
        canvas.add_quad_filled(*corners, ink)
    else:
        canvas.add_quad(*corners, ink, em(0.12))


def _playhead(canvas: imgui.ImDrawList, x: float, low: ImVec2, high: ImVec2) -> None:
    ink, half = imgui.get_color_u32(imgui.Col_.text), em(0.4)
    top = low.y + em(0.1)
    canvas.add_line(ImVec2(x, top), ImVec2(x, high.y), ink, em(0.1))
    canvas.add_triangle_filled(ImVec2(x - half, top), ImVec2(x + half, top), ImVec2(x, top + em(0.7)), ink)
