"""What other programs write beside us: rows and options of the StyleGAN family, as flat values by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.runs.scalars import KIMG
from training.run_errors import RunError, explained

STAMP = "timestamp"
SNAPSHOT_KIMG = re.compile(r"(\d+)(?:\.[a-z]+)?$")
Value = str | int | float | bool | None


def stats_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line of stats.jsonl: of {"mean", "num", "std"} the mean is kept, which is what curves show."""
    return {name: value.get("mean") if isinstance(value, dict) else value for name, value in row.items()}


def metric_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line of metric-*.jsonl: its results as Metrics/NAME, at the kimg that the snapshot's name tells."""
    results = row.get("results")
    snapshot = str(row.get("snapshot_pkl") or "")
    found = SNAPSHOT_KIMG.search(snapshot)
    flat: dict[str, Any] = {STAMP: row.get(STAMP)}
    if found is not None:
        flat[KIMG] = int(found[1])
    if isinstance(results, dict):
        flat |= {f"Metrics/{name}": value for name, value in results.items()}
    return flat


def read_options(path: Path) -> dict[str, Value]:
    """training_options.json as flat values by dotted name; empty if it is absent.

    Raises:
        RunError: It cannot be read or understood.
    """
    with explained("read", path):
        try:
            content = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError as error:
            raise RunError(f"{path}: is no text; its curves are shown without settings") from error
    try:
        options = json.loads(content)
    except ValueError as error:
        raise RunError(f"{path}: is no JSON ({error}); its curves are shown without settings") from error
    if not isinstance(options, dict):
        raise RunError(f"{path}: holds no settings; its curves are shown without them")
    return dict(flattened(options))


def flattened(tree: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, Value]]:
    """The leaves of nested settings by dotted name; lists become text."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{head}{name}.")
        elif isinstance(value, str | int | float | bool | None):
            yield f"{head}{name}", value
        else:
            yield f"{head}{name}", ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
