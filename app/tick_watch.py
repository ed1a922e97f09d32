"""Follows the ticks of a run for panels: the last drawn patch scales and the newest modulation, bounded in memory."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.scale_law import bin_counts, bin_edges, bin_masses, scale_law
from app.tick_files import TickError, read_modulations, read_scales
from widgets.tick_views import ModulationView, PatchesView

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.config import RunConfig
    from training.run_dir import RunDirectory

log = logging.getLogger(__name__)

# Drawn scales of so many ticks are kept, as counts.
KEPT_TICKS = 64

# Time of the last change and size of a file; None while it is absent.
Stamp = tuple[int, int] | None


@dataclass(frozen=True)
class _Draws:
    """One tick: when it ended (kimg), drawn squares in each bin [bins], the law's probability of each then [bins]."""

    kimg: float
    counts: np.ndarray
    mass: np.ndarray


@dataclass(frozen=True)
class _Failure:
    """A tick that cannot be used, and its file as it was: it is read again only when that has changed."""

    stamp: Stamp
    message: str


class TickWatch:
    """What the panels about ticks show of one run.

    Which ticks there are is told by the statistics, so that a folder of many thousand files is never listed; only the
    files of the last ones are opened, each once.

    Attributes:
        patches: Drawn scales and their law.
        modulation: The newest sigma.
    """

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._config: RunConfig | None = None
        self._config_stamp: Stamp = None
        self._config_problem = ""
        self._edges = np.empty(0)
        self._draws: dict[int, _Draws] = {}
        self._failed: dict[int, _Failure] = {}
        self.patches = PatchesView(run=run.name)
        self.modulation = ModulationView(run=run.name)

    def forget(self) -> None:
        """The statistics were cut back: ticks of the same numbers are others now."""
        self._draws.clear()
        self._failed.clear()
        self.patches = PatchesView(self._run.name, version=self.patches.version + 1)
        self.modulation = ModulationView(self._run.name, self.modulation.version + 1)

    def look(self, ticks: np.ndarray, kimg: np.ndarray, now: float) -> None:
        """Bring everything up to date.

        Args:
            ticks: [n] numbers of the ticks in the statistics, ascending; NaN where a line has none.
            kimg: [n] when they ended.
            now: Progress of the run, kimg.
        """
        self._read_config()
        if self._config is None:
            self.patches = PatchesView(self._run.name, problem=self._config_problem)
            self.modulation = ModulationView(self._run.name, problem=self._config_problem)
            return
        known = np.flatnonzero(np.isfinite(ticks))[-KEPT_TICKS:]
        wanted = {int(ticks[index]): float(kimg[index]) for index in known}
        changed = self._read_ticks(self._config, wanted)
        problem = self._problem(wanted)
        if changed or self.patches.law is None or (self.patches.law.kimg, self.patches.problem) != (now, problem):
            self._publish(self._config, now, problem)

    def _read_config(self) -> None:
        """Read the configuration when it has changed: a run may be continued with another length."""
        stamp = _stamp(self._run.config_path)
        if stamp == self._config_stamp and (self._config is not None or self._config_problem):
            return
        self._config_stamp = stamp
        try:
            self._config, self._config_problem = self._run.config(), ""
        except ValueError as error:
            self._config, self._config_problem = None, str(error)
            log.warning("%s", error)
            return
        self._edges = bin_edges(self._config.discriminator.min_scale)
        self.forget()

    def _read_ticks(self, config: RunConfig, wanted: dict[int, float]) -> bool:
        """Read the wanted ticks that are new, the newest first.  Returns whether anything has changed."""
        gone = self._draws.keys() - wanted
        for tick in gone:
            del self._draws[tick]
        self._failed = {tick: failure for tick, failure in self._failed.items() if tick in wanted}
        changed = bool(gone)
        for tick in sorted(wanted.keys() - self._draws, reverse=True):
            changed |= self._read_tick(config, tick, wanted[tick])
        return changed

    def _read_tick(self, config: RunConfig, tick: int, kimg: float) -> bool:
        path = self._run.tick_path(tick)
        failure = self._failed.get(tick)
        stamp = _stamp(path) if failure is not None else None
        if failure is not None and failure.stamp == stamp:
            return False
        try:
            counts = bin_counts(read_scales(path), self._edges)
            if self.modulation.tick is None or tick > self.modulation.tick:
                self._read_modulation(path, config, tick, kimg)
        except (TickError, OSError) as error:
            # The panels are about one run: its folder's name says nothing there.
            self._failed[tick] = _Failure(_stamp(path), f"ticks/{path.name}: {_reason(error, path)}")
            return failure is None
        self._failed.pop(tick, None)
        self._draws[tick] = _Draws(kimg, counts, bin_masses(config.schedule, self._edges, kimg))
        return True

    def _read_modulation(self, path: Path, config: RunConfig, tick: int, kimg: float) -> None:
        found = read_modulations(path)
        self.modulation = ModulationView(
            run=self._run.name,
            version=self.modulation.version + 1,
            tick=tick,
            kimg=kimg,
            mode=config.discriminator.modulation,
            scales=found.scales,
            layers=found.layers,
            problem=self.modulation.problem,
        )

    def _problem(self, wanted: dict[int, float]) -> str:
        """What to say of ticks that cannot be used; each state of things is logged once."""
        failed = [self._failed[tick].message for tick in sorted(self._failed, reverse=True)]
        problem = failed[0] if failed else ""
        if len(failed) > 1:
            problem += f" (and {len(failed) - 1} of the {len(wanted)} latest ticks likewise)"
        if problem and not self.patches.problem:
            log.warning("%s: %s", self._run.path, problem)
        newest = self._failed.get(max(wanted, default=0))
        message = newest.message if newest is not None else ""
        if message != self.modulation.problem:
            self.modulation = replace(self.modulation, problem=message)
        return problem

    def _publish(self, config: RunConfig, now: float, problem: str) -> None:
        ticks = sorted(self._draws)
        draws = [self._draws[tick] for tick in ticks]
        bins = len(self._edges) - 1
        self.patches = PatchesView(
            run=self._run.name,
            law=scale_law(config, self._edges, now),
            version=self.patches.version + 1,
            edges=self._edges,
            ticks=np.array(ticks, np.int64),
            kimg=np.array([draw.kimg for draw in draws], np.float64),
            counts=np.array([draw.counts for draw in draws], np.int64).reshape(-1, bins),
            masses=np.array([draw.mass for draw in draws], np.float64).reshape(-1, bins),
            problem=problem,
        )


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _reason(error: TickError | OSError, path: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is missing"
    return str(error.strerror if isinstance(error, OSError) else error).removeprefix(f"{path}: ")
