"""A run's folder: the only way between a trainer and everybody else (DESIGN: Processes)."""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.changes import FILE as CHANGES_FILE
from training.changes import Change, append_change, read_changes, with_changes
from training.commands import (
    Acknowledgement,
    Command,
    acknowledge_command,
    acknowledgement,
    pending_commands,
    send_command,
)
from training.config import ConfigError, RunConfig
from training.config_files import load_config, save_config
from training.events import cut_events
from training.launch_record import FILE as LAUNCH_FILE
from training.launch_record import read_launch
from training.lease import LEASE_S, LeaseWatch, renew_lease
from training.liveness import HUNG_AFTER_S, RunView, judge
from training.lock import RunLock
from training.patch_files import patch_ticks
from training.run_errors import RunError, explained
from training.stats import StatsCursor, StatsPage, append_stats, cut_stats, read_stats
from training.status import CommandName, RunStatus, read_status, write_status

FOLDERS = ("ticks", "patches", "samples", "snapshots", "state", "commands")
# What a trainer that was killed while it wrote leaves behind; who watches writes other files.
LEFT_OVERS = (
    *(f"{folder}/.*.part*" for folder in ("ticks", "patches", "samples", "snapshots", "state")),
    *(f".{name}.*.part*" for name in ("status", "stats", "live", "events")),
)
RUN_NAME = re.compile(r"^(\d{5,})-(.+)$")
CREATE_ATTEMPTS = 1000

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StampedFile:
    """A file that belongs to a moment of training.

    Attributes:
        kimg: When, kimg.
        path: The file.
    """

    kimg: float
    path: Path


