"""`epigraf invert`: the sample of a generator, and the pose, whose picture comes closest to a given one."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.camera import Camera
    from training.inversion_job import InversionOrder, InversionResult

DESCRIPTION = """Find the sample of a generator, and the camera's pose, whose picture comes closest to a given one: by
gradients through the renderer, from the poses of the training where they are known, else from all around.  What
counts is the difference of pixels, of their means, and of the answers of random filters, which need no file; with
--inception also that of a network that you have.  The result is a session, or a picture that carries one."""

EXAMPLE = """examples:
  epigraf invert chair.png --out chair.json              for the demo's generator
  epigraf invert face.jpg ffhq.safetensors --size 128 --layers each --device cuda --out face.png
  epigraf invert mug.png runs/00001-tiny --pose 90 75 --out mug.json"""

SESSION, PICTURE = ".json", ".png"


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "invert",
        help="find the sample and the pose of a picture",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("picture", type=Path, help="PNG, JPEG or WebP; its middle is taken, on white")
    parser.add_argument(
        "source",
        type=Path,
        nargs="?",
        help="checkpoint (.safetensors), or folder of a run, whose newest snapshot is taken; without it, the demo",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="session (.json) or picture (.png)")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there already")
    parser.add_argument("--steps", type=int, default=200, metavar="N", help="of the optimiser (default: 200)")
    parser.add_argument(
        "--layers",
        choices=("one", "each"),
        default="one",
        help="one w for all layers, or one for each: closer, and less of a sample (default: one)",
    )
    parser.add_argument("--size", type=int, default=64, metavar="PIXELS", help="that are compared (default: 64)")
    parser.add_argument(
        "--pose", type=float, nargs=2, metavar=("YAW", "PITCH"), help="of the camera, degrees, if they are known"
    )
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random (default: 0)")
    parser.add_argument("--inception", type=Path, metavar="FILE", help="a network that looks too; never downloaded")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "mps"), help="where to compute")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code; raises ValueError and OSError for people."""
    from app.inversion.found_scene import found_scene
    from app.source_files import pinned_source
    from core.progress import ProgressLine
    from core.scene import Scene, Source, save_scene
    from training.inversion_job import InversionWord
    from training.invert import invert  # torch is loaded only when there is something to compute

    suffix = args.out.suffix.lower()
    if suffix not in (SESSION, PICTURE):
        raise ValueError(f"--out {args.out}: choose a name that ends in .json (a session) or .png (a picture)")
    if args.out.exists() and not args.force:
        raise ValueError(f"{args.out} is there already: choose another name, or say --force to replace it")
    kind = "demo" if args.source is None else "run" if args.source.is_dir() else "checkpoint"
    source, weights = pinned_source(Source(kind, "" if args.source is None else str(args.source.resolve())))
    notes: list[str] = []
    with ProgressLine("inverting") as line:

        def show(word: InversionWord) -> None:
            notes.extend(word.notes or ())
            detail = word.doing if word.psnr is None else f"{word.psnr:.1f} dB"
            line.update(word.done, word.total, detail)

        result = invert(_order(args, weights), show)
    for note in notes:
        print(f"{args.picture}: {note}", file=sys.stderr)
    scene = found_scene(Scene(), source, result)
    if suffix == SESSION:
        save_scene(args.out, scene)
    else:
        from app.pictures.picture_file import save_picture
        from app.pictures.reference import reference_views
        from app.shell.render_order import by_generator

        scene = by_generator(scene)
        (pixels,) = reference_views(scene, lambda _home: [scene.camera], (result.size, result.size))
        save_picture(args.out, pixels[..., :3], scene)
    print(told(args.out, result))
    return 0


def told(out: Path, result: InversionResult) -> str:
    """What was found, in a line."""
    camera = result.camera
    pose = f"yaw {math.degrees(camera.yaw):.1f}°, pitch {math.degrees(camera.pitch):.1f}°"
    return f"{out}: {result.psnr:.1f} dB at {result.size} px, {pose}"


def _order(args: argparse.Namespace, weights: Path) -> InversionOrder:
    """What is to be found.  Raises ValueError naming an option that is out of range."""
    from pydantic import ValidationError

    from training.config_files import problems_of
    from training.inversion_job import InversionOrder
    from training.inversion_settings import InversionSettings
    from training.pinned_weights import pin

    values = {"steps": args.steps, "layers": args.layers, "size": args.size, "seed": args.seed}
    try:
        settings = InversionSettings.model_validate(values)
    except ValidationError as error:
        told = "; ".join(f"--{problem.fields[0]}: {problem.text}" for problem in problems_of(error))
        raise ValueError(told) from error
    camera = None if args.pose is None else _camera(weights, *args.pose)
    return InversionOrder(
        picture=args.picture,
        weights=pin(weights),
        settings=settings,
        camera=camera,
        inception=args.inception,
        device=args.device,
    )


def _camera(weights: Path, yaw: float, pitch: float) -> Camera:
    """A camera of the training at a pose, degrees.  Raises ValueError."""
    from core.camera import Camera
    from core.checkpoint_header import read_header
    from core.model_config import GeneratorConfig

    if not 0 < pitch < 180:
        raise ValueError(f"--pose {yaw:g} {pitch:g}: the pitch must lie between 0 (from above) and 180 degrees")
    facts = read_header(weights)
    if "generator" not in facts:
        raise ValueError(f"{weights} holds no generator")
    rays = GeneratorConfig.model_validate_json(facts["generator"]).render
    return Camera(yaw=math.radians(yaw), pitch=math.radians(pitch), radius=rays.radius, fov=rays.fov, pivot=rays.pivot)
