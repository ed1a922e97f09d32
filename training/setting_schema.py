"""Every setting of a run as a form needs it: kind, range, unit and help, read off the typed configuration."""

from __future__ import annotations

import math
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from core.model_config import power_of_two
from training.config import ConfigError, RunConfig
from training.config_files import with_values

SettingKind = Literal["switch", "whole", "power", "number", "choice", "text", "path"]
# What a setting may hold, as JSON has it; a text in place of a number is what somebody has mistyped.
SettingValue = bool | int | float | str | None
POWERS = tuple(2**power for power in range(2, 12))
# Digits that a form shows: enough for pi, few enough for a narrow field.
DIGITS = 7

# Where a name of the configuration is too long, or too terse, for a narrow form.
LABELS = {
    "init": "Begin with",
    "data.mirror": "Mirror",
    "generator.z_dim": "z size",
    "generator.w_dim": "w size",
    "generator.mapping_layers": "Map layers",
    "generator.mapping_lr_multiplier": "Mapping LR",
    "generator.plane_resolution": "Plane size",
    "generator.plane_features": "Features",
    "generator.channel_base": "Channels",
    "generator.channel_max": "Max channels",
    "generator.decoder_hidden": "Decoder",
    "generator.plane_axes": "Plane axes",
    "generator.camera_condition": "See camera",
    "generator.label_count": "Classes",
    "generator.view_direction": "See direction",
    "generator.background_steps": "Back steps",
    "generator.background_width": "Back width",
    "generator.background_blocks": "Back blocks",
    "generator.upsampler.image_resolution": "Picture size",
    "generator.upsampler.input_resolution": "Input size",
    "generator.upsampler.raw_resolution": "Raw size",
    "generator.upsampler.channels": "Channels",
    "generator.render.fov": "Field of view",
    "generator.render.cube_scale": "Half box",
    "generator.render.white_back": "White back",
    "generator.render.coarse_samples": "Coarse",
    "generator.render.fine_samples": "Fine",
    "discriminator.experts": "Scale nets",
    "discriminator.image_resolution": "Image size",
    "discriminator.patch_resolution": "Patch size",
    "discriminator.channel_base": "Channels",
    "discriminator.channel_max": "Max channels",
    "discriminator.conv_clamp": "Clamp",
    "discriminator.mixed_precision_blocks": "FP16 blocks",
    "discriminator.group_size": "Std group",
    "discriminator.hyper_dim": "Hyper size",
    "discriminator.camera_condition": "See camera",
    "discriminator.camera_dropout": "Cam. dropout",
    "discriminator.label_count": "Classes",
    "discriminator.label_gain": "Class gain",
    "poses.kind": "Pose law",
    "poses.yaw_center": "Yaw",
    "poses.yaw_spread": "Yaw spread",
    "poses.pitch_center": "Pitch",
    "poses.pitch_spread": "Pitch spread",
    "patches.kind": "Scale law",
    "patches.anneal_kimg": "Anneal time",
    "patches.beta_start": "Beta start",
    "patches.beta_end": "Beta end",
    "patches.scale_start": "From scale",
    "patches.scale_end": "To scale",
    "patches.decay": "Decay",
    "patches.scales": "Scale list",
    "patches.supersample": "Supersample",
    "optimizer.generator_lr": "G LR",
    "optimizer.discriminator_lr": "D LR",
    "optimizer.beta1": "Adam β₁",
    "optimizer.beta2": "Adam β₂",
    "optimizer.eps": "Adam ε",
    "optimizer.r1_gamma": "R1 γ",
    "optimizer.r1_interval": "R1 every",
    "optimizer.density_weight": "Smoothness",
    "optimizer.density_interval": "Smooth every",
    "optimizer.density_distance": "Smooth over",
    "augment.kind": "Augmentation",
    "augment.p": "Probability",
    "augment.interval": "Adjust every",
    "augment.speed_kimg": "Rise time",
    "augment.blit": "Turn & shift",
    "augment.filter": "Filters",
    "anneal.blur_kimg": "Blur time",
    "anneal.blur_sigma": "Blur σ",
    "anneal.density_noise": "Noise",
    "anneal.density_noise_kimg": "Noise time",
    "anneal.spoof_start": "Spoof",
    "anneal.spoof_end": "Spoof end",
    "anneal.spoof_kimg": "Spoof time",
    "anneal.raw_start": "Raw size",
    "anneal.raw_kimg": "Raw time",
    "ema.half_life_kimg": "Half-life",
    "ema.ramp_up": "Ramp-up",
    "loop.total_kimg": "Length",
    "loop.kimg_per_tick": "Tick",
    "loop.snapshot_kimg": "Snapshots",
    "loop.keep_snapshots": "Keep",
    "loop.keep_every_kimg": "Keep each",
    "loop.sample_kimg": "Samples",
    "loop.state_minutes": "Save state",
    "loop.live_seconds": "Live weights",
    "parallel.gpus": "GPUs",
    "parallel.micro_batch": "At once",
    "parallel.patience_minutes": "Patience",
    "metrics.interval": "Every",
    "metrics.features": "Features",
    "metrics.wasserstein": "Wasserstein",
    "metrics.flat_below": "Flat below",
    "metrics.inception": "Inception",
    "metrics.fid_pictures": "FID pictures",
    "metrics.best": "Keep best by",
}
TITLES = {
    "": "Run",
    "generator.upsampler": "Upsampler",
    "generator.render": "Cameras and rays",
    "patches": "Patch scales",
    "optimizer": "Optimisers",
    "augment": "Augmentation",
    "anneal": "Fading help",
    "ema": "Moving average",
    "loop": "Length and machine",
    "parallel": "Several GPUs, less memory",
}


