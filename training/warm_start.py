"""Warm starts: a new run that begins with the weights of a snapshot; what fits is judged without loading them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.checkpoint_header import read_header
from core.model_config import DiscriminatorConfig, DiscriminatorKind, Family, FrozenModel, GeneratorConfig
from training.config import ConfigError, RunConfig
from training.config_files import with_values
from training.run_dir import RunDirectory
from training.run_errors import explained

SUFFIX = "-warm"
MAX_NAME = 60

# Settings that decide which weights there are, or what they mean; all others may differ.
GENERATOR_SETTINGS = (
    "z_dim", "w_dim", "mapping_layers", "mapping_lr_multiplier", "plane_resolution", "plane_features", "decoder_hidden",
    "family", "backbone", "camera_condition", "label_count", "view_direction", "background",
)  # fmt: skip
SPHERE_SETTINGS = ("background_width", "background_blocks")
FAMILY_SETTINGS: dict[Family, tuple[str, ...]] = {
    "epigraf": (),
    "stylegan2": (),
    "eg3d": ("plane_axes", "upsampler.image_resolution", "upsampler.input_resolution", "upsampler.channels"),
}
DISCRIMINATOR_SETTINGS = ("kind", "image_resolution", "patch_resolution", "camera_condition", "label_count")
LABEL_SETTINGS = ("label_gain",)
KIND_SETTINGS: dict[DiscriminatorKind, tuple[str, ...]] = {
    "hyper": ("modulation", "hyper_dim"),
    "scale-specific": ("experts",),
    "standard": (),
    "dual": (),
}
CHANNEL_SETTINGS = ("channel_base", "channel_max")


def run_of(snapshot: Path) -> RunDirectory | None:
    """The run whose snapshot a file is, or None if it lies elsewhere."""
    path = snapshot.absolute()
    runs = [RunDirectory(folder) for folder in (path.parent.parent, path.parent)]
    return next((run for run in runs if run.config_path.is_file()), None)


def warm_name(name: str) -> str:
    """What the new run is called unless somebody says otherwise."""
    return name if name.endswith(SUFFIX) else name[: MAX_NAME - len(SUFFIX)] + SUFFIX


def warm_config(config: RunConfig, snapshot: Path, changes: Mapping[str, Any] | None = None) -> RunConfig:
    """The configuration of a run that begins with a snapshot.

    Args:
        config: Of the run that it continues, or of a preset with a data set.
        snapshot: A checkpoint, .safetensors.
        changes: Settings by dotted name that shall be different.

    Raises:
        ConfigError: The snapshot is missing or damaged, or does not fit; the message names the differing setting.
        RunError: The snapshot cannot be read.
    """
    values = {"name": warm_name(config.name), **(changes or {}), "init": snapshot.absolute()}
    warm = with_values(config, values, "warm start")
    require_fit(warm, snapshot)
    return warm


def require_fit(config: RunConfig, snapshot: Path) -> None:
    """Refuse a snapshot whose weights are for other networks.  Raises ConfigError, RunError."""
    generator, discriminator = _networks(snapshot)
    settings = GENERATOR_SETTINGS + (SPHERE_SETTINGS if config.generator.background == "sphere" else ())
    settings += FAMILY_SETTINGS[config.generator.family] if config.generator.family == generator.family else ()
    different = _differences("generator", config.generator, generator, settings)
    if discriminator is not None:
        ours = config.discriminator
        settings = DISCRIMINATOR_SETTINGS + (KIND_SETTINGS[ours.kind] if ours.kind == discriminator.kind else ())
        settings += LABEL_SETTINGS if ours.label_count else ()
        different += _differences("discriminator", ours, discriminator, settings)
    if different:
        text = "; ".join(f"{name} is {here} here and {there} there" for name, here, there in different)
        raise ConfigError(f"init: the weights of {snapshot} are for other networks: {text}.  Set it as it is there.")


def with_networks_of(config: RunConfig, snapshot: Path, keep: Collection[str] = ()) -> RunConfig:
    """A preset with the networks of a checkpoint that belongs to no run, as one that was imported.

    Args:
        config: The preset.
        snapshot: The checkpoint.
        keep: Settings, by dotted name, that somebody gave and that stay as they are.

    Raises:
        ConfigError: The snapshot is missing or damaged, or its networks do not go together with the rest.
        RunError: The snapshot cannot be read.
    """
    generator, discriminator = _networks(snapshot)
    names = (*GENERATOR_SETTINGS, *SPHERE_SETTINGS, *FAMILY_SETTINGS[generator.family], *CHANNEL_SETTINGS)
    values = {f"generator.{name}": attrgetter(name)(generator) for name in names}
    if discriminator is not None:
        names = (*DISCRIMINATOR_SETTINGS, *KIND_SETTINGS[discriminator.kind], *CHANNEL_SETTINGS)
        values |= {f"discriminator.{name}": getattr(discriminator, name) for name in names}
    return with_values(config, {name: value for name, value in values.items() if name not in keep}, str(snapshot))


def beginning(snapshot: Path) -> str:
    """What begins with a snapshot's weights and what begins afresh, for people.  Raises ConfigError, RunError."""
    begun = "the generator and its moving average begin with the weights of"
    if _networks(snapshot)[1] is not None:
        return f"{begun} {snapshot.name}, and so does the discriminator; optimisers and schedules begin afresh"
    return f"{begun} {snapshot.name}, which holds no discriminator: that one, optimisers and schedules begin afresh"


def _networks(snapshot: Path) -> tuple[GeneratorConfig, DiscriminatorConfig | None]:
    """The networks that a snapshot holds.  Raises ConfigError, RunError."""
    metadata = _metadata(snapshot)
    try:
        generator = GeneratorConfig.model_validate_json(metadata["generator"])
        inside = metadata.get("discriminator")
        return generator, DiscriminatorConfig.model_validate_json(inside) if inside is not None else None
    except (KeyError, ValidationError) as error:
        raise ConfigError(f"init: {snapshot} is no checkpoint of EpiGRAF Studio, or a damaged one") from error


def _differences(
    group: str, ours: FrozenModel, theirs: FrozenModel, names: tuple[str, ...]
) -> list[tuple[str, Any, Any]]:
    """Settings that make the weights of one network useless for another: name, value here, value there."""
    if _channels(ours) != _channels(theirs):
        names += CHANNEL_SETTINGS
    pairs = [(name, attrgetter(name)(ours), attrgetter(name)(theirs)) for name in names]
    return [(f"{group}.{name}", here, there) for name, here, there in pairs if here != there]


def _channels(config: FrozenModel) -> dict[int, int]:
    """Channels by resolution."""
    assert isinstance(config, GeneratorConfig | DiscriminatorConfig)
    return {resolution: config.channels(resolution) for resolution in (4, 8, *config.resolutions)}


def _metadata(path: Path) -> dict[str, str]:
    """What a safetensors file says of itself, without its tensors.  Raises ConfigError, RunError."""
    if not path.is_file():
        raise ConfigError(f"init: there is no snapshot {path}: it was moved or deleted; choose another one")
    if path.suffix.lower() == ".pkl":
        raise ConfigError(f"init: {path} is a pickle, which could run any code: `epigraf import {path}` converts it")
    try:
        with explained("read", path):
            return read_header(path)
    except ValueError as error:
        raise ConfigError(f"init: {path} is no checkpoint of EpiGRAF Studio, or a damaged one") from error
