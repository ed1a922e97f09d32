"""What the Train panel can set in motion: new runs, resumed ones, commands; on a thread, with errors as data."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.paths import asset, user_path, user_presets_dir
from widgets.train_view import Note, PresetItem, Problem, TrainForm

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.status import CommandName

log = logging.getLogger(__name__)

SHAPES = "shapes128.zip"


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

    config = fitted(load_preset(preset_key(form.preset)), data_path(form))
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


def data_path(form: TrainForm) -> Path:
    """The data set that the form names.  Raises ValueError if the path cannot be understood."""
    return asset(SHAPES) if form.choice == "shapes" else user_path(form.data_path)


def read_presets(_key: str) -> tuple[PresetItem, ...]:
    """The presets of the program, then those that somebody has added to the folder for presets.

    One that cannot be read says so in its description.
    """
    from training.presets import describe_preset, preset_names

    own = sorted(user_presets_dir().glob("*.yaml"))
    items = []
    for name, key in [*((name, name) for name in preset_names()), *((path.stem, str(path)) for path in own)]:
        try:
            items.append(PresetItem(name, describe_preset(key)))
        except ValueError as error:
            items.append(PresetItem(name, str(error)))
    return tuple(items)


def preset_key(name: str) -> str:
    """What `load_preset` wants for a preset of the list: its name, or the path of one that somebody has added."""
    own = user_presets_dir() / f"{name}.yaml"
    return str(own) if own.is_file() else name


def describe_data(path: str) -> Note:
    """What a data set holds, on one line.  Raises DataSetError."""
    from training.data_set import ImageDataSet

    with ImageDataSet.open(Path(path)) as data:
        info = data.info
    parts = [f"{info.count} pictures", f"{info.resolution}²"]
    if info.objects:
        parts.append(f"{len(info.objects)} objects")
    parts.append("with poses" if info.has_poses else "no poses")
    return Note("good", ", ".join(parts))


def read_advice(key: tuple[str, str]) -> tuple[Note, ...]:
    """What a preset with a data set allows but is probably not wanted.  Raises ConfigError, DataSetError.

    Args:
        key: Name of the preset, path of the data set.
    """
    from training.config_fit import data_advice, with_data_set
    from training.data_set import ImageDataSet
    from training.presets import load_preset

    preset, path = key
    with ImageDataSet.open(Path(path)) as data:
        config = with_data_set(load_preset(preset_key(preset)), data.info, data.all_angles)
        advice = [*config.advice(data.all_angles), *data_advice(config, data.info)]
    return tuple(Note("warning", f"{note.field}: {note.text}") for note in advice)


def check_name(name: str) -> Note:
    """Whether a run may be called so."""
    from training.config import NAME_PATTERN

    if re.match(NAME_PATTERN, name):
        return Note()
    return Note("bad", "Use letters, digits, dots, dashes and underscores; begin with a letter or digit.")


def check_folder(path: str) -> Note:
    """Whether runs can be kept in a folder, as far as one can see without writing there.  Raises ValueError."""
    folder = user_path(path)
    if not path or not folder.is_absolute():
        return Note("bad", "Give the whole path of a folder.")
    while not folder.exists():
        if folder == folder.parent:
            return Note("bad", f"There is no {folder}: choose a folder on a drive that is there.")
        folder = folder.parent
    if not folder.is_dir():
        return Note("bad", f"{folder} is a file, not a folder.")
    if not os.access(folder, os.W_OK):
        return Note("bad", f"You may not write to {folder}.")
    return Note()
