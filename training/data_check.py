"""Look through a whole data set and say what is in it, what is wrong, and what looks odd."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data_findings import covers_sphere, findings
from training.data_format import DataSetError
from training.data_set import DataSetInfo, ImageDataSet
from training.data_survey import Survey, survey

MAX_LISTED = 8


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
        errors: What must be repaired.
        warnings: What may be meant so, but often is not.
        notes: What is good to know.
    """

    path: Path
    info: DataSetInfo | None = None
    poses: PoseSummary | None = None
    brightness: float | None = None
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the data set can be used."""
        return not self.errors

    def text(self) -> str:
        """The report for people."""
        lines = [str(self.path), *_facts(self)]
        lines += [f"  error    {line}" for line in _shortened(self.errors)]
        lines += [f"  warning  {line}" for line in _shortened(self.warnings)]
        lines += [f"  note     {line}" for line in _shortened(self.notes)]
        lines.append("  verdict  " + ("can be used" if self.ok else "cannot be used until the errors are repaired"))
        return "\n".join(lines)


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
        seen = survey(data, progress)
        return report_of(path, data.info, data.all_angles, seen)


def report_of(path: Path, info: DataSetInfo, angles: np.ndarray | None, seen: Survey) -> DataReport:
    """The report on a data set whose pictures were read.  Arguments as of `training.data_findings.findings`."""
    found = [each for each in findings(info, angles, seen) if each.kind != "broken"]
    return DataReport(
        path=path,
        info=info,
        poses=None if angles is None else summarise_poses(angles),
        brightness=float(np.nanmean(seen.brightness)) if seen.readable.any() else None,
        errors=tuple(reason for _, reason in seen.broken),
        warnings=tuple(str(each) for each in found if each.warns),
        notes=tuple(str(each) for each in found if not each.warns),
    )


def summarise_poses(angles: np.ndarray) -> PoseSummary:
    """Ranges of poses [N, 3] in radians."""
    lowest, highest = angles.min(axis=0), angles.max(axis=0)
    return PoseSummary(
        yaw=(float(lowest[0]), float(highest[0])),
        pitch=(float(lowest[1]), float(highest[1])),
        covers_sphere=covers_sphere(angles),
    )


def _facts(report: DataReport) -> list[str]:
    """The lines that say what is in a data set."""
    info, poses = report.info, report.poses
    if info is None:
        return []
    lines = [f"  name     {info.name}" + (f" ({info.protocol} protocol)" if info.protocol else "")]
    lines.append(f"  pictures {info.count} of {info.resolution} x {info.resolution}")
    if info.objects:
        more = f", and {len(info.objects) - MAX_LISTED} more" if len(info.objects) > MAX_LISTED else ""
        word = "kinds" if info.kinds else "objects"
        lines.append(f"  {word:8} {len(info.objects)}: {', '.join(info.objects[:MAX_LISTED])}{more}")
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
