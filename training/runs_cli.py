"""`epigraf runs`: lists runs, and pauses, resumes and stops them, as the window's buttons do."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, get_args

from training.run_dir import RunDirectory, list_runs
from training.run_errors import RunError
from training.status import CommandName

EXAMPLES = """examples:
  epigraf runs list runs
  epigraf runs pause runs/00007-tiny
  epigraf runs stop runs/00007-tiny        # go on later with epigraf train --resume"""
EFFECTS: dict[CommandName, str] = {
    "pause": "let the training wait between two steps",
    "resume": "let a paused training go on",
    "stop": "end the training with a snapshot; it can be resumed",
    "snapshot": "write both networks now",
}


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "runs", help="list, pause, resume and stop trainings", epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="the runs of a folder with their states")
    listing.add_argument("folder", type=Path, nargs="?", default=Path("runs"), help="folder of runs (default: runs)")
    listing.set_defaults(handler=show)
    for name in get_args(CommandName):
        command = commands.add_parser(name, help=EFFECTS[name])
        command.add_argument("run", type=Path, help="folder of the run")
        command.set_defaults(handler=send, command=name)


def show(args: argparse.Namespace) -> int:
    """List runs.  Returns the exit code; raises RunError."""
    runs = list_runs(args.folder)
    for run in runs:
        try:
            view = run.observe()
        except RunError as error:
            print(f"{run.name:24} {error}")
            continue
        done = "" if view.status is None else f"{view.status.kimg:9.2f} of {view.status.total_kimg:g} kimg"
        print(f"{run.name:24} {view.state:9} {done}  {view.message}".rstrip())
    if not runs:
        print(f"{args.folder}: no runs")
    return 0


def send(args: argparse.Namespace) -> int:
    """Ask a trainer for something.  Returns the exit code; raises RunError."""
    run = RunDirectory(args.run)
    if not run.config_path.is_file():
        raise RunError(f"{args.run}: is no run: it has no {run.config_path.name}")
    view = run.observe()
    if view.active and view.state != "hung" and args.command not in view.offered:
        raise RunError(f"{args.run}: cannot {args.command} while it is {view.state}")
    run.send(args.command)
    print(f"{args.run}: asked to {args.command}; the trainer obeys between two steps")
    return 0
