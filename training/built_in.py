"""The data set that comes with the program: what is learned from where nobody names anything."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

# Of the folder assets.
SHAPES = "shapes128.zip"


def built_in_shapes() -> Path:
    """Where it lies."""
    return Path(str(files("assets") / SHAPES))
