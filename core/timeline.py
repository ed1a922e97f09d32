"""Journeys between Scenes: keyframes in time, a spline for the camera, straight ways in w for the latent."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, get_args

from core.camera import Camera
from core.scene import Latent, Quality, Scene

VERSION = 1
Ease = Literal["even", "soft"]


@dataclass(frozen=True)
class Keyframe:
    """A Scene at a time.

    Attributes:
        at: Seconds from the beginning.
        scene: What is shown then.
        ease: How time runs from here to the next one: evenly, or softly off and on again.
    """

    at: float
    scene: Scene
    ease: Ease = "even"


@dataclass(frozen=True)
class Timeline:
    """Keyframes in the order of their times.

    Between two of them the camera follows a cubic spline through all (Catmull-Rom, with the times as parameters; yaw
    and roll by the shorter way, distance and angle of view by their logarithms), so that it neither stops nor bends at
    a keyframe.  The latent goes the straight way in w.  Generator and quality are those of the keyframe before, but for
    a slice's place and a surface's threshold, which move too.

    Attributes:
        keyframes: At least one; the first is at 0, and times rise.
        loop: Seconds from the last keyframe back to the first; 0 ends with the last.
    """

    keyframes: tuple[Keyframe, ...]
    loop: float = 0.0

    def __post_init__(self) -> None:
        """Refuse times that do not rise, and latents between two others."""
        times = [keyframe.at for keyframe in self.keyframes]
        if not times or times[0] != 0 or any(after <= before for before, after in pairwise(times)):
            raise ValueError(f"timeline: times must begin with 0 and rise, got {times}")
        if not all(math.isfinite(value) and value >= 0 for value in (*times, self.loop)):
            raise ValueError("timeline: times must be finite, and loop not negative")
        for number, keyframe in enumerate(self.keyframes, start=1):
            if keyframe.scene.latent.toward is not None:
                raise ValueError(f"timeline: keyframe {number} lies between two samples itself; choose one of them")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.keyframes[-1].at + self.loop

    def at(self, time: float) -> Scene:
        """The Scene at a time, seconds; before the beginning and after the end what is shown there."""
        frames = self._around()
        times = [frame.at for frame in frames[1:-1]]
        index = min(max(bisect_right(times, time) - 1, 0), max(len(times) - 2, 0))
        here = frames[1 + index]
        if len(times) == 1 or time <= here.at:
            return here.scene
        there = frames[2 + index]
        if time >= there.at:
            return there.scene
        share = (time - here.at) / (there.at - here.at)
        share = share * share * (3 - 2 * share) if here.ease == "soft" else share
        scenes = [frame.scene for frame in frames[index : index + 4]]
        return replace(
            here.scene,
            latent=between(here.scene.latent, there.scene.latent, share),
            camera=_splined([frame.at for frame in frames[index : index + 4]], scenes, share),
            quality=_moved(here.scene.quality, there.scene.quality, share),
        )

    def times(self, fps: float) -> list[float]:
        """Times of the pictures of a film; one that loops does not show its first picture twice."""
        count = max(round(self.seconds * fps), 1)
        return [number / fps for number in range(count if self.loop else count + 1)]

    def to_json(self) -> str:
        """As JSON text, with its version."""
        frames = [
            {"at": frame.at, "ease": frame.ease, "scene": json.loads(frame.scene.to_json())} for frame in self.keyframes
        ]
        return json.dumps({"timeline": VERSION, "loop": self.loop, "keyframes": frames}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Timeline:
        """Read `to_json` back.  Raises ValueError naming what is wrong."""
        try:
            values = json.loads(text)
            version, loop, frames = values["timeline"], float(values["loop"]), values["keyframes"]
            if version != VERSION:
                raise ValueError(f"this timeline has version {version}; this program reads version {VERSION}")
            return cls(tuple(_keyframe(number, frame) for number, frame in enumerate(frames, start=1)), loop)
        except (TypeError, KeyError) as error:
            raise ValueError(f"this is no timeline: {error!r}") from error

    def _around(self) -> list[Keyframe]:
        """The keyframes, with one more before and after them, and the first again at the end of a loop."""
        frames = list(self.keyframes)
        if self.loop:
            last = self.keyframes[-1]
            frames.append(replace(self.keyframes[0], at=self.seconds))
            before = replace(last, at=-self.loop)
            after = replace(self.keyframes[min(1, len(self.keyframes) - 1)], at=self.seconds + _step(self.keyframes))
            return [before, *frames, after]
        return [frames[0], *frames, frames[-1]]


def is_timeline(text: str) -> bool:
    """Whether JSON text says that it is a timeline."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError:
        return False
    return isinstance(values, dict) and "timeline" in values


