"""Which snapshots of a run are kept, and how much space they take."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from core.checkpoint_header import read_header
from training.best import protected_snapshots
from training.config import LoopConfig
from training.run_dir import RunDirectory, StampedFile
from training.run_errors import RunError, explained

# Why a snapshot was written: only planned ones are ever removed, so those of other programs stay as well.
REASON = "reason"
Reason = Literal["planned", "asked"]
# A window that shows a snapshot says so every few seconds by touching a file beside it.
SHOWN = ".shown"
SHOWN_S = 60.0

logger = logging.getLogger(__name__)


def prune(run: RunDirectory, loop: LoopConfig) -> list[Path]:
    """Remove the snapshots that the rule does not keep.  Trainer only, after a snapshot was written.

    Kept are all that were asked for or come from elsewhere, the newest, the best by metric, those that a window shows,
    and those at multiples of `keep_every_kimg`.

    Args:
        run: Its folder.
        loop: The rule.

    Returns:
        What was removed.  What cannot be removed now, since somebody has it open, is tried again the next time.
    """
    snapshots = run.snapshots()
    if loop.keep_snapshots is None or len(snapshots) <= loop.keep_snapshots:
        return []
    safe = protected_snapshots(run.path)
    surplus_ones = surplus(snapshots, loop)
    unwanted = [path for path in surplus_ones if path not in safe and not is_shown(path, snapshots[-1].path)]
    removed = [path for path in unwanted if discard(path) and discard(_mark(path))]
    if removed:
        logger.info("removed %s, as loop.keep_snapshots says", ", ".join(path.name for path in removed))
    return removed


def discard(path: Path) -> bool:
    """Remove a file, or say in the log why not: one that stays takes space, but is no reason to end a training.

    Returns:
        Whether it is gone.
    """
    try:
        with explained("remove", path):
            path.unlink(missing_ok=True)
    except RunError as error:
        logger.warning("%s; it is tried again at the next snapshot", error)
        return False
    return True


def surplus(snapshots: Sequence[StampedFile], loop: LoopConfig) -> list[Path]:
    """Snapshots that the settings alone do not keep, oldest first.

    Args:
        snapshots: Oldest first.
        loop: The rule.
    """
    if loop.keep_snapshots is None:
        return []
    planned = [each for each in snapshots if reason_of(each.path) == "planned"]
    old = planned[: -loop.keep_snapshots]
    return [each.path for each in old if each != snapshots[-1] and not _is_multiple(each.kimg, loop)]


def reason_of(snapshot: Path) -> Reason | None:
    """Why a snapshot was written; None if that is not known."""
    try:
        reason = json.loads(read_header(snapshot)["progress"]).get(REASON)
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    return reason if reason in ("planned", "asked") else None


def mark_shown(snapshot: Path) -> None:
    """Say that a window shows a snapshot, for the next seconds.  Raises RunError."""
    with explained("write", _mark(snapshot)):
        _mark(snapshot).touch()


def is_shown(snapshot: Path, newest: Path) -> bool:
    """Whether a window has shown a snapshot of late, judged by a file that was just written."""
    try:
        # Both times come from the same file system, so that clocks of two machines may differ.
        return newest.stat().st_mtime - _mark(snapshot).stat().st_mtime < SHOWN_S
    except OSError:
        return False


def planned_count(loop: LoopConfig) -> int:
    """Most snapshots that a run keeps by its settings, those that somebody asks for and the best not counted."""
    whole = int(loop.total_kimg / loop.snapshot_kimg) + (loop.total_kimg % loop.snapshot_kimg > 0)
    if loop.keep_snapshots is None:
        return whole
    others = int(loop.total_kimg / loop.keep_every_kimg) if loop.keep_every_kimg is not None else 0
    return min(whole, loop.keep_snapshots + others)


def _is_multiple(kimg: float, loop: LoopConfig) -> bool:
    """Whether a snapshot is the first at or after a multiple of what is kept."""
    every = loop.keep_every_kimg
    return every is not None and kimg // every > max(kimg - loop.snapshot_kimg, 0) // every


def _mark(snapshot: Path) -> Path:
    return snapshot.with_name(f".{snapshot.stem}{SHOWN}")
