"""A lease says that somebody watches a run: renewed by a window, looked at by the trainer."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path

from core.files import write_text
from training.run_errors import explained, read_bytes

# A window renews well before this, seconds.
LEASE_S = 15.0


def renew_lease(path: Path, seconds: float = LEASE_S) -> None:
    """Say that somebody watches for the next `seconds` (> 0).  Raises RunError."""
    content = json.dumps({"version": 1, "seconds": seconds, "renewed": time.time(), "token": uuid.uuid4().hex})
    with explained("write", path):
        write_text(path, content + "\n")


class LeaseWatch:
    """Whether a lease is fresh.  Remembers when it last changed, so that clocks of two machines may differ."""

    def __init__(self, path: Path) -> None:
        """Look at the lease for the first time; only then does its own time count."""
        self._path = path
        self._seen = read_bytes(path)
        seconds, renewed = _parse(self._seen)
        self._fresh_until = time.monotonic() + seconds - max(time.time() - renewed, 0.0)

    def watched(self) -> bool:
        """Whether somebody watches now.  Raises RunError."""
        content = read_bytes(self._path)
        if content != self._seen:
            self._seen = content
            self._fresh_until = time.monotonic() + _parse(content)[0]
        return time.monotonic() < self._fresh_until


def _parse(content: bytes | None) -> tuple[float, float]:
    """Seconds a lease lasts, and when it was renewed; both 0 for none or one that is no lease."""
    try:
        values = json.loads(content or b"{}")
        return float(values["seconds"]), float(values["renewed"])
    except (ValueError, TypeError, KeyError):
        return 0.0, 0.0
