"""Errors of a run's folder, said so that a person can act on them."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAY_NOT = "you may not write or read there: change the permissions, or choose another folder for runs"
ADVICE = {
    "ENOSPC": "the disk is full: free some space, then go on",
    "EDQUOT": "your share of the disk is used up: free some space, then go on",
    "EROFS": "the file system is read-only: choose another folder for runs",
    "EACCES": _MAY_NOT,
    "EPERM": _MAY_NOT,
    "ENOENT": "it is not there: was the run moved or deleted?",
    "ENOTDIR": "a part of the path is a file, not a folder",
    "EEXIST": "a file of that name is in the way",
    "EIO": "the disk or the network failed: try again, and check them",
    "ESTALE": "the network file system lost it: try again, and check the mount",
}
# Windows lets nobody open a file at the moment it is replaced.
READ_ATTEMPTS = 20
READ_PAUSE_S = 0.02


class RunError(OSError):
    """Something about a run's folder that stops us; the message says where, what and what to do."""


class DiskFullError(RunError):
    """There is no space left for a file.

    Attributes:
        path: What could not be written.
        quota: Whether it is a share of the disk that is used up, rather than the disk.
    """

    def __init__(self, message: str, path: Path, quota: bool) -> None:
        super().__init__(message)
        self.path, self.quota = path, quota


@contextmanager
def explained(action: str, path: Path) -> Iterator[None]:
    """Turn an OSError of the block into a RunError that says what failed, where, and what to do."""
    try:
        yield
    except RunError:
        raise
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "")
        message = f"cannot {action} {path}: {ADVICE.get(name, error.strerror or str(error))}"
        if name in ("ENOSPC", "EDQUOT"):
            raise DiskFullError(message, path, name == "EDQUOT") from error
        raise RunError(message) from error


def read_bytes(path: Path) -> bytes | None:
    """The content of a file that others replace, or None when it is absent.  Raises RunError."""
    with explained("read", path):
        for attempt in range(READ_ATTEMPTS):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None
            except PermissionError:
                if attempt == READ_ATTEMPTS - 1:
                    raise
                time.sleep(READ_PAUSE_S)
    return None
