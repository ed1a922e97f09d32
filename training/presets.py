"""Presets: named starting points, each number with its source in the file's comments (assets/presets)."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import yaml

from core.files import write_text
from core.nearest import did_you_mean
from training.config import NAME_PATTERN, ConfigError, RunConfig
from training.config_files import config_of, read_yaml, with_values

# From the lightest to the heaviest; further files in the folder follow by name.
ORDER = (
    "tiny",
    "small",
    "plants256",
    "food256",
    "cats256",
    "ffhq256",
    "ffhq512",
    "tiny-eg3d",
    "eg3d-shapenet",
    "eg3d-afhq",
    "eg3d-ffhq",
)

# A preset says how to train, not what is made of it.
OF_A_RUN = ("version", "name", "preset", "init")


def preset_names() -> list[str]:
    """Names of the presets that ship with the program, the lightest first."""
    found = {Path(entry.name).stem for entry in _folder().iterdir() if entry.name.endswith(".yaml")}
    return [name for name in ORDER if name in found] + sorted(found.difference(ORDER))


def load_preset(name: str) -> RunConfig:
    """A preset by name, or a YAML file of the same form by its path.

    Only what the file names counts as set; a data set fills in the rest (training/config_fit.py).

    Raises:
        ConfigError: There is no such preset, or the file is wrong.
    """
    content, where = _content(name)
    content.pop("description", None)
    return config_of({"name": Path(name).stem, **content, "preset": name}, where)


def named(config: RunConfig, typed: str | None, where: str) -> RunConfig:
    """The configuration of a new run under the name that somebody has typed; without one it has its preset's.

    Args:
        config: Of a preset.
        typed: The name; None or empty if nobody has typed one.
        where: Origin, for messages.

    Raises:
        ConfigError: A run cannot be called so.
    """
    return with_values(config, {"name": typed}, where) if typed else config


def describe_preset(name: str) -> str:
    """What a preset is for, on one line.  Raises ConfigError."""
    content, where = _content(name)
    description = content.get("description")
    if not isinstance(description, str) or not description.strip():
        raise ConfigError(f"{where}: lacks a 'description', one line on what it is for")
    return " ".join(description.split())


def name_problem(name: str) -> str:
    """Why a preset of one's own cannot be called so; empty if it can."""
    if not re.match(NAME_PATTERN, name):
        return "Use letters, digits, dots, dashes and underscores; begin with a letter or digit."
    if name.lower() in preset_names():
        return f"{name} is the name of a preset of the program: choose another."
    return ""


def save_preset(path: Path, config: RunConfig, description: str) -> None:
    """Write a preset of one's own; `load_preset` gives the same configuration back, with the same settings unset.

    Args:
        path: Its file; what is there already is replaced.
        config: What is set in it is written; name, data set and snapshot to begin with belong to a run and are not.
        description: What it is for, on one line.

    Raises:
        ConfigError: The name or the description cannot be used, or the file cannot be written.
    """
    problem = name_problem(path.stem)
    if problem or not description.strip():
        raise ConfigError(problem or "say in a few words what the preset is for")
    content = config.model_dump(mode="json", exclude_unset=True, exclude={*OF_A_RUN, "data"})
    data = config.data.model_dump(mode="json", exclude_unset=True, exclude={"path"})
    content = {"description": " ".join(description.split()), **({"data": data} if data else {}), **content}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error


def delete_preset(path: Path) -> None:
    """Delete a preset of one's own; one that is gone already is no error.  Raises ConfigError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be deleted: {error.strerror or error}") from error


def _content(name: str) -> tuple[dict[str, Any], str]:
    """The content of a preset's file, and how to call it in messages."""
    if Path(name).suffix in (".yaml", ".yml"):
        return read_yaml(Path(name)), name
    if name not in preset_names():
        meant, known = did_you_mean(name, preset_names()), ", ".join(preset_names())
        begin = f"{meant} Choose" if meant else ": choose"
        raise ConfigError(f"there is no preset {name!r}{begin} one of {known}, or a .yaml file")
    with as_file(_folder() / f"{name}.yaml") as path:
        return read_yaml(path), f"preset {name}"


def _folder() -> Any:
    return files("assets") / "presets"
