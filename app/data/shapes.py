"""The built-in data set: several hundred procedural objects of many kinds, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from app.data.interruption import OnProgress
from app.data.kinds import bakery, fruit, mushrooms, plants, vessels
from app.data.kinds.build import group
from app.data.mesh_model import Model, Surface
from app.data.mesh_parts import key_of_made
from app.data.mesh_render import SkyLight, on_white
from app.data.mesh_texture import seed_of
from app.data.meshes import OBJECTS, Recipe
from app.data.rendering import RenderTask, mark_of, render_tasks
from core.nearest import did_you_mean
from training.data_text import DataSetError
from training.data_writer import PictureFormat

KINDS: dict[str, Callable[[np.random.Generator], list[Surface]]] = {
    "mushroom": mushrooms.mushroom,
    "apple": fruit.apple,
    "cactus": plants.cactus,
    "doughnut": bakery.doughnut,
    "mug": vessels.mug,
    "lantern": vessels.lantern,
    "leafy-plant": plants.leafy,
    "pear": fruit.pear,
    "cupcake": bakery.cupcake,
    "teapot": vessels.teapot,
    "pumpkin": fruit.pumpkin,
    "flower": plants.flower,
    "banana": fruit.banana,
    "cake": bakery.cake,
    "vase": vessels.vase,
    "paper-lantern": vessels.paper_lantern,
    "strawberry": fruit.strawberry,
    "ice-cream": bakery.ice_cream,
    "cherries": fruit.cherries,
}

# Steps of the rounded colours, of 255.  Lossless WebP is then half as large (3.6 kB instead of 6.9 at 128 x 128; PNG
# 9.4); brightness, which the eye sees better, keeps twice the steps.  5 divides 255, so white stays white.
BRIGHTNESS_STEP, COLOUR_STEP = 5, 10

# Brighter than for scans: these are toys in a lit studio.
LIGHT = SkyLight(ambient=0.36, strength=1.2)


@dataclass(frozen=True)
class ShapeName:
    """One object of the set: its kind, and its number within the kind (from 1)."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.number:03d}"


def shape_names(count: int, kinds: Sequence[str] = tuple(KINDS)) -> list[ShapeName]:
    """The first `count` objects of these kinds; kinds take turns."""
    return [ShapeName(kinds[index % len(kinds)], index // len(kinds) + 1) for index in range(count)]


def known_kinds(kinds: Sequence[str], count: int) -> tuple[str, ...]:
    """The same, each once.  Raises DataSetError for one that is not of `KINDS`, and for more than `count`."""
    for kind in kinds:
        if kind not in KINDS:
            meant = did_you_mean(kind, KINDS) or "."
            raise DataSetError(f"there is no kind {kind!r} of built-in shapes{meant} There are {', '.join(KINDS)}")
    if count < len(set(kinds)):
        raise DataSetError(f"{count} objects cannot be of {len(set(kinds))} kinds: ask for more objects or fewer kinds")
    return tuple(dict.fromkeys(kinds))


def kind_of(name: str) -> str:
    """The kind of an object, by its name."""
    return name.rpartition("-")[0]


def make_shape(name: ShapeName, seed: int = 0) -> Model:
    """Build one object.  It depends on its name and the seed alone, not on how many others there are."""
    rng = np.random.default_rng([seed, seed_of(str(name))])
    return Model(str(name), (group(KINDS[name.kind](rng)),))


def render_shapes(
    out: Path,
    *,
    count: int,
    views: int,
    resolution: int,
    kinds: Sequence[str] = (),
    seed: int = 0,
    overwrite: bool = False,
    picture_format: PictureFormat = "webp",
    full_colour: bool = False,
    by_kind: bool = False,
    jobs: int = 1,
    on_progress: OnProgress | None = None,
) -> None:
    """Make the data set of `count` objects; it goes on where it was interrupted, as that of meshes.

    Args:
        out: A zip, or a folder.
        count: Objects; kinds take turns.
        views: Pictures of each.
        resolution: Pixels along a side.
        kinds: Of `KINDS`, to have these alone; none: all.
        seed: Of objects and poses.
        overwrite: Replace a data set that is there.
        picture_format: How pictures are stored.
        full_colour: Keep all colours; otherwise they are rounded a little, which halves the file.
        by_kind: Labels are kinds, for networks that are told classes; otherwise each object has a label of its own.
        jobs: Processes that render; the bytes do not depend on it.
        on_progress: Called with pictures done, pictures in all, and the object's name; may raise to end it.

    Raises:
        OSError: A process has ended, or something cannot be written (DataSetError: the data set, or no such kind).
    """
    names = shape_names(count, known_kinds(kinds, count) or tuple(KINDS))
    made_by = f"data shapes --count {count} --views {views} --resolution {resolution} --seed {seed}"
    made_by += f" --kinds {','.join(kinds)}" if kinds else ""
    made_by += f" --format {picture_format}" + (" --full-colour" if full_colour else "")
    made_by += " --label kind" if by_kind else ""
    recipe = Recipe(
        "shapes", views, resolution, OBJECTS, seed, light=LIGHT, picture_format=picture_format, made_by=made_by,
        develop=on_white if full_colour else rounded_on_white, class_of=kind_of if by_kind else None,
    )  # fmt: skip
    mark = mark_of(recipe)
    tasks = [
        RenderTask(index, str(name), partial(make_shape, name, seed), key_of_made(str(name), mark))
        for index, name in enumerate(names)
    ]
    render_tasks(tasks, out, recipe, overwrite=overwrite, jobs=jobs, on_progress=on_progress)


def rounded_on_white(picture: np.ndarray) -> np.ndarray:
    """Lay a picture on white and round its colours.  [R, R, 4] premultiplied -> uint8 [R, R, 3]."""
    red, green, blue = np.moveaxis(on_white(picture).astype(np.float64), -1, 0)
    middle = np.rint(green / BRIGHTNESS_STEP) * BRIGHTNESS_STEP
    sides = [middle + np.rint((side - middle) / COLOUR_STEP) * COLOUR_STEP for side in (red, blue)]
    return np.clip(np.stack([sides[0], middle, sides[1]], axis=-1), 0, 255).astype(np.uint8)
