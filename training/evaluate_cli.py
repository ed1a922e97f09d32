"""`epigraf evaluate`: how close a checkpoint's pictures are to a data set, in figures that need no other network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = """Compare what a checkpoint generates with a data set: silhouettes (soft IoU of mean masks, 1 is equal)
and sliced Wasserstein distances per resolution (0 is equal).  Two halves of the real pictures give what is possible."""

EXAMPLE = "example:\n  epigraf evaluate runs/00001-tiny/snapshots/000060.safetensors --data meshes64.zip"


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "evaluate",
        help="compare generated pictures with real ones",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkpoint", type=Path, help="snapshot to judge, .safetensors")
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="zip or folder with a dataset.json")
    parser.add_argument("--pictures", type=int, default=400, metavar="N", help="pictures in each set (default: 400)")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "mps"), help="where to generate")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code; raises CheckpointError, DataSetError, ValueError."""
    from training.evaluate import evaluate  # torch is loaded only when there is something to compute

    def show(fraction: float) -> None:
        if sys.stderr.isatty():
            print(f"\rgenerating {fraction:4.0%}", end="" if fraction < 1 else "\n", file=sys.stderr, flush=True)

    result = evaluate(args.checkpoint, args.data, args.pictures, args.device, show)
    print(f"{result.pictures} pictures of each kind        generated   real against real")
    if result.mask_iou is not None:
        print(f"silhouettes, soft IoU            {result.mask_iou:9.3f}   {result.mask_iou_floor:17.3f}")
    for level, distance in result.wasserstein.items():
        label = f"sliced Wasserstein, {level:3d} px"
        print(f"{label:32} {distance:9.1f}   {result.wasserstein_floor[level]:17.1f}")
    return 0
