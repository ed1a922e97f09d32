"""An evaluation in a process of its own (training/evaluation_process.py): with progress, and an end when asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import Field, ValidationError

from core.model_config import FrozenModel
from training.metrics_config import MetricsConfig


class EvaluationError(RuntimeError):
    """Nothing could be measured; the message says why and what to do."""


class EvaluationOrder(FrozenModel):
    """What is to be measured."""

    snapshot: Path = Field(description="The checkpoint.")
    data: Path = Field(description="The data set.")
    report: Path = Field(description="Where the report goes.")
    device: str = Field(default="auto", description="Where to compute.")
    settings: MetricsConfig = Field(description="What to measure.")


class _Word(FrozenModel):
    """What the process says on a line."""

    fraction: float = 0.0
    doing: str = ""
    error: str = ""
    done: bool = False


class EvaluationJob:
    """Measures one snapshot.

    Args:
        order: What is to be measured.
    """

    def __init__(self, order: EvaluationOrder) -> None:
        self._order = order
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    def run(self, report: Callable[[float, str], None]) -> bool:
        """Start the process and wait for its end.

        Args:
            report: Told the fraction done of what is being done, and what that is.

        Returns:
            Whether the report was written; not if it was cancelled.

        Raises:
            EvaluationError: Nothing could be measured.
        """
        process = self._start()
        if process is None:
            return False
        try:
            return self._listen(process, report)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def cancel(self) -> None:
        """End the process; may be called from any thread, before or after it has ended."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes] | None:
        # `-P`: a folder named training/ in the current directory must not be taken for ours.
        command = [sys.executable, "-P", "-m", "training.evaluation_process"]
        pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONUNBUFFERED": "1"}
        with self._lock:
            if self._cancelled:
                return None
            try:
                self._process = subprocess.Popen(
                    command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, start_new_session=True, env=environment
                )
            except OSError as error:
                reason = error.strerror or error
                raise EvaluationError(f"cannot start the evaluation with {sys.executable}: {reason}") from error
            return self._process

    def _listen(self, process: subprocess.Popen[bytes], report: Callable[[float, str], None]) -> bool:
        assert process.stdin is not None
        assert process.stdout is not None
        last = ""
        try:
            # The pipe stays open: the process ends when it is closed, and so when we are gone.
            process.stdin.write(self._order.model_dump_json().encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; its output says why
        for line in process.stdout:
            try:
                word = _Word.model_validate_json(line)
            except ValidationError:
                last = line.decode(errors="replace").strip() or last
                continue
            if word.error:
                raise EvaluationError(word.error)
            if word.done:
                return True
            report(word.fraction, word.doing)
        if self._cancelled:
            return False
        raise EvaluationError(f"the evaluation ended with code {process.wait()}: {last or 'it said nothing'}")


def say(**word: float | str | bool) -> None:
    """Write a line for whoever listens; for the process."""
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()