@dataclass(frozen=True)
class RunDirectory:
    """One run's folder.  Cheap to make; every call looks at the disk.  All methods may raise RunError."""

    path: Path

    @property
    def name(self) -> str:
        """Name of the folder, as 00007-shapes64."""
        return self.path.name

    @property
    def number(self) -> int:
        """Number of the run, 0 for a folder that was renamed."""
        match = RUN_NAME.match(self.path.name)
        return int(match[1]) if match else 0

    # Files

    @property
    def config_path(self) -> Path:
        """The resolved configuration."""
        return self.path / "config.yaml"

    @property
    def status_path(self) -> Path:
        """What the trainer says of itself."""
        return self.path / "status.json"

    @property
    def launch_path(self) -> Path:
        """What the launcher wrote last."""
        return self.path / LAUNCH_FILE

    @property
    def stats_path(self) -> Path:
        """One line per tick."""
        return self.path / "stats.jsonl"

    @property
    def changes_path(self) -> Path:
        """What was changed while it trained, one line each."""
        return self.path / CHANGES_FILE

    @property
    def log_path(self) -> Path:
        """What the trainer printed."""
        return self.path / "log.txt"

    @property
    def live_path(self) -> Path:
        """Weights in half precision, while somebody watches."""
        return self.path / "live.safetensors"

    @property
    def state_path(self) -> Path:
        """Everything that an exact resume needs."""
        return self.path / "state" / "latest.pt"

    @property
    def previous_state_path(self) -> Path:
        """The state before it, for when that one cannot be read."""
        return self.path / "state" / "previous.pt"

    @property
    def commands_path(self) -> Path:
        """Folder of commands."""
        return self.path / "commands"

    @property
    def lease_path(self) -> Path:
        """Says that somebody watches."""
        return self.path / "lease.json"

    def tick_path(self, tick: int) -> Path:
        """Arrays of one tick, .npz."""
        return self.path / "ticks" / f"{tick:06d}.npz"

    @property
    def patches_folder(self) -> Path:
        """Patches that D has seen, of some ticks (training/patch_files.py)."""
        return self.path / "patches"

    def patches_path(self, tick: int) -> Path:
        """Those of one tick, .npz."""
        return self.patches_folder / f"{tick:06d}.npz"

    def sample_path(self, kimg: float) -> Path:
        """Picture of the fixed latents at a time; its name has decimals only where kimg has (up to single images)."""
        return self.path / "samples" / f"{_stamp(kimg)}.png"

    @property
    def reals_path(self) -> Path:
        """Pictures of the data set in the layout of the sample pictures."""
        return self.path / "samples" / "reals.png"

    def snapshot_path(self, kimg: float) -> Path:
        """Weights at a time."""
        return self.path / "snapshots" / f"{_stamp(kimg)}.safetensors"

    def samples(self) -> list[StampedFile]:
        """Sample pictures, oldest first."""
        return _stamped(self.path / "samples", ".png")

    def snapshots(self) -> list[StampedFile]:
        """Snapshots, oldest first."""
        return _stamped(self.path / "snapshots", ".safetensors")

    def ticks(self) -> list[int]:
        """Numbers of the ticks whose arrays are kept, oldest first."""
        return sorted(int(path.stem) for path in (self.path / "ticks").glob("*.npz") if path.stem.isdecimal())

    # Configuration, status, statistics

    def config(self) -> RunConfig:
        """The resolved configuration that the run began with.  Raises ConfigError."""
        return load_config(self.config_path)

    def steered_config(self, config: RunConfig | None = None) -> RunConfig:
        """The configuration as it is now: what the run began with, and the changes since.  Raises ConfigError."""
        return with_changes(config or self.config(), self.changes(), str(self.changes_path))

    def changes(self) -> tuple[Change, ...]:
        """What was changed while it trained, oldest first."""
        return read_changes(self.changes_path)

    def append_change(self, change: Change) -> None:
        """Record a change.  Trainer only."""
        append_change(self.changes_path, change)

    def write_config(self, config: RunConfig) -> None:
        """Replace the configuration, as when a run is continued past its planned end."""
        with explained("write", self.config_path):
            save_config(config, self.config_path)

    def status(self) -> RunStatus | None:
        """The trainer's last word, or None before its first."""
        return read_status(self.status_path)

    def write_status(self, status: RunStatus) -> None:
        """Replace the status.  Trainer only."""
        write_status(self.status_path, status)

    def stats(self, since: StatsCursor | None = None, most_bytes: int | None = None) -> StatsPage:
        """Statistics since a cursor, or from the start; all of them, or about so many bytes."""
        return read_stats(self.stats_path, since, most_bytes)

    def append_stats(self, row: Mapping[str, object]) -> None:
        """Append the statistics of a tick.  Trainer only."""
        append_stats(self.stats_path, row)

    def cut_back(self, step: int, tick: int, kimg: float) -> None:
        """Forget what lies beyond a restored state: statistics, changes, ticks, patches, events, samples.

        Trainer only.

        Snapshots stay: they are whole, and training replaces them when it gets there again.

        Args:
            step: Optimiser steps of the state.
            tick: Ticks done by then.
            kimg: kimg done by then.
        """
        cut_stats(self.stats_path, step, tick)
        cut_stats(self.changes_path, step, tick)
        cut_events(self.path, step, tick)
        with explained("cut back", self.path):
            for number in self.ticks():
                if number > tick:
                    self.tick_path(number).unlink(missing_ok=True)
            for number in patch_ticks(self.patches_folder):
                if number > tick:
                    self.patches_path(number).unlink(missing_ok=True)
            for sample in self.samples():
                if sample.kimg > round(kimg, 3):
                    sample.path.unlink(missing_ok=True)

    # Starting, watching, commanding

    def lock(self) -> RunLock:
        """Ownership of the run: `with run.lock(): ...`.  Raises RunLockedError when another process has it."""
        return RunLock(self.path)

    def next_start(self) -> int:
        """Number of the start that comes next, from 1."""
        status = self.status()
        return 1 if status is None else status.start + 1

    def observe(self, hung_after: float = HUNG_AFTER_S) -> RunView:
        """State and liveness at one glance.  Clocks are believed; to watch another machine use RunObserver."""
        return RunObserver(self, hung_after).look()

    def renew_lease(self, seconds: float = LEASE_S) -> None:
        """Say that somebody watches for the next seconds, so that live weights are written."""
        renew_lease(self.lease_path, seconds)

    def lease_watch(self) -> LeaseWatch:
        """For the trainer: `watch.watched()` tells whether somebody watches."""
        return LeaseWatch(self.lease_path)

    def send(self, command: CommandName, values: Mapping[str, Any] | None = None) -> Command:
        """Ask the present trainer for something, with `values` of settings to set.  RunError when there is none."""
        view = self.observe()
        if not view.active:
            raise RunError(f"{self.path}: cannot {command}: no trainer runs (the run is {view.state})")
        return send_command(self.commands_path, command, view.start, values)

    def set_at_start(self, values: Mapping[str, Any]) -> None:
        """Let the next start begin with a change of settings.  Raises RunError."""
        send_command(self.commands_path, "set", self.next_start(), values)

    def pause_at_start(self) -> None:
        """Let the next start wait before its first step until it is told to go on.  Raises RunError."""
        send_command(self.commands_path, "pause", self.next_start())

    def answer(self, command: Command) -> Acknowledgement | None:
        """What became of a command; None while it waits.  Raises RunError."""
        return acknowledgement(self.commands_path, command)

    def next_commands(self, start: int) -> list[Command]:
        """Commands for this start, in order; left-over ones are moved aside.  Trainer only."""
        return pending_commands(self.commands_path, start)

    def acknowledge(self, command: Command, step: int, result: str) -> None:
        """Move a command to done/.  Trainer only."""
        acknowledge_command(self.commands_path, command, step, result)

    def prepare(self) -> None:
        """Make the folders that a trainer writes to, and clear away files that were never finished.  Trainer only."""
        with explained("prepare", self.path):
            for folder in FOLDERS:
                (self.path / folder).mkdir(exist_ok=True)
            for pattern in LEFT_OVERS:
                for path in self.path.glob(pattern):
                    path.unlink(missing_ok=True)


