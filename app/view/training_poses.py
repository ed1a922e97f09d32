"""Finds out, on a thread, where the cameras of the shown generator's training stood."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.workers.tasks import Tasks
from core.baked import BakedVolume
from core.camera import POLE_MARGIN, Camera, sphere_points
from core.checkpoint_header import read_header
from core.scene import Source
from widgets.view_setup import TrainingViews

if TYPE_CHECKING:  # pydantic and PIL wait until after the first frame
    from training.known_poses import KnownPoses

CONFIG_FILE = "config.yaml"


@dataclass(frozen=True)
class Found:
    """What was found for a source.

    Attributes:
        source: Which.
        known: The poses; None if they are not known.
        reason: Why they are not known, for people.
    """

    source: Source
    known: KnownPoses | None
    reason: str = ""


class TrainingPoses:
    """Knows the poses of one source at a time.

    Args:
        wake: Called from the thread when something was found.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._tasks: Tasks[Found] = Tasks("poses", wake)
        self._asked: Source | None = None
        self._found: Found | None = None

    def of(self, source: Source) -> Found | None:
        """What is known of a source; None while it is being looked for."""
        source = replace(source, snapshot="")  # all snapshots of a run share its poses
        for found in self._tasks.take():
            if isinstance(found, Found):
                self._found = found
        if source != self._asked:
            self._asked = source
            self._tasks.submit(f"Reading the poses of {source.path}", partial(look_up, source))
        return self._found if self._found is not None and self._found.source == source else None

    def close(self) -> None:
        """End the thread."""
        self._tasks.close()


def look_up(source: Source) -> Found:
    """Read what the run of a source says.  A problem is a reason, not an error: pictures need no poses."""
    from training.known_poses import known_poses

    config = config_of(source)
    if config is None:
        told = poses_in(Path(source.path)) if source.kind == "checkpoint" else None
        return Found(source, told, "" if told is not None else "a generator that comes without its run")
    try:
        return Found(source, known_poses(config))
    except (ValueError, OSError) as error:
        return Found(source, None, " ".join(str(error).split()))


def poses_in(checkpoint: Path) -> KnownPoses | None:
    """What a checkpoint tells of its training's poses, if it does."""
    from training.known_poses import MEAN_POSE, told_poses

    try:
        yaw, pitch = json.loads(read_header(checkpoint).get("progress", "{}"))[MEAN_POSE]
        return told_poses((float(yaw), float(pitch)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def config_of(source: Source) -> Path | None:
    """The configuration of the run that a source belongs to, if it is there."""
    if not source.path:
        return None
    path = Path(source.path)
    folders = (path,) if source.kind == "run" else path.parents[:2]  # a snapshot lies in snapshots/ of its run
    return next((folder / CONFIG_FILE for folder in folders if (folder / CONFIG_FILE).is_file()), None)


def training_views(home: Camera, volume: BakedVolume | None, found: Found | None) -> TrainingViews:
    """What panels are told of the cameras of the training.

    Args:
        home: The camera of the training, as far as its generator tells.
        volume: What is shown, which knows the training's rays.
        found: The poses, as far as they are known.
    """
    if volume is None:
        return TrainingViews(home, home, "nothing is shown yet")
    known = found.known if found is not None else None
    if known is None:
        reason = found.reason if found is not None else "the poses are being read"
        return TrainingViews(home, home, reason, np.empty((0, 3)), volume.near, volume.far, volume.half)
    pitch = min(max(known.pitch, POLE_MARGIN), math.pi - POLE_MARGIN)
    mean = replace(home, yaw=home.yaw if known.yaw is None else known.yaw, pitch=pitch)
    home = home if known.yaw is None else mean
    places = home.radius * sphere_points(known.poses[:, 0], known.poses[:, 1])
    return TrainingViews(home, mean, known.origin, places, volume.near, volume.far, volume.half)


def aimed(camera: Camera, found: Found) -> Camera:
    """The camera for another generator: from where its training saw the object, if that was not from all around."""
    known = found.known
    if known is None or known.yaw is None or known.reach(camera.yaw, camera.pitch):
        return camera
    return replace(camera, yaw=known.yaw, pitch=known.pitch, roll=0.0)
