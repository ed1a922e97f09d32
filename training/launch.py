"""Starts a trainer as a process of its own that outlives the window and its terminal."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from training.launch_record import write_launch
from training.liveness import Launch
from training.lock import RunLockedError, owner
from training.parallel_config import ParallelConfig, gpu_text
from training.processes import ProcessIdentity, identity_of
from training.run_dir import RunDirectory
from training.run_errors import RunError, explained


def launch(run: RunDirectory, extra_env: Mapping[str, str] | None = None) -> int:
    """Start or resume the training of a run, detached, with as many processes as its configuration says.

    Args:
        run: The run; its configuration must be readable.
        extra_env: Environment variables on top of our own.

    Returns:
        The pid of the process that was started.

    Raises:
        RunLockedError: A trainer has the run already.
        ConfigError: The configuration cannot be used.
        RunError: The process cannot be started, or the folder cannot be written.
    """
    config = run.config()
    holder = owner(run.path)
    if holder is not None and holder.alive():
        raise RunLockedError(f"{run.path}: is being trained by {holder} already")
    started, start = time.time(), run.next_start()
    command = [
        sys.executable,
        "-P",
        *launcher(config.parallel.process_count),
        "-m",
        "training",
        str(run.path.resolve()),
    ]
    environment = {**os.environ, **environment_for(config.parallel), **(extra_env or {})}
    with explained("write", run.log_path), run.log_path.open("ab") as log:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=run.path,
                env=environment,
                **_detachment(),
            )
        except OSError as error:
            raise RunError(f"cannot start the trainer with {sys.executable}: {error.strerror or error}") from error
    _reap(process)
    identity = identity_of(process.pid) or ProcessIdentity(process.pid, started, platform.node())
    write_launch(run.path, Launch(start, identity, started))
    return process.pid


def launcher(processes: int) -> list[str]:
    """Arguments of Python that start as many processes of what follows on this machine; none for a single one."""
    if processes == 1:
        return []
    return ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"]


def environment_for(parallel: ParallelConfig) -> dict[str, str]:
    """Environment variables under which processes see their GPUs, and nothing of the folder that they start in."""
    # As -P does, also for processes of processes: a folder named training/ must not be taken for ours.
    environment = {"PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}
    if parallel.gpu_numbers:
        # Numbers are those of the driver, which lists GPUs by their slots.
        environment |= {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": gpu_text(parallel.gpu_numbers)}
    if parallel.process_count > 1:
        # Each process takes its part of the threads by itself; this keeps torchrun from saying that it chose one.
        environment["OMP_NUM_THREADS"] = "1"
    return environment


def _detachment() -> dict[str, Any]:
    """Arguments of Popen that cut the ties to our terminal and process group."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _reap(process: subprocess.Popen[Any]) -> None:
    """Collect the exit code whenever it comes, so that a trainer that ended does not stay as a zombie of ours."""
    threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