@dataclass(frozen=True)
class Range:
    """Which numbers are allowed; an end that is None is not bounded, an open one does not belong to it."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: float) -> bool:
        """Whether a number is allowed."""
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above and below

    def __str__(self) -> str:
        """For people; empty if everything is allowed."""
        low = f"{'above' if self.low_open else 'from'} {self.low:.10g}" if self.low is not None else ""
        high = f"{'below' if self.high_open else 'up to'} {self.high:.10g}" if self.high is not None else ""
        return " ".join(part for part in (low, high) if part)


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: Dotted name, as `loop.batch`.
        label: For people, short.
        kind: What it holds; a `power` is a whole power of two.
        default: What the configuration has when nobody says anything.
        help: What it does, on one line.
        unit: Of its value; empty if it has none.
        range: Of a number.
        choices: Of a choice; of a power those that are offered.
        optional: Whether it may be empty.
        empty: What it means when it is empty, in a word or two.
    """

    name: str
    label: str
    kind: SettingKind
    default: SettingValue
    help: str
    unit: str = ""
    range: Range = Range()
    choices: tuple[str | int, ...] = ()
    optional: bool = False
    empty: str = ""

    def parse(self, text: str) -> SettingValue:
        """What somebody has typed; what cannot be understood stays a text, which the configuration then refuses."""
        text = text.strip()
        if not text and self.optional:
            return None
        if self.kind not in ("whole", "power", "number"):
            return text
        try:
            number = float(text)
        except ValueError:
            return text
        if not math.isfinite(number):
            return text
        return int(number) if self.kind != "number" and number == int(number) else number

    def text(self, value: SettingValue) -> str:
        """A value as it is shown and typed; empty for None."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "on" if value else "off"
        return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)

    def words(self, value: SettingValue) -> str:
        """A value for running text, with its unit."""
        if value is None:
            return self.empty or "none"
        return f"{self.text(value)} {self.unit}".strip() or "empty"


@dataclass(frozen=True)
class SettingGroup:
    """Settings that belong together.

    Attributes:
        name: Dotted name; empty for those that belong to none.
        title: For people.
        help: What it is about, on one line.
        settings: In the order of the configuration.
    """

    name: str
    title: str
    help: str
    settings: tuple[Setting, ...]


def setting_groups(model: type[BaseModel] = RunConfig, name: str = "", about: str = "") -> tuple[SettingGroup, ...]:
    """All settings of a configuration, those of its own first, then those of its groups.

    Raises:
        TypeError: A field has a type that no form knows.
    """
    prefix = f"{name}." if name else ""
    own: list[Setting] = []
    nested: list[SettingGroup] = []
    for leaf, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            nested += setting_groups(field.annotation, prefix + leaf, field.description or "")
        else:
            own.append(_setting(prefix + leaf, field))
    title = TITLES.get(name) or name.rpartition(".")[2].replace("_", " ").capitalize()
    return (SettingGroup(name, title, about, tuple(own)), *nested) if own else tuple(nested)


def refusal(name: str, value: SettingValue) -> str:
    """Why a setting cannot have a value, whatever the others are; empty if it can."""
    try:
        with_values(RunConfig(), {name: value})
    except ConfigError as error:
        # Nobody is to blame alone for settings that do not fit together.
        return "; ".join(problem.text for problem in error.problems if problem.fields == (name,))
    return ""


def flat_values(config: RunConfig) -> dict[str, Any]:
    """Every value by its dotted name, as JSON has it."""

    def walk(tree: dict[str, Any], prefix: str) -> dict[str, Any]:
        flat = {}
        for name, value in tree.items():
            flat |= walk(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
        return flat

    return walk(config.model_dump(mode="json"), "")


def _setting(name: str, field: FieldInfo) -> Setting:
    annotation, optional, metadata = _unwrapped(field.annotation)
    metadata += field.metadata
    kind = _kind(name, annotation, metadata)
    choices: tuple[str | int, ...] = ()
    if kind == "choice":
        choices = get_args(annotation)
    elif kind == "power":
        choices = POWERS
    extra: dict[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    default = field.get_default(call_default_factory=True)
    return Setting(
        name=name,
        label=LABELS.get(name) or name.rpartition(".")[2].replace("_", " ").capitalize(),
        kind=kind,
        default=str(default) if isinstance(default, Path) else default,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        range=_range(metadata, kind),
        choices=choices,
        optional=optional,
        empty=str(extra.get("empty", "")),
    )


def _unwrapped(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """A type without None and annotations: the type itself, whether None is allowed, what was annotated."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        kernel, optional, more = _unwrapped(inner)
        return kernel, optional, [*metadata, *more]
    if get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            kernel, _, metadata = _unwrapped(members[0])
            return kernel, len(members) < len(get_args(annotation)), metadata
    return annotation, False, []


def _kind(name: str, annotation: Any, metadata: list[Any]) -> SettingKind:
    if get_origin(annotation) is Literal:
        return "choice"
    if any(isinstance(each, AfterValidator) and each.func is power_of_two for each in metadata):
        return "power"
    kinds: dict[Any, SettingKind] = {bool: "switch", int: "whole", float: "number", str: "text", Path: "path"}
    if annotation not in kinds:
        raise TypeError(f"{name}: no form knows the type {annotation}")
    return kinds[annotation]


def _range(metadata: list[Any], kind: SettingKind) -> Range:
    ends: dict[str, Any] = {"low": 4} if kind == "power" else {}
    for each in metadata:
        match each:
            case annotated_types.Ge(ge):
                ends |= {"low": ge}
            case annotated_types.Gt(gt):
                ends |= {"low": gt, "low_open": True}
            case annotated_types.Le(le):
                ends |= {"high": le}
            case annotated_types.Lt(lt):
                ends |= {"high": lt, "high_open": True}
            case _:
                pass
    return Range(**ends)