class RunObserver:
    """Watches a run over time: the age of a heartbeat counts from when it was seen to change."""

    def __init__(self, run: RunDirectory, hung_after: float = HUNG_AFTER_S) -> None:
        self.run = run
        self._hung_after = hung_after
        self._heartbeat: float | None = None
        self._changed = 0.0

    def look(self) -> RunView:
        """State and liveness now.  Raises RunError when the status cannot be read."""
        status, now = self.run.status(), time.monotonic()
        if status is not None and status.heartbeat != self._heartbeat:
            # At the first look nothing was seen to change yet: the wall clock must do.
            age = max(time.time() - status.heartbeat, 0.0) if self._heartbeat is None else 0.0
            self._heartbeat, self._changed = status.heartbeat, now - age
        age = float("inf") if status is None else now - self._changed
        return judge(status, read_launch(self.run.path), age, self._hung_after)


def create_run(root: Path, config: RunConfig) -> RunDirectory:
    """Make the folder of a new run, as runs/00007-name.  Safe when several programs do so at once.

    Args:
        root: Folder of runs; made if absent.
        config: The resolved configuration, with a data set.

    Raises:
        ConfigError: No data set is chosen.
        RunError: The folder cannot be written.
    """
    if config.data.path is None:
        raise ConfigError("a run needs a data set: set data.path to a zip or folder with a dataset.json")
    with explained("make a run in", root):
        root.mkdir(parents=True, exist_ok=True)
        taken = [RunDirectory(path).number for path in root.iterdir()]  # also of folders that are no runs
        first = max(taken, default=0) + 1
        for number in range(first, first + CREATE_ATTEMPTS):
            # Whoever makes this folder has the number; it gets its name only when it is complete.
            staging = root / f".{number:05d}.part"
            try:
                staging.mkdir()
            except FileExistsError:
                continue
            if any(root.glob(f"{number:05d}-*")):
                staging.rmdir()  # somebody finished this number after we had counted
                continue
            return _furnish(staging, root / f"{number:05d}-{config.name}", config)
    raise RunError(f"{root}: found no free number for a run; remove the hidden .part folders there")


def list_runs(root: Path) -> list[RunDirectory]:
    """The runs in a folder, by number.  A folder that is absent has none.  Raises RunError."""
    with explained("read", root):
        try:
            entries = list(os.scandir(root))
        except FileNotFoundError:
            return []
    runs = [RunDirectory(Path(entry.path)) for entry in entries if RUN_NAME.match(entry.name) and entry.is_dir()]
    return sorted((run for run in runs if run.config_path.is_file()), key=lambda run: (run.number, run.name))


def _furnish(staging: Path, final: Path, config: RunConfig) -> RunDirectory:
    """Fill the folder of a new run and give it its name.  From then on the staging name may be somebody else's."""
    run = RunDirectory(staging)
    try:
        run.prepare()
        save_config(config, run.config_path)
        staging.rename(final)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return RunDirectory(final)


def _stamp(kimg: float) -> str:
    """A time as part of a file's name: 000200, or 000000.125 between whole kimg."""
    images = round(kimg * 1000)
    return f"{images // 1000:06d}" if images % 1000 == 0 else f"{images // 1000:06d}.{images % 1000:03d}"


def _stamped(folder: Path, suffix: str) -> list[StampedFile]:
    """Files of a folder by the time in their names."""
    found = []
    for path in folder.glob(f"[0-9]*{suffix}"):
        if re.fullmatch(r"\d+(\.\d{3})?", path.name.removesuffix(suffix)):
            found.append(StampedFile(float(path.name.removesuffix(suffix)), path))
    return sorted(found, key=lambda file: file.kimg)
