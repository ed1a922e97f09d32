"""`epigraf mesh`: surfaces of a checkpoint's samples as files that other programs open; no window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.shell.mesh_order import AUTO, DEFAULT_RESOLUTION, Item, items_of, seeds_of, threshold_of
from app.shell.render_latent import register_pose
from core.durations import duration
from core.geometry import LEAST_RESOLUTION, MOST_RESOLUTION, Smooth
from core.progress import ProgressLine
from core.scene import Latent

if TYPE_CHECKING:
    from app.geometry.making import Estimate, Made
    from app.geometry.polydata import vtkPolyData

DESCRIPTION = """Make the surface where a sample's density reaches a threshold, and write it with the field's colours.
.glb, .ply, .obj and .stl are meshes, .mrc and .npz the density itself; y is up, lengths are in the world units of the
cameras.  Files carry the Scene that made them where they have a place for it."""

EXAMPLE = """examples:
  epigraf mesh --seed 3 --out melon.glb
  epigraf mesh snapshot.safetensors --seeds 0-9 --largest --smooth 20 --out meshes/{seed}.ply
  epigraf mesh runs/00001-tiny --resolution 512 --threshold 8 --faces 100000 --out fine.obj
  epigraf mesh journey.json --fps 5 --out frames/{frame}.glb
  epigraf mesh snapshot.safetensors --favourites --out {name}.glb
  epigraf mesh one.glb --compare other.ply"""

MESH_SUFFIXES, DENSITY_SUFFIXES = (".glb", ".ply", ".obj", ".stl"), (".mrc", ".npz")
COLOURED_SUFFIXES = MESH_SUFFIXES[:3]
EXIT_SOME_FAILED = 1
# From this resolution on it is estimated what a surface takes; what takes longer, or makes more, is said.
LARGE_RESOLUTION, LONG_S, LARGE_FACES = 192, 5, 1_000_000


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "mesh",
        help="make meshes of samples",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        type=Path,
        nargs="?",
        help="checkpoint (.safetensors), folder of a run, picture or film saved by the studio, session or timeline "
        "(.json), or a mesh that was saved here, to be made again, compared or looked at; without it, the demo",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"{', '.join((*MESH_SUFFIXES, *DENSITY_SUFFIXES))}; may hold {{seed}}, {{name}} or {{frame}}",
    )
    parser.add_argument("--scene", metavar="JSON", help="in place of SOURCE: a session, as text")
    parser.add_argument("--force", action="store_true", help="replace files that are there already")
    parser.add_argument("--compare", type=Path, metavar="MESH", help="say how far the surface is from another one")
    parser.add_argument("--open", action="store_true", help="show it in a window")
    _register_sample(parser.add_argument_group("the samples"))
    _register_surface(parser.add_argument_group("the surface"))
    parser.set_defaults(handler=run)


def _register_sample(sample: Any) -> None:
    sample.add_argument("--seed", type=int, help="seed of the latent (default: 0)")
    sample.add_argument("--seeds", type=seeds_of, metavar="A-B", help="several, as 0-9 or 1,4,7-9")
    sample.add_argument("--psi", type=float, help=f"truncation, -1 to 2 (default: {Latent().psi})")
    register_pose(sample)
    sample.add_argument("--snapshot", metavar="KIMG", help="of a run: by its kimg, as 40, or `best` (default: newest)")
    sample.add_argument(
        "--favourites",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="FILE",
        help="all of them; of a file, or the studio's",
    )
    sample.add_argument("--fps", type=float, help="surfaces per second of a timeline (default: its keyframes)")


def _register_surface(surface: Any) -> None:
    surface.add_argument(
        "--resolution",
        type=int,
        help=f"grid points along an edge, {LEAST_RESOLUTION} to {MOST_RESOLUTION} (default: {DEFAULT_RESOLUTION})",
    )
    surface.add_argument(
        "--threshold",
        type=threshold_of,
        metavar="D",
        help=f"density on the surface, per world unit, or {AUTO}: as pictures show it (default, but for saved Scenes)",
    )
    surface.add_argument("--close", action="store_true", help="with walls where it runs into the box")
    surface.add_argument("--largest", action="store_true", help="the largest component alone")
    surface.add_argument("--drop", type=int, metavar="N", help="without components of fewer faces")
    surface.add_argument("--fill", type=float, metavar="R", help="close holes up to this radius, world units")
    surface.add_argument("--smooth", type=int, metavar="N", help="passes of Taubin's smoothing, 1 to 200")
    surface.add_argument("--band", type=float, default=Smooth.band, help=f"of the smoothing (default: {Smooth.band})")
    surface.add_argument("--faces", type=int, metavar="N", help="merge faces until about so many are left")
    surface.add_argument(
        "--colours",
        choices=("field", "seen", "none"),
        default="field",
        help="of the field at the vertices, or as a ray sees them that enters the surface (default: field)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code: 1 if some of several surfaces failed; raises ValueError and OSError."""
    if args.out is None and args.compare is None and not args.open:
        raise ValueError("say where the mesh goes with --out FILE, or look at it with --open, or --compare it")
    if args.out is not None and args.out.suffix.lower() not in (*MESH_SUFFIXES, *DENSITY_SUFFIXES):
        names = ", ".join((*MESH_SUFFIXES, *DENSITY_SUFFIXES))
        raise ValueError(f"--out {args.out}: choose a name that ends in one of {names}")
    if args.favourites == Path():
        from app.paths import config_dir
        from app.view.favourites import FILE

        args.favourites = config_dir() / FILE
    if args.open:
        from app.geometry.show import check_display

        check_display()  # before anything is computed
    if args.source is not None and args.source.suffix.lower() in MESH_SUFFIXES and args.out is None:
        return _run_on_file(args)
    return _run_on_samples(args, items_of(args))


