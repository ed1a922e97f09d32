"""Commands to a trainer: numbered JSON files that it acknowledges by moving them to done/ (DESIGN: The trainer)."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from core.files import write_text
from core.model_config import FrozenModel
from training.run_errors import RunError, explained, read_bytes
from training.status import CommandName

DONE = "done"

logger = logging.getLogger(__name__)


class Command(FrozenModel):
    """One wish, meant for one start of a run."""

    version: Literal[1] = Field(default=1, description="Version of this format.")
    number: int = Field(ge=1, description="Order in which commands are obeyed.")
    command: CommandName = Field(description="What to do.")
    start: int = Field(ge=0, description="The start of the run it is meant for.")
    sent: float = Field(description="When it was sent, Unix seconds.")
    values: dict[str, Any] = Field(default_factory=dict, description="Settings to set, by dotted name.")
    file: str = Field(default="", exclude=True, description="Its file's name.")


class Acknowledgement(FrozenModel):
    """A command that was dealt with."""

    number: int = Field(ge=0, description="Number of the command; 0 if it could not be read.")
    command: str = Field(description="What was asked.")
    start: int = Field(ge=0, description="The start it was meant for.")
    step: int = Field(ge=0, description="Optimiser step at which it was dealt with.")
    result: str = Field(description="What became of it, for people.")
    acknowledged: float = Field(description="When, Unix seconds.")


def send_command(folder: Path, command: CommandName, start: int, values: Mapping[str, Any] | None = None) -> Command:
    """Ask the trainer for something.

    Args:
        folder: commands/ of the run.
        command: What to do.
        start: The start it is meant for; a trainer of another start does not obey.
        values: Settings to set, by dotted name.

    Raises:
        RunError: It cannot be written.
    """
    with explained("write a command to", folder):
        folder.mkdir(exist_ok=True)
        # Before done/: a command that moves in between is then seen at least once.
        taken = [*_files(folder), *_files(folder / DONE)]
        number = max((int(path.name.partition("-")[0]) for path in taken), default=0) + 1
        # Two senders may take one number; the rest of the name keeps them apart, and their order does not matter.
        name = f"{number:06d}-{uuid.uuid4().hex[:8]}.json"
        wish = Command(
            number=number, command=command, start=start, sent=time.time(), values=dict(values or {}), file=name
        )
        # Trainers of older versions know no values, and refuse what they do not know.
        write_text(folder / name, wish.model_dump_json(exclude=None if values else {"values"}) + "\n")
    return wish


def pending_commands(folder: Path, start: int) -> list[Command]:
    """The commands for this start, in order; left-over and unreadable ones are moved to done/.  Raises RunError."""
    pending = []
    for path in _files(folder):
        if (folder / DONE / path.name).exists():
            path.unlink(missing_ok=True)  # obeyed, but the trainer was killed before it could remove it
            continue
        content = read_bytes(path)
        if content is None:
            continue
        try:
            command = Command.model_validate_json(content).model_copy(update={"file": path.name})
        except ValidationError:
            logger.warning("%s is no command that this program understands; it is ignored", path.name)
            _retire(folder, path.name, _unreadable(path), 0, "ignored: cannot be understood")
            continue
        if command.start < start:
            acknowledge_command(folder, command, 0, f"ignored: meant for start {command.start}, this is start {start}")
        elif command.start == start:
            pending.append(command)
    return pending


def acknowledge_command(folder: Path, command: Command, step: int, result: str) -> None:
    """Move a command to done/ with the step at which it was dealt with, and what became of it.  Raises RunError."""
    _retire(folder, command.file, command.model_dump(), step, result)


def acknowledgement(folder: Path, command: Command) -> Acknowledgement | None:
    """What became of a command; None while it waits.  Raises RunError."""
    content = read_bytes(folder / DONE / command.file)
    if content is None:
        return None
    try:
        return Acknowledgement.model_validate_json(content)
    except ValidationError as error:
        raise RunError(f"{folder / DONE / command.file} is no answer that this program understands") from error


def acknowledgements(folder: Path) -> list[Acknowledgement]:
    """What became of the commands so far, in order."""
    found = []
    for path in _files(folder / DONE):
        content = read_bytes(path)
        try:
            found.append(Acknowledgement.model_validate_json(content or b""))
        except ValidationError:
            logger.warning("%s is no acknowledgement that this program understands", path)
    return found


def _retire(folder: Path, name: str, wish: dict[str, Any], step: int, result: str) -> None:
    kept = {key: wish[key] for key in ("number", "command", "start")}
    done = Acknowledgement(**kept, step=step, result=result, acknowledged=time.time())
    with explained("acknowledge a command in", folder):
        (folder / DONE).mkdir(exist_ok=True)
        write_text(folder / DONE / name, done.model_dump_json() + "\n")
        (folder / name).unlink(missing_ok=True)


def _unreadable(path: Path) -> dict[str, Any]:
    return {"number": int(path.name.partition("-")[0]), "command": "?", "start": 0}


def _files(folder: Path) -> list[Path]:
    """Command files of a folder by number; none if it is absent."""
    return sorted(folder.glob("[0-9]*-*.json"))
