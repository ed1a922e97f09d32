"""What may be changed while a training runs, and what a change of it has to fulfil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.config import ConfigError, RunConfig, SettingProblem
from training.config_files import nearest_name, setting_names, with_values
from training.setting_schema import SettingValue, flat_values

# Everything else decides which networks there are, which random numbers are drawn, or on what the run computes.
STEERABLE = (
    "optimizer.generator_lr",
    "optimizer.discriminator_lr",
    "optimizer.r1_gamma",
    "augment.target",
    "augment.speed_kimg",
    "patches.anneal_kimg",
    "patches.beta_end",
    "loop.total_kimg",
    "loop.kimg_per_tick",
    "loop.sample_kimg",
    "loop.snapshot_kimg",
    "loop.keep_snapshots",
    "loop.keep_every_kimg",
    "loop.state_minutes",
    "loop.live_seconds",
)
# How the answer to a change begins that was not made.
REFUSED = "refused: "


@dataclass(frozen=True)
class Steering:
    """A change that may be made.

    Attributes:
        config: The configuration with it.
        values: Old and new value of each setting that differs, by dotted name.
    """

    config: RunConfig
    values: Mapping[str, tuple[SettingValue, SettingValue]]


def steered(config: RunConfig, values: Mapping[str, Any], kimg: float = 0.0) -> Steering:
    """Change settings of a run that has begun.

    Args:
        config: As it is now.
        values: New values by dotted name.
        kimg: What is done, kimg.

    Raises:
        ConfigError: One cannot be changed any more, has no effect in this run, or does not fit the others.
    """
    problems = [problem for name in values if (problem := _objection(config, name)) is not None]
    if problems:
        raise ConfigError("; ".join(f"{each.fields[0]} {each.text}" for each in problems), tuple(problems))
    changed = with_values(config, values, "set")
    before, after = flat_values(config), flat_values(changed)
    total = changed.loop.total_kimg
    if "loop.total_kimg" in values and total < kimg:
        text = f"is {total:g}, but {kimg:g} kimg are done already: set it higher, or stop the run"
        raise ConfigError(f"loop.total_kimg {text}", (SettingProblem(("loop.total_kimg",), text),))
    pairs = {name: (before[name], after[name]) for name in STEERABLE if before[name] != after[name]}
    return Steering(changed, pairs)


def without_effect(config: RunConfig, name: str) -> str:
    """Why a steerable setting does nothing in this run, for people; empty if it does something."""
    law, augment = config.patches.kind, config.augment.kind
    if config.dual and name.startswith("patches."):
        return "has no effect: pictures are judged whole, beside raw ones"
    if name == "patches.beta_end" and law != "beta":
        return f"has no effect: the law of patch scales is {law}"
    if name == "patches.anneal_kimg" and law not in ("beta", "uniform"):
        return f"has no effect: the law of patch scales is {law}"
    if name in ("augment.target", "augment.speed_kimg") and augment != "adaptive":
        return f"has no effect: augment.kind is {augment}"
    return ""


def words_of(values: Mapping[str, tuple[SettingValue, SettingValue]], labels: Mapping[str, str] | None = None) -> str:
    """What was changed, on one line: `optimizer.r1_gamma 0.05 -> 0.1`.

    Args:
        values: Old and new value by dotted name.
        labels: What to call them instead of their dotted names.
    """
    names = labels or {}
    return ", ".join(f"{names.get(name, name)} {_text(old)} → {_text(new)}" for name, (old, new) in values.items())


def _objection(config: RunConfig, name: str) -> SettingProblem | None:
    """Why a setting cannot be changed in this run."""
    if name not in STEERABLE:
        if name not in setting_names():
            nearest = nearest_name(name)
            return SettingProblem((name,), "is unknown" + (f"; did you mean {nearest}?" if nearest else ""))
        offered = ", ".join(STEERABLE)
        return SettingProblem((name,), f"cannot change while a run goes on; these can: {offered}")
    useless = without_effect(config, name)
    return SettingProblem((name,), useless) if useless else None


def _text(value: SettingValue) -> str:
    return "none" if value is None else f"{value:.7g}" if isinstance(value, float) else str(value)
