"""The same cameras written down in every form that is read, with pictures beside them."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.camera import cam2world

FOV = 30.0
# Yaw, pitch: in front, from the right and above, from behind and below.
POSES = [(0.0, math.pi / 2), (0.6, 1.1), (-2.4, 2.0), (1.5, 1.4)]
NAMES = [f"p{index}.png" for index in range(len(POSES))]
# Our axes in the coordinates of worlds whose y or z points up; the front, our +x, is their +z or -y.
OURS_TO_Y_UP = np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]])
OURS_TO_Z_UP = np.array([[0, 0, -1], [-1, 0, 0], [0, 1, 0]])


def png(pixels: np.ndarray, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png", **options)
    return buffer.getvalue()


def pictures(folder: Path, side: int = 16) -> Path:
    """A picture for each pose: another colour each, its left half darker."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(NAMES):
        pixels = np.full((side, side, 3), 60 + 40 * index, np.uint8)
        pixels[:, : side // 2, 0] //= 2
        (folder / name).write_bytes(png(pixels))
    return folder


def matrices(to_theirs: np.ndarray, radius: float = 1.0) -> np.ndarray:
    """Camera-to-world matrices in another world, x right, y up, view along -z.  [n, 4, 4]."""
    yaw, pitch = np.array(POSES).T
    ours = cam2world(yaw, pitch, radius)
    ours[:, :3] = to_theirs @ ours[:, :3]
    return ours


def epigraf() -> str:
    return json.dumps({"camera_angles": [[name, [*pose, 0.0]] for name, pose in zip(NAMES, POSES, strict=True)]})


def eg3d(radius: float = 2.7) -> str:
    focal = 0.5 / math.tan(math.radians(FOV) / 2)
    intrinsics = [focal, 0, 0.5, 0, focal, 0.5, 0, 0, 1]
    opencv = matrices(OURS_TO_Y_UP, radius) * np.array([1, -1, -1, 1])
    labels = [[name, [*m.ravel().tolist(), *intrinsics]] for name, m in zip(NAMES, opencv, strict=True)]
    return json.dumps({"labels": labels})


def nerf(radius: float = 4.0) -> dict[str, Any]:
    frames = [
        {"file_path": f"./{name[:-4]}", "transform_matrix": matrix.tolist()}
        for name, matrix in zip(NAMES, matrices(OURS_TO_Z_UP, radius), strict=True)
    ]
    return {"camera_angle_x": math.radians(FOV), "frames": frames}


def csv() -> str:
    lines = [
        f"{name},{math.degrees(yaw)},{90 - math.degrees(pitch)}"
        for name, (yaw, pitch) in zip(NAMES, POSES, strict=True)
    ]
    return "\n".join(["file,yaw_deg,elevation_deg", *lines])
