"""`epigraf render`: a picture, a strip or film of views all around, or a grid, of a checkpoint's samples; no window.

What a person has not said comes from the Scene that SOURCE carries, or else from defaults: options are None till then.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from app.pictures.film import FILM_SUFFIXES
from app.shell import render_latent
from app.shell.render_drawing import What, drawn, with_training
from app.shell.render_order import (
    DEFAULT_QUALITY,
    MEAN,
    PICTURE_SUFFIX,
    Order,
    by_generator,
    given,
    given_text,
    training_home,
    viewed,
)
from core.camera import Camera
from core.scene import Axis, Backdrop, FieldMode, Parts, PictureKind, Sampling, Shown
from core.timeline import Timeline
from core.views import VIEWS

if TYPE_CHECKING:
    from app.shell.render_outputs import Draw

DESCRIPTION = """Render a sample of a generator, or a baked volume, to a PNG.  The file carries the Scene that made it:
given as SOURCE it is made again, with what the options change.  Of a run, its newest snapshot is drawn unless another
is chosen.  Distance and angle of view are those of the training unless given; angles are in degrees."""

EXAMPLE = """examples:
  epigraf render runs/00001-tiny/snapshots/000060.safetensors --seed 3 --out picture.png
  epigraf render runs/00001-tiny --snapshot 40 --seed 3 --out earlier.png
  epigraf render snapshot.safetensors --turntable 8 --size 256 --out strip.png
  epigraf render snapshot.safetensors --seed 3 --size 720 --out turn.mp4
  epigraf render snapshot.safetensors --through 3,8,21 --size 720 --out between.mp4
  epigraf render journey.json --size 720 --out journey.mp4
  epigraf render runs/00001-tiny --grid 6x4 --size 128 --out samples.png
  epigraf render picture.png --voxels 256 --size 1024 --out large.png"""

DEPTH_SUFFIX = ".npy"
# A film as a folder of pictures.
FRAMES_SUFFIX = ""
LARGEST_SIDE, MOST_IN_GRID = 8192, 64
# Of a film where nobody has said how many: four seconds at the usual pace.
FILM_VIEWS = 120
# Named as what they set.
PICTURE_OPTIONS = (
    "steps",
    "backdrop",
    "field",
    "picture",
    "sampling",
    "show",
    "parts",
    "threshold",
    "smooth",
    "planes",
)


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "render",
        help="render a checkpoint's sample to a picture",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        type=Path,
        nargs="?",
        help="checkpoint (.safetensors), folder of a run, baked volume (.npz), picture or film saved by the "
        "studio (.png, .mp4, .gif), session or timeline (.json); without it, the demo",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=".png, a film (.mp4, .gif, or a new folder of pictures), or depths (.npy)",
    )
    parser.add_argument("--scene", metavar="JSON", help="in place of SOURCE: a session, as text")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there already")
    sample = render_latent.register(parser)
    sample.add_argument("--snapshot", metavar="KIMG", help="of a run: by its kimg, as 40, or `best` (default: newest)")
    sample.add_argument("--voxels", type=int, help=f"of the volume's edge (default: {DEFAULT_QUALITY.volume})")
    view = parser.add_argument_group("the camera")
    view.add_argument(
        "--view", choices=(*VIEWS, MEAN), help="from a side, or from the middle of the training's poses, upright"
    )
    view.add_argument("--yaw", type=float, help="around the vertical axis (default: the training's mean, or 90)")
    view.add_argument(
        "--pitch", type=float, help="from above: 0 looks straight down (default: the training's mean, or 90)"
    )
    view.add_argument("--roll", type=float, help="of the camera, which turns the picture clockwise (default: 0)")
    view.add_argument("--radius", type=float, help="distance to the target (default: of the training)")
    view.add_argument("--fov", type=float, help="full angle of view (default: of the training)")
    view.add_argument("--target", type=float, nargs=3, metavar=("X", "Y", "Z"), help="the point gone round")
    view.add_argument("--pivot", type=float, help="looked at, so far from there along z (default: of the training)")
    picture = parser.add_argument_group("the picture")
    _register_picture(picture)
    _register_kind(picture)
    parser.set_defaults(handler=run)


def _register_picture(picture: Any) -> None:
    """Options of the picture."""
    picture.add_argument("--size", type=size, metavar="PIXELS", help="512, or 640x480 (default: 512)")
    picture.add_argument("--steps", type=int, help=f"samples along a ray (default: {DEFAULT_QUALITY.steps})")
    picture.add_argument(
        "--field",
        choices=get_args(FieldMode),
        help="what rays march through: the baked volume, the exact field, or "
        "whatever the generator has, by its own renderer, which is slower (default: baked)",
    )
    picture.add_argument(
        "--picture",
        choices=get_args(PictureKind),
        help="what rays see, or what the generator's upsampler, if it has one, makes of it by torch (default: raw)",
    )
    picture.add_argument(
        "--sampling", choices=get_args(Sampling), help="samples of the exact field: even, or as in training"
    )
    picture.add_argument("--show", choices=get_args(Shown), help="what the picture shows (default: colour)")
    picture.add_argument("--parts", choices=get_args(Parts), help="the field, what lies behind it, or both (default)")
    picture.add_argument(
        "--planes",
        type=planes_of,
        metavar="LIST",
        help="of the tri-plane those that count, as 0,2, or none: 0 is x-y, 1 x-z, 2 y-z (default: all)",
    )
    picture.add_argument(
        "--threshold", type=float, help=f"density of the surface, per world unit (default: {DEFAULT_QUALITY.threshold})"
    )
    picture.add_argument(
        "--slice",
        nargs=2,
        metavar=("AXIS", "AT"),
        help="the density where a plane cuts the x, y or z axis, at -1 to 1 from face to face of the box",
    )
    picture.add_argument(
        "--smooth", type=int, metavar="N", help="the mean of N pictures with rays shifted a little (default: 1)"
    )
    picture.add_argument("--backdrop", choices=get_args(Backdrop), help="(default: as learned)")


def _register_kind(picture: Any) -> None:
    """Options that make something else of it than one picture in colour."""
    picture.add_argument("--transparent", action="store_true", help="the object alone, on nothing")
    picture.add_argument("--depth", action="store_true", help="depths in 16 bits; --out FILE.npy has them as numbers")
    picture.add_argument(
        "--turntable", type=int, metavar="N", help=f"N views all around, side by side or as a film (there {FILM_VIEWS})"
    )
    picture.add_argument("--fps", type=int, default=30, help="pictures of a film per second (default: 30)")
    picture.add_argument("--grid", type=grid, metavar="CxR", help="columns and rows of samples, their seeds counted up")
    picture.add_argument(
        "--reference",
        action="store_true",
        default=None,
        help="the same as --field reference",
    )
    picture.add_argument(
        "--stochastic",
        type=int,
        metavar="SEED",
        help="with jittered rays and noise, as in training; implies --field reference (default: none)",
    )


def grid(text: str) -> tuple[int, int]:
    """Columns and rows from "4x3"."""
    words = text.lower().split("x")
    if len(words) != 2 or not all(word.isdecimal() and 1 <= int(word) <= MOST_IN_GRID for word in words):
        raise argparse.ArgumentTypeError(f"expected columns and rows as 4x3, up to {MOST_IN_GRID} each; got {text!r}")
    return int(words[0]), int(words[1])


def size(text: str) -> tuple[int, int]:
    """Width and height from "512" or "640x480"."""
    try:
        sides = [int(part) for part in text.lower().split("x")]
    except ValueError:
        sides = []
    if len(sides) not in (1, 2) or not all(1 <= side <= LARGEST_SIDE for side in sides):
        raise argparse.ArgumentTypeError(f"expected pixels as 512 or 640x480, up to {LARGEST_SIDE}; got {text!r}")
    return sides[0], sides[-1]


def run(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code; raises ValueError and OSError for people."""
    from app.pictures.render import turntable

    order, suffix = order_of(args), args.out.suffix.lower()
    film, depth = suffix in (*FILM_SUFFIXES, FRAMES_SUFFIX), args.depth or suffix == DEPTH_SUFFIX
    if not (film or suffix in (PICTURE_SUFFIX, DEPTH_SUFFIX)):
        raise ValueError(
            f"--out {args.out}: choose a name that ends in .png, .mp4 or .gif, or .npy for depths; a film without an "
            "ending is a folder of pictures"
        )
    if args.out.exists() and (not args.force or args.out.is_dir()):
        way = "" if args.out.is_dir() else ", or say --force to replace it"
        raise ValueError(f"{args.out} is there already: choose another name{way}")
    turntable(order.scene.camera, order.views)  # refused before anything is computed
    if order.grid != (1, 1) and (film or depth or order.views > 1):
        raise ValueError("--grid: a grid is one picture of each sample, without --turntable")
    if (depth or args.transparent) and (film or order.reference or order.scene.other is not None):
        raise ValueError("--depth and --transparent are for pictures of the baked or exact field, without a comparison")
    if args.through is not None and not film:
        raise ValueError(f"--through is a film: choose a name that ends in .mp4 or .gif, not {args.out.name}")
    what: What = "depth" if depth else "cutout" if args.transparent else "seen"
    size, name = _written(args, order, film, lambda each: drawn(args, each, what, quiet=film), what)
    print(f"{args.out}: {size}, {name}", file=sys.stderr)
    return 0


