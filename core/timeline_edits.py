"""Changes of a timeline: keyframes are added, moved and taken away; each gives another timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.scene import Scene
from core.timeline import Ease, Keyframe, Timeline

# Seconds: from the last keyframe to one that is added behind it, and between two at least.
STEP_S, LEAST_GAP_S = 2.0, 0.05


def with_scene(timeline: Timeline | None, at: float, scene: Scene) -> tuple[Timeline, int]:
    """A timeline with a keyframe of this Scene.

    Args:
        timeline: None: it begins with this.
        at: Where: at a keyframe it takes its place, but behind the last one it comes STEP_S later; elsewhere it is put
            between.
        scene: Its latent must not lie on the way to another; a comparison is left out.

    Returns:
        (the timeline, the keyframe's index).

    Raises:
        ValueError: The Scene cannot be a keyframe.
    """
    scene = replace(scene, other=None)
    if timeline is None:
        return Timeline((Keyframe(0.0, scene),)), 0
    last = timeline.keyframes[-1].at
    index = replaced_at(timeline, at)
    if index is not None:
        return changed(timeline, index, scene=scene), index
    if keyframe_near(timeline, at) is not None or timeline.seconds - LEAST_GAP_S <= at <= timeline.seconds:
        at = last + STEP_S
    elif timeline.loop and at > last:
        timeline = replace(timeline, loop=timeline.seconds - at)  # on the way back, which ends when it did
    return _ordered(timeline, (*timeline.keyframes, Keyframe(max(at, 0.0), scene)))


def changed(timeline: Timeline, index: int, scene: Scene | None = None, ease: Ease | None = None) -> Timeline:
    """The timeline with another Scene or ease at a keyframe.  Raises ValueError if the Scene cannot be one."""
    frames = list(timeline.keyframes)
    frame = frames[index]
    scene = frame.scene if scene is None else replace(scene, other=None)
    frames[index] = replace(frame, scene=scene, ease=ease or frame.ease)
    return replace(timeline, keyframes=tuple(frames))


def moved(timeline: Timeline, index: int, at: float) -> Timeline:
    """The timeline with a keyframe at another time, as far as its neighbours let it; the first one stays."""
    frames = list(timeline.keyframes)
    if index == 0:
        return timeline
    least = frames[index - 1].at + LEAST_GAP_S
    most = frames[index + 1].at - LEAST_GAP_S if index + 1 < len(frames) else float("inf")
    if most < least:
        return timeline  # it has no room
    frames[index] = replace(frames[index], at=min(max(round(at, 3), least), most))
    return replace(timeline, keyframes=tuple(frames))


def copied(timeline: Timeline, index: int) -> tuple[Timeline, int]:
    """The timeline with a keyframe once more: half way to the next one, or behind the last.  Returns its index, too."""
    frames = timeline.keyframes
    frame = frames[index]
    at = (frame.at + frames[index + 1].at) / 2 if index + 1 < len(frames) else frame.at + STEP_S
    return _ordered(timeline, (*frames, replace(frame, at=at)))


def without(timeline: Timeline, index: int) -> Timeline | None:
    """The timeline without a keyframe; what comes after the first moves to the beginning.  None when none is left."""
    frames = [frame for number, frame in enumerate(timeline.keyframes) if number != index]
    if not frames:
        return None
    first = frames[0].at
    return replace(timeline, keyframes=tuple(replace(frame, at=frame.at - first) for frame in frames))


def replaced_at(timeline: Timeline, at: float) -> int | None:
    """Index of the keyframe whose place one takes that is added at a time; None if it comes beside the others."""
    index = keyframe_near(timeline, at)
    return index if index is not None and index < len(timeline.keyframes) - 1 else None


def keyframe_near(timeline: Timeline, at: float, tolerance: float = LEAST_GAP_S / 2) -> int | None:
    """Index of the keyframe at a time; None if there is none."""
    near = ((abs(frame.at - at), index) for index, frame in enumerate(timeline.keyframes))
    distance, index = min(near)
    return index if distance <= tolerance else None


def _ordered(timeline: Timeline, frames: Iterable[Keyframe]) -> tuple[Timeline, int]:
    """The timeline with these keyframes, of which the last is new.  Returns the new one's index, too."""
    frames = tuple(frames)
    ordered = tuple(sorted(frames, key=lambda frame: frame.at))
    return replace(timeline, keyframes=ordered), next(i for i, frame in enumerate(ordered) if frame is frames[-1])
