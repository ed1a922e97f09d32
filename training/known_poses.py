"""What the configuration of a run tells about the cameras of its training."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.poses import PoseConfig, mean_pose
from training.config import RunConfig
from training.config_files import load_config
from training.data_set import ImageDataSet

# Of a checkpoint's progress: yaw and pitch, radians.
MEAN_POSE = "mean_pose"
# So many poses show how they lie; more only hide each other.
MOST = 256


@dataclass(frozen=True)
class KnownPoses:
    """Cameras of a training.

    Attributes:
        yaw: Middle of the yaws, radians; None where they go all around.
        pitch: Middle of the pitches, radians.
        origin: Where this comes from, for people.
        poses: Yaw and pitch of some, [n, 2] with n up to MOST, radians.
    """

    yaw: float | None
    pitch: float
    origin: str
    poses: np.ndarray = field(compare=False)

    def reach(self, yaw: float, pitch: float) -> bool:
        """Whether a camera of the training may have stood there: no farther from the middle than some of them."""
        if self.yaw is None or not len(self.poses):
            return self.yaw is None
        away = np.remainder(self.poses[:, 0] - self.yaw + math.pi, math.tau) - math.pi
        aside, above = np.abs(away).max(), np.abs(self.poses[:, 1] - self.pitch).max()
        return abs(math.remainder(yaw - self.yaw, math.tau)) <= aside and abs(pitch - self.pitch) <= above


def middle_of(config: RunConfig, angles: np.ndarray | None) -> tuple[float, float] | None:
    """The middle of a training's poses, yaw and pitch, radians; None where they go all around, or are not known.

    Args:
        config: Of the run.
        angles: [n, 2 or more] the data set's yaw and pitch, if it has poses.
    """
    if config.poses.kind != "custom":
        yaw, pitch = _yaw_of(config.poses), config.poses.pitch_center
    elif angles is not None:
        yaw, pitch = mean_pose(angles)
    else:
        return None
    return None if yaw is None else (yaw, pitch)


def told_poses(middle: tuple[float, float]) -> KnownPoses:
    """What is known of poses of which a checkpoint tells only the middle."""
    return KnownPoses(*middle, "the middle of the poses, as the checkpoint tells it", np.empty((0, 2)))


def known_poses(config_file: Path) -> KnownPoses:
    """The poses that a run draws its cameras from.

    Args:
        config_file: The config.yaml of a run.

    Raises:
        ValueError: It cannot be understood, or the data set that has the poses cannot.
        OSError: One of the files cannot be read.
    """
    config = load_config(config_file)
    if config.poses.kind != "custom":
        return of_law(config.poses)
    if config.data.path is None:
        raise ValueError(f"{config_file}: the poses are those of the data set, but data.path names none")
    with ImageDataSet.open(config.data.path, mirrored=config.data.mirror) as data:
        angles, count = data.all_angles, data.info.count
    if angles is None:
        raise ValueError(f"{config.data.path} has no poses")
    yaw, pitch = mean_pose(angles)
    chosen = angles[np.linspace(0, len(angles) - 1, min(len(angles), MOST)).round().astype(int), :2]
    return KnownPoses(yaw, pitch, f"the poses of the data set's {count} pictures", chosen)


def of_law(law: PoseConfig) -> KnownPoses:
    """The poses of a law of which no data set is needed."""
    drawn = law.sample(MOST, np.random.default_rng(0))
    return KnownPoses(_yaw_of(law), law.pitch_center, f"the law of poses, {law.kind}", drawn)


def _yaw_of(law: PoseConfig) -> float | None:
    """Middle of a law's yaws, radians; None where they go all around."""
    return law.yaw_center if law.yaw_spread < math.pi else None