def _written(args: argparse.Namespace, order: Order, film: bool, draw: Draw, what: What) -> tuple[str, str]:
    """Write what is ordered.  Returns its size and what it shows."""
    from app.shell.render_outputs import write_depth, write_film, write_picture

    if film and order.timeline is not None:
        from app.shell.render_outputs import write_journey

        return write_journey(args.out, order.timeline, order.size, args.fps)
    if film:
        order = order if args.turntable is not None else replace(order, views=FILM_VIEWS)
        return write_film(args.out, order, draw, args.fps)
    if what == "depth":
        return write_depth(args.out, order, draw)
    return write_picture(args.out, order, draw, 4 if what == "cutout" else 3)


def order_of(args: argparse.Namespace) -> Order:
    """What SOURCE describes, changed by the options.

    Raises:
        ValueError: A value is out of range, or SOURCE is not what its name says; the message names it.
        OSError: SOURCE cannot be read.
    """
    if args.scene is not None and args.source is not None:
        raise ValueError("--scene stands in place of SOURCE: leave one of them out")
    if args.scene is not None and args.snapshot is not None:
        raise ValueError("--scene says itself which snapshot is meant: leave --snapshot out")
    order = given(args.source, args.snapshot) if args.scene is None else given_text(args.scene)
    scene, target = order.scene, args.target and tuple(float(value) for value in args.target)
    given_angles = _named(args, "yaw", "pitch", "roll")
    angles = {name: None if value is None else math.radians(value) for name, value in given_angles}
    seen = _seen(order) if args.view is None else viewed(scene, args.view)
    camera = _changed(seen, **angles, **dict(_named(args, "radius", "fov", "pivot")), target=target)
    latent = render_latent.latent_of(args, scene.latent)
    quality = _changed(scene.quality, volume=args.voxels, **_sliced(args.slice))
    quality = _changed(quality, **dict(_named(args, *PICTURE_OPTIONS)))
    scene = replace(scene, camera=camera, latent=latent, quality=quality)
    if args.reference or args.stochastic is not None:
        scene = by_generator(scene)
    if args.through is not None:
        camera = scene.camera if order.own_camera else with_training(args, scene.camera, training_home(scene.source))
        order = replace(order, timeline=render_latent.through(replace(scene, camera=camera), args.through))
    if order.timeline is not None:
        order = replace(order, timeline=_drawn_as(order.timeline, args))
    order = _changed(replace(order, scene=scene), size=args.size, views=args.turntable, grid=args.grid)
    return _changed(order, noise_seed=args.stochastic)


