"""The Timeline panel: keyframes of what is shown, and the journey from one to the next."""

from __future__ import annotations

from imgui_bundle import imgui

from core.timeline import Ease, Timeline
from widgets.common import button, coloured, em, empty_state, error_box, icon_button, icons, row_start, text_colour
from widgets.quality import choice
from widgets.timeline_ruler import Ruler
from widgets.timeline_view import (
    DEFAULT_LOOP_S,
    LONGEST_S,
    LOOP_RANGE,
    AddKey,
    ChooseKey,
    ClearJourney,
    CopyKey,
    EaseKey,
    FilmJourney,
    MoveKey,
    OpenJourney,
    PlayJourney,
    RemoveKey,
    SaveJourney,
    Scrub,
    SetLoop,
    TimelineIntent,
    TimelineView,
    UpdateKey,
    keyframe_words,
)
from widgets.toolbar import flow, flow_end, text_button_width, toggle, tool

EASE_NAMES: dict[Ease, str] = {"even": "even", "soft": "softly off and on"}
HINT = (
    "Arrange a view and press “Add keyframe” (I), then another: the camera flies from one to the next, samples blend "
    "in w. It can be played, saved, and exported as a film."
)


class TimelinePanel:
    """The panel's own state: what is held on the ruler."""

    def __init__(self) -> None:
        self._ruler = Ruler()

    def draw(self, view: TimelineView) -> TimelineIntent | None:
        """Draw the panel.  Returns what somebody wants."""
        if view.timeline is None:
            return _empty(view)
        intent = _tools(view, view.timeline)
        intent = self._ruler.draw(view) or intent
        if view.problem:
            error_box("timeline", view.problem, dismiss=False)
        if view.chosen is not None:
            intent = _chosen(view, view.timeline, view.chosen) or intent
        else:
            with text_colour("quiet"):
                imgui.text_wrapped("Click a keyframe to see what it shows; drag on the numbers to go through time.")
        return intent


def _empty(view: TimelineView) -> TimelineIntent | None:
    intent: TimelineIntent | None = None
    if _add(view):
        intent = AddKey()
    if tool(icons.ICON_FA_FOLDER_OPEN, "open timeline", "Open a timeline that was saved"):
        intent = OpenJourney()
    if view.problem:
        error_box("timeline", view.problem, dismiss=False)
    empty_state(icons.ICON_FA_FILM, "No keyframes yet", HINT)
    return intent


def _add(view: TimelineView) -> bool:
    told = "Keep what is shown as a keyframe: at the playhead, or two seconds behind the last one  (I)"
    label = f"{icons.ICON_FA_PLUS}  Add keyframe"
    if view.replaces:
        told = "Give the keyframe at the playhead what is shown  (I)"
        label = f"{icons.ICON_FA_ARROWS_ROTATE}  Set keyframe"
    can = view.ready and not view.refused
    return button(f"{label}###add keyframe", can, view.refused or told, primary=True)


def _tools(view: TimelineView, timeline: Timeline) -> TimelineIntent | None:
    intent: TimelineIntent | None = AddKey() if _add(view) else None
    times = [frame.at for frame in timeline.keyframes]
    before = [index for index, at in enumerate(times) if at < view.playhead - 1e-3]
    behind = [index for index, at in enumerate(times) if at > view.playhead + 1e-3]
    if tool(icons.ICON_FA_BACKWARD_STEP, "keyframe before", "To the keyframe before", bool(before)):
        intent = ChooseKey(before[-1])
    icon, told = (icons.ICON_FA_PAUSE, "Stop here") if view.playing else (icons.ICON_FA_PLAY, "Play from here")
    if tool(icon, "play timeline", f"{told}  (Shift+I)", len(times) > 1):
        intent = PlayJourney(not view.playing)
    if tool(icons.ICON_FA_FORWARD_STEP, "keyframe after", "To the next keyframe", bool(behind)):
        intent = ChooseKey(behind[0])
    flow(em(7.5))
    imgui.set_next_item_width(em(7.5))
    shown = f"%.2f of {timeline.seconds:.2f} s"
    changed, at = imgui.drag_float("##playhead", view.playhead, 0.02, 0, timeline.seconds, shown)
    imgui.set_item_tooltip("Where in the journey what is shown lies. Drag, or Ctrl+click to type.")
    if changed:
        intent = Scrub(min(max(at, 0.0), timeline.seconds))
    return _files(view, _loop(timeline) or intent)


def _loop(timeline: Timeline) -> TimelineIntent | None:
    looped = bool(timeline.loop)
    if toggle(icons.ICON_FA_REPEAT, "loop timeline", looped, "Go back to the first keyframe at the end") != looped:
        return SetLoop(0.0 if looped else DEFAULT_LOOP_S)
    if not looped:
        return None
    flow(em(4.5))
    imgui.set_next_item_width(em(4.5))
    changed, seconds = imgui.drag_float("##loop", timeline.loop, 0.02, *LOOP_RANGE, "%.1f s")
    imgui.set_item_tooltip("How long the way back takes")
    return SetLoop(min(max(seconds, LOOP_RANGE[0]), LOOP_RANGE[1])) if changed else None


def _files(view: TimelineView, intent: TimelineIntent | None) -> TimelineIntent | None:
    if tool(icons.ICON_FA_FOLDER_OPEN, "open timeline", "Open a timeline that was saved, in place of this one"):
        intent = OpenJourney()
    if tool(icons.ICON_FA_FLOPPY_DISK, "save timeline", "Save it as a file, which `epigraf render` films, too"):
        intent = SaveJourney()
    if tool(icons.ICON_FA_TRASH, "clear timeline", "Take all keyframes away; Undo brings them back"):
        intent = ClearJourney()
    label = f"{icons.ICON_FA_FILM}  Film…###film timeline"
    flow_end(text_button_width(label))
    return FilmJourney() if button(label, True, "Export a film of the journey: MP4, GIF or single pictures") else intent


def _chosen(view: TimelineView, timeline: Timeline, index: int) -> TimelineIntent | None:
    """The values of a keyframe."""
    intent: TimelineIntent | None = None
    frame, last = timeline.keyframes[index], index == len(timeline.keyframes) - 1
    imgui.align_text_to_frame_padding()
    imgui.text(f"Keyframe {index + 1} of {len(timeline.keyframes)}")
    row_start(tail=3, least=4)
    imgui.begin_disabled(index == 0)
    changed, at = imgui.drag_float("##keyframe at", frame.at, 0.02, 0, LONGEST_S, "at %.2f s")
    imgui.end_disabled()
    if changed:
        intent = MoveKey(index, at)
    if icon_button(icons.ICON_FA_CAMERA, "update keyframe", "Give it what is shown now", view.ready):
        intent = UpdateKey(index)
    if icon_button(icons.ICON_FA_COPY, "copy keyframe", "Put it in once more, behind itself"):
        intent = CopyKey(index)
    if icon_button(icons.ICON_FA_TRASH, "remove keyframe", "Take it away"):
        intent = RemoveKey(index)
    if not last or timeline.loop:
        hint = "How time runs from here to the next keyframe"
        ease = choice("Ease", hint, frame.ease, EASE_NAMES, "even")
        if ease != frame.ease:
            intent = EaseKey(index, ease)
    coloured(keyframe_words(frame.scene), "quiet")
    if index in view.lost:
        coloured(f"Its generator is not there any more: {frame.scene.source.path}", "error")
    return intent
