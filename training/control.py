"""The trainer's side of status and commands: heartbeat, pause, stop."""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import torch

from training.commands import Command
from training.device import device_name, held_gpus, memory_gb
from training.processes import own_identity
from training.run_dir import RunDirectory
from training.run_errors import DiskFullError
from training.status import HEARTBEAT_S, RunStatus, TrainerState
from training.team import Team
from training.train_state import Progress

# How often the folder of commands is looked at, seconds.
POLL_S = 0.25

logger = logging.getLogger(__name__)


class Control:
    """What the trainer says of itself, and what it was asked for.

    Attributes:
        state: As reported.
        team: The processes that train; they obey together, and the first one reads, writes and reports.
        stop: Whether to end, after a command or a signal.
        snapshot: Whether a snapshot was asked for; the loop clears it.
        evaluate: Whether metrics were asked for; the loop clears it.
        device: What is computed on, once it is chosen.
        steer: Changes settings, by dotted name; returns what became of it.  None until the training can.
    """

    def __init__(
        self, run: RunDirectory, start: int, total_kimg: float, progress: Progress, team: Team | None = None
    ) -> None:
        """Begin with the state `starting`, which is not reported yet.

        Args:
            run: The run; the first process of the team owns it.
            start: Which start of the run it is, from 1.
            total_kimg: Its length, kimg.
            progress: Where the training stands; the loop moves it on.
            team: The processes that train it; none: we train alone.
        """
        self.run, self.start, self.total_kimg, self.progress = run, start, total_kimg, progress
        self.team = team or Team()
        self.state: TrainerState = "starting"
        self.stop = False
        self.snapshot = False
        self.evaluate = False
        self.message = ""
        self.sec_per_kimg: float | None = None
        self.device: torch.device | None = None
        self.steer: Callable[[Mapping[str, Any]], str] | None = None
        self._asked_to_stop, self._stops = False, 0
        self._answers: dict[str, tuple[int, str]] = {}  # of obeyed commands, by file, that a full disk holds up
        self._identity = own_identity()
        self._beat_at = 0.0
        self._poll_at = 0.0

    def catch_signals(self) -> None:
        """Let Ctrl-C and a friendly kill end the training as a stop command would."""

        def on_signal(number: int, _frame: FrameType | None) -> None:
            logger.info("%s: stopping", signal.Signals(number).name)
            self._ask_to_stop()

        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), on_signal)

    def report(self, state: TrainerState, message: str = "") -> None:
        """Enter a state, and say so at once."""
        self.state, self.message = state, message
        self._write(time.monotonic())

    def poll(self, while_paused: Callable[[], None]) -> None:
        """Between two steps: renew the heartbeat, obey commands, wait while paused.

        Args:
            while_paused: Called again and again during a pause, for what must not wait: snapshots, live weights.
        """
        self._look(time.monotonic())
        while self.state == "paused" and not self.stop:
            while_paused()
            time.sleep(POLL_S)
            self._look(time.monotonic())

    def breathe(self) -> bool:
        """During something long between two steps: renew the heartbeat.  Returns whether the training is to end.

        Commands wait until it is over, for they may want to save a state.
        """
        self.team.still_here()
        now = time.monotonic()
        if now >= self._beat_at:
            self._write(now)
        if now < self._poll_at:
            return self._asked_to_stop
        self._poll_at = now + POLL_S
        return self._asked_to_stop or any(command.command == "stop" for command in self.run.next_commands(self.start))

    def hold(self, message: str, seconds: float) -> bool:
        """Be paused for a time, or until somebody resumes; for the first process alone, in the midst of something.

        Of the commands only `stop` and `resume` are obeyed; the others wait.

        Args:
            message: Why, for people.
            seconds: How long.

        Returns:
            Whether to go on; not if somebody has asked to stop meanwhile.
        """
        stops, again = self._stops, False
        self.report("paused", message)
        until = time.monotonic() + seconds
        while self._stops == stops and not again and time.monotonic() < until:
            time.sleep(min(POLL_S, seconds))
            self.team.still_here()
            for command in self._commands(time.monotonic()):
                if command.command == "resume":
                    again = True
                    self._acknowledge(command, self.progress.step, "trying again")
                elif command.command == "stop":
                    self._acknowledge(command, self.progress.step, self._obey(command))
            if time.monotonic() >= self._beat_at:
                self._write(time.monotonic())
        return self._stops == stops

    def _ask_to_stop(self) -> None:
        self._asked_to_stop = True
        self._stops += 1

    def _look(self, now: float) -> None:
        for command in self.team.share(self._commands(now), list[Command]):
            step = self.progress.step
            result = self._obey(command)
            if self.team.leads:
                self._acknowledge(command, step, result)
                logger.info("%s: %s", command.command, result)
            self._beat_at = now  # what has changed is to be seen at once
        # A signal may come at any moment and to any process: all must stop before the same step.
        self.stop = self.team.any(self._asked_to_stop)
        if now >= self._beat_at:
            self._write(now)

    def _commands(self, now: float) -> list[Command]:
        """What the folder of commands asks for, when it is time to look; only the first process does."""
        if not self.team.leads or now < self._poll_at:
            return []
        self._poll_at = now + POLL_S
        with contextlib.suppress(DiskFullError):  # left-over commands cannot be put aside yet
            return [command for command in self.run.next_commands(self.start) if not self._answered(command)]
        return []

    def _answered(self, command: Command) -> bool:
        """Whether a command was obeyed before, but could not be acknowledged; then it is now, if possible."""
        answer = self._answers.get(command.file)
        if answer is not None:
            self._acknowledge(command, *answer)
        return answer is not None

    def _acknowledge(self, command: Command, step: int, result: str) -> None:
        self._answers[command.file] = step, result
        with contextlib.suppress(DiskFullError):
            self.run.acknowledge(command, step, result)
            del self._answers[command.file]

    def _obey(self, command: Command) -> str:
        if command.command == "stop":
            self._ask_to_stop()
            return "stopping"
        if command.command == "snapshot":
            self.snapshot = True
            return "a snapshot follows"
        if command.command == "evaluate":
            self.evaluate = True
            return "metrics follow"
        if command.command == "set":
            return self.steer(command.values) if self.steer is not None else "refused: the training has not begun yet"
        wanted: TrainerState = "paused" if command.command == "pause" else "running"
        if self.state == wanted:
            return f"is {wanted} already"
        self.report(wanted)
        return wanted

    def _device_words(self) -> str:
        if self.device is None:
            return ""
        name = device_name(self.device)
        return name if self.team.size == 1 else f"{self.team.size} x {name}"

    def _write(self, now: float) -> None:
        self._beat_at = now + HEARTBEAT_S
        if not self.team.leads:
            return
        self.run.write_status(
            RunStatus(
                state=self.state,
                start=self.start,
                pid=self._identity.pid,
                pid_created=self._identity.created,
                host=self._identity.host,
                heartbeat=time.time(),
                step=self.progress.step,
                tick=self.progress.tick,
                kimg=self.progress.kimg,
                total_kimg=self.total_kimg,
                sec_per_kimg=self.sec_per_kimg,
                device=self._device_words(),
                gpus=held_gpus(self.device, self.team.size) if self.device is not None else (),
                memory_gb=memory_gb(self.device) if self.device is not None else None,
                message=self.message,
            )
        )
