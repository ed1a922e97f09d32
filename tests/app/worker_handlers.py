"""Handlers that worker processes of the tests run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.workers.worker_child import Port


class TestHandler:
    """Does what the payload says."""

    __test__ = False

    def handle(self, kind: str, payload: Any, port: Port) -> None:
        match payload:
            case ("square", value):
                port.answer(value * value)
            case ("array", size):
                port.answer(f"{size}", (np.arange(size, dtype=np.float32), np.full(3, size, np.int64)))
            case ("arrays", size, count):
                for index in range(count):
                    port.answer(index, (np.full(size, index, np.float32),))
            case ("slow", seconds):
                deadline = time.monotonic() + seconds
                while time.monotonic() < deadline:
                    port.progress(0.5, "sleeping")
                    port.stop_if_cancelled()
                    time.sleep(0.01)
                port.answer("slept")
            case ("fail", text):
                raise ValueError(text)
            case ("mistake",):
                raise TypeError("our mistake")
            case ("die", path):
                if not Path(path).exists():
                    Path(path).touch()
                    os.kill(os.getpid(), signal.SIGKILL)
                port.answer("survived")
            case ("always die",):
                os.kill(os.getpid(), signal.SIGKILL)
            case ("stuck",):
                time.sleep(60)
            case ("nice",):
                port.answer((os.nice(0), os.environ["OMP_NUM_THREADS"]))
