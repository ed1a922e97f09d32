"""Which versions the program runs on: what belongs into a report of a fault."""

from __future__ import annotations

import platform
from functools import cache

PARTS = ("epigraf-studio", "torch", "imgui-bundle", "pyvista", "numpy")


@cache
def versions() -> str:
    """Versions of the program and of what it stands on, a line each."""
    from importlib import metadata  # takes a while, and nobody asks before the first frame

    lines = []
    for name in PARTS:
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name}: not installed")
    return "\n".join([*lines, f"Python {platform.python_version()}, {platform.platform()}"])
