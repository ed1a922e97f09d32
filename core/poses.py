"""Pose distributions: where the cameras of training stand (METHOD: Cameras)."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field

from core.model_config import FrozenModel, unit

PoseKind = Literal["custom", "spherical-uniform", "uniform", "normal", "truncated-normal"]


# Below this share of agreement, that of yaws all over 240°, they go all around, and their mean says nothing.
AROUND = 0.4


class PoseConfig(FrozenModel):
    """A distribution of yaw and pitch (radians; pitch from +y).

    `custom` draws from the data set's poses.  `spherical-uniform` covers the band of the sphere that the ranges allow
    with equal density.  For the normal laws the ranges are one standard deviation to either side; `truncated-normal`
    redraws beyond two.
    """

    kind: PoseKind = Field(default="custom", description="Law of the poses.")
    yaw_center: float = Field(default=0.0, description="Middle of the yaw.", json_schema_extra=unit("radians"))
    yaw_spread: float = Field(
        default=math.pi, ge=0, description="Half range or deviation of yaw.", json_schema_extra=unit("radians")
    )
    pitch_center: float = Field(
        default=math.pi / 2, ge=0, le=math.pi, description="Middle of the pitch.", json_schema_extra=unit("radians")
    )
    pitch_spread: float = Field(
        default=math.pi / 2,
        ge=0,
        le=math.pi,
        description="Half range or deviation of pitch.",
        json_schema_extra=unit("radians"),
    )

    def sample(self, count: int, rng: np.random.Generator, poses: np.ndarray | None = None) -> np.ndarray:
        """Draw poses.

        Args:
            count: How many.
            rng: Source of randomness.
            poses: [n, 2 or more] yaw, pitch of the data set; needed by `custom`.

        Returns:
            [count, 2] yaw and pitch, radians, float64.

        Raises:
            ValueError: `custom` without poses.
        """
        if self.kind == "custom":
            if poses is None or len(poses) == 0:
                raise ValueError("poses.kind is 'custom', but the data set has no camera angles: choose another law")
            return np.asarray(poses, np.float64)[rng.integers(len(poses), size=count), :2]
        if self.kind == "spherical-uniform":
            return self._spherical(count, rng)
        unit_draws = self._unit_draws(count, rng)
        center = np.array([self.yaw_center, self.pitch_center])
        drawn = center + unit_draws * np.array([self.yaw_spread, self.pitch_spread])
        drawn[:, 1] = np.clip(drawn[:, 1], 1e-4, math.pi - 1e-4)
        return drawn

    def _spherical(self, count: int, rng: np.random.Generator) -> np.ndarray:
        yaw = self.yaw_center + self.yaw_spread * (2 * rng.random(count) - 1)
        lowest = math.cos(min(self.pitch_center + self.pitch_spread, math.pi))
        highest = math.cos(max(self.pitch_center - self.pitch_spread, 0.0))
        # Equal area on the sphere is equal length in cos(pitch): pitch = arccos(1 - 2u) over the whole of it.
        pitch = np.arccos(np.clip(highest - (highest - lowest) * rng.random(count), -1, 1))
        return np.stack([yaw, pitch], axis=1)

    def _unit_draws(self, count: int, rng: np.random.Generator) -> np.ndarray:
        if self.kind == "uniform":
            return 2 * rng.random((count, 2)) - 1
        draws = rng.standard_normal((count, 2))
        while self.kind == "truncated-normal" and (beyond := np.abs(draws) > 2).any():
            draws[beyond] = rng.standard_normal(int(beyond.sum()))
        return draws


def mean_pose(poses: np.ndarray) -> tuple[float | None, float]:
    """The middle of poses.

    Args:
        poses: [n, 2 or more], n at least 1: yaw and pitch, radians.

    Returns:
        Mean yaw and pitch, radians; no yaw where the poses go all around.
    """
    yaw, pitch = np.asarray(poses, np.float64)[:, :2].T
    sine, cosine = float(np.sin(yaw).mean()), float(np.cos(yaw).mean())
    middle = math.atan2(sine, cosine) if math.hypot(sine, cosine) >= AROUND else None
    return middle, float(pitch.mean())
