"""The columns of the board's table: what each says of a run, as text and as what it is sorted by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from app.board.metric_words import metric_help
from app.board.runs import BoardRun, Figure, best, latest, metric_names, short
from widgets.curve_groups import scalar_words

NOTHING = "–"
BEST, LAST = "best ", "last "


@dataclass(frozen=True)
class Cell:
    """One field of the table.

    Attributes:
        text: For people; NOTHING if it is not known.
        key: What it is sorted by: a number or a text; None if it is not known.
        hint: More about it; empty if there is nothing more.
    """

    text: str
    key: float | str | None
    hint: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        key: What it is remembered by.
        title: Its head.
        hint: What it means, with its unit.
        cell: What it says of a run.
        configured: Whether it is a setting, so that differences between runs are highlighted.
        number: Whether it holds numbers.
    """

    key: str
    title: str
    hint: str
    cell: Callable[[BoardRun], Cell]
    configured: bool = False
    number: bool = False

    @property
    def is_metric(self) -> bool:
        """Whether it is a value of a metric, whose key is its name in files."""
        return self.key.startswith((BEST, LAST))


def columns_for(runs: Iterable[BoardRun]) -> tuple[Column, ...]:
    """All columns: the fixed ones, and best and last value of each metric that these runs have."""
    return (*FIXED, *(column for metric in metric_names(runs) for column in _metric_columns(metric)))


def default_columns(columns: Iterable[Column]) -> tuple[str, ...]:
    """Keys of the columns that are shown unless somebody chooses: all fixed ones but few, and the first metric."""
    columns = tuple(columns)
    keys = [column.key for column in columns]
    metrics = [column.key for column in columns if column.is_metric]
    return tuple(key for key in keys if key not in metrics and key not in HIDDEN) + tuple(metrics[:2])


def _metric_columns(metric: str) -> tuple[Column, Column]:
    name, words = short(metric), scalar_words(metric)
    about = f": {told}" if (told := metric_help(name)) else ""
    return (
        Column(
            f"{BEST}{name}", f"{words}, best", f"Best value of {name} so far{about}",
            lambda run: _figure(best(run, metric)), number=True,
        ),
        Column(
            f"{LAST}{name}", f"{words}, last", f"Last value of {name}{about}", lambda run: _figure(latest(run, metric)),
            number=True,
        ),
    )  # fmt: skip


def _figure(figure: Figure) -> Cell:
    cell = number(figure.value)
    known = not math.isnan(figure.value) and not math.isnan(figure.kimg)
    return Cell(cell.text, cell.key, f"at {figure.kimg:.4g} kimg" if known else "")


def number(value: float, digits: int = 4) -> Cell:
    """A number with so many digits that count."""
    return Cell(NOTHING, None) if math.isnan(value) else Cell(f"{value:.{digits}g}", value)


def words(value: Any, hint: str = "") -> Cell:
    """A text."""
    return Cell(NOTHING, None) if value in (None, "") else Cell(str(value), str(value).lower(), hint)


def _state(run: BoardRun) -> Cell:
    return Cell(run.state, run.state, run.problem or run.message)


def _preset(run: BoardRun) -> Cell:
    preset = run.setting("preset", "*.cfg")
    is_file = isinstance(preset, str) and preset.endswith(".yaml")
    return words(PurePath(preset).stem, preset) if is_file else words(preset)


def _data(run: BoardRun) -> Cell:
    path = run.setting("data.path", "training_set_kwargs.path", "dataset.path", "*.training_set.path")
    return words(PurePath(str(path)).stem if path else None, str(path or ""))


def _schedule(run: BoardRun) -> Cell:
    kind = run.setting("patches.kind", "*.patch.distribution", "*.patch_cfg.distribution")
    if kind is None:
        return words(None)
    anneal = run.setting("patches.anneal_kimg", "*.anneal_kimg")
    grows = kind in ("beta", "uniform") and anneal is not None
    return words(f"{kind} {anneal:g}" if grows else kind, f"within {anneal:g} kimg" if grows else "")


def _discriminator(run: BoardRun) -> Cell:
    kind = run.setting("discriminator.kind")
    if kind == "experts" or kind == "scale-specific":
        return words(f"{run.setting('discriminator.experts')} {kind}")
    name = run.setting("D_kwargs.class_name")
    return words(kind or (str(name).rpartition(".")[2] if name else None))


def _patch(run: BoardRun) -> Cell:
    patch = run.setting("discriminator.patch_resolution", "*.patch.resolution", "*.patch_resolution")
    whole = run.setting("discriminator.image_resolution", "training_set_kwargs.resolution")
    if patch is None:
        return words(None)
    return Cell(f"{patch}", float(patch), f"{patch} px of {whole} px" if whole else f"{patch} px")


def _setting_number(*names: str) -> Callable[[BoardRun], Cell]:
    def cell(run: BoardRun) -> Cell:
        value = run.setting(*names)
        return number(float(value)) if isinstance(value, int | float) else words(value)

    return cell


def hours_cell(hours: float) -> Cell:
    """A training time, hours."""
    return Cell(NOTHING, None) if math.isnan(hours) else Cell(f"{hours:.2f}" if hours < 100 else f"{hours:.0f}", hours)


def _kimg(run: BoardRun) -> Cell:
    cell = number(run.kimg)
    return Cell(cell.text, cell.key, "" if math.isnan(run.total_kimg) else f"of {run.total_kimg:g} kimg")


FIXED: tuple[Column, ...] = (
    Column("state", "state", "What its trainer does", _state),
    Column("preset", "preset", "Where its settings came from", _preset, configured=True),
    Column("data", "data", "Its data set", _data, configured=True),
    Column("schedule", "schedule", "Law of patch scales, and within how many kimg it anneals", _schedule, True),
    Column("discriminator", "D", "How the discriminator copes with scales", _discriminator, configured=True),
    Column("patch", "patch", "Pixels along a side of the patches", _patch, configured=True, number=True),
    Column(
        "gamma", "γ", "Weight of the R1 penalty", _setting_number("optimizer.r1_gamma", "*.r1_gamma"),
        configured=True, number=True,
    ),
    Column(
        "seed", "seed", "Of all random numbers", _setting_number("loop.seed", "random_seed", "*.seed"), True, True,
    ),
    Column(
        "batch", "batch", "Images per step", _setting_number("loop.batch", "batch_size", "*.batch_size"), True, True,
    ),
    Column("kimg", "kimg", "Thousand images shown to the discriminator", _kimg, number=True),
    Column("speed", "s/kimg", "Seconds per kimg of late", lambda run: number(run.sec_per_kimg, 3), number=True),
    Column("hours", "hours", "Trained so far", lambda run: hours_cell(run.hours), number=True),
    Column("memory", "GiB", "Memory that it takes, GiB", lambda run: number(run.memory_gb, 3), number=True),
)  # fmt: skip
HIDDEN = frozenset({"seed", "batch"})
