"""`epigraf data convert`: pictures of others, with poses in any of the usual files, become a data set."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.interruption import Interruption
from core.progress import ProgressLine

if TYPE_CHECKING:  # NumPy and PIL are loaded only when something is converted
    from training.data_convert import ConvertOrder

DESCRIPTION = """Make a data set of a folder or zip of pictures: each is turned as its camera meant it, cropped to a
square, laid on a colour where it is transparent, scaled with Lanczos' filter, and stored without loss.  Poses come from
dataset.json as EpiGRAF or EG3D write it, from NeRF's transforms.json, or from CSV.  Ctrl-C leaves nothing behind."""
EXAMPLES = """examples:
  epigraf data convert photos --out photos256.zip --resolution 256
  epigraf data convert eg3d-faces.zip --mirror --out faces.zip
  epigraf data convert lego --poses transforms_train.json --resolution 128 --out lego128.zip
  epigraf data convert photos --poses cameras.csv --angles degrees --out photos.zip

CSV: the first line names the columns file, yaw, pitch (from above) or elevation (from the horizon), and perhaps roll.
The unit stands behind a name (yaw_deg, pitch_rad) or in --angles.  Fronts are expected at yaw 0: turn with --turn."""


def add(commands: Any) -> None:
    """Add the command to those of `epigraf data`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "convert", help="make a data set of your pictures and poses", description=DESCRIPTION, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("source", type=Path, help="folder or zip of pictures")
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="the data set: NAME.zip, or a folder")
    _picture_arguments(parser)
    _pose_arguments(parser)
    parser.add_argument("--skip", action="store_true", help="leave out pictures that cannot be read, and name them")
    parser.add_argument("--preview", type=Path, metavar="FILE.png", help="also draw the first pictures on one sheet")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="pictures at a time (default: processors)")
    parser.add_argument("--force", action="store_true", help="replace a data set of that name")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace) -> int:
    """`epigraf data convert`.  Returns the exit code; raises DataSetError, ValueError."""
    from training.contact_sheet import write_sheet
    from training.data_convert import convert

    with Interruption() as interruption, ProgressLine("converting", things="pictures") as line:
        made = convert(order_of(args), interruption.between(line.update))
    poses = f"poses from {made.form}" if made.form else "no poses"
    print(f"{args.out}: {made.count} pictures of {made.resolution} px, {poses}")
    for note in made.notes:
        print(f"note: {note}")
    if args.preview is not None:
        write_sheet(args.out, args.preview)
    return 0


def order_of(args: argparse.Namespace) -> ConvertOrder:
    """What the arguments ask for.  Raises ValueError."""
    from training.data_convert import ConvertOrder
    from training.pose_files import PoseReading
    from training.resample import Crop

    paper = colour_of(args.background)
    return ConvertOrder(
        source=args.source, out=args.out, resolution=args.resolution, paper=paper, mirror=args.mirror,
        crop=None if args.crop == "centre" else Crop(*_whole_numbers(args.crop)),
        background=args.behind, poses=args.poses, no_poses=args.no_poses,
        reading=PoseReading(args.angles, args.up, math.radians(args.turn)), scale=args.object_radius,
        light=args.linear_light, skip=args.skip, overwrite=args.force, jobs=max(args.jobs, 0),
    )  # fmt: skip


def colour_of(text: str) -> tuple[float, float, float]:
    """White, black, or rrggbb as red, green, blue in [0, 1].  Raises ValueError."""
    code = {"white": "ffffff", "black": "000000"}.get(text, text.removeprefix("#"))
    try:
        red, green, blue = bytes.fromhex(code)
    except ValueError as error:
        raise ValueError(f"--background: {text} is no colour; write white, black, or rrggbb as in ff8800") from error
    return red / 255, green / 255, blue / 255


def _whole_numbers(text: str) -> tuple[int, int, int]:
    try:
        left, top, side = (int(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(f"--crop: {text} is neither centre nor LEFT,TOP,SIDE in pixels, as in 100,20,512") from error
    if side < 1:
        raise ValueError(f"--crop: the side must be at least 1 pixel, got {side}")
    return left, top, side


def _picture_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pictures")
    group.add_argument(
        "--resolution", type=_resolution, metavar="PX", help="along a side (default: a power of two; none is enlarged)"
    )
    group.add_argument(
        "--crop",
        default="centre",
        metavar="centre|L,T,SIDE",
        help="a square, from the upper left (default: centre)",
    )
    group.add_argument(
        "--background", default="white", metavar="COLOUR", help="below what is transparent: white, black, rrggbb"
    )
    group.add_argument(
        "--behind", choices=("white", "black", "as-is"),
        help="what training is told of the backdrop (default: that colour if all pictures are cut out, else as-is)",
    )  # fmt: skip
    group.add_argument("--mirror", action="store_true", help="add a mirrored copy of each, with its yaw negated")
    group.add_argument("--linear-light", action="store_true", help="average light instead of the values stored")


def _pose_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("poses")
    which = group.add_mutually_exclusive_group()
    which.add_argument("--poses", type=Path, metavar="FILE", help="JSON or CSV, also in the source (default: found)")
    which.add_argument("--no-poses", action="store_true", help="take none even if there are some")
    group.add_argument("--angles", choices=("degrees", "radians"), help="unit of a CSV whose columns say none")
    group.add_argument("--up", choices=("y", "z"), default="z", help="up axis of a transforms.json (default: z)")
    group.add_argument("--turn", type=float, default=0.0, metavar="DEG", help="added to every yaw (default: 0)")
    group.add_argument(
        "--object-radius",
        type=_part,
        metavar="R",
        help="of objects, in distances of the camera (default: fills it)",
    )


def _resolution(text: str) -> int:
    value = int(text)
    if not 8 <= value <= 8192:
        raise argparse.ArgumentTypeError(f"must lie between 8 and 8192, got {value}")
    return value


def _part(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"must lie between 0 and 1, got {text}")
    return value
