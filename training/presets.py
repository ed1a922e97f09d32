"""Presets: named starting points, each number with its source in the file's comments (assets/presets)."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from training.config import ConfigError, RunConfig
from training.config_files import config_of, read_yaml

# From the lightest to the heaviest; further files in the folder follow by name.
ORDER = ("tiny", "small", "plants256", "food256", "cats256", "ffhq256", "ffhq512")


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


def describe_preset(name: str) -> str:
    """What a preset is for, on one line.  Raises ConfigError."""
    content, where = _content(name)
    description = content.get("description")
    if not isinstance(description, str) or not description.strip():
        raise ConfigError(f"{where}: lacks a 'description', one line on what it is for")
    return " ".join(description.split())


def _content(name: str) -> tuple[dict[str, Any], str]:
    """The content of a preset's file, and how to call it in messages."""
    if Path(name).suffix in (".yaml", ".yml"):
        return read_yaml(Path(name)), name
    if name not in preset_names():
        raise ConfigError(f"there is no preset {name!r}: choose one of {', '.join(preset_names())}, or a .yaml file")
    with as_file(_folder() / f"{name}.yaml") as path:
        return read_yaml(path), f"preset {name}"


def _folder() -> Any:
    return files("assets") / "presets"
