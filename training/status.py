"""What a trainer says of itself: status.json, replaced as a whole with every heartbeat."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from core.files import overwrite, write_text
from core.model_config import FrozenModel, unit
from training.processes import ProcessIdentity
from training.run_errors import DiskFullError, RunError, explained, read_bytes

STATUS_VERSION = 1
# How often a trainer renews its heartbeat, also while it is paused, seconds.
HEARTBEAT_S = 2.0
# On a full disk it is written in place, and may be seen half written once.
READS = 2

TrainerState = Literal["starting", "running", "paused", "stopping", "stopped", "finished", "failed"]
CommandName = Literal["pause", "resume", "stop", "snapshot", "evaluate", "set"]

ENDED: frozenset[TrainerState] = frozenset({"stopped", "finished", "failed"})
# What a panel offers, by the trainer's state.
OFFERED: dict[TrainerState, frozenset[CommandName]] = {
    "starting": frozenset({"stop"}),
    "running": frozenset({"pause", "stop", "snapshot", "evaluate", "set"}),
    "paused": frozenset({"resume", "stop", "snapshot", "evaluate", "set"}),
    "stopping": frozenset(),
    "stopped": frozenset(),
    "finished": frozenset(),
    "failed": frozenset(),
}


class RunStatus(FrozenModel):
    """State, process, progress and heartbeat of a run."""

    version: Literal[1] = Field(default=STATUS_VERSION, description="Version of this format.")
    state: TrainerState = Field(description="Where the trainer stands.")
    start: int = Field(ge=1, description="Which start of this run it is, from 1.")
    pid: int = Field(ge=0, description="Process of the trainer.")
    pid_created: float = Field(description="When that process was created.", json_schema_extra=unit("Unix seconds"))
    host: str = Field(description="Name of its machine.")
    heartbeat: float = Field(description="When this was written.", json_schema_extra=unit("Unix seconds"))
    step: int = Field(default=0, ge=0, description="Optimiser steps done.")
    tick: int = Field(default=0, ge=0, description="Ticks done.")
    kimg: float = Field(default=0.0, ge=0, description="Progress.", json_schema_extra=unit("kimg"))
    total_kimg: float = Field(default=0.0, ge=0, description="Planned length.", json_schema_extra=unit("kimg"))
    sec_per_kimg: float | None = Field(
        default=None, ge=0, description="Speed of late.", json_schema_extra=unit("s/kimg")
    )
    device: str = Field(default="", description="What it computes on; empty if unknown.")
    gpus: tuple[int, ...] = Field(default=(), description="GPUs of its machine that it holds, as far as known.")
    memory_gb: float | None = Field(
        default=None, ge=0, description="Memory that it takes there, at most of late.", json_schema_extra=unit("GiB")
    )
    message: str = Field(default="", description="What happens, or what went wrong and what to do.")

    @property
    def process(self) -> ProcessIdentity:
        """The trainer's process."""
        return ProcessIdentity(self.pid, self.pid_created, self.host)

    @property
    def ended(self) -> bool:
        """Whether the trainer has said that it is done."""
        return self.state in ENDED

    @property
    def step_s(self) -> float | None:
        """Seconds that a step takes at the present speed, if known."""
        if self.sec_per_kimg is None or not self.step:
            return None
        return self.sec_per_kimg * self.kimg / self.step

    @property
    def eta_s(self) -> float | None:
        """Seconds until the planned end at the present speed, if known."""
        if self.sec_per_kimg is None or self.ended:
            return None
        return max(self.total_kimg - self.kimg, 0.0) * self.sec_per_kimg


def read_status(path: Path) -> RunStatus | None:
    """The last status, or None when none was written yet.  Raises RunError when it cannot be understood."""
    problem = ""
    for _ in range(READS):
        content = read_bytes(path)
        if content is None:
            return None
        try:
            return RunStatus.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            problem = f"{where + ': ' if where else ''}{first['msg']}"
    raise RunError(f"{path}: is no status that this program understands ({problem}); it may come from another version")


def write_status(path: Path, status: RunStatus) -> None:
    """Replace the status as a whole.  Raises RunError."""
    text = status.model_dump_json(indent=1) + "\n"
    try:
        with explained("write", path):
            write_text(path, text)
    except DiskFullError:
        # A heartbeat needs no more room than the last one had, and without it a run that waits would look dead.
        with explained("write", path):
            overwrite(path, text)
