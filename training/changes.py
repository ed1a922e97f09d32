"""changes.jsonl: what was changed while a run was training, one line each; with config.yaml it defines the run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.config import RunConfig
from training.config_files import with_values
from training.run_errors import RunError
from training.setting_schema import SettingValue
from training.stats import STEP, Row, append_stats, read_stats

FILE = "changes.jsonl"
KIMG, START, STAMP, VALUES = "Progress/kimg", "Progress/start", "timestamp", "values"


@dataclass(frozen=True)
class Change:
    """A change of settings.

    Attributes:
        step: Steps that were done; it counts from the next one on.
        kimg: The same, kimg.
        start: The start of the run in which it was made.
        time: When, Unix seconds.
        values: Old and new value by dotted name.
    """

    step: int
    kimg: float
    start: int
    time: float
    values: Mapping[str, tuple[SettingValue, SettingValue]]


def append_change(path: Path, change: Change) -> None:
    """Append one line, whole or not at all.  Raises RunError."""
    values = {name: list(pair) for name, pair in change.values.items()}
    row = {STEP: change.step, KIMG: change.kimg, START: change.start, STAMP: change.time, VALUES: values}
    append_stats(path, row)


def read_changes(path: Path) -> tuple[Change, ...]:
    """All changes, oldest first; none if the file is absent.  Raises RunError."""
    rows = read_stats(path).rows
    try:
        return tuple(_change(row) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path}: holds a line that is no change of settings; remove that line, or the file") from error


def with_changes(config: RunConfig, changes: Iterable[Change], where: str) -> RunConfig:
    """The configuration after changes.  Raises ConfigError when one does not fit, as after config.yaml was edited."""
    for change in changes:
        config = with_values(config, {name: new for name, (_, new) in change.values.items()}, where)
    return config


def change_now(values: Mapping[str, tuple[SettingValue, SettingValue]], step: int, kimg: float, start: int) -> Change:
    """A change of this moment."""
    return Change(step, kimg, start, time.time(), values)


def _change(row: Row) -> Change:
    values = {str(name): (old, new) for name, (old, new) in row[VALUES].items()}
    return Change(int(row[STEP]), float(row[KIMG]), int(row[START]), float(row[STAMP]), values)
