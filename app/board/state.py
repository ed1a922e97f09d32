"""The board without its window: what was chosen, what follows from it, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from app.board.facts import Column, columns_for, default_columns
from app.board.runs import BoardRun, metric_names
from app.board.series import scalar_names
from app.board.settings import BoardSettings, chosen_colour, code_of, line_colour
from app.board.table import Filter, Order, Table, make_table, shown_runs
from widgets.palette import Colour


class BoardState:
    """What the window shows of the runs that were seen.

    Args:
        settings: What was remembered.

    Attributes:
        settings: As they are now.
        filter: Which runs are listed.
        pointed: The run that buttons are about; None if there is none.
        version: Changes whenever anything does.
    """

    def __init__(self, settings: BoardSettings) -> None:
        self.settings = settings
        self.filter = Filter()
        self.pointed: Path | None = None
        self.version = 0
        self._runs: tuple[BoardRun, ...] = ()
        self._places: dict[Path, int] = {}
        self._table: tuple[int, Table] = (-1, Table())

    @property
    def runs(self) -> tuple[BoardRun, ...]:
        """All runs, by name."""
        return self._runs

    def see(self, runs: Iterable[BoardRun]) -> None:
        """These are the runs now.  A run keeps the colour that it had."""
        self._runs = tuple(runs)
        for run in self._runs:
            self._places.setdefault(run.path, len(self._places))
        if self.pointed not in {run.path for run in self._runs}:
            self.pointed = None
        self.version += 1

    def change(self, settings: BoardSettings) -> None:
        """Choose something."""
        if settings != self.settings:
            self.settings = settings
            self.version += 1

    def search(self, wanted: Filter) -> None:
        """List other runs."""
        if wanted != self.filter:
            self.filter = wanted
            self.version += 1

    def point(self, path: Path | None) -> None:
        """Let buttons be about this run."""
        if path != self.pointed:
            self.pointed = path
            self.version += 1

    @property
    def pointed_run(self) -> BoardRun | None:
        """The run that buttons are about."""
        return next((run for run in self._runs if run.path == self.pointed), None)

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column that there is for these runs."""
        return columns_for(self._runs)

    @property
    def column_keys(self) -> tuple[str, ...]:
        """Keys of the columns that are shown."""
        chosen = self.settings.columns
        return default_columns(self.all_columns) if chosen is None else chosen

    @property
    def table(self) -> Table:
        """The table of runs."""
        if self._table[0] != self.version:
            keys = self.column_keys
            columns = [column for column in self.all_columns if column.key in keys]
            self._table = self.version, make_table(self._runs, columns, self.filter, self.settings.order)
        return self._table[1]

    @property
    def shown(self) -> tuple[BoardRun, ...]:
        """The runs that are drawn: listed and not hidden."""
        return shown_runs(self.table, frozenset(map(Path, self.settings.hidden)))

    def is_hidden(self, run: BoardRun) -> bool:
        """Whether a run is not drawn."""
        return str(run.path) in self.settings.hidden

    def show(self, runs: Iterable[BoardRun], shown: bool) -> None:
        """Draw these runs, or do not."""
        paths = [str(run.path) for run in runs]
        others = tuple(path for path in self.settings.hidden if path not in paths)
        self.change(replace(self.settings, hidden=others if shown else (*others, *paths)))

    def colour(self, path: Path) -> Colour:
        """The colour of a run."""
        code = self.settings.colours.get(str(path))
        return chosen_colour(code) if code else line_colour(self._places.get(path, 0), self.settings.theme)

    def paint(self, path: Path, colour: Colour) -> None:
        """Give a run a colour."""
        self.change(replace(self.settings, colours={**self.settings.colours, str(path): code_of(colour)}))

    def sort(self, key: str, descending: bool) -> None:
        """Sort the table."""
        self.change(replace(self.settings, order=Order(key, descending)))

    def toggle_column(self, key: str) -> None:
        """Show a column, or do not."""
        keys = self.column_keys
        wanted = tuple(each for each in keys if each != key) if key in keys else (*keys, key)
        self.change(replace(self.settings, columns=wanted))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that any run has."""
        return metric_names(self._runs)

    @property
    def metric(self) -> str:
        """What ready views are about; empty if there is none."""
        chosen, there = self.settings.metric, self.metrics
        return chosen if chosen in there else next(iter(there), "")

    @property
    def scalars(self) -> tuple[str, ...]:
        """What can be plotted."""
        return scalar_names(self._runs)

    def toggle_scalar(self, name: str) -> None:
        """Plot a scalar, or do not."""
        chosen = self.settings.scalars
        wanted = tuple(each for each in chosen if each != name) if name in chosen else (*chosen, name)
        self.change(replace(self.settings, scalars=wanted))
