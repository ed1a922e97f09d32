"""Which folders below one are runs: ours, those of the StyleGAN family, and TensorBoard's."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RunKind = Literal["studio", "stylegan", "tensorboard"]
# How deep runs may lie below the folder that was opened, and how many are shown at most.
MOST_DEPTH, MOST_RUNS = 4, 2000
OPTIONS, STATS = "training_options.json", "stats.jsonl"
EVENTS, METRICS = "events.out.tfevents.", "metric-"


@dataclass(frozen=True)
class FoundRun:
    """A folder that holds a run.

    Attributes:
        path: The folder.
        kind: Who wrote it.
        name: Its path below the folder that was opened, for people.
    """

    path: Path
    kind: RunKind
    name: str


def find_runs(root: Path) -> list[FoundRun]:
    """The runs below a folder, or the folder itself if it is one; by name, numbers as numbers.

    A run's own folders are not looked into; hidden ones and folders that cannot be read are passed over.

    Raises:
        OSError: `root` itself cannot be read.
    """
    found: list[FoundRun] = []
    seen: set[Path] = set()
    waiting = [(root, 0)]
    while waiting and len(found) < MOST_RUNS:
        folder, depth = waiting.pop(0)
        if (real := folder.resolve()) in seen:  # links may lead in circles
            continue
        seen.add(real)
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            if folder == root:
                raise
            continue
        kind = kind_of({entry.name for entry in listed})
        if kind is not None:
            name = folder.relative_to(root).as_posix() if folder != root else folder.resolve().name
            found.append(FoundRun(folder, kind, name))
        elif depth < MOST_DEPTH:
            waiting += [
                (Path(entry.path), depth + 1) for entry in listed if not entry.name.startswith(".") and _is_dir(entry)
            ]
    return sorted(found, key=lambda run: natural(run.name))


def kind_of(names: set[str]) -> RunKind | None:
    """Who wrote a folder with these entries; None if it is no run."""
    if "config.yaml" in names and not names.isdisjoint({"status.json", "snapshots", STATS}):
        return "studio"
    if not names.isdisjoint({OPTIONS, STATS}) or any(_is_metrics(name) for name in names):
        return "stylegan"
    return "tensorboard" if any(name.startswith(EVENTS) for name in names) else None


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts run2 before run10, and numbers before letters."""
    parts = re.findall(r"\d+|\D", text.lower())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def _is_metrics(name: str) -> bool:
    return name.startswith(METRICS) and name.endswith(".jsonl")


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
