"""`epigraf import`: a checkpoint of ours from a network that others have published as a pickle."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = """Convert a pickle of the StyleGAN lineage (EpiGRAF, EG3D) to a checkpoint that can be opened here.
Nothing in the pickle is executed: it is read as data, in a process of its own."""

EXAMPLE = """examples:
  epigraf import network-snapshot-025000.pkl -o plants.safetensors
  epigraf import cats.pkl --cameras faces && epigraf render cats.safetensors --out cat.png"""


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "import",
        help="convert a published network (.pkl) without executing it",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", type=Path, metavar="FILE.pkl", help="the pickle")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="FILE.safetensors",
        help="the checkpoint to write (default: beside the pickle)",
    )
    parser.add_argument(
        "--cameras",
        choices=("faces", "objects"),
        help="cameras to assume where the file does not state them: those of FFHQ and Cats, or of Megascans; "
        "of EG3D, those of FFHQ or ShapeNet (default: faces if the discriminator knows the camera, and of EG3D unless "
        "pictures are white behind; else objects)",
    )
    parser.add_argument("--force", action="store_true", help="replace what is there")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code; raises ValueError and OSError for people."""
    from app.incoming.import_process import ImportRequest, import_file
    from core.progress import ProgressLine

    target: Path = args.out or args.source.with_suffix(".safetensors")
    if target.suffix.lower() != ".safetensors":
        raise ValueError(f"-o {target}: a checkpoint is a .safetensors file; choose a name that ends so")
    if target.exists() and not args.force:
        raise ValueError(f"{target}: exists already. Choose another name, or use --force to replace it.")
    with ProgressLine("importing") as line:
        request = ImportRequest(args.source, target, args.cameras, args.force)
        done = import_file(request, lambda share, text: line.update(round(100 * share), 100, text))
    for sentence in (*done.notes, *done.warnings):
        print(f"{args.source}: {sentence}", file=sys.stderr)
    print(done.path)
    return 0
