"""`epigraf data`: make and check data sets of posed pictures, without a window."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.data import convert_cli
from app.data.interruption import Interruption
from core.progress import ProgressLine

MESHES = """Render every OBJ, PLY, STL or GLB file of a folder from all around, on white.  Vertex colours and textures
are used; objects without get a pattern of their own.  What is interrupted or killed leaves finished objects in a hidden
folder beside the data set; the same command goes on there, and makes the same bytes."""
MESH_EXAMPLES = """examples:
  epigraf data meshes models --views 64 --resolution 64 --out models64.zip
  epigraf data meshes models --protocol megascans --resolution 256 --out models256.zip"""
SHAPES = """Make the built-in data set: procedural fruit, plants, mushrooms, cakes, vessels and lanterns, each one
different.  The same seed makes the same pictures; without options it is the set that comes with the program.  It goes
on where it was interrupted, as that of meshes does."""
SHAPE_EXAMPLES = """examples:
  epigraf data shapes --out shapes128.zip
  epigraf data shapes --label kind --out kinds128.zip
  epigraf data shapes --kinds mug,teapot,vase --count 300 --resolution 64 --out vessels64.zip
  epigraf data shapes --count 1000 --views 32 --resolution 256 --seed 1 --full-colour --out shapes256.zip"""
CHECK = "Read every picture and pose of a data set, say what is in it and what is wrong (then the exit code is 1)."


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("data", help="make and check data sets")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    convert_cli.add(commands)
    meshes = _command(commands, "meshes", "render a folder of meshes", MESHES, MESH_EXAMPLES)
    meshes.add_argument("folder", type=Path, help="folder of meshes")
    meshes.add_argument("--protocol", default="objects", choices=("objects", "megascans"), help="placing and cameras")
    _picture_arguments(meshes, views=None, resolution=64)
    meshes.add_argument("--preview", type=Path, metavar="FILE.png", help="keep the first pictures on one sheet")
    meshes.set_defaults(handler=run_meshes)
    shapes = _command(commands, "shapes", "make the built-in data set of procedural objects", SHAPES, SHAPE_EXAMPLES)
    shapes.add_argument(
        "--count", type=positive, default=209, metavar="N", help="objects (default: 209, 11 of each of all kinds)"
    )
    shapes.add_argument("--kinds", default=(), type=words, metavar="KIND,...", help="of these kinds alone")
    shapes.add_argument("--format", default="webp", choices=("webp", "png"), help="both without loss (default: webp)")
    shapes.add_argument("--full-colour", action="store_true", help="do not round colours; files are twice as large")
    shapes.add_argument(
        "--label", default="object", choices=("object", "kind"), help="what is a class (default: object)"
    )
    _picture_arguments(shapes, views=8, resolution=128)
    shapes.set_defaults(handler=run_shapes)
    check = _command(
        commands, "check", "validate and summarise a data set", CHECK, "example:\n  epigraf data check a.zip"
    )
    check.add_argument("path", type=Path, help="zip or folder with a dataset.json")
    check.set_defaults(handler=run_check)


def run_meshes(args: argparse.Namespace) -> int:
    """`epigraf data meshes`.  Returns the exit code; raises MeshError, DataSetError."""
    with Interruption() as interruption, ProgressLine("rendering", things="pictures") as line:
        from app.data.mesh_folder import render_folder  # VTK is loaded only when something is rendered
        from app.data.meshes import PROTOCOLS

        with _going_on(args, line):
            dropped = render_folder(
                args.folder,
                args.out,
                views=args.views or PROTOCOLS[args.protocol].views,
                resolution=args.resolution,
                protocol=PROTOCOLS[args.protocol],
                seed=args.seed,
                overwrite=args.force,
                jobs=args.jobs,
                preview=args.preview,
                on_progress=interruption.between(line.update),
            )
    for item in dropped:
        print(f"left out {item.name}: {item.reason}")
    return _say_written(args.out)


def run_shapes(args: argparse.Namespace) -> int:
    """`epigraf data shapes`.  Returns the exit code; raises DataSetError."""
    with Interruption() as interruption, ProgressLine("rendering", things="pictures") as line:
        from app.data.shapes import render_shapes

        with _going_on(args, line):
            render_shapes(
                args.out,
                count=args.count,
                views=args.views,
                resolution=args.resolution,
                kinds=args.kinds,
                seed=args.seed,
                overwrite=args.force,
                picture_format=args.format,
                full_colour=args.full_colour,
                by_kind=args.label == "kind",
                jobs=args.jobs,
                on_progress=interruption.between(line.update),
            )
    return _say_written(args.out)


def run_check(args: argparse.Namespace) -> int:
    """`epigraf data check`.  Returns 0 for a data set that can be used, else 1."""
    from training.data_check import check

    with ProgressLine("checking", things="pictures") as line:
        report = check(args.path, line.update)
    print(report.text())
    return 0 if report.ok else 1


def words(text: str) -> tuple[str, ...]:
    """The words between commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def positive(text: str) -> int:
    """A whole number above 0."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {value}")
    return value


@contextmanager
def _going_on(args: argparse.Namespace, line: ProgressLine) -> Iterator[None]:
    """Around what renders: `--afresh` forgets what another has left, and an interruption tells what is left."""
    from app.data.mesh_parts import PartStore

    store = PartStore(args.out)
    if args.afresh:
        store.remove()
    try:
        yield
    except KeyboardInterrupt:
        line.clear()
        print(f"{store.kept()} finished objects are kept in {store.folder}; the same command goes on there")
        raise


def _command(commands: Any, name: str, text: str, description: str, epilog: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=text, description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _picture_arguments(parser: argparse.ArgumentParser, views: int | None, resolution: int) -> None:
    default = "64; 128 for megascans" if views is None else views
    parser.add_argument(
        "--views", type=positive, default=views, metavar="N", help=f"of each object (default: {default})"
    )
    parser.add_argument(
        "--resolution", type=positive, default=resolution, metavar="PX", help=f"along a side (default: {resolution})"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random (default: 0)")
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="the data set: NAME.zip, or a folder")
    parser.add_argument("--force", action="store_true", help="replace a data set of that name")
    parser.add_argument("--jobs", type=positive, default=1, metavar="N", help="processes that render (default: 1)")
    parser.add_argument("--afresh", action="store_true", help="forget what an interrupted command has left")


def _say_written(path: Path) -> int:
    from training.data_set import ImageDataSet

    with ImageDataSet.open(path) as data:
        print(f"{path}: {len(data)} pictures of {data.resolution} px, {data.info.labelled}")
    return 0
