"""A preset meets a data set: what the preset leaves open, the data set says (DESIGN: a preset need not guess)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from training.config import Advice, ConfigError, RunConfig, SettingProblem
from training.config_files import is_set, with_values
from training.data_check import summarise_poses
from training.data_set import DataSetInfo, ImageDataSet

RAYS = ("fov", "radius", "near", "far", "cube_scale")


def fitted(config: RunConfig, path: Path) -> RunConfig:
    """The configuration filled in from the data set at `path`.  Raises ConfigError, DataSetError."""
    with ImageDataSet.open(path) as data:
        return with_data_set(config, data.info, data.all_angles)


def with_data_set(config: RunConfig, info: DataSetInfo, angles: np.ndarray | None = None) -> RunConfig:
    """Fill in from a data set what nobody has set: cameras, rays, box, size, poses, camera condition.

    Apply it to a preset's configuration (with overrides), not to one that another data set has filled already.

    Args:
        config: Settings; those given by name win over the data set.
        info: The data set.
        angles: [n, 2 or more] its yaw and pitch, radians; without them the camera condition keeps its default.

    Raises:
        ConfigError: The settings cannot work with this data set.
    """
    values: dict[str, Any] = {"data.path": info.path.resolve(), "data.resolution": _resolution(config, info)}
    values["discriminator.image_resolution"] = values["data.resolution"]
    offered: dict[str, Any] = {f"generator.render.{name}": value for name, value in _rays(config, info).items()}
    offered["generator.render.white_back"] = info.background == "white"
    offered["generator.render.backdrop"] = "white" if info.background == "white" else "field"
    offered["poses.kind"] = "custom" if info.has_poses else "spherical-uniform"
    if angles is not None and len(angles):
        offered["discriminator.camera_condition"] = not summarise_poses(angles).covers_sphere
    values |= {name: value for name, value in offered.items() if value is not None and not is_set(config, name)}
    filled = with_values(config, values, f"{info.path} with preset {config.preset or config.name}")
    _require_poses(filled, info)
    _require_labels(filled, info)
    return filled


def data_advice(config: RunConfig, info: DataSetInfo) -> list[Advice]:
    """Where settings differ from what the data set says of its own pictures."""
    render, rays = config.generator.render, _rays(config, info)
    advice = [
        Advice(
            f"generator.render.{name}",
            f"is {getattr(render, name):g}, but the pictures were made with {rays[name]:g}: remove the "
            "setting to take the data set's.",
        )
        for name in ("fov", "radius")
        if rays[name] is not None and abs(rays[name] - getattr(render, name)) > 1e-6
    ]
    if not info.has_poses:
        text = (
            f"{info.name} has no camera angles; generated pictures use the law {config.poses.kind}. Check that it fits."
        )
        advice.append(Advice("poses.kind", text))
    return advice


def _rays(config: RunConfig, info: DataSetInfo) -> dict[str, float | None]:
    """What a data set says of cameras and rays, as the generator's family counts it."""
    said: dict[str, float | None] = {name: getattr(info, name) for name in RAYS}
    fov = said["fov"]
    if config.generator.family == "eg3d" and fov is not None:
        # Of a data set it reaches from middle to middle of the outermost pixels, here from edge to edge.
        wider = math.tan(math.radians(fov) / 2) * info.resolution / (info.resolution - 1)
        said["fov"] = math.degrees(2 * math.atan(wider))
    return said


def _resolution(config: RunConfig, info: DataSetInfo) -> int:
    """Pixels along a side to train at."""
    name = "data.resolution" if config.data.resolution is not None else "discriminator.image_resolution"
    wanted = config.data.resolution
    if wanted is None:
        given = is_set(config, "discriminator.image_resolution")
        wanted = config.discriminator.image_resolution if given else info.resolution
    if info.resolution % wanted:
        fix = "choose a smaller preset" if info.resolution < wanted else "choose a size that divides it"
        text = (
            f"has pictures of {info.resolution} pixels along a side, {name} is {wanted}: {fix}, or set "
            f"discriminator.image_resolution to {info.resolution}"
        )
        raise _refused(info, text, name)
    return wanted


def _require_poses(config: RunConfig, info: DataSetInfo) -> None:
    """Refuse settings that need camera angles when there are none."""
    if info.has_poses:
        return
    if config.poses.kind == "custom":
        text = (
            "has no camera angles, but poses.kind is 'custom': set poses.kind to another law, for instance "
            "spherical-uniform or normal"
        )
        raise _refused(info, text, "poses.kind")
    if config.discriminator.camera_condition:
        text = "has no camera angles, but discriminator.camera_condition is on: set it to false"
        raise _refused(info, text, "discriminator.camera_condition")


def _require_labels(config: RunConfig, info: DataSetInfo) -> None:
    """Refuse networks that are told of fewer classes than there are, or of classes where there are none."""
    told, given = config.discriminator.label_count, info.label_count or 0
    if not told or 0 < given <= told:
        return
    said = f"has {given} classes" if given else "has no labels"
    text = f"{said}, but discriminator.label_count is {told}: set it to {given}"
    raise _refused(info, text, "discriminator.label_count")


def _refused(info: DataSetInfo, text: str, field: str) -> ConfigError:
    """A setting does not fit the data set."""
    return ConfigError(f"{info.path}: {text}", (SettingProblem((field,), f"the data set {text}"),))
