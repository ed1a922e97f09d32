"""Files that are either whole or absent: written under a temporary name, then renamed."""

from __future__ import annotations

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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` on success, delete it on any error.

    The temporary name keeps the suffix, since some writers choose the format by it.
    """
    aside = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}.part{path.suffix}")
    try:
        yield aside
        replace_with_retries(aside, path)
    finally:
        aside.unlink(missing_ok=True)


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
