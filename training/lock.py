"""One process owns a run: claims with a pid, its creation time and host.

A claim is a file of its own with a name that is never used again.  Whoever wants the run adds a claim, then looks at
the others: a living one means to withdraw.  Of two who come at once both may withdraw, but never both go on.  Since
names are unique, removing a dead claim cannot remove a living one.
"""

from __future__ import annotations

import json
import logging
import random
import time
import uuid
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from core.files import write_text
from training.liveness import FRESH_S
from training.processes import ProcessIdentity, own_identity
from training.run_errors import RunError, explained, read_bytes
from training.status import read_status

ATTEMPTS = 5
# A claim from another machine counts as living while that trainer's heartbeat changes; watched for this long, seconds.
FOREIGN_WATCH_S = 2 * FRESH_S

logger = logging.getLogger(__name__)


class RunLockedError(RunError):
    """Another process owns the run."""


class RunLock:
    """Ownership of a run's folder, as a context manager: `with RunLock(path): ...`."""

    def __init__(self, run: Path, foreign_watch_s: float = FOREIGN_WATCH_S) -> None:
        self._run = run
        self._foreign_watch_s = foreign_watch_s
        self._claim: Path | None = None

    def acquire(self) -> None:
        """Take the run, or what a dead process left of it.  Raises RunLockedError that names the owner, RunError."""
        assert self._claim is None, "the lock is held already"
        identity = own_identity()
        for attempt in range(ATTEMPTS):
            claim = self._run / f"lock.{uuid.uuid4().hex}.json"
            with explained("write", claim):
                write_text(claim, json.dumps({"version": 1, **asdict(identity)}) + "\n")
            owner = self._living_other(claim)
            if owner is None:
                self._claim = claim
                return
            claim.unlink(missing_ok=True)
            if attempt == ATTEMPTS - 1:
                raise RunLockedError(_message(self._run, *owner))
            # The other may be withdrawing at this very moment, because it saw us.
            time.sleep(random.uniform(0.02, 0.2))

    def release(self) -> None:
        """Give the run back."""
        if self._claim is not None:
            self._claim.unlink(missing_ok=True)
            self._claim = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _living_other(self, own: Path) -> tuple[Path, ProcessIdentity] | None:
        """A claim of a living process other than `own`; dead ones are removed."""
        for path, identity in claims(self._run):
            if path == own:
                continue
            alive = identity.alive()
            if alive is None:
                alive = _heartbeat_changes(self._run, identity, self._foreign_watch_s)
            elif not alive:
                alive = _beats_on(self._run, identity)
            if alive:
                return path, identity
            logger.warning("the lock of %s is left over: its process is gone", identity)
            path.unlink(missing_ok=True)
        return None


def claims(run: Path) -> list[tuple[Path, ProcessIdentity]]:
    """All claims on a run, dead ones too."""
    found = []
    for path in sorted(run.glob("lock.*.json")):
        content = read_bytes(path)
        if content is None:
            continue
        try:
            values = json.loads(content)
            found.append((path, ProcessIdentity(int(values["pid"]), float(values["created"]), str(values["host"]))))
        except (ValueError, TypeError, KeyError) as error:
            raise RunError(f"{path}: is no lock that this program understands; delete it if no trainer runs") from error
    return found


def owner(run: Path) -> ProcessIdentity | None:
    """The process that holds a run, as far as one can see at once: claims of other machines count."""
    return next((identity for _, identity in claims(run) if identity.alive() is not False), None)


def _beats_on(run: Path, identity: ProcessIdentity) -> bool:
    """Whether a process that we do not see goes on: containers may share a host's name, but not its processes."""
    status = read_status(run / "status.json")
    if status is None or (status.pid, status.host) != (identity.pid, identity.host):
        return False
    age = time.time() - status.heartbeat
    return 0 <= age < FRESH_S and _heartbeat_changes(run, identity, FRESH_S - age)


def _heartbeat_changes(run: Path, identity: ProcessIdentity, seconds: float) -> bool:
    """Watch whether the heartbeat of a process on another machine changes within some seconds."""
    first = read_status(run / "status.json")
    if first is None or (first.pid, first.host) != (identity.pid, identity.host):
        # It has not reported yet, so there is nothing to judge by: believe it.
        return True
    if first.ended:
        return False
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.2)
        now = read_status(run / "status.json")
        if now is not None and now.heartbeat != first.heartbeat:
            return True
    return False


def _message(run: Path, path: Path, identity: ProcessIdentity) -> str:
    text = f"{run}: is being trained by {identity}; stop that one first."
    return text if identity.is_local else f"{text}  If it is gone for sure, delete {path.name} there."