def _seen(order: Order) -> Camera:
    """The camera where nothing is said of it: the Scene's own, or one from where the training saw the object."""
    if order.own_camera:
        return order.scene.camera
    from app.view.training_poses import aimed, look_up

    return aimed(order.scene.camera, look_up(order.scene.source))


def _drawn_as(timeline: Timeline, args: argparse.Namespace) -> Timeline:
    """A timeline whose keyframes are drawn as the options say; where they look, and at what, is theirs.

    Raises:
        ValueError: Not all of them can be drawn by a shader alone.
    """
    changes = {"volume": args.voxels, **_sliced(args.slice), **dict(_named(args, *PICTURE_OPTIONS))}
    frames = []
    for number, frame in enumerate(timeline.keyframes, start=1):
        scene = replace(frame.scene, quality=_changed(frame.scene.quality, **changes))
        if scene.quality.field == "reference" or scene.other is not None:
            raise ValueError(f"keyframe {number}: films are of the baked or exact field, without a comparison")
        frames.append(replace(frame, scene=scene))
    return replace(timeline, keyframes=tuple(frames))


def _sliced(words: list[str] | None) -> dict[str, Any]:
    """What --slice sets.  Raises ValueError if it names no plane."""
    if words is None:
        return {}
    axis, at = words
    try:
        if axis not in get_args(Axis):
            raise ValueError(axis)
        return {"show": "slice", "slice_axis": axis, "slice_at": float(at)}
    except ValueError as error:
        raise ValueError(f"--slice {axis} {at}: expected x, y or z, and a number from -1 to 1") from error


def planes_of(text: str) -> tuple[int, ...]:
    """Planes as they are written in a command.  Raises ValueError if they are no numbers."""
    return () if text == "none" else tuple(int(part) for part in text.split(","))


def _named(args: argparse.Namespace, *names: str) -> list[tuple[str, Any]]:
    return [(name, getattr(args, name)) for name in names]


def _changed(value: Any, **changes: Any) -> Any:
    """A dataclass with the changes that are not None."""
    return replace(value, **{name: change for name, change in changes.items() if change is not None})
