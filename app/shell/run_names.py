"""Runs by their names: found in the folder of the shell, or in the one where the window keeps them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# Options and arguments that may name a run, or a file in one.
WORDS = ("run", "resume", "source", "checkpoint", "snapshot", "open")


def with_runs_found(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments with the paths of runs that were named without their folder, which is told on standard error."""
    for word in WORDS:
        value = getattr(args, word, None)
        # Of other commands these are switches.
        found = found_run(Path(value)) if value and isinstance(value, str | Path) else None
        if found is not None:
            sys.stderr.write(f"{value}: {found}\n")
            setattr(args, word, type(value)(found) if isinstance(value, str) else found)
    return args


def found_run(path: Path) -> Path | None:
    """Where a run of this name is, or a file in it; None if there is something at the path itself, or nowhere.

    Args:
        path: As it was typed: "00001-tiny", "runs/00001-tiny", or a snapshot in one of these.
    """
    if path.is_absolute() or path.exists() or not path.parts:
        return None
    from app.shell.runs_cli import HERE, places  # not needed where paths are whole
    from training.run_dir import RunDirectory

    name, *rest = path.parts[1:] if path.parts[0] == HERE.name and len(path.parts) > 1 else path.parts
    runs = (RunDirectory(place / name) for place in places())
    return next((run.path.joinpath(*rest) for run in runs if run.config_path.is_file()), None)
