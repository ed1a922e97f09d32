"""What the Train panel can set in motion: new runs, resumed ones, commands; on a thread, with errors as data."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.form_checks import data_path, preset_key
from app.paths import user_path
from widgets.notes import Problem
from widgets.train_view import TrainForm

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.status import CommandName

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A trainer was started for this run."""

    path: Path


@dataclass(frozen=True)
class Sent:
    """A command was handed to a trainer."""

    command: CommandName


Outcome = Started | Sent | Problem


class RunActions:
    """Does one thing after the other on a thread.

    Args:
        wake: Called from the thread when `take` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._executor = ThreadPoolExecutor(1, "run actions")
        self._waiting: list[tuple[str, Future[Outcome]]] = []

    @property
    def waiting(self) -> str:
        """What is being done, for people; empty if nothing is."""
        return self._waiting[0][0] if self._waiting else ""

    def start(self, form: TrainForm) -> None:
        """Make a run of the form and start its trainer."""
        self._submit("Starting the trainer…", lambda: _start(form))

    def resume(self, path: Path) -> None:
        """Start a trainer for a run that there is already."""
        self._submit("Starting the trainer…", lambda: _resume(path))

    def send(self, path: Path, command: CommandName) -> None:
        """Tell a trainer something."""
        self._submit(f"Sending {command}…", lambda: _send(path, command))

    def take(self) -> tuple[Outcome, ...]:
        """What has come out since the last call."""
        done = [future for _, future in self._waiting if future.done()]
        self._waiting = [(text, future) for text, future in self._waiting if not future.done()]
        return tuple(future.result() for future in done)

    def close(self) -> None:
        """Let the last action end."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _submit(self, text: str, action: Callable[[], Outcome]) -> None:
        future = self._executor.submit(_errors_as_data, action)
        future.add_done_callback(lambda _: self._wake())
        self._waiting.append((text, future))


def _errors_as_data(action: Callable[[], Outcome]) -> Outcome:
    try:
        return action()
    except (ValueError, OSError) as error:
        log.error("%s", error)
        return Problem(" ".join(str(error).split()))


def _start(form: TrainForm) -> Started:
    from training.config_files import with_values
    from training.config_fit import fitted
    from training.launch import launch
    from training.presets import load_preset
    from training.run_dir import create_run

    changed = with_values(load_preset(preset_key(form.preset)), dict(form.changes), "the form")
    config = fitted(changed, data_path(form))
    run = create_run(user_path(form.runs_dir), with_values(config, {"name": form.name}, "the form"))
    launch(run)
    log.info("Started %s", run.path)
    return Started(run.path)


def _resume(path: Path) -> Started:
    from training.launch import launch
    from training.run_dir import RunDirectory

    launch(RunDirectory(path))
    log.info("Resumed %s", path)
    return Started(path)


def _send(path: Path, command: CommandName) -> Sent:
    from training.run_dir import RunDirectory

    RunDirectory(path).send(command)
    return Sent(command)
