"""Poses from the files of others: dataset.json of EpiGRAF and of EG3D, transforms.json of NeRF, CSV."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from training.data_format import (
    Angles,
    Background,
    Description,
    StudioBlock,
    description_of,
    entries,
)
from training.data_source import is_safe
from training.data_text import DataSetError, kind_of, number, parse_json, short
from training.pose_csv import AngleUnit, read_csv
from training.pose_matrices import UpAxis, poses_of

# Numbers of an EG3D label: a camera-to-world matrix and intrinsics.
EG3D_NUMBERS = 25
# By how much the middle of a picture may miss the axis of view, in parts of its width.
OFF_CENTRE = 0.02


@dataclass(frozen=True)
class PoseReading:
    """How to read what files leave open.

    Attributes:
        unit: Of angles in a CSV whose titles say none.
        up: Which axis of a transforms.json points up.
        turn: Radians that are added to every yaw.
    """

    unit: AngleUnit | None = None
    up: UpAxis = "z"
    turn: float = 0.0


@dataclass(frozen=True)
class FoundPoses:
    """What a file says of its pictures.

    Attributes:
        form: What kind of file it is, for people.
        angles: Name as in the file -> (yaw, pitch, roll) in radians; None if it knows no poses.
        labels: Likewise labels.
        fov: Angle of view across the whole width, between the outer edges of its pixels, degrees, if it is said.
        background: What lies behind the objects, if that is said.
        studio: What a set of the studio says besides.
        notes: What training will not see as it is.
    """

    form: str
    angles: Mapping[str, Angles] | None = None
    labels: Mapping[str, int] | None = None
    fov: float | None = None
    background: Background = "as-is"
    studio: StudioBlock | None = None
    notes: tuple[str, ...] = ()


def read_poses(name: str, text: bytes, reading: PoseReading, where: str) -> FoundPoses:
    """Read a file of poses; its kind is told by its name's end and by what it holds.

    Args:
        name: Of the file.
        text: Its content.
        reading: How to read what it leaves open.
        where: How to call it in messages.

    Raises:
        DataSetError: It is of no known kind, or holds values that cannot be used.
    """
    if PurePosixPath(name).suffix.lower() == ".csv":
        found = FoundPoses("CSV", read_csv(text, reading.unit, where))
    else:
        content = parse_json(text, where)
        if not isinstance(content, dict):
            raise DataSetError(f"{where}: expected an object, got {kind_of(content)}. {KINDS}")
        if "frames" in content:
            found = _nerf(content, reading.up, where)
        elif _is_eg3d(content.get("labels")):
            found = _eg3d(entries(content["labels"], "labels", where), where)
        elif {"camera_angles", "labels"} & set(content):
            found = _epigraf(description_of(content, where))
        else:
            raise DataSetError(f"{where}: holds no poses that are known here. {KINDS}")
    if found.angles is None or not reading.turn:
        return found
    turned = {
        name: (math.remainder(yaw + reading.turn, math.tau), pitch, roll)
        for name, (yaw, pitch, roll) in found.angles.items()
    }
    return FoundPoses(found.form, turned, found.labels, found.fov, found.background, found.studio, found.notes)


KINDS = (
    'Poses are read from a dataset.json with "camera_angles" (EpiGRAF) or 25 numbers a label (EG3D), a transforms.json '
    'with "frames" (NeRF), and CSV.'
)


def _epigraf(description: Description) -> FoundPoses:
    studio = description.studio
    return FoundPoses(
        "EpiGRAF", description.angles, description.labels, background=studio.background, studio=description.studio
    )


def _is_eg3d(labels: Any) -> bool:
    values = list(labels.values()) if isinstance(labels, dict) else labels
    first = values[0] if isinstance(values, list) and values else None
    if isinstance(labels, list) and isinstance(first, list) and len(first) == 2:
        first = first[1]
    return isinstance(first, list) and len(first) == EG3D_NUMBERS


def _eg3d(labels: dict[str, Any], where: str) -> FoundPoses:
    """Labels of 16 numbers camera-to-world (x right, y down, view along z) and 9 of intrinsics over the image size."""
    values = np.array(
        [_numbers(label, EG3D_NUMBERS, f"{where}: the label of {name}") for name, label in labels.items()]
    )
    matrices = values[:, :16].reshape(-1, 4, 4) * np.array([1.0, -1.0, -1.0, 1.0])
    focal, centre = values[:, 16], values[:, [18, 21]]
    poses = poses_of(matrices, list(labels), "y", where)
    notes = list(poses.notes)
    off = float(np.abs(centre - 0.5).max())
    if off > OFF_CENTRE:
        notes.append(
            f"pictures are off the axis of view by up to {off:.0%} of their width, which training does not know"
        )
    return FoundPoses("EG3D", _named(labels, poses.angles), None, _one_fov(focal, where, notes), notes=tuple(notes))


def _nerf(content: dict[str, Any], up: UpAxis, where: str) -> FoundPoses:
    """Frames with camera-to-world matrices in OpenGL's axes."""
    frames, matrices, focals = content["frames"], {}, []
    if not isinstance(frames, list) or not frames:
        raise DataSetError(f'{where}: "frames" must be a list of cameras, got {short(frames)}.')
    for position, frame in enumerate(frames):
        path = frame.get("file_path") if isinstance(frame, dict) else None
        if not isinstance(path, str) or not path.isprintable():
            raise DataSetError(f'{where}: frame {position} needs a "file_path", got {short(frame)}.')
        if path in matrices:
            raise DataSetError(f"{where}: names {path} twice. Every picture has one camera.")
        said = f"{where}: the matrix of {path}"
        rows = frame.get("transform_matrix")
        if not isinstance(rows, list) or len(rows) != 4:
            raise DataSetError(f"{said} must be four rows of four numbers, got {short(rows)}.")
        matrices[path] = np.array([_numbers(row, 4, said) for row in rows])
        focals.append(_focal({**content, **frame}, f"{where}: {path}"))
    poses = poses_of(np.stack(list(matrices.values())), list(matrices), up, where)
    notes = list(poses.notes)
    known = [focal for focal in focals if focal is not None]
    fov = _one_fov(np.array(known), where, notes) if len(known) == len(frames) else None
    return FoundPoses("NeRF", _named(matrices, poses.angles), None, fov, notes=tuple(notes))


