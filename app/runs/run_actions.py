"""What can be set in motion about runs: new ones, resumed ones, commands, deletion; on threads, with errors as data."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.export.file_manager import reveal
from app.form.form_checks import data_path, preset_key
from app.paths import user_path
from app.workers.tasks import Tasks
from widgets.notes import Problem
from widgets.runs_view import ContinueOffer, DeleteOffer, EndOffer, Offer, Snapshot, WarmOffer, WarmStart
from widgets.train_view import TrainForm

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.status import CommandName

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A trainer was started for this run.

    Attributes:
        path: Its folder.
        resumed: Whether it is a run that there was already.
    """

    path: Path
    resumed: bool = False


@dataclass(frozen=True)
class Done:
    """Something was done that shows by itself."""


Outcome = Started | Done | DeleteOffer | EndOffer | WarmOffer | ContinueOffer | Problem


class RunActions:
    """Does one thing after the other on a thread; what takes long, like deleting, on another one.

    Args:
        wake: Called from the threads when `take` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._tasks: Tasks[Outcome] = Tasks("run actions", wake)
        self._long: Tasks[Outcome] = Tasks("long run actions", wake)

    @property
    def waiting(self) -> str:
        """What is being done, for people; empty if nothing is."""
        return self._tasks.waiting

    @property
    def work(self) -> str:
        """The same, what takes long included."""
        return self._tasks.waiting or self._long.waiting

    def start(self, form: TrainForm, *, paused: bool = False) -> None:
        """Make a run of the form and start its trainer, which waits before its first step if it shall be paused."""
        self._tasks.submit("Starting the trainer…", partial(_start, form, paused))

    def resume(self, path: Path) -> None:
        """Start a trainer for a run that there is already."""
        self._tasks.submit("Starting the trainer…", partial(_resume, path))

    def go_on(self, path: Path, kimg: float) -> None:
        """Start a trainer for a finished run, with a greater length."""
        self._tasks.submit("Starting the trainer…", partial(_go_on, path, kimg))

    def warm_start(self, wish: WarmStart, runs_dir: Path) -> None:
        """Make a run that begins with a snapshot, and start its trainer."""
        self._tasks.submit("Starting the trainer…", partial(_warm_start, wish, runs_dir))

    def send(self, path: Path, command: CommandName) -> None:
        """Tell a trainer something."""
        self._tasks.submit(f"Sending {command}…", partial(_send, path, command))

    def end(self, path: Path) -> None:
        """End the process of a hung trainer."""
        self._tasks.submit(f"Ending the trainer of {path.name}…", partial(_end, path))

    def delete(self, path: Path) -> None:
        """Delete a run."""
        self._long.submit(f"Deleting {path.name}…", partial(_delete, path))

    def reveal(self, path: Path) -> None:
        """Open a folder in the system's file manager."""
        self._long.submit(f"Opening {path.name}…", partial(_reveal, path))

    def offer_deletion(self, path: Path) -> None:
        """Find out what deleting a run means."""
        self._long.submit(f"Measuring {path.name}…", partial(_deletion, path))

    def offer_end(self, path: Path) -> None:
        """Find out whether a run's trainer may be ended."""
        self._tasks.submit(f"Looking at {path.name}…", partial(_ending, path))

    def offer_continuation(self, path: Path) -> None:
        """Find out how far a run has come."""
        self._tasks.submit(f"Looking at {path.name}…", partial(_continuation, path))

    def offer_warm_start(self, path: Path) -> None:
        """Find out what a new run can begin with."""
        self._tasks.submit(f"Looking for snapshots of {path.name}…", partial(_snapshots, path))

    def take(self) -> tuple[Outcome, ...]:
        """What has come out since the last call."""
        return (*self._tasks.take(), *self._long.take())

    def close(self) -> None:
        """Let the last action end."""
        self._tasks.close()
        self._long.close()


def _start(form: TrainForm, paused: bool) -> Started:
    from training.config_files import with_values
    from training.config_fit import fitted
    from training.launch import launch
    from training.presets import load_preset, named
    from training.run_dir import create_run

    changed = with_values(load_preset(preset_key(form.preset)), dict(form.changes), "the form")
    config = fitted(changed, data_path(form))
    run = create_run(user_path(form.runs_dir), named(config, form.name, "the form"))
    if paused:
        run.pause_at_start()
    launch(run)
    log.info("Started %s", run.path)
    return Started(run.path)


def _resume(path: Path) -> Started:
    from training.launch import launch
    from training.run_dir import RunDirectory

    launch(RunDirectory(path))
    log.info("Resumed %s", path)
    return Started(path, resumed=True)


def _go_on(path: Path, kimg: float) -> Started:
    from training.launch import launch
    from training.run_dir import RunDirectory
    from training.steering import steered

    run, values = RunDirectory(path), {"loop.total_kimg": kimg}
    steered(run.steered_config(), values)
    run.set_at_start(values)
    launch(run)
    log.info("Resumed %s, up to %g kimg", path, kimg)
    return Started(path, resumed=True)


def _warm_start(wish: WarmStart, runs_dir: Path) -> Started:
    from training.launch import launch
    from training.run_dir import RunDirectory, create_run
    from training.warm_start import warm_config

    config = warm_config(RunDirectory(wish.path).steered_config(), wish.snapshot, {"name": wish.name})
    run = create_run(runs_dir, config)
    launch(run)
    log.info("Started %s with the weights of %s", run.path, wish.snapshot)
    return Started(run.path)


def _send(path: Path, command: CommandName) -> Done:
    from training.run_dir import RunDirectory

    RunDirectory(path).send(command)
    return Done()


def _end(path: Path) -> Done:
    from training.run_dir import RunDirectory
    from training.run_removal import end_trainer

    end_trainer(RunDirectory(path))  # which says so in the log
    return Done()


def _delete(path: Path) -> Done:
    from training.run_dir import RunDirectory
    from training.run_removal import delete_run

    delete_run(RunDirectory(path))  # which says so in the log
    return Done()


def _reveal(path: Path) -> Done:
    reveal(path)
    return Done()


def _deletion(path: Path) -> Offer:
    from training.run_dir import RunDirectory
    from training.run_removal import folder_size, require_deletable

    require_deletable(RunDirectory(path))
    return DeleteOffer(path, folder_size(path))


def _ending(path: Path) -> Offer:
    from training.run_dir import RunDirectory
    from training.run_removal import endable_process

    return EndOffer(path, endable_process(RunDirectory(path)))


def _continuation(path: Path) -> Offer:
    from training.run_dir import RunDirectory

    status = RunDirectory(path).status()
    if status is None:
        raise ValueError(f"{path.name} has not begun yet: start it before it is continued")
    return ContinueOffer(path, status.kimg)


def _snapshots(path: Path) -> Offer:
    from training.best import read_best
    from training.config import NAME_PATTERN
    from training.run_dir import RunDirectory
    from training.warm_start import warm_name

    run = RunDirectory(path)
    config = run.config()
    best = read_best(path)
    snapshots = tuple(
        Snapshot(file.kimg, file.path, best.by if best is not None and best.snapshot == file.path.name else "")
        for file in reversed(run.snapshots())
    )
    if not snapshots:
        first = f"the first is written at {config.loop.snapshot_kimg:g} kimg, or when you press Snapshot or Stop"
        raise ValueError(f"{path.name} has no snapshot to begin with yet: {first}")
    return WarmOffer(path, snapshots, warm_name(config.name), NAME_PATTERN)