def _run_on_file(args: argparse.Namespace) -> int:
    """Compare or show a mesh that is there."""
    from app.geometry.read import read_mesh
    from app.geometry.show import show

    surface = read_mesh(args.source)
    if args.compare is not None:
        _say_distance(str(args.source), surface, args.compare)
    if args.open:
        show(surface, None, str(args.source))
    return 0


def _run_on_samples(args: argparse.Namespace, items: list[Item]) -> int:
    failed = 0
    for number, item in enumerate(items, start=1):
        try:
            made = _made(args, item, f"{number}/{len(items)} " if len(items) > 1 else "")
        except ValueError as error:
            if len(items) == 1:
                raise
            failed += 1
            print(f"{item.path or item.scene.latent.name}: {error}", file=sys.stderr)
            continue
        _written(item, made)
        if args.compare is not None:
            _say_distance(made.grid.source, made.surface, args.compare)
        if args.open:
            from app.geometry.show import show

            show(made.surface, made.mesh.colours, made.grid.source)
    return EXIT_SOME_FAILED if failed else 0


def _made(args: argparse.Namespace, item: Item, prefix: str) -> Made:
    """Make one of them, telling how far it is.  Raises ValueError."""
    from app.geometry.making import estimate, make
    from app.model.model_geometry import ray_law
    from app.pictures.render import VOLUME_SUFFIX, source_file
    from core.density import field_of
    from core.latents import sample_of

    path, scene = source_file(item.scene.source), item.scene
    if path.suffix == VOLUME_SUFFIX:
        raise ValueError(f"{path} is a baked volume: a surface needs a checkpoint")
    generator = _generator(path)
    field, law = (
        field_of(sample_of(generator, scene.latent.told(scene.camera), planes=scene.quality.planes), path.name),
        ray_law(generator.config.rays),
    )
    if scene.geometry.resolution >= LARGE_RESOLUTION:
        expected = estimate(field, law, scene, automatic=item.automatic)
        _say_expected(args, item, expected)
    wanted = item.path is None or item.path.suffix.lower() in COLOURED_SUFFIXES
    with ProgressLine("") as line:
        return make(
            field,
            law,
            scene,
            automatic=item.automatic,
            colours=args.colours if wanted else "none",
            source=f"{path.name}, {scene.latent.name}",
            tell=lambda doing, done: line.update(round(100 * done), 100, f"{prefix}{doing}"),
        )


def _say_expected(args: argparse.Namespace, item: Item, expected: Estimate) -> None:
    """Say before it begins what a large surface will take."""
    if expected.seconds > LONG_S or expected.faces > LARGE_FACES:
        suffix = item.path.suffix if item.path is not None else ".glb"
        size = expected.file_size(suffix, args.faces, item.scene.geometry.resolution)
        print(
            f"expected: {expected.faces:,} faces before filters, {max(size / 1e6, 0.1):.1f} MB as {suffix}, "
            f"{expected.memory / 1e9:.1f} GB of memory, {duration(expected.seconds)}",
            file=sys.stderr,
        )


@lru_cache(maxsize=1)
def _generator(path: Path) -> Any:
    """The generator of a checkpoint, kept for the next of several samples."""
    from app.pictures.render import generator_of

    return generator_of(path)


def _written(item: Item, made: Made) -> None:
    """Write the file, and say what it holds."""
    if item.path is None:
        place = made.grid.source
    else:
        from app.geometry.density_files import save_density
        from app.geometry.mesh_files import save_mesh

        if item.path.suffix.lower() in DENSITY_SUFFIXES:
            save_density(item.path, made.grid, made.scene)
        else:
            save_mesh(item.path, made.mesh, made.scene)
        place = str(item.path)
    print(f"{place}: {', '.join(_words(made))}", file=sys.stderr)
    for step in made.steps:
        after, before = step.after, step.before
        print(
            f"  {step.filter.kind}: {before.faces:,} to {after.faces:,} faces, {before.components} to "
            f"{after.components} components, area {before.area:.4g} to {after.area:.4g}",
            file=sys.stderr,
        )
    for warning in made.warnings:
        print(f"  {warning}", file=sys.stderr)


def _words(made: Made) -> Iterator[str]:
    figures = made.figures
    yield f"{figures.vertices:,} vertices, {figures.faces:,} faces"
    yield f"{figures.components} component{'s' if figures.components != 1 else ''}"
    yield "watertight" if figures.watertight else f"{figures.open_edges:,} open edges"
    yield f"density {made.scene.quality.threshold:g} ({made.opacity:.0%} absorbed per step of the training)"


def _say_distance(name: str, surface: vtkPolyData, other: Path) -> None:
    from app.geometry.distances import compare
    from app.geometry.read import read_mesh

    found = compare(surface, read_mesh(other))
    print(f"{name} to {other}: Chamfer distance {found.chamfer:.6g}", end="; ")
    print(f"mean {found.forth:.6g} forth, {found.back:.6g} back, farthest {found.farthest:.6g} world units")
