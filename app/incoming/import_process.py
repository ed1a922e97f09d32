"""Runs an import in a process of its own: short of memory, limited in time, and gone when nobody waits for it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

TIME_LIMIT_S = 900.0
LOOK_EVERY_S = 0.1
MODULE = "core.import_main"


@dataclass(frozen=True)
class ImportRequest:
    """What is to be imported (core/pickle_import.py says more).

    Attributes:
        source: A pickle.
        target: The .safetensors file to write.
        cameras: Whose cameras are meant where the file is silent; None: told from the discriminator.
        force: Replace the target; else another name beside it is taken, unless it was made of the same pickle.
    """

    source: Path
    target: Path
    cameras: Literal["faces", "objects"] | None = None
    force: bool = False


@dataclass(frozen=True)
class ImportedFile:
    """What came of it.

    Attributes:
        path: The checkpoint.
        family: What it holds.
        notes: What is worth knowing, sentences.
        warnings: What somebody should see, sentences.
    """

    path: Path
    family: Literal["epigraf", "eg3d"]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class ImportCancelledError(ValueError):
    """The import was given up by the person."""


class _EndedError(Exception):
    """The process ended without an answer."""


def import_file(
    request: ImportRequest,
    on_progress: Callable[[float, str], None],
    cancelled: threading.Event | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> ImportedFile:
    """Import a pickle in a process of its own, and wait for it.

    Args:
        request: What, and where to.
        on_progress: Told the share that is done, 0 to 1, and what is being done.
        cancelled: Set from another thread, it ends the import.
        time_limit_s: After so many seconds it is given up.

    Raises:
        ImportCancelledError: It was cancelled.
        ValueError: It cannot be imported; the message names the file and says why.
        OSError: The process cannot be started.
    """
    # `-P`: a folder named core/ in the current directory must not be taken for ours.
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            **_without_console(),
        )
        try:
            return _listen(process, request, on_progress, cancelled or threading.Event(), time_limit_s)
        except _EndedError as error:
            complaints.seek(0)
            last = complaints.read().decode(errors="replace").strip().rpartition("\n")[2][:200]
            raise ValueError(
                f"{request.source}: the importer ended without an answer (exit status {process.wait()}"
                f"{': ' if last else ''}{last}); the file may be damaged, or made to use up memory"
            ) from error
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    assert stream is not None
                    stream.close()


def _listen(
    process: subprocess.Popen[bytes],
    request: ImportRequest,
    on_progress: Callable[[float, str], None],
    cancelled: threading.Event,
    time_limit_s: float,
) -> ImportedFile:
    assert process.stdin is not None
    assert process.stdout is not None
    order = {"source": str(request.source), "target": str(request.target)}
    line = json.dumps({**order, "cameras": request.cameras, "force": request.force}) + "\n"
    with contextlib.suppress(BrokenPipeError):  # that it has ended is noticed below
        process.stdin.write(line.encode())
        process.stdin.flush()  # and stays open: the process ends with us
    messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
    threading.Thread(target=_read, args=(process.stdout, messages), name="import", daemon=True).start()
    deadline = time.monotonic() + time_limit_s
    while True:
        if cancelled.is_set():
            raise ImportCancelledError(f"{request.source}: the import was cancelled, and nothing was written")
        if time.monotonic() > deadline:
            raise ValueError(f"{request.source}: the import took longer than {time_limit_s:.0f} s and was given up")
        try:
            message = messages.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            continue
        if message is None:
            raise _EndedError
        if "error" in message:
            raise ValueError(message["error"] if message["names_file"] else f"{request.source}: {message['error']}")
        if "done" in message:
            return _imported(message["done"])
        on_progress(message["share"], message["text"])


def _imported(done: dict[str, Any]) -> ImportedFile:
    return ImportedFile(Path(done["path"]), done["family"], tuple(done["notes"]), tuple(done["warnings"]))


def _read(stream: IO[bytes], messages: queue.Queue[dict[str, Any] | None]) -> None:
    """Lines of JSON, then None."""
    try:
        for line in stream:
            messages.put(json.loads(line))
    except ValueError:  # the stream was closed, or is not what was expected
        pass
    finally:
        messages.put(None)


def _without_console() -> dict[str, Any]:
    """Arguments of Popen that keep Windows from opening a terminal."""
    return {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
