"""`epigraf set`: changes settings of a training that runs, as the window's Change form does."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from training.commands import Acknowledgement, Command
from training.config_files import assigned
from training.run_dir import RunDirectory
from training.run_errors import RunError
from training.run_removal import require_run
from training.steering import REFUSED, STEERABLE, steered

DESCRIPTION = """Change settings of a training that runs.  They count from the next step on, are written down in the
run's changes.jsonl, and a resumed run goes on with them."""
EXAMPLES = """examples:
  epigraf set runs/00007-tiny optimizer.generator_lr=0.001
  epigraf set runs/00007-tiny optimizer.r1_gamma=0.2 loop.total_kimg=500

what can be changed:
  """
ANSWER_PAUSE_S = 0.1
EXIT_REFUSED = 1


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "set", help="change settings of a training that runs", description=DESCRIPTION,
        epilog=EXAMPLES + "\n  ".join(STEERABLE), formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("assignments", nargs="+", metavar="KEY=VALUE", help="a setting and its new value")
    parser.add_argument(
        "--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the answer (default: 60)"
    )
    parser.set_defaults(handler=set_values)


def set_values(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code; raises ConfigError, RunError."""
    run = RunDirectory(args.run)
    require_run(run)
    command = ask(run, assigned(args.assignments, ""))
    answer = wait_for_answer(run, command, args.wait)
    if answer is None:
        print(f"{run.path}: asked; the trainer has not answered within {args.wait:g} s, and obeys after its step")
        return 0
    print(f"{run.path}: step {answer.step}: {answer.result}")
    return EXIT_REFUSED if answer.result.startswith(REFUSED) else 0


def ask(run: RunDirectory, values: dict[str, Any]) -> Command:
    """Send a change to the trainer of a run, if it is one that can be made.  Raises ConfigError, RunError."""
    view = run.observe()
    if not view.active:
        way_out = "epigraf train --resume goes on, and takes the same with --set"
        raise RunError(f"{run.path}: nothing can be changed: no trainer runs (the run is {view.state}); {way_out}")
    if "set" not in view.offered:
        raise RunError(f"{run.path}: nothing can be changed while it is {view.state}")
    steered(run.steered_config(), values, view.status.kimg if view.status is not None else 0.0)
    return run.send("set", values)


def wait_for_answer(run: RunDirectory, command: Command, seconds: float) -> Acknowledgement | None:
    """What became of a command; None if nothing has within this time.  Raises RunError."""
    deadline = time.monotonic() + seconds
    while (answer := run.answer(command)) is None and time.monotonic() < deadline:
        time.sleep(ANSWER_PAUSE_S)
    return answer