def _focal(said: dict[str, Any], where: str) -> float | None:
    """Focal length over the picture's width, if it is told."""
    angle, focal, width = (number(said.get(name)) for name in ("camera_angle_x", "fl_x", "w"))
    if angle is not None:
        if not 0 < angle < math.pi:
            raise DataSetError(f'{where}: "camera_angle_x" is {angle:g}; it must be radians between 0 and pi.')
        return 0.5 / math.tan(angle / 2)
    return None if focal is None or not width else focal / width


def _one_fov(focals: np.ndarray, where: str, notes: list[str]) -> float:
    """The angle of view, degrees, of focal lengths over the width."""
    if not (np.isfinite(focals).all() and (focals > 0.05).all() and (focals < 1000).all()):
        raise DataSetError(
            f"{where}: focal lengths over the picture's width reach from {focals.min():g} to {focals.max():g}. Are "
            "they in pixels? Divide them by the width."
        )
    focal = float(np.median(focals))
    spread = float(np.abs(focals / focal - 1).max())
    if spread > OFF_CENTRE:
        notes.append(f"focal lengths differ by up to {spread:.0%}; training has one angle of view")
    return math.degrees(2 * math.atan(0.5 / focal))


def _numbers(values: Any, count: int, where: str) -> list[float]:
    """So many finite numbers.  Raises DataSetError."""
    found = [number(value) for value in values] if isinstance(values, list) else []
    whole = [value for value in found if value is not None and math.isfinite(value)]
    if len(whole) != count or len(found) != count:
        raise DataSetError(f"{where} must be {count} finite numbers, got {short(values)}.")
    return whole


def _named(names: Mapping[str, Any], angles: np.ndarray) -> dict[str, Angles]:
    return {name: (yaw, pitch, roll) for name, (yaw, pitch, roll) in zip(names, angles.tolist(), strict=True)}


def pictures_of(found: Mapping[str, Any], available: list[str], folder: str, where: str) -> dict[str, str]:
    """Which picture each name of a file of poses means.

    Args:
        found: By the names that the file uses.
        available: Pictures that there are.
        folder: Where the file lies; its names may be relative to it.
        where: How to call it in messages.

    Returns:
        Picture -> name in the file.

    Raises:
        DataSetError: A picture is missing, named twice, or lies outside.
    """
    whole, bare, base = set(available), _unique({name: _bare(name) for name in available}), PurePosixPath(folder)
    last = _unique({name: PurePosixPath(name).name for name in available})
    chosen: dict[str, str] = {}
    for name in found:
        path = PurePosixPath(name)
        if not is_safe(str(path)):
            raise DataSetError(f"{where}: {short(name)} points out of the data. Name pictures relative to its root.")
        tries = [str(base / path), str(path)]
        picture = next((each for each in tries if each in whole), None)
        picture = picture or next((bare[each] for each in tries if bare.get(each)), None) or last.get(path.name)
        if picture is None:
            raise DataSetError(
                f"{where}: there is no picture {short(name)}, or several could be meant. Is the copy complete?"
            )
        if picture in chosen:
            raise DataSetError(f"{where}: {name} and {chosen[picture]} are the same picture.")
        chosen[picture] = name
    return chosen


def _bare(name: str) -> str:
    """Without what tells the format: NeRF's files leave it out."""
    return str(PurePosixPath(name).with_suffix(""))


def _unique(keys: dict[str, str]) -> dict[str, str]:
    """Key -> name, for the keys that only one name has."""
    counts: dict[str, list[str]] = {}
    for name, key in keys.items():
        counts.setdefault(key, []).append(name)
    return {key: names[0] for key, names in counts.items() if len(names) == 1}
