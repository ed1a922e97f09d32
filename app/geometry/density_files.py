"""The density itself as a file: MRC (MRC2014, which ChimeraX, UCSF and ParaView read) and NPZ (NumPy)."""

from __future__ import annotations

import json
from pathlib import Path

import mrcfile
import numpy as np

from app.pictures.picture_file import SCENE_KEY
from core.density_grid import DensityGrid
from core.files import replacing
from core.scene import Scene

DENSITY_SUFFIXES = (".mrc", ".npz")
# The header of an MRC file has ten labels of 80 characters.
LABELS, LABEL_LENGTH = 10, 80
TITLE = "EpiGRAF Studio: density per world unit, after softplus; lengths in world units"


def save_density(path: Path, grid: DensityGrid, scene: Scene) -> None:
    """Write a density grid, aside and renamed.

    Args:
        path: Ends in .mrc or .npz.
        grid: Where x, y and z are columns, rows and sections.
        scene: What made it; MRC has room for the shorter ones.

    Raises:
        ValueError: Another suffix.
        OSError: The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix.lower():
        case ".mrc":
            with replacing(path) as aside:
                _write_mrc(aside, grid, scene)
        case ".npz":
            with replacing(path) as aside, aside.open("wb") as file:
                text = json.dumps(json.loads(scene.to_json()))
                np.savez_compressed(
                    file, density=grid.values, half=grid.half, source=grid.source, **{SCENE_KEY: np.array(text)}
                )
        case _:
            raise ValueError(f"{path}: densities are written as .mrc or .npz; choose a name that ends in one of these")


def load_density(path: Path) -> tuple[DensityGrid, Scene]:
    """Read the .npz that `save_density` wrote.  Raises ValueError if it is none, OSError."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            grid = DensityGrid(archive["density"], float(archive["half"]), str(archive["source"]))
            return grid, Scene.from_json(str(archive[SCENE_KEY]))
    except KeyError as error:
        raise ValueError(f"{path} is no density grid of the studio: it has no {error}") from error


def _write_mrc(path: Path, grid: DensityGrid, scene: Scene) -> None:
    with mrcfile.new(path, overwrite=True) as mrc:
        mrc.set_data(np.ascontiguousarray(grid.values))
        mrc.set_volume()
        mrc.voxel_size = grid.spacing
        for axis in "xyz":
            setattr(mrc.header.origin, axis, -grid.half)
        labels = [TITLE, grid.source.encode("ascii", "replace").decode()[:LABEL_LENGTH], *_in_labels(scene)]
        for number, label in enumerate(labels):
            mrc.header.label[number] = label.encode("ascii")
        mrc.header.nlabl = len(labels)


def _in_labels(scene: Scene) -> list[str]:
    """The Scene's JSON cut into labels: what differs from the default, and nothing where even that is too long."""
    whole, plain = json.loads(scene.to_json()), json.loads(Scene().to_json())
    text = json.dumps({SCENE_KEY: _differing(whole, plain)}, separators=(",", ":"))
    pieces = [text[start : start + LABEL_LENGTH] for start in range(0, len(text), LABEL_LENGTH)]
    return pieces if len(pieces) <= LABELS - 2 else []


def _differing(values: dict, plain: dict) -> dict:
    """What of nested values is not as in others; the version always."""
    found = {}
    for name, value in values.items():
        other = plain.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            value = _differing(value, other) or other
        if value != other or name == "version":
            found[name] = value
    return found
