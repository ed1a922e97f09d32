"""Runs of a comparison: one folder for each of its variants and seeds, trained as far as they are not yet."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from training.run_dir import RunDirectory

ROOT = Path(__file__).resolve().parent.parent


def run_of(out: Path, name: str, seed: int) -> RunDirectory | None:
    """The run of a variant and a seed, if it was begun."""
    found = sorted(out.glob(f"*-{name}-s{seed}"))
    return RunDirectory(found[0]) if found else None


def is_over(run: RunDirectory, kimg: float | None = None) -> bool:
    """Whether a run has reached its end, and so many kimg."""
    seen = run.observe()
    return seen.state == "finished" and (kimg is None or (seen.status is not None and seen.status.kimg >= kimg))


def train(
    out: Path, name: str, seed: int, threads: int, words: Sequence[str | Path], kimg: float | None = None
) -> bool:
    """Begin a run, or go on with it.

    Args:
        out: Folder of the runs.
        name: Of the variant.
        seed: Of all random numbers.
        threads: 0 for all cores.
        words: Options of `epigraf train` that begin it.
        kimg: Its length; none: as its preset says.

    Returns:
        Whether it has come to its end.
    """
    run = run_of(out, name, seed)
    if run is not None and is_over(run, kimg):
        return True
    named = ("--runs", out, "--name", f"{name}-s{seed}", "--seed", seed)
    begun = ("--resume", run.path) if run is not None else (*words, *named)
    length = ("--kimg", kimg) if kimg is not None else ()
    command = [sys.executable, "-m", "app", "train", *map(str, (*begun, *length, "--threads", threads))]
    subprocess.run(command, cwd=ROOT, check=False)
    run = run_of(out, name, seed)
    return run is not None and is_over(run, kimg)
