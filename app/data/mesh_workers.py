"""Several processes that render, each one object at a time; they end with the one who asked."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, Protocol, TypeVar

Task = TypeVar("Task")
# Told by a worker: so many steps of its task are done, it has ended, or an error for people.
Told = tuple[str, int, str]


class Work(Protocol[Task]):
    """What workers do.  It is sent to them, so it must be a plain value."""

    def run(self, tasks: Iterator[tuple[Task, Callable[[int], None]]]) -> Iterator[None]:
        """Do tasks as they come, each with what to call after each step; yield after each task."""
        ...


@dataclass
class _Worker(Generic[Task]):
    process: BaseProcess
    pipe: Connection
    task: Task | None = None


def share_out(
    work: Work[Task], tasks: Sequence[Task], workers: int, on_step: Callable[[Task, int], None]
) -> Iterator[Task]:
    """Have tasks done by several processes.

    Args:
        work: What to do with each.
        tasks: In the order in which they are begun.
        workers: How many processes.
        on_step: Called with a task and how many of its steps are done; may raise to end everything.

    Yields:
        Each task when it is done, in the order in which they end.

    Raises:
        OSError: A worker could not do its task, or has ended.
    """
    waiting = list(reversed(tasks))
    with _started(work, min(workers, len(tasks))) as crew:
        for each in crew:
            _give(each, waiting)
        while busy := [each for each in crew if each.task is not None]:
            for pipe in wait([each.pipe for each in busy]):
                each = next(each for each in busy if each.pipe is pipe)
                task, (kind, steps, text) = each.task, _heard(each)
                assert task is not None
                if kind == "failed":
                    raise OSError(text)
                if kind == "step":
                    on_step(task, steps)
                    continue
                _give(each, waiting)
                yield task


def _heard(worker: _Worker[Task]) -> Told:
    try:
        return worker.pipe.recv()
    except EOFError:
        worker.process.join()
        code = worker.process.exitcode
        raise OSError(f"a rendering process has ended with {code}. Is the memory full? Take fewer --jobs.") from None


def _give(worker: _Worker[Task], waiting: list[Task]) -> None:
    worker.task = waiting.pop() if waiting else None
    if worker.task is not None:
        worker.pipe.send(worker.task)


@contextmanager
def _started(work: Work[Task], count: int) -> Iterator[list[_Worker[Task]]]:
    """So many processes, which are gone afterwards."""
    context = get_context("spawn")  # VTK does not survive a fork
    crew: list[_Worker[Task]] = []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(work, theirs), daemon=True)
            process.start()
            theirs.close()
            crew.append(_Worker(process, ours))
        yield crew
    finally:
        for worker in crew:
            worker.pipe.close()
            worker.process.kill()
            worker.process.join()


def _serve(work: Work[Task], pipe: Connection) -> None:
    """A worker's life.  Ctrl-C goes to all processes of a terminal; the one who asked decides what becomes of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def tasks() -> Iterator[tuple[Task, Callable[[int], None]]]:
        while True:
            yield pipe.recv(), lambda steps: pipe.send(("step", steps, ""))

    try:
        for _ in work.run(tasks()):
            pipe.send(("done", 0, ""))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # whoever asked is gone
    except (ValueError, OSError) as error:
        pipe.send(("failed", 0, str(error)))
