"""Files that are either whole or absent: written under a temporary name, then renamed."""

from __future__ import annotations

import errno
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Windows refuses to replace a file while somebody reads it; readers are brief, so wait for them.
REPLACE_ATTEMPTS = 40
REPLACE_PAUSE_S = 0.05
# What file systems say that cannot be asked to write at once.
CANNOT_SETTLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


@contextmanager
def replacing(path: Path, *, lasting: bool = False, previous: Path | None = None) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` on success, delete it on any error.

    The temporary name keeps the suffix, since some writers choose the format by it.

    Args:
        path: What is replaced.
        lasting: Whether to wait until the disk has it, so that not even a power failure leaves half a file under the
            name.  That may take seconds: it is for what cannot be made again.
        previous: Name in the same folder for what `path` was until now; none lets go of it.  At each moment one of
            the two names leads to a whole file.
    """
    aside = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}.part{path.suffix}")
    try:
        yield aside
        if lasting:
            _settle_file(aside)
        if previous is not None and path.exists():
            replace_with_retries(path, previous)
        replace_with_retries(aside, path)
        if lasting:
            _settle_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _settle_file(path: Path) -> None:
    """Wait until the disk has the content of a file.  Raises OSError when it has no room for it after all."""
    with path.open("r+b") as file:  # Windows settles only what it may write
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in CANNOT_SETTLE:
                raise


def _settle_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder, where that can be waited for: not on Windows."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:  # the files themselves are there; a system that opens no folder keeps names by itself
        return
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in CANNOT_SETTLE:
            raise
    finally:
        os.close(opened)


def replace_with_retries(source: Path, target: Path) -> None:
    """Rename over `target`, waiting for readers where the system locks open files.  Raises OSError at last."""
    for attempt in range(REPLACE_ATTEMPTS):
        try:
            source.replace(target)
        except PermissionError:
            if attempt == REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(REPLACE_PAUSE_S)
        else:
            return


def overwrite(path: Path, text: str) -> None:
    """Replace the content of a file in place, where a full disk has no room for a second one.

    What is shorter than before is filled up with spaces.  Readers may see half of it; they must try again.
    """
    content = text.encode()
    with path.open("r+b", buffering=0) as file:
        file.write(content.ljust(path.stat().st_size))


def system_error(error: Exception, path: Path) -> OSError:
    """The error of the system behind that of a library that only tells its number in its text."""
    found = re.search(r"os error (\d+)", str(error))
    text = f"could not write {path}: {error}"
    if found is None:
        return OSError(text)
    number = int(found[1])
    # Windows has numbers of its own, which Python translates.
    return OSError(None, text, str(path), number) if os.name == "nt" else OSError(number, text, str(path))


def write_text(path: Path, text: str) -> None:
    """Replace the content of `path` (UTF-8) at once."""
    with replacing(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")
