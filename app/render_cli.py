"""`epigraf render`: a picture, or a strip of views all around, of a checkpoint's sample; no window needed.

What a person has not said comes from the Scene that SOURCE carries, or else from defaults: options are None till then.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from core.camera import Camera
from core.scene import Axis, Backdrop, FieldMode, Latent, Parts, Quality, Sampling, Scene, Shown, Source, SourceKind
from core.views import VIEWS, ViewName, seen_from

if TYPE_CHECKING:
    import numpy as np

DESCRIPTION = """Render a sample of a generator, or a baked volume, to a PNG.  The file carries the Scene that made it:
given as SOURCE it is made again, with what the options change.  Of a run, its newest snapshot is drawn unless another
is chosen.  Distance and angle of view are those of the training unless given; angles are in degrees."""

EXAMPLE = """examples:
  epigraf render runs/00001-tiny/snapshots/000060.safetensors --seed 3 --out picture.png
  epigraf render runs/00001-tiny --snapshot 40 --seed 3 --out earlier.png
  epigraf render snapshot.safetensors --turntable 8 --size 256 --out strip.png
  epigraf render picture.png --voxels 256 --size 1024 --out large.png"""

DEFAULT_QUALITY = Quality(steps=192, volume=128)
DEFAULT_SIZE = 512
PICTURE_SUFFIX, SCENE_SUFFIX = ".png", ".json"
LARGEST_SIDE = 8192
TURNTABLE_KEY = "epigraf-turntable"
RENDERER_KEY, NOISE_KEY = "epigraf-renderer", "epigraf-noise"
REFERENCE = "reference"
# Named as what they set.
PICTURE_OPTIONS = ("steps", "backdrop", "field", "sampling", "show", "parts", "threshold", "smooth")
MEAN: Literal["mean"] = "mean"


@dataclass(frozen=True)
class Order:
    """What is to be drawn.

    Attributes:
        scene: The first view.
        size: Width and height of a view, pixels.
        views: So many side by side, all around.
        own_camera: The Scene's distance and angle of view are meant; else those of the training are taken.
        noise_seed: With it the randomness of training; none renders deterministically.
    """

    scene: Scene
    size: tuple[int, int] = (DEFAULT_SIZE, DEFAULT_SIZE)
    views: int = 1
    own_camera: bool = False
    noise_seed: int | None = None

    @property
    def reference(self) -> bool:
        """By the generator's own renderer, not by a shader."""
        return self.scene.quality.field == REFERENCE


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
        help="checkpoint (.safetensors), folder of a run, baked volume (.npz), picture saved by the studio (.png) or "
        "Scene (.json); without it, the demo",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PNG to write")
    sample = parser.add_argument_group("the sample")
    sample.add_argument("--seed", type=int, help="seed of the latent (default: 0)")
    sample.add_argument("--psi", type=float, help=f"truncation, -1 to 2 (default: {Latent().psi})")
    sample.add_argument("--snapshot", metavar="KIMG", help="of a run: by its kimg, as 40, or `best` (default: newest)")
    sample.add_argument("--voxels", type=int, help=f"of the volume's edge (default: {DEFAULT_QUALITY.volume})")
    view = parser.add_argument_group("the camera")
    view.add_argument(
        "--view", choices=(*VIEWS, MEAN), help="from a side, or from the middle of the training's poses, upright"
    )
    view.add_argument("--yaw", type=float, help="around the vertical axis (default: 90)")
    view.add_argument("--pitch", type=float, help="from above: 0 looks straight down (default: 90)")
    view.add_argument("--roll", type=float, help="of the camera, which turns the picture clockwise (default: 0)")
    view.add_argument("--radius", type=float, help="distance to the target (default: of the training)")
    view.add_argument("--fov", type=float, help="full angle of view (default: of the training)")
    view.add_argument("--target", type=float, nargs=3, metavar=("X", "Y", "Z"), help="the point looked at")
    _register_picture(parser.add_argument_group("the picture"))
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
        "--sampling", choices=get_args(Sampling), help="samples of the exact field: even, or as in training"
    )
    picture.add_argument("--show", choices=get_args(Shown), help="what the picture shows (default: colour)")
    picture.add_argument("--parts", choices=get_args(Parts), help="the field, what lies behind it, or both (default)")
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
    picture.add_argument("--turntable", type=int, metavar="N", help="N views all around, side by side")
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
        help="with jittered rays and noise, as the published code renders; implies --field reference (default: none)",
    )


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
    from app.render import turntable

    if args.out.suffix.lower() != ".png":
        raise ValueError(f"--out {args.out}: the picture is a PNG; choose a name that ends in .png")
    order = order_of(args)
    turntable(order.scene.camera, order.views)  # refused before anything is computed
    scene, pictures, name = drawn(args, order)
    strip = np.concatenate([picture[..., :3] for picture in pictures], axis=1)
    save_picture(args.out, strip, scene, notes_of(order))
    height, width = strip.shape[:2]
    print(f"{args.out}: {width} x {height}, {name}", file=sys.stderr)
    return 0


