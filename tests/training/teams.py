"""Several processes that train a toy run together, without the seconds that torchrun takes to start."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import torch

from training import state_files
from training.__main__ import train_run
from training.distributed import Place, join
from training.run_dir import RunDirectory
from training.run_errors import RunError
from training.steps import Stepper
from training.team import TeamError
from training.train_state import SavedState, read_state

# One process loads torch, and those of the teams are its copies.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.training.teams"])
TIMEOUT_S = 240.0


def team_of(run: RunDirectory, size: int, fails: int | None = None, blind: int = 0) -> list[BaseProcess]:
    """Begin to train a run with `size` processes that meet on this machine.

    Args:
        run: It.
        size: How many.
        fails: Which one fails in its first step; none: nobody.
        blind: How often the last one looks for the states of the run in vain.
    """
    port = _free_port()
    processes: list[BaseProcess] = [
        CONTEXT.Process(target=_train, args=(run, rank, size, port, fails, blind), name=f"rank {rank}")
        for rank in range(size)
    ]
    for process in processes:
        process.start()
    return processes


def ended(processes: list[BaseProcess]) -> list[int | None]:
    """Wait for the end of all.  Returns their exit codes, in the order of their ranks."""
    for process in processes:
        process.join(TIMEOUT_S)
        if process.is_alive():
            process.kill()
    return [process.exitcode for process in processes]


def train_together(run: RunDirectory, size: int, blind: int = 0) -> list[int | None]:
    """Train a run with `size` processes, as `team_of`.  Returns their exit codes, in the order of their ranks."""
    return ended(team_of(run, size, blind=blind))


def wait_together(patience_s: float, alone_s: float, told: bool) -> list[int | None]:
    """Let the first of two processes be alone for a while, and both meet afterwards.  Returns their exit codes.

    Args:
        patience_s: How long they wait for each other.
        alone_s: How long it is alone.
        told: Whether it tells the other one that it is still there.
    """
    port = _free_port()
    processes: list[BaseProcess] = [
        CONTEXT.Process(target=_wait, args=(rank, port, patience_s, alone_s, told)) for rank in range(2)
    ]
    for process in processes:
        process.start()
    return ended(processes)


def _wait(rank: int, port: int, patience_s: float, alone_s: float, told: bool) -> None:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    team = join(Place(rank, 2, rank, 2), torch.device("cpu"), patience_s / 60)
    try:
        with team.first_alone():
            until = time.monotonic() + alone_s
            while team.leads and time.monotonic() < until:
                time.sleep(0.1)
                if told:
                    team.still_here()
        raise SystemExit(0 if team.totals([1.0]) == [2.0] else 2)
    except TeamError:
        raise SystemExit(1) from None
    finally:
        team.leave()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _train(run: RunDirectory, rank: int, size: int, port: int, fails: int | None, blind: int) -> None:
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(size)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    logging.basicConfig(filename=run.log_path, level=logging.INFO, format=f"%(levelname)s [{rank}] %(message)s")
    if rank == fails:
        Stepper.step = _fail
    if blind and rank == size - 1:
        _blindfold(blind)
    raise SystemExit(train_run(run))


def _blindfold(looks: int) -> None:
    """Let so many looks at the states find nothing, as on a file system that is slow to tell."""
    left = [looks]

    def read(path: Path, *, digest: bool = False, really: Callable[..., SavedState] = read_state) -> SavedState:
        left[0] -= 1
        if left[0] >= 0:
            raise RunError(f"{path}: is not there yet")
        return really(path, digest=digest)

    state_files.read_state, state_files.REREADS, state_files.REREAD_S = read, 4, 0.01


def _fail(*_: object) -> None:
    raise OSError("its disk is on fire")
