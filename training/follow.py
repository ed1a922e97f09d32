"""A training in the foreground: prints the progress of a run whose trainer is a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.durations import duration
from training.liveness import RunView
from training.run_dir import RunDirectory, RunObserver
from training.run_errors import RunError
from training.stats import Row, StatsCursor
from training.status import RunStatus

POLL_S = 0.5
# After the last word of a trainer its process needs a moment to end.
EXIT_WAIT_S = 20.0
SHOWN = {"Loss/G/loss": "G", "Loss/D/loss": "D", "Loss/r1_penalty": "R1"}

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

Print = Callable[[str], object]


def follow(run: RunDirectory, show: Print, since: StatsCursor | None = None) -> int:
    """Print progress until the trainer ends.  Ctrl-C asks it to stop; a second one ends it at once.

    Args:
        run: A run whose trainer was launched.
        show: Prints one line.
        since: Statistics up to here are known already.

    Returns:
        Exit code: 0 when it finished or was stopped by others, 1 when it failed, 130 after Ctrl-C.

    Raises:
        RunError: The run's folder cannot be read.
    """
    observer, interrupts, answered, state, cursor = RunObserver(run), 0, 0, "", since
    while True:
        try:
            if answered < interrupts:  # here, where another one is caught too
                answered = interrupts
                if _answer(run, interrupts, show):
                    return EXIT_INTERRUPTED
            view = observer.look()
            page = run.stats(cursor)
            cursor = page.cursor
            for row in page.rows:
                show(progress_line(row, view.status))
            if view.state != state:
                state = view.state
                show(_state_line(view))
            if not view.active:
                _await_exit(view.status)
                return EXIT_INTERRUPTED if interrupts and state == "stopped" else _exit_code(view)
            time.sleep(POLL_S)
        except KeyboardInterrupt:
            interrupts += 1


def progress_line(row: Row, status: RunStatus | None) -> str:
    """One tick for the terminal."""
    kimg, speed = row.get("Progress/kimg"), row.get("Timing/sec_per_kimg")
    parts = [f"{kimg:10.2f} kimg" if isinstance(kimg, int | float) else f"{'?':>10} kimg"]
    total = status.total_kimg if status is not None else 0.0
    if total > 0 and isinstance(kimg, int | float):
        parts.append(f"{100 * kimg / total:5.1f}%")
        if isinstance(speed, int | float):
            parts.append(f"{speed:8.1f} s/kimg")
            parts.append(f"{duration(max(total - kimg, 0) * speed):>10} left")
    parts += [f"{short} {row[name]:.3f}" for name, short in SHOWN.items() if isinstance(row.get(name), int | float)]
    return "  ".join(parts)


def _state_line(view: RunView) -> str:
    return f"{view.state}: {view.message}" if view.message else view.state


def _exit_code(view: RunView) -> int:
    return 0 if view.state in ("finished", "stopped") else EXIT_FAILED


def _answer(run: RunDirectory, interrupts: int, show: Print) -> bool:
    """Obey Ctrl-C: the first one asks the trainer to stop, the next ones end it.  Returns whether it was ended."""
    if interrupts == 1:
        _ask_to_stop(run, show)
    elif _end(run):
        show("the trainer was ended at once; --resume goes on from its last state")
        return True
    return False


def _ask_to_stop(run: RunDirectory, show: Print) -> None:
    """Send the command; the trainer may have ended in the meantime."""
    try:
        run.send("stop")
    except RunError as error:
        show(str(error))
    else:
        show("stopping after this step, with a snapshot; Ctrl-C again ends it at once")


def _end(run: RunDirectory) -> bool:
    """End the process of the trainer.  Returns whether there was one on this machine."""
    view = run.observe()
    return view.active and view.process is not None and view.process.kill()


def _await_exit(status: RunStatus | None) -> None:
    """Wait a little for the process of a trainer that said that it is done, so that the next start finds it gone."""
    if status is None:
        return
    deadline = time.monotonic() + EXIT_WAIT_S
    while status.process.alive() and time.monotonic() < deadline:
        time.sleep(0.05)