def drawn(args: argparse.Namespace, order: Order) -> tuple[Scene, list[np.ndarray], str]:
    """Draw what is ordered, with what is compared.  Returns the Scene with its camera, the pictures, what they show."""
    draw = drawn_by_generator if order.reference else drawn_by_volume
    scene, pictures, name = draw(args, order)
    beside, other = scene.beside, scene.other
    if beside is None or other is None:
        return scene, pictures, name
    from app.seen import together

    _, others, other_name = drawn(args, replace(order, scene=beside, own_camera=True))
    pictures, found = together(pictures, others, other)
    return scene, pictures, f"{name} beside {other_name}{found}"


def drawn_by_volume(args: argparse.Namespace, order: Order) -> tuple[Scene, list[np.ndarray], str]:
    """Bake the sample and draw the volume.  Returns the Scene with its camera, the pictures, and what they show."""
    from app.progress import ProgressLine
    from app.render import render_views, sample_of, turntable

    scene = order.scene
    with ProgressLine("baking") as line:
        volume, field = sample_of(scene, lambda done: line.update(round(100 * done), 100))
    if not order.own_camera:
        home = Camera(radius=volume.radius, fov=volume.fov)
        scene = replace(scene, camera=with_training(args, scene.camera, home))
    pictures = render_views(volume, field, turntable(scene.camera, order.views), scene.quality, *order.size)
    note = f" ({volume.note}; --field reference shows all)" if volume.note else ""
    return scene, pictures, f"{volume.source or args.source}{note}"


def drawn_by_generator(args: argparse.Namespace, order: Order) -> tuple[Scene, list[np.ndarray], str]:
    """Draw with the generator's own renderer.  Returns the Scene with its camera, the pictures, and what they show."""
    from app.progress import ProgressLine
    from app.reference import reference_views
    from app.render import turntable

    scene = order.scene

    def cameras(home: Camera) -> list[Camera]:
        nonlocal scene
        if not order.own_camera:
            scene = replace(scene, camera=with_training(args, scene.camera, home))
        return turntable(scene.camera, order.views)

    with ProgressLine("rendering") as line:
        pictures = reference_views(
            scene, cameras, order.size, order.noise_seed, lambda done: line.update(round(100 * done), 100)
        )
    name = Path(scene.source.path).name or "demo"
    return scene, pictures, f"{name}, seed {scene.latent.seed}, psi {scene.latent.psi:g}"


def notes_of(order: Order) -> dict[str, str]:
    """What the Scene does not hold and a picture must, to be made again."""
    notes = {TURNTABLE_KEY: str(order.views)} if order.views > 1 else {}
    if order.noise_seed is not None:
        notes[NOISE_KEY] = str(order.noise_seed)
    return notes


def order_of(args: argparse.Namespace) -> Order:
    """What SOURCE describes, changed by the options.

    Raises:
        ValueError: A value is out of range, or SOURCE is not what its name says; the message names it.
        OSError: SOURCE cannot be read.
    """
    order = given(args.source, args.snapshot)
    scene, target = order.scene, args.target and tuple(float(value) for value in args.target)
    given_angles = _named(args, "yaw", "pitch", "roll")
    angles = {name: None if value is None else math.radians(value) for name, value in given_angles}
    seen = scene.camera if args.view is None else viewed(scene, args.view)
    camera = _changed(seen, **angles, **dict(_named(args, "radius", "fov")), target=target)
    latent = _changed(scene.latent, **dict(_named(args, "seed", "psi")))
    quality = _changed(scene.quality, volume=args.voxels, **_sliced(args.slice))
    quality = _changed(quality, **dict(_named(args, *PICTURE_OPTIONS)))
    scene = replace(scene, camera=camera, latent=latent, quality=quality)
    if args.reference or args.stochastic is not None:
        scene = by_generator(scene)
    order = _changed(replace(order, scene=scene), size=args.size, views=args.turntable)
    return _changed(order, noise_seed=args.stochastic)


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


def viewed(scene: Scene, view: ViewName | Literal["mean"]) -> Camera:
    """The Scene's camera, turned to a view that has a name.  Raises ValueError if nobody knows the training's poses."""
    if view != MEAN:
        return seen_from(scene.camera, view)
    from app.training_poses import look_up

    found = look_up(scene.source)
    if found.known is None:
        raise ValueError(f"--view {view}: the poses of the training are not known: {found.reason}")
    yaw = scene.camera.yaw if found.known.yaw is None else found.known.yaw
    return replace(scene.camera, yaw=yaw, pitch=found.known.pitch, roll=0.0)


