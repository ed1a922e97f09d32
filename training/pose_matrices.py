"""Cameras given as matrices become poses: yaw, pitch and roll around what all of them look at (METHOD: Cameras).

Training knows cameras on one sphere that look at its middle, and mirrors pictures by negating their yaw: the mirror is
the plane z = 0.  Things have a left and a right, so their front must face yaw 0, the direction +x.  Other programs
have the front at +z where y is up (EG3D, glTF), and at -y where z is up (Blender, NeRF).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.camera import angles_of, cam2world
from training.data_text import DataSetError

UpAxis = Literal["y", "z"]
# Columns are the axes of the world here, in the coordinates of the other program.
_TO_OURS: dict[UpAxis, np.ndarray] = {
    "y": np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]),  # (x, y, z) -> (z, y, -x)
    "z": np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]]),  # (x, y, z) -> (-y, z, -x)
}
# How far a matrix may be from a rotation: files round to a few decimals.
ROTATION_SLACK = 2e-2
# Axes of view that are more parallel than this meet nowhere in particular.
PARALLEL = 1e-4
# Said when cameras look past the middle, lean, or stand at different distances by more than this.
MISS, LEAN, SPREAD = math.radians(3), math.radians(2), 0.05


@dataclass(frozen=True)
class MatrixPoses:
    """Cameras of a set.

    Attributes:
        angles: [n, 3] yaw, pitch, roll, radians.
        radius: Middle distance to what they look at, units of the file.
        notes: What training will not see as it is, for people.
    """

    angles: np.ndarray
    radius: float
    notes: tuple[str, ...]


def poses_of(matrices: np.ndarray, names: list[str], up: UpAxis, where: str) -> MatrixPoses:
    """Poses of cameras.

    Args:
        matrices: [n, 4, 4] camera-to-world; x points right, y up, and the view is along -z (OpenGL).
        names: Of their pictures, for messages.
        up: Which axis of their world points up.
        where: How to call the file in messages.

    Raises:
        DataSetError: A matrix is none of a camera.
    """
    for name, matrix in zip(names, matrices, strict=True):
        problem = _matrix_problem(matrix)
        if problem:
            raise DataSetError(f"{where}: the camera of {name} {problem}")
    turned = _TO_OURS[up] @ matrices[:, :3]  # [n, 3, 4]
    rotations, eyes = turned[..., :3], turned[..., 3]
    target = seen_by_all(eyes, rotations[..., 2])
    outward = eyes - target
    distances = np.linalg.norm(outward, axis=1)
    radius = float(np.median(distances))
    if distances.min() <= 1e-6 * max(radius, 1e-12):
        raise DataSetError(f"{where}: the camera of {names[int(distances.argmin())]} stands in what it looks at.")
    yaw, pitch = angles_of(outward)
    roll = _rolls(rotations, yaw, pitch)
    aims = np.clip((rotations[..., 2] * outward).sum(axis=1) / distances, -1, 1)
    notes = _notes(np.arccos(aims), roll, distances, target, radius)
    return MatrixPoses(np.stack([yaw, pitch, roll], axis=1), radius, notes)


def seen_by_all(eyes: np.ndarray, backwards: np.ndarray) -> np.ndarray:
    """The point nearest to the axes of view of all cameras.

    Args:
        eyes: [n, 3].
        backwards: [n, 3] unit vectors against the view.

    Returns:
        [3]; the origin where the axes are parallel, or meet there but for rounding.
    """
    across = np.eye(3) - backwards[:, :, None] * backwards[:, None]  # [n, 3, 3]: what is not along the axis
    normal = across.mean(axis=0)
    if np.linalg.eigvalsh(normal)[0] < PARALLEL:
        return np.zeros(3)
    point = np.linalg.solve(normal, (across @ eyes[:, :, None]).mean(axis=0)[:, 0])
    size = float(np.median(np.linalg.norm(eyes - point, axis=1)))
    return point if float(np.linalg.norm(point)) > 1e-3 * size else np.zeros(3)


def _matrix_problem(matrix: np.ndarray) -> str:
    if not np.isfinite(matrix).all():
        return "has values that are not finite. Compute it again."
    if np.abs(matrix).max() > 1e6:
        return "stands further away than a million units. Compute it again."
    rotation = matrix[:3, :3]
    if np.abs(rotation.T @ rotation - np.eye(3)).max() > ROTATION_SLACK:
        return "is no rotation with a place: its axes are not at right angles, or not of length 1."
    if np.linalg.det(rotation) < 0:
        return "is mirrored (left-handed). Mirror pictures only when the set is made: --mirror."
    return ""


def _rolls(rotations: np.ndarray, yaw: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """How far each camera is turned around its view, radians, as in core.camera.  [n]."""
    upright = cam2world(yaw, pitch, 1.0)[:, :3, :3]
    right = rotations[..., 0]
    return np.arctan2((right * upright[..., 1]).sum(axis=1), (right * upright[..., 0]).sum(axis=1))


def _notes(
    misses: np.ndarray, roll: np.ndarray, distances: np.ndarray, target: np.ndarray, radius: float
) -> tuple[str, ...]:
    notes = []
    if target.any():
        place = ", ".join(f"{value:.3g}" for value in target)
        notes.append(
            f"the cameras look at a point {np.linalg.norm(target):.3g} from the origin ({place}); it becomes it"
        )
    past = int((misses > MISS).sum())
    if past:
        worst = math.degrees(misses.max())
        notes.append(f"{past} cameras look past the middle, by up to {worst:.0f}°: their objects are not centred")
    leaning = int((np.abs(roll) > LEAN).sum())
    if leaning:
        notes.append(f"{leaning} cameras are rolled by more than 2°, which training does not know: turn their pictures")
    spread = float(np.abs(distances / radius - 1).max())
    if spread > SPREAD:
        notes.append(
            f"distances differ by up to {spread:.0%}; training has one: crop so that objects are equally large"
        )
    return tuple(notes)
