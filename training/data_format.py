"""The text of a data set: what `dataset.json` says, validated (conventions, radians and the like of foreign data)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.data_text import DataSetError, kind_of, number, parse_json, short

DESCRIPTION_FILE = "dataset.json"
FORMAT_VERSION = 1
# Yaw may be written in [-pi, pi] or [0, 2 pi]; the slack is for rounded decimals.
ANGLE_SLACK = 1e-2
# Networks are told labels as vectors with a place for each.
MOST_LABELS = 100_000

Angles = tuple[float, float, float]
Background = Literal["white", "black", "as-is"]


class StudioBlock(BaseModel):
    """What a data set made by the studio knows about its cameras, so that a preset need not guess."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    version: int = Field(default=FORMAT_VERSION, ge=1)
    name: str = ""
    fov: float | None = Field(default=None, gt=0, lt=180, description="full angle of view, degrees")
    radius: float | None = Field(default=None, gt=0, description="distance of the cameras to the origin")
    scale: float | None = Field(default=None, gt=0, description="radius of the objects' bounding sphere")
    near: float | None = Field(default=None, ge=0, description="where rays start, along the ray")
    far: float | None = Field(default=None, gt=0, description="where rays end, along the ray")
    cube_scale: float | None = Field(default=None, gt=0, description="half the side of the box that holds the field")
    background: Background = "as-is"
    protocol: str = ""
    objects: tuple[str, ...] = ()
    kinds: bool = Field(default=False, description="whether labels stand for kinds of objects, of which `objects` are")
    generator: str = ""


@dataclass(frozen=True)
class Description:
    """A parsed `dataset.json`.

    Attributes:
        angles: Picture name -> (yaw, pitch, roll) in radians, or None without poses.
        labels: Picture name -> label (>= 0), or None without labels.
        studio: The studio's own block; empty when another program wrote the file.
    """

    angles: Mapping[str, Angles] | None
    labels: Mapping[str, int] | None
    studio: StudioBlock


def parse_description(text: str | bytes, where: str) -> Description:
    """Read the content of a `dataset.json`.

    Args:
        text: The file's content.
        where: How to call the file in messages.

    Raises:
        DataSetError: The text is no JSON, or a value in it cannot be used.
    """
    return description_of(parse_json(text, where), where)


def description_of(content: Any, where: str) -> Description:
    """Validate what was read of a `dataset.json`, arguments and errors as of `parse_description`."""
    if not isinstance(content, dict):
        raise DataSetError(f'{where}: expected an object with "camera_angles" and "labels", got {kind_of(content)}.')
    angles, labels = content.get("camera_angles"), content.get("labels")
    return Description(
        angles=None if angles is None else _parse_angles(entries(angles, "camera_angles", where), where),
        labels=None if labels is None else _parse_labels(entries(labels, "labels", where), where),
        studio=_parse_studio(content.get("studio"), where),
    )


def angles_problem(values: object) -> str | None:
    """What is wrong with one pose, or None.  The pose should be (yaw, pitch, roll) in radians."""
    if not isinstance(values, list | tuple) or len(values) != 3:
        return f"a pose is [yaw, pitch, roll] in radians, got {short(values)}"
    numbers = [number(value) for value in values]
    if any(value is None for value in numbers):
        return f"a pose is three numbers, got {short(values)}"
    yaw, pitch, roll = (value for value in numbers if value is not None)
    if not all(math.isfinite(value) for value in (yaw, pitch, roll)):
        return f"the pose {short(values)} is not finite"
    if max(abs(yaw), abs(pitch), abs(roll)) > math.tau + ANGLE_SLACK:
        return f"the pose {short(values)} looks like degrees; angles are in radians (multiply by pi / 180)"
    if not -ANGLE_SLACK <= pitch <= math.pi + ANGLE_SLACK:
        return (
            f"pitch {pitch:.4g} lies outside [0, pi]; pitch is the angle from straight up (0), "
            "with the horizon at pi / 2 (an elevation e becomes pi / 2 - e)"
        )
    return None


def entries(content: Any, key: str, where: str) -> dict[str, Any]:
    """Pairs [name, value] as a dictionary; a JSON object is understood as well.  Raises DataSetError."""
    if not isinstance(content, dict | list):
        raise DataSetError(f'{where}: "{key}" must be a list of [picture, value] pairs, got {kind_of(content)}.')
    found: dict[str, Any] = {}
    for position, pair in enumerate(content.items() if isinstance(content, dict) else content):
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not isinstance(pair[0], str):
            raise DataSetError(f'{where}: "{key}" entry {position} must be [picture, value], got {short(pair)}.')
        if not pair[0].isprintable():
            raise DataSetError(f'{where}: "{key}" entry {position} has a name with characters that cannot be shown.')
        if pair[0] in found:
            raise DataSetError(f'{where}: "{key}" names {pair[0]} twice. Every picture has one entry.')
        found[pair[0]] = pair[1]
    return found


def _parse_angles(poses: dict[str, Any], where: str) -> dict[str, Angles]:
    """Validated poses by picture name."""
    for name, values in poses.items():
        problem = angles_problem(values)
        if problem:
            raise DataSetError(f'{where}: "camera_angles" of {name}: {problem}.')
    return {name: (float(yaw), float(pitch), float(roll)) for name, (yaw, pitch, roll) in poses.items()}


def _parse_labels(labels: dict[str, Any], where: str) -> dict[str, int]:
    """Validated labels by picture name."""
    for name, value in labels.items():
        if isinstance(value, list) and len(value) == 25:
            raise DataSetError(
                f"{where}: the labels are 25 numbers, the cameras of EG3D. Turn the set into one with poses: "
                "epigraf data convert SOURCE --out NAME.zip"
            )
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MOST_LABELS:
            raise DataSetError(
                f"{where}: the label of {name} must be a whole number from 0 to {MOST_LABELS - 1}, got {short(value)}."
            )
    return labels


def _parse_studio(content: Any, where: str) -> StudioBlock:
    """The studio's block; an absent one is empty."""
    if content is None:
        return StudioBlock.model_validate({})
    try:
        block = StudioBlock.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(["studio", *(str(part) for part in first["loc"])])
        raise DataSetError(f'{where}: "{field}" is {short(first["input"])}: {first["msg"]}.') from error
    if block.version > FORMAT_VERSION:
        raise DataSetError(
            f"{where}: version {block.version} of the format was written by a newer epigraf-studio; "
            f"this one reads up to {FORMAT_VERSION}. Update the program."
        )
    if block.near is not None and block.far is not None and block.near >= block.far:
        raise DataSetError(f'{where}: "studio.near" ({block.near}) must be smaller than "studio.far" ({block.far}).')
    return block
