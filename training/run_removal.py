"""What takes a run, or its trainer, away for good: deleting the folder, ending a process that does not answer."""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from pathlib import Path

from training.processes import ProcessIdentity
from training.run_dir import RunDirectory
from training.run_errors import RunError, explained

# A hidden name, so that no list of runs ever shows half a run.
ASIDE = ".deleted-"

logger = logging.getLogger(__name__)


def folder_size(path: Path) -> int:
    """Bytes of all files below a folder; what vanishes or cannot be read meanwhile counts as nothing."""
    total, waiting = 0, [path]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def require_deletable(run: RunDirectory) -> None:
    """Refuse to delete a run that lives, as far as one can see at once.  Raises RunError."""
    require_run(run)
    try:
        view = run.observe()
    except RunError:
        return  # a status that nobody understands must not keep a run for ever: the lock decides
    if view.active:
        raise RunError(f"{run.path}: is {view.state}; stop its training before you delete it")


def delete_run(run: RunDirectory) -> None:
    """Delete a run that does not live: it vanishes from lists at once, its files go afterwards.

    Raises:
        RunError: It lives, it is no run, or it cannot be moved aside; or some of its files cannot be deleted.
    """
    require_deletable(run)
    aside = run.path.with_name(f"{ASIDE}{run.name}-{uuid.uuid4().hex[:8]}")
    with run.lock(), explained("delete", run.path):
        run.path.rename(aside)
    try:
        _remove(aside)
    except OSError as error:
        reason = error.strerror or error
        raise RunError(f"{run.path}: could not be deleted as a whole ({reason}); the rest lies in {aside}") from error
    logger.info("Deleted %s", run.path)
    for left in aside.parent.glob(f"{ASIDE}*"):  # whoever began to delete these was killed
        shutil.rmtree(left, ignore_errors=True)


def endable_process(run: RunDirectory) -> ProcessIdentity:
    """The process of a trainer that does not answer.  Raises RunError when it answers, or is not on this machine."""
    require_run(run)
    view = run.observe()
    if view.can_end and view.process is not None:
        return view.process
    if not view.active:
        raise RunError(f"{run.path}: is {view.state}: there is no process to end")
    if view.state == "hung":
        raise RunError(f"{run.path}: {view.process} can only be ended there, on its own machine")
    raise RunError(f"{run.path}: is {view.state}: stop it; only the process of a hung trainer is ended")


def end_trainer(run: RunDirectory) -> ProcessIdentity:
    """End the process of a trainer that does not answer; resuming goes on from its last state.

    Returns:
        The process.

    Raises:
        RunError: The trainer answers, or is not on this machine.
    """
    process = endable_process(run)
    process.kill()
    logger.warning("%s: the trainer (%s) was ended; Resume goes on from its last state", run.name, process)
    return process


def require_run(run: RunDirectory) -> None:
    """Refuse a folder that is no run.  Raises RunError."""
    if not run.path.is_dir():
        raise RunError(f"there is no folder {run.path.resolve()}: epigraf runs list FOLDER shows the runs of a folder")
    if not run.config_path.is_file():
        raise RunError(f"{run.path}: is no run: it has no {run.config_path.name}")


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()  # what it leads to belongs to somebody else
    else:
        shutil.rmtree(path)
