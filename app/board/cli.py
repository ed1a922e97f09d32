"""`epigraf board`: many runs side by side, in a window of their own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

DESCRIPTION = """Compare runs: a table of all runs below a folder with their settings, progress and metrics, their
curves over each other, samples, and the paper's Figure 6 and Table 2 of them.  New runs appear by themselves.  Besides
our own, runs of the StyleGAN family (stats.jsonl, metric-*.jsonl, training_options.json) and TensorBoard event files
are shown."""
EXAMPLES = """examples:
  epigraf board                      # the folder in which the Studio keeps runs
  epigraf board runs
  epigraf board runs/00007-tiny      # one run alone"""


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "board", help="compare runs in a window", description=DESCRIPTION, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "folder", type=Path, nargs="?", help="folder of runs, or a run (default: where the Studio keeps runs)"
    )
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace) -> int:
    """Open the board.  Returns its exit code; raises OSError where no window can be opened."""
    from app.board.display import check_display
    from app.paths import config_dir, default_runs_dir

    folder: Path = args.folder or default_runs_dir()
    if args.folder is not None and not folder.is_dir():
        raise OSError(f"{folder} is no folder: name the folder in which your runs are")
    check_display()
    try:
        from app.board_window.window import run_board
    except ImportError as error:
        raise OSError(f"the board needs Dear PyGui, which cannot be loaded ({error}): pip install dearpygui") from error
    return run_board(folder, config_dir())
