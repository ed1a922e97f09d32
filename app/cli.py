"""The command `epigraf`: opens the studio, or runs one of its commands without a window."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from app.shell.parser import Parser
from app.shell.run_names import with_runs_found

# Each module has `register(subparsers)`, which adds its parser and sets `handler(args) -> exit code`.
COMMANDS = {
    "train": "training.cli",
    "data": "app.data.cli",
    "render": "app.shell.render_cli",
    "invert": "app.shell.invert_cli",
    "mesh": "app.shell.mesh_cli",
    "import": "app.shell.import_cli",
    "evaluate": "training.evaluate_cli",
    "runs": "app.shell.runs_cli",
    "set": "training.set_cli",
    "board": "app.board.cli",
}

PACKAGES = ("app", "widgets", "training", "core")

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130

EPILOG = "Without a command the studio opens.  `epigraf COMMAND --help` explains a command."
MISSING_LIBRARY = (
    "the window cannot open, because a library is missing: {error}.  On Debian or Ubuntu: "
    "apt-get install libegl1 libgl1 libx11-6.  On a machine without a screen use the commands (epigraf --help)."
)


def build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of this command line.  Imports only the command that it names, so that the window opens at once."""
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--version", action="store_true", help="show the version and exit")
    options.add_argument("--open", metavar="PATH", help="checkpoint or run folder to show instead of the demo")
    options.add_argument("--debug", action="store_true", help="show where an error was raised (or EPIGRAF_DEBUG=1)")
    parser = Parser(
        prog="epigraf", description="Train a 3D GAN and turn it while it learns.", epilog=EPILOG, parents=[options]
    )
    parser.set_defaults(handler=open_studio)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    named = bool(arguments) and arguments[0] in COMMANDS  # what follows a command is its own
    rest = arguments if named else options.parse_known_args(arguments)[1]
    for module in modules_for(rest):
        import_module(module).register(subparsers)
    return parser


def modules_for(words: Sequence[str]) -> list[str]:
    """The command modules that parsing needs, given what follows the options: the named one, none for the window."""
    if not words:
        return []
    return [COMMANDS[words[0]]] if words[0] in COMMANDS else list(COMMANDS.values())


def show_version() -> int:
    """Print the version that is installed."""
    from importlib.metadata import version  # slow to load, and the window does not need it

    print(f"epigraf {version('epigraf-studio')}")
    return 0


def open_studio(args: argparse.Namespace) -> int:
    """Open the window.  Returns its exit code."""
    try:
        from app.window import run_studio  # the toolkit is loaded only when a window is wanted
    except ImportError as error:
        raise OSError(MISSING_LIBRARY.format(error=error)) from error
    return run_studio(args.open)


def describe(error: Exception) -> str:
    """The error for people, on one line."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.  Returns the exit code: 0, 2 for an error of the person, 130 when interrupted."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    logging.basicConfig(format="%(message)s")
    for package in PACKAGES:
        logging.getLogger(package).setLevel(logging.INFO)
    args = build_parser(arguments).parse_args(arguments)
    try:
        return show_version() if args.version else args.handler(with_runs_found(args))
    except KeyboardInterrupt:
        print("epigraf: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has left (`| head`).  Nothing may be flushed there at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except (ValueError, OSError) as error:
        if args.debug or os.environ.get("EPIGRAF_DEBUG"):
            raise
        print(f"epigraf: {describe(error)}", file=sys.stderr)
        return EXIT_ERROR
