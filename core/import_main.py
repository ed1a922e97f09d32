"""`python -m core.import_main`: imports the pickle that standard input names, with little memory and no way to act.

Reads one line of JSON, writes lines of JSON: progress, then what came of it or an error.  It ends when its standard
input is closed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import torch

from core.inert_pickle import PickleRefusedError
from core.memory import is_out_of_memory
from core.pickle_import import ImportOrder, import_pickle

# The file itself, the tensors in it, the networks, and what is written: each once.
MEMORY_PER_BYTE, MEMORY_BESIDES = 5, 2**30
SAY_STEP = 0.01


def main() -> int:
    """Import what standard input asks for.  Returns the exit status."""
    line = sys.stdin.buffer.readline()
    threading.Thread(target=_end_with_input, name="lifeline", daemon=True).start()
    torch.set_num_threads(1)
    return answer(line)


def answer(line: bytes) -> int:
    """Import what a line of JSON asks for, and say what came of it.  Returns the exit status."""
    wanted = json.loads(line)
    order = ImportOrder(Path(wanted["source"]), Path(wanted["target"]), wanted["cameras"], wanted["force"])
    try:
        limit_memory(MEMORY_BESIDES + MEMORY_PER_BYTE * order.source.stat().st_size)
        done = import_pickle(order, _Teller().say)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        return _fail("it asks for more memory than a network of its size needs")
    except OSError as error:
        return _fail(f"{error.filename or order.source}: {error.strerror or error}", own=True)
    except PickleRefusedError as error:
        return _fail(str(error))
    _write(done={"path": str(done.path), "family": done.family, "notes": done.notes, "warnings": done.warnings})
    return 0


def limit_memory(more: int) -> None:
    """Take no more memory than is taken now, and so much; where the system cannot limit it, nothing happens.

    Args:
        more: Bytes.
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return
    with suppress(ValueError, OSError):  # macOS refuses
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        wanted = psutil.Process().memory_info().vms + more
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            wanted = min(wanted, most)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))


class _Teller:
    """Says progress, a hundred times at most."""

    def __init__(self) -> None:
        self._said = -1.0

    def say(self, share: float, text: str) -> None:
        if share >= self._said + SAY_STEP:
            self._said = share
            _write(share=share, text=text)


def _fail(reason: str, *, own: bool = False) -> int:
    """Say why nothing came of it; `own`: the reason names the file already."""
    _write(error=reason, names_file=own)
    return 1


def _end_with_input() -> None:
    """Whoever asked is gone when standard input ends; then nobody waits for the answer."""
    sys.stdin.buffer.read()
    os._exit(1)


def _write(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