def given(source: Path | None, snapshot: str | None = None) -> Order:
    """What SOURCE describes, at the snapshot of its run that is named, if any.  Raises ValueError, OSError."""
    if source is None:
        order = Order(Scene(quality=DEFAULT_QUALITY))
    elif source.suffix.lower() in (PICTURE_SUFFIX, SCENE_SUFFIX) and not source.is_dir():
        if not source.is_file():
            raise ValueError(f"there is no file {source}")
        order = saved_picture(source) if source.suffix.lower() == PICTURE_SUFFIX else saved_scene(source)
        order = replace(order, own_camera=True)
    else:
        kind: SourceKind = "run" if source.is_dir() else "checkpoint"
        order = Order(Scene(Source(kind, str(source.resolve())), quality=DEFAULT_QUALITY))
    if snapshot is not None:
        order = replace(order, scene=at_snapshot(order.scene, snapshot))
    if order.own_camera and source is not None:
        return replace(order, scene=settled(order.scene, source))
    if order.scene.source.kind == "run":
        return replace(order, scene=replace(order.scene, source=_file_of(order.scene.source)))
    return order


def at_snapshot(scene: Scene, name: str) -> Scene:
    """The Scene at a snapshot of its run, by kimg, file name or `best`.  Raises ValueError if there is none."""
    from training.best import read_best
    from training.run_dir import RunDirectory

    source = scene.source
    if source.kind != "run":
        raise ValueError(f"--snapshot {name}: chooses among the snapshots of a run, but SOURCE is no run")
    files = RunDirectory(Path(source.path)).snapshots()
    best = read_best(Path(source.path)) if name == "best" else None
    wanted = best.snapshot if best is not None else name
    found = [each.path.name for each in files if wanted in (each.path.name, each.path.stem, f"{each.kimg:g}")]
    if not found:
        there = ", ".join(f"{each.kimg:g}" for each in files) or "none"
        raise ValueError(f"--snapshot {name}: {source.path} has no such snapshot; there are (kimg): {there}")
    return replace(scene, source=replace(source, snapshot=found[0]))


def saved_picture(path: Path) -> Order:
    """What a picture was made of.  Raises ValueError if it does not say."""
    from app.picture_file import read_picture

    picture = read_picture(path)
    count = picture.notes.get(TURNTABLE_KEY, "1")
    views = int(count) if count.isdecimal() else 1
    width, height = picture.size
    noise = picture.notes.get(NOISE_KEY, "")
    # Older pictures say here what the Scene says by now.
    older = picture.notes.get(RENDERER_KEY) == REFERENCE
    scene = by_generator(picture.scene) if older else picture.scene
    order = Order(scene, (max(width // max(views, 1), 1), height), views)
    return replace(order, noise_seed=int(noise) if noise.lstrip("-").isdecimal() else None)


def by_generator(scene: Scene) -> Scene:
    """The Scene as the generator's own renderer draws it."""
    return replace(scene, quality=replace(scene.quality, field="reference"))


def saved_scene(path: Path) -> Order:
    """A Scene in a file.  Raises ValueError if it is none."""
    try:
        return Order(Scene.from_json(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def settled(scene: Scene, origin: Path) -> Scene:
    """A Scene whose weights are a file that is there: of a run, the newest snapshot.

    Args:
        scene: As it was saved.
        origin: Where it was saved.

    Raises:
        ValueError: The weights are gone.
    """
    if scene.other is not None and scene.other.source is not None:
        own = settled(Scene(scene.other.source, scene.other.latent or scene.latent), origin).source
        scene = replace(scene, other=replace(scene.other, source=own))
    if scene.source.kind == "demo":
        return scene
    try:
        return replace(scene, source=_file_of(scene.source))
    except ValueError as error:
        raise ValueError(
            f"{origin} was made of {scene.source.path}, which is not to be had any more ({error}): put it back, or "
            f"name another checkpoint, with --seed {scene.latent.seed} --psi {scene.latent.psi:g}"
        ) from error


def _file_of(source: Source) -> Source:
    """The checkpoint behind a source.  Raises ValueError."""
    from app.render import source_file

    return Source("checkpoint", str(source_file(source)))


def _named(args: argparse.Namespace, *names: str) -> list[tuple[str, Any]]:
    return [(name, getattr(args, name)) for name in names]


def _changed(value: Any, **changes: Any) -> Any:
    """A dataclass with the changes that are not None."""
    return replace(value, **{name: change for name, change in changes.items() if change is not None})


def with_training(args: argparse.Namespace, camera: Camera, home: Camera) -> Camera:
    """Distance and angle of view of the training, where the person has not said otherwise."""
    return replace(
        camera,
        radius=home.radius if args.radius is None else args.radius,
        fov=home.fov if args.fov is None else args.fov,
    )
