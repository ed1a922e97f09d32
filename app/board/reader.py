"""Brings one run up to date: scalars in pages, state, settings, events and samples, read again only when changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.board.folders import OPTIONS, FoundRun
from app.board.foreign import flattened, read_options
from app.board.pages import Page, Place, joined, sizes_of
from app.board.runs import MEMORY, SPEED, BoardRun, last
from app.runs.run_events import EventWatch
from app.runs.scalars import KIMG
from training.run_dir import RunDirectory, RunObserver
from widgets.run_words import STATE_TONES, TROUBLED
from widgets.views import Sample

# Files that decide the state of one of our runs, and its settings.
STATE_FILES, SETTING_FILES = ("status.json", "launch.json"), ("config.yaml", "changes.jsonl", OPTIONS)
# A run of another program whose files have grown so lately counts as running, seconds.
LATELY_S = 300.0

Stamp = tuple[tuple[int, int] | None, ...]


class RunReader:
    """What is known of one run.

    Args:
        found: Its folder.

    Attributes:
        run: As it was last seen.
        place: How far its scalars were read.
        files: Those that hold its scalars.
    """

    def __init__(self, found: FoundRun) -> None:
        self.run = BoardRun(found)
        self.place = Place()
        self.files: tuple[str, ...] = ()
        self._directory = RunDirectory(found.path)
        self._observer = RunObserver(self._directory)
        self._events = EventWatch(self._directory)
        self._length = 0
        self._read_sizes: dict[str, int] = {}
        self._settings_stamp: Stamp | None = None
        self._settings_problem = self._page_problem = ""
        self._extras_of: object = None

    def behind(self) -> int:
        """Bytes of scalars that were not read yet; what cannot be listed is said in the run's row."""
        try:
            sizes = sizes_of(self.run.path, self.run.found.kind)
        except OSError as error:
            self.fail(error)
            return 0
        self.files = tuple(sizes)
        changed = {name: size for name, size in sizes.items() if self._read_sizes.get(name) != size}
        self._sizes = sizes
        if not changed and not self.run.loading:
            return 0
        return max(sum(abs(size - self._read_sizes.get(name, 0)) for name, size in changed.items()), 1)

    def take(self, page: Page) -> None:
        """Add what was read."""
        if page.restarted:
            self._length = 0
        if page.count or page.restarted:
            columns = joined({} if page.restarted else self.run.columns, self._length, page)
            self._length += page.count
            self.run = replace(self.run, columns=columns, version=self.run.version + 1)
        self.place = page.place
        self._page_problem = next(iter(page.place.problems.values()), "")
        if not page.more:
            self._read_sizes = self._sizes
        self.run = replace(self.run, loading=page.more)

    def fail(self, error: Exception) -> None:
        """Its scalars cannot be read."""
        self._page_problem = " ".join(str(error).split())
        self.run = replace(self.run, loading=False)

    def look(self) -> None:
        """Bring everything but the scalars up to date."""
        self._read_settings()
        problems = [self._settings_problem, self._page_problem]
        try:
            facts = self._own_state() if self.run.found.kind == "studio" else self._foreign_state()
            self._read_extras()
        except (ValueError, OSError) as error:
            facts = {"state": "unreadable", "tone": "error", "message": "", "offered": frozenset()}
            problems.insert(0, " ".join(str(error).split()))
        self.run = replace(self.run, **facts, problem=next(filter(None, problems), ""))

    def _read_settings(self) -> None:
        stamp = tuple(_stamp(self.run.path / name) for name in SETTING_FILES)
        if stamp == self._settings_stamp:
            return
        self._settings_stamp, self._settings_problem = stamp, ""
        try:
            self.run = replace(self.run, settings=self._settings())
        except (ValueError, OSError) as error:
            self._settings_problem = " ".join(str(error).split())

    def _settings(self) -> Mapping[str, Any]:
        if self.run.found.kind == "studio":
            tree = self._directory.steered_config().model_dump(mode="json", exclude={"version"})
            return dict(flattened(tree))
        return read_options(self.run.path / OPTIONS)

    def _own_state(self) -> dict[str, Any]:
        view = self._observer.look()
        status = view.status
        told = view.message if view.state in (*TROUBLED, "paused") else ""
        facts = {
            "state": view.state,
            "tone": STATE_TONES[view.state],
            "message": told,
            "offered": view.offered,
            "total_kimg": _number(self.run.setting("loop.total_kimg")),
            **self._progress(),
        }
        if status is not None:
            speed, memory = status.sec_per_kimg, status.memory_gb
            facts |= {"kimg": status.kimg, "total_kimg": status.total_kimg or facts["total_kimg"]}
            facts |= {"sec_per_kimg": speed} if speed is not None else {}
            facts |= {"memory_gb": memory} if memory is not None else {}
        return facts

    def _foreign_state(self) -> dict[str, Any]:
        """Of other programs only the files speak."""
        progress = self._progress()
        total = _number(self.run.setting("total_kimg", "*.total_kimg"))
        stamps = [stamp[0] for name in self.files if (stamp := _stamp(self.run.path / name)) is not None]
        lately = bool(stamps) and time.time() - max(stamps) / 1e9 < LATELY_S
        if progress["kimg"] >= total:
            state, tone = "finished", "good"
        elif lately:
            state, tone = "running", "good"
        else:
            state, tone = "silent", "quiet"
        return {"state": state, "tone": tone, "message": "", "total_kimg": total, **progress}

    def _progress(self) -> dict[str, float]:
        columns = self.run.columns
        memory = (last(columns.get(name)) for name in MEMORY)
        kimg = columns.get(KIMG)
        return {
            "kimg": float(np.nanmax(kimg)) if kimg is not None and not np.isnan(kimg).all() else float("nan"),
            "sec_per_kimg": last(columns.get(SPEED)),
            "memory_gb": next((value for value in memory if value == value), float("nan")),
        }

    def _read_extras(self) -> None:
        """Events and samples of one of our runs."""
        if self.run.found.kind != "studio":
            return
        stamp = tuple(_stamp(self.run.path / name) for name in ("samples", "snapshots", "commands/done", "best.json"))
        wanted = (stamp, _stamp(self._directory.changes_path), self.run.version)
        if wanted == self._extras_of:
            return
        samples = tuple(Sample(file.kimg, file.path) for file in self._directory.samples())
        events = tuple(event for event in self._events.look(self.run.columns) if event.kind != "snapshot")
        self.run = replace(self.run, samples=samples, events=events)
        self._extras_of = wanted


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
