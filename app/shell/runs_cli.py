"""`epigraf runs`: lists, pauses, resumes, stops, ends and deletes runs, as the window's buttons do."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from core.sizes import size
from training.run_dir import RunDirectory, list_runs
from training.run_errors import RunError
from training.run_removal import delete_run, end_trainer, folder_size, require_deletable, require_run
from training.status import CommandName

EXAMPLES = """examples:
  epigraf runs list                        # those in ./runs, and those of the window
  epigraf runs list runs
  epigraf runs pause 00007-tiny            # a run of this name, here or of the window
  epigraf runs stop runs/00007-tiny        # go on later with epigraf train --resume
  epigraf runs delete runs/00007-tiny --yes"""
RUN_HELP = "folder of the run, or its name where it is in ./runs or among those of the window"
# Where `epigraf train` keeps runs unless it is told another folder.
HERE = Path("runs")
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
    text = "the runs of a folder with their states"
    listing = commands.add_parser("list", help=text, description=sentence(text))
    listing.add_argument(
        "folder", type=Path, nargs="?", help=f"folder of runs (default: {HERE} and the folder of the window)"
    )
    listing.set_defaults(handler=show)
    for name in EFFECTS:
        command = commands.add_parser(name, help=EFFECTS[name], description=sentence(EFFECTS[name]))
        command.add_argument("run", type=Path, help=RUN_HELP)
        command.set_defaults(handler=send, command=name)
    text = "end the process of a hung trainer of this machine; it can be resumed"
    ending = commands.add_parser("end", help=text, description=sentence(text))
    ending.add_argument("run", type=Path, help=RUN_HELP)
    ending.set_defaults(handler=end)
    text = "delete a run that is not being trained, with all its files"
    deletion = commands.add_parser("delete", help=text, description=sentence(text))
    deletion.add_argument("run", type=Path, help=RUN_HELP)
    deletion.add_argument("--yes", action="store_true", help="really delete it")
    deletion.set_defaults(handler=delete)


def sentence(text: str) -> str:
    """A text of help as a sentence of its own."""
    return f"{text[0].upper()}{text[1:]}."


def show(args: argparse.Namespace) -> int:
    """List runs.  Returns the exit code; raises RunError."""
    if args.folder is not None:
        if not _list(args.folder):
            print(f"{args.folder.resolve()}: no runs; without a folder those of the window are listed, too")
        return 0
    code = 0
    for number, (folder, whose) in enumerate(places().items()):
        if number:
            print()
        print(f"{folder} ({whose}):")
        try:
            if not _list(folder):
                print("no runs")
        except RunError as error:
            print(error, file=sys.stderr)
            code = 2
    return code


def places() -> dict[Path, str]:
    """Where runs are: the folder of the shell, and the one that the window has, with what to call them."""
    from app.paths import config_dir, default_runs_dir, user_path
    from app.settings import load_settings
    from widgets.train_view import TrainForm

    default = str(default_runs_dir())
    try:
        window = user_path(load_settings(config_dir(), TrainForm(runs_dir=default)).form.runs_dir)
    except ValueError:  # the home of nobody, which the window says itself
        window = Path(default)
    here, there = HERE.resolve(), window.resolve()
    return {here: "here and of the window"} if here == there else {here: "here", there: "of the window"}


def _list(folder: Path) -> bool:
    """Print the runs of a folder.  Returns whether there are any; raises RunError."""
    runs = list_runs(folder)
    for run in runs:
        try:
            view = run.observe()
        except RunError as error:
            print(f"{run.name:24} {error}")
            continue
        done = "" if view.status is None else f"{view.status.kimg:9.2f} of {view.status.total_kimg:g} kimg"
        print(f"{run.name:24} {view.state:9} {done}  {view.message}".rstrip())
    return bool(runs)


def send(args: argparse.Namespace) -> int:
    """Ask a trainer for something.  Returns the exit code; raises RunError."""
    run = RunDirectory(args.run)
    require_run(run)
    view = run.observe()
    if view.active and view.state != "hung" and args.command not in view.offered:
        raise RunError(f"{args.run}: cannot {args.command} while it is {view.state}")
    if args.command == "resume" and not view.active:
        way_out = f"go on with it by: epigraf train --resume {shlex.quote(str(args.run))}"
        raise RunError(f"{args.run}: no trainer waits (the run is {view.state}); {way_out}")
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
