"""Look through a whole data set and say what is in it, what is wrong, and what looks odd."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.camera import sphere_points
from training.data_format import DataSetError
from training.data_set import DataSetInfo, ImageDataSet

MAX_LISTED = 8
# Mean of the unit vectors towards the cameras: 0 for a covered sphere, 1 for a single view.
SPHERE_MEAN_LIMIT = 0.35
# Fewer pictures than this are learned by heart.
FEW_PICTURES = 200


@dataclass(frozen=True)
class PoseSummary:
    """Ranges of the poses, radians, and whether they look from everywhere."""

    yaw: tuple[float, float]
    pitch: tuple[float, float]
    covers_sphere: bool


@dataclass(frozen=True)
class DataReport:
    """The outcome of a check.

    Attributes:
        path: What was checked.
        info: What is known of it; None when it does not open.
        poses: Ranges of the poses; None without poses.
        brightness: Mean of all pixels in [0, 1]; None when no picture could be read.
        duplicates: Pictures whose pixels occurred before.
        errors: What must be repaired.
        warnings: What may be meant so.
    """

    path: Path
    info: DataSetInfo | None = None
    poses: PoseSummary | None = None
    brightness: float | None = None
    duplicates: int = 0
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the data set can be used."""
        return not self.errors

    def text(self) -> str:
        """The report for people."""
        lines = [str(self.path), *_facts(self)]
        lines += [f"  error    {line}" for line in _shortened(self.errors)]
        lines += [f"  warning  {line}" for line in _shortened(self.warnings)]
        lines.append("  verdict  " + ("can be used" if self.ok else "cannot be used until the errors are repaired"))
        return "\n".join(lines)


@dataclass
class _Tally:
    """What reading the pictures brings together."""

    total: float = 0.0
    read: int = 0
    duplicates: int = 0
    errors: list[str] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)

    def add(self, pixels: np.ndarray) -> None:
        self.total += float(pixels.mean())
        self.read += 1
        mark = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
        self.duplicates += mark in self.seen
        self.seen.add(mark)


def check(path: Path, progress: Callable[[int, int], None] | None = None) -> DataReport:
    """Validate everything: description, poses, and every picture.

    Args:
        path: The zip or folder.
        progress: Called with (pictures done, pictures in all).

    Returns:
        The report; a data set that does not open is reported, not raised.
    """
    try:
        data = ImageDataSet.open(path)
    except DataSetError as error:
        return DataReport(path, errors=(str(error),))
    with data:
        tally = _read_all(data, progress)
        poses = None if data.all_angles is None else summarise_poses(data.all_angles)
        return DataReport(
            path=path,
            info=data.info,
            poses=poses,
            brightness=tally.total / tally.read / 255 if tally.read else None,
            duplicates=tally.duplicates,
            errors=tuple(tally.errors),
            warnings=tuple(_warnings(data.info, poses, tally)),
        )


def summarise_poses(angles: np.ndarray) -> PoseSummary:
    """Ranges of poses [N, 3] in radians.

    The sphere counts as covered when every octant is looked from, and the directions nearly cancel out.
    """
    eyes = sphere_points(angles[:, 0], angles[:, 1])  # [N, 3]
    octants = {(x >= 0, y >= 0, z >= 0) for x, y, z in eyes.tolist()}
    balanced = float(np.linalg.norm(eyes.mean(axis=0))) < SPHERE_MEAN_LIMIT
    lowest, highest = angles.min(axis=0), angles.max(axis=0)
    return PoseSummary(
        yaw=(float(lowest[0]), float(highest[0])),
        pitch=(float(lowest[1]), float(highest[1])),
        covers_sphere=len(octants) == 8 and balanced,
    )


def _read_all(data: ImageDataSet, progress: Callable[[int, int], None] | None) -> _Tally:
    """Decode every picture; an unreadable one is noted and does not end the check."""
    tally = _Tally()
    for index in range(len(data)):
        try:
            tally.add(data.image(index))
        except DataSetError as error:
            tally.errors.append(str(error))
        if progress:
            progress(index + 1, len(data))
    return tally


def _warnings(info: DataSetInfo, poses: PoseSummary | None, tally: _Tally) -> list[str]:
    """What may be meant so, but often is not."""
    found = []
    if info.resolution & (info.resolution - 1):
        found.append(f"{info.resolution} pixels are no power of two; scale the pictures to one for training")
    if poses is None:
        found.append("no poses: training draws cameras from a distribution, and shapes often come out flat")
    elif poses.pitch[1] - poses.pitch[0] < 1e-3 and poses.yaw[1] - poses.yaw[0] < 1e-3 and info.count > 1:
        found.append("all poses are the same: nothing can be learned about the other sides")
    if tally.duplicates:
        found.append(f"{tally.duplicates} pictures are copies of others; mirroring is done by the trainer, not stored")
    if info.count < FEW_PICTURES:
        found.append(f"{info.count} pictures are few: the discriminator will learn them by heart")
    if info.fov is None:
        found.append("the field of view is not known: set it, near, far and the radius in the preset")
    return found


def _facts(report: DataReport) -> list[str]:
    """The lines that say what is in a data set."""
    info, poses = report.info, report.poses
    if info is None:
        return []
    lines = [f"  name     {info.name}" + (f" ({info.protocol} protocol)" if info.protocol else "")]
    lines.append(f"  pictures {info.count} of {info.resolution} x {info.resolution}")
    if info.objects:
        more = f", and {len(info.objects) - MAX_LISTED} more" if len(info.objects) > MAX_LISTED else ""
        lines.append(f"  objects  {len(info.objects)}: {', '.join(info.objects[:MAX_LISTED])}{more}")
    elif info.label_count is not None:
        lines.append(f"  labels   {info.label_count}")
    if poses:
        lines.append(
            f"  poses    yaw {_degrees(poses.yaw)}, pitch {_degrees(poses.pitch)}; "
            + ("cover the sphere" if poses.covers_sphere else "do not cover the sphere")
        )
    if info.fov is not None:
        parts = [("fov", info.fov, "°"), ("radius", info.radius, ""), ("near", info.near, ""), ("far", info.far, "")]
        parts += [("cube scale", info.cube_scale, ""), ("object radius", info.scale, "")]
        lines.append("  cameras  " + ", ".join(f"{name} {value:g}{unit}" for name, value, unit in parts if value))
    if report.brightness is not None:
        lines.append(f"  colours  mean brightness {report.brightness:.2f}, background {info.background}")
    lines.append(f"  mark     {info.fingerprint}")
    return lines


def _degrees(span: tuple[float, float]) -> str:
    """A range of radians as degrees."""
    return f"{math.degrees(span[0]):.0f}° to {math.degrees(span[1]):.0f}°"


def _shortened(lines: tuple[str, ...]) -> list[str]:
    """At most MAX_LISTED lines and how many more."""
    rest = len(lines) - MAX_LISTED
    return [*lines[:MAX_LISTED], *([f"and {rest} more like these"] if rest > 0 else [])]
