"""`epigraf runs`: lists, pauses, resumes, stops, ends and deletes runs, as the window's buttons do."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.sizes import size
from training.run_dir import RunDirectory, list_runs
from training.run_errors import RunError
from training.run_removal import delete_run, end_trainer, folder_size, require_deletable, require_run
from training.status import CommandName

EXAMPLES = """examples:
  epigraf runs list runs
  epigraf runs pause runs/00007-tiny
  epigraf runs stop runs/00007-tiny        # go on later with epigraf train --resume
  epigraf runs delete runs/00007-tiny --yes"""
# `set` takes values, and is a command of its own (training/set_cli.py).
EFFECTS: dict[CommandName, str] = {
    "pause": "let the training wait between two steps",
    "resume": "let a paused training go on",
    "stop": "end the training with a snapshot; it can be resumed",
    "snapshot": "write both networks now",
    "evaluate": "measure the generator now; the report goes into the run's evaluations/",
}


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "runs", help="list, pause, resume, stop and delete trainings", epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="the runs of a folder with their states")
    listing.add_argument("folder", type=Path, nargs="?", default=Path("runs"), help="folder of runs (default: runs)")
    listing.set_defaults(handler=show)
    for name in EFFECTS:
        command = commands.add_parser(name, help=EFFECTS[name])
        command.add_argument("run", type=Path, help="folder of the run")
        command.set_defaults(handler=send, command=name)
    ending = commands.add_parser("end", help="end the process of a hung trainer of this machine; it can be resumed")
    ending.add_argument("run", type=Path, help="folder of the run")
    ending.set_defaults(handler=end)
    deletion = commands.add_parser("delete", help="delete a run that is not being trained, with all its files")
    deletion.add_argument("run", type=Path, help="folder of the run")
    deletion.add_argument("--yes", action="store_true", help="really delete it")
    deletion.set_defaults(handler=delete)


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
        print(f"{args.folder.resolve()}: no runs; Train says beside Runs in where those of the window lie")
    return 0


def send(args: argparse.Namespace) -> int:
    """Ask a trainer for something.  Returns the exit code; raises RunError."""
    run = RunDirectory(args.run)
    require_run(run)
    view = run.observe()
    if view.active and view.state != "hung" and args.command not in view.offered:
        raise RunError(f"{args.run}: cannot {args.command} while it is {view.state}")
    run.send(args.command)
    print(f"{args.run}: asked to {args.command}; the trainer obeys between two steps")
    return 0


def end(args: argparse.Namespace) -> int:
    """End a hung trainer.  Returns the exit code; raises RunError."""
    process = end_trainer(RunDirectory(args.run))
    print(f"{args.run}: ended {process}; epigraf train --resume goes on from the last state")
    return 0


def delete(args: argparse.Namespace) -> int:
    """Delete a run, if that is confirmed.  Returns the exit code; raises RunError."""
    run = RunDirectory(args.run)
    require_deletable(run)
    taken = size(folder_size(run.path))
    if not args.yes:
        raise RunError(f"{run.path}: deleting it frees {taken} and cannot be undone; add --yes to do it")
    delete_run(run)
    print(f"{run.path}: deleted, {taken}")
    return 0