def between(here: Latent, there: Latent, share: float) -> Latent:
    """The latent on the straight way in w from one to another; share in [0, 1]."""
    if share <= 0 or here == there:
        return here
    return there if share >= 1 else replace(here, toward=there, share=share)


def _keyframe(number: int, values: dict[str, Any]) -> Keyframe:
    try:
        scene = Scene.from_json(json.dumps(values["scene"]))
    except ValueError as error:
        raise ValueError(f"keyframe {number}: {error}") from error
    ease = values.get("ease", "even")
    if ease not in get_args(Ease):
        raise ValueError(f"keyframe {number}: ease must be one of {', '.join(get_args(Ease))}, got {ease!r}")
    return Keyframe(float(values["at"]), scene, ease)


def _step(frames: Sequence[Keyframe]) -> float:
    """Seconds from the first keyframe to the second."""
    return frames[1].at - frames[0].at if len(frames) > 1 else 1.0


def _splined(times: Sequence[float], scenes: Sequence[Scene], share: float) -> Camera:
    """The camera between the middle two of four Scenes; before the first and after the last, ends repeat."""
    cameras = [scene.camera for scene in scenes]
    if cameras[1] == cameras[2] == cameras[0] == cameras[3]:
        return cameras[1]
    columns = [
        _unwrapped([camera.yaw for camera in cameras]),
        [camera.pitch for camera in cameras],
        [math.log(camera.radius) for camera in cameras],
        [math.log(math.tan(math.radians(camera.fov) / 2)) for camera in cameras],
        *([camera.target[axis] for camera in cameras] for axis in range(3)),
        _unwrapped([camera.roll for camera in cameras]),
        [camera.pivot for camera in cameras],
    ]
    yaw, pitch, radius, lens, x, y, z, roll, pivot = (_cubic(times, column, share) for column in columns)
    # What stays as it is does so bit by bit.
    same_radius, same_fov, same_pivot = (
        len({getattr(camera, name) for camera in cameras}) == 1 for name in ("radius", "fov", "pivot")
    )
    return Camera(
        math.remainder(yaw, math.tau),
        min(max(pitch, 1e-4), math.pi - 1e-4),
        cameras[1].radius if same_radius else math.exp(radius),
        cameras[1].fov if same_fov else math.degrees(2 * math.atan(math.exp(lens))),
        (x, y, z),
        roll=math.remainder(roll, math.tau),
        pivot=cameras[1].pivot if same_pivot else pivot,
    )


def _unwrapped(angles: Sequence[float]) -> list[float]:
    """Angles that go from each to the next by the shorter way, the second one as it is."""
    ways = [math.remainder(after - before, math.tau) for before, after in pairwise(angles)]
    return [angles[1] - ways[0], angles[1], angles[1] + ways[1], angles[1] + ways[1] + ways[2]]


def _cubic(times: Sequence[float], values: Sequence[float], share: float) -> float:
    """Hermite's cubic between the middle two of four values, with the slopes of the chords around each."""
    width = times[2] - times[1]
    slopes = [
        (values[i + 1] - values[i - 1]) / (times[i + 1] - times[i - 1]) * width if times[i + 1] > times[i - 1] else 0.0
        for i in (1, 2)
    ]
    u = share
    return (
        (2 * u**3 - 3 * u**2 + 1) * values[1]
        + (u**3 - 2 * u**2 + u) * slopes[0]
        + (3 * u**2 - 2 * u**3) * values[2]
        + (u**3 - u**2) * slopes[1]
    )


def _moved(here: Quality, there: Quality, share: float) -> Quality:
    """The quality of the first, with a slice and a threshold on their way to those of the second."""
    at = here.slice_at + share * (there.slice_at - here.slice_at)
    return replace(here, slice_at=at, threshold=here.threshold ** (1 - share) * there.threshold**share)
