"""Cameras on a sphere: pose, matrix and rays, in NumPy (EpiGRAF, Section 3.1; conventions as in its published code).

World axes: y is up.  A pose is yaw and pitch in radians; pitch is the polar angle from +y, so that 0 looks straight
down and pi/2 is the horizon.  Angles of view are full angles, in degrees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

Vector = tuple[float, float, float]
# At the poles "up" is parallel to the view; the frame is undefined there.  The published code has no guard.
POLE_MARGIN = 1e-4
# A pivot is at most so much of the eye's distance from the vertical through the target.
PIVOT_SHARE = 0.5


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at `target` from a sphere around it.

    Attributes:
        yaw: Angle around y, radians.
        pitch: Angle from +y, radians, in (0, pi).
        radius: Distance to the target, world units, > 0.
        fov: Full angle of view (both axes: pictures are square), degrees, in (0, 180).
        target: The point gone round, and looked at but for the pivot; world units.
        roll: Turn around the view axis, radians; a positive one turns the camera counter-clockwise and so the picture
            clockwise.  Training has none.
        pivot: The camera goes round the target and looks at a point so far from it along z, world units: as the cameras
            of some trainings do (RenderConfig.pivot).  It gives way where the eye comes so near to the vertical through
            the target that it would look past it: the picture would turn over there.
    """

    yaw: float = math.pi / 2
    pitch: float = math.pi / 2
    radius: float = 1.0
    fov: float = 30.0
    target: Vector = (0.0, 0.0, 0.0)
    roll: float = 0.0
    pivot: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a camera that has no matrix."""
        values = (self.yaw, self.pitch, self.radius, self.fov, *self.target, self.roll, self.pivot)
        if not all(math.isfinite(value) for value in values):
            raise ValueError(f"camera: every value must be finite, got {self}")
        if self.radius <= 0:
            raise ValueError(f"camera.radius must be positive, got {self.radius}")
        if not 0 < self.fov < 180:
            raise ValueError(f"camera.fov is a full angle in degrees and must lie in (0, 180), got {self.fov}")

    @property
    def position(self) -> np.ndarray:
        """The eye, world units.  [3], float64."""
        return np.asarray(self.target) + self.radius * sphere_points(self.yaw, self.pitch)

    @property
    def matrix(self) -> np.ndarray:
        """Camera-to-world matrix.  [4, 4], float64."""
        aside = PIVOT_SHARE * self.radius * math.sin(min(max(self.pitch, POLE_MARGIN), math.pi - POLE_MARGIN))
        pivot = min(max(self.pivot, -aside), aside)
        matrix = cam2world(np.array([self.yaw]), np.array([self.pitch]), self.radius, pivot)[0]
        matrix[:3, 3] += np.asarray(self.target)
        if self.roll:
            right, up = matrix[:3, 0].copy(), matrix[:3, 1].copy()
            cosine, sine = math.cos(self.roll), math.sin(self.roll)
            matrix[:3, 0], matrix[:3, 1] = cosine * right + sine * up, cosine * up - sine * right
        return matrix

    def orbited(self, yaw: float, pitch: float) -> Camera:
        """Turn around the target by these angles (radians), stopping short of the poles."""
        turned = min(max(self.pitch + pitch, POLE_MARGIN), math.pi - POLE_MARGIN)
        return replace(self, yaw=math.remainder(self.yaw + yaw, math.tau), pitch=turned)

    def panned(self, right: float, up: float) -> Camera:
        """Move the eye and the target together in the picture plane, in units of the picture's height at the target."""
        height = 2 * self.radius * math.tan(math.radians(self.fov) / 2)
        right_axis, up_axis = self.matrix[:3, 0], self.matrix[:3, 1]
        x, y, z = np.asarray(self.target) + height * (right * right_axis + up * up_axis)
        return replace(self, target=(float(x), float(y), float(z)))

    def rolled(self, angle: float) -> Camera:
        """Turn around the view axis by this angle (radians)."""
        return replace(self, roll=math.remainder(self.roll + angle, math.tau))

    def zoomed(self, factor: float) -> Camera:
        """Multiply the distance to the target by `factor` (> 0)."""
        return replace(self, radius=self.radius * factor)


def sphere_points(yaw: np.ndarray | float, pitch: np.ndarray | float) -> np.ndarray:
    """Unit vectors of poses (METHOD: Cameras).  Angles [...] radians -> [..., 3]."""
    yaw, pitch = np.asarray(yaw, np.float64), np.asarray(pitch, np.float64)
    return np.stack([np.sin(pitch) * np.cos(yaw), np.cos(pitch), np.sin(pitch) * np.sin(yaw)], axis=-1)


def angles_of(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The poses (yaw, pitch in radians) whose eyes lie in the direction of `points` [..., 3]."""
    unit = points / np.linalg.norm(points, axis=-1, keepdims=True)
    return np.arctan2(unit[..., 2], unit[..., 0]), np.arccos(np.clip(unit[..., 1], -1, 1))


def cam2world(yaw: np.ndarray, pitch: np.ndarray, radius: float, pivot: float = 0.0) -> np.ndarray:
    """Camera-to-world matrices whose columns are (minus left, up, minus forward, eye).

    Args:
        yaw: [batch], radians.
        pitch: [batch], radians.
        radius: Distance to the origin, world units.
        pivot: The point of the z axis that is looked at, world units.

    Returns:
        [batch, 4, 4], float64; x points right, y up, and the view is along -z.
    """
    outward = sphere_points(yaw, np.clip(pitch, POLE_MARGIN, math.pi - POLE_MARGIN))  # [batch, 3]
    forward = -outward
    if pivot:
        forward = np.array([0.0, 0.0, pivot]) - radius * outward
        forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    left = np.cross(np.array([0.0, 1.0, 0.0]), forward)
    left /= np.linalg.norm(left, axis=-1, keepdims=True)
    up = np.cross(forward, left)
    matrix = np.zeros((len(outward), 4, 4))
    matrix[:, :3, 0], matrix[:, :3, 1], matrix[:, :3, 2], matrix[:, :3, 3] = -left, up, -forward, radius * outward
    matrix[:, 3, 3] = 1
    return matrix


def pixel_directions(resolution: int, fov: float) -> np.ndarray:
    """Unit ray directions in camera axes of a square picture, rows from the top.

    Pixels lie on linspace(-1, 1) with both end pixels included (published convention), y up.

    Args:
        resolution: Pixels along a side.
        fov: Full angle of view, degrees.

    Returns:
        [resolution, resolution, 3], float64.
    """
    grid = np.linspace(-1, 1, resolution)
    x, y = np.meshgrid(grid, -grid)
    rays = np.stack([x, y, np.full_like(x, -1 / math.tan(math.radians(fov) / 2))], axis=-1)
    return rays / np.linalg.norm(rays, axis=-1, keepdims=True)
