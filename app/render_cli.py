"""`epigraf render`: a picture, or a strip of views all around, of a checkpoint's sample; no window needed."""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from core.baked import BakedVolume
from core.camera import Camera
from core.scene import Backdrop, Latent, Quality, Scene, Source

DESCRIPTION = """Render a sample of a generator, or a baked volume, to a PNG.  The file carries the Scene that made it.
Distance and angle of view are those of the training unless given; angles are in degrees."""

EXAMPLE = """examples:
  epigraf render runs/00001-tiny/snapshots/000060.safetensors --seed 3 --out picture.png
  epigraf render snapshot.safetensors --turntable 8 --size 256 --out strip.png"""

DEFAULT_VOXELS, DEFAULT_STEPS, DEFAULT_SIZE = 128, 192, 512
LARGEST_SIDE = 8192
TURNTABLE_KEY = "epigraf-turntable"


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
        "source", type=Path, nargs="?", help="checkpoint (.safetensors) or baked volume (.npz); without it, the demo"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PNG to write")
    sample = parser.add_argument_group("the sample")
    sample.add_argument("--seed", type=int, default=0, help="seed of the latent (default: 0)")
    sample.add_argument("--psi", type=float, default=Latent().psi, help="truncation, -1 to 2 (default: %(default)s)")
    sample.add_argument(
        "--voxels", type=int, default=DEFAULT_VOXELS, help="of the volume's edge (default: %(default)s)"
    )
    view = parser.add_argument_group("the camera")
    view.add_argument("--yaw", type=float, default=90.0, help="around the vertical axis (default: 90)")
    view.add_argument("--pitch", type=float, default=90.0, help="from above: 0 looks straight down (default: 90)")
    view.add_argument("--radius", type=float, help="distance to the target (default: of the training)")
    view.add_argument("--fov", type=float, help="full angle of view (default: of the training)")
    view.add_argument(
        "--target", type=float, nargs=3, default=(0, 0, 0), metavar=("X", "Y", "Z"), help="the point looked at"
    )
    picture = parser.add_argument_group("the picture")
    picture.add_argument(
        "--size", type=size, default=(DEFAULT_SIZE,) * 2, metavar="PIXELS", help="512, or 640x480 (default: 512)"
    )
    picture.add_argument("--steps", type=int, default=DEFAULT_STEPS, help="samples along a ray (default: %(default)s)")
    picture.add_argument("--backdrop", choices=get_args(Backdrop), default="learned", help="(default: as learned)")
    picture.add_argument("--turntable", type=int, default=1, metavar="N", help="N views all around, side by side")
    parser.set_defaults(handler=run)


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
    import numpy as np

    from app.picture_file import save_picture
    from app.progress import ProgressLine
    from app.render import render_views, turntable, volume_of

    if args.out.suffix.lower() != ".png":
        raise ValueError(f"--out {args.out}: the picture is a PNG; choose a name that ends in .png")
    scene = scene_of(args)
    cameras = turntable(scene.camera, args.turntable)  # refused before anything is computed
    with ProgressLine("baking") as line:
        volume = volume_of(scene, lambda done: line.update(round(100 * done), 100))
    scene = replace(scene, camera=with_training(args, scene.camera, volume))
    cameras = turntable(scene.camera, args.turntable)
    pictures = render_views(volume, cameras, scene.quality, *args.size)
    strip = np.concatenate([picture[..., :3] for picture in pictures], axis=1)
    notes = {TURNTABLE_KEY: str(args.turntable)} if args.turntable > 1 else {}
    save_picture(args.out, strip, scene, notes)
    height, width = strip.shape[:2]
    print(f"{args.out}: {width} x {height}, {volume.source or args.source}", file=sys.stderr)
    return 0


def scene_of(args: argparse.Namespace) -> Scene:
    """The Scene that the arguments describe, with the studio's own camera distance where none was given.

    Raises:
        ValueError: A value is out of range; the message names it.
    """
    source = Source() if args.source is None else Source("checkpoint", str(args.source.resolve()))
    home = Camera()
    camera = Camera(
        math.radians(args.yaw),
        math.radians(args.pitch),
        home.radius if args.radius is None else args.radius,
        home.fov if args.fov is None else args.fov,
        tuple(float(value) for value in args.target),
    )
    return Scene(source, Latent(args.seed, args.psi), camera, Quality(args.steps, args.voxels, args.backdrop))


def with_training(args: argparse.Namespace, camera: Camera, volume: BakedVolume) -> Camera:
    """Distance and angle of view of the training, where the person has not said otherwise."""
    return replace(
        camera,
        radius=volume.radius if args.radius is None else args.radius,
        fov=volume.fov if args.fov is None else args.fov,
    )
