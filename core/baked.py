"""The baked field of one sample: density and colour on a grid, as the viewport draws it without torch."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from core.field_parts import Summation
from core.files import replacing

FORMAT_VERSION = 1


@dataclass(frozen=True)
class BakedVolume:
    """A field sampled on the corners-aligned grid of its box.

    Attributes:
        values: [depth z, height y, width x, 4], float16: red, green, blue and density, all before their activations,
            so that interpolation commutes with the decoder's last layer. Voxel centres at the ends of an axis lie on
            the faces of the box: index i of n is the coordinate -half + 2 * half * i / (n - 1).
        half: Half the edge of the box around the origin, world units.
        near: Start of the training rays, world units along the ray.
        far: End of the training rays.
        radius: Distance of the training cameras.
        fov: Angle of view of the training cameras, degrees.
        samples: Samples along a training ray (coarse and fine together).
        source: What was baked, for people: checkpoint, seed, truncation.
        white_back: Whether light that even the last sample lets through counts as white.
        last_delta: How far the last sample of a ray reaches, where samples are added up; 1e10 makes it an opaque
            backdrop.
        outside: Raw colour and density that end a ray which misses the box, as in training with bounds `box`; none
            where training knew no such rays: they show white.
        surround: What lies behind the field, [layers, height, width, 4], float16, raw colour and density; none if
            nothing does. One layer is a picture that fills the image plane, bottom row first, or, if it is a single
            texel, a colour without end. Several are the world outside the cameras' sphere at inverse distances from 1
            to 0, by polar angle (from +y) and azimuth (from -pi to pi).
        note: What the generator's own pictures show and this volume does not, for people; empty if it shows all.
        summation: What samples along a ray add up to.
        pivot: Point of the z axis that the training cameras look at, world units.
    """

    values: np.ndarray
    half: float
    near: float
    far: float
    radius: float
    fov: float
    samples: int
    source: str = ""
    white_back: bool = True
    last_delta: float = 1e10
    outside: tuple[float, float, float, float] | None = None
    surround: np.ndarray | None = None
    note: str = ""
    summation: Summation = "samples"
    pivot: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a grid of another shape or type."""
        if self.values.ndim != 4 or self.values.shape[3] != 4 or min(self.values.shape[:3]) < 2:
            raise ValueError(
                f"baked volume: expected [z, y, x, 4] with at least 2 voxels a side, got {self.values.shape}"
            )
        if self.values.dtype != np.float16:
            raise ValueError(f"baked volume: expected float16, got {self.values.dtype}")
        behind = self.surround
        if behind is not None and (behind.ndim != 4 or behind.shape[3] != 4 or behind.dtype != np.float16):
            raise ValueError(f"baked volume: expected float16 [layers, y, x, 4] behind it, got {behind.shape}")
        if not (0 < self.near < self.far and self.half > 0):
            raise ValueError(f"baked volume: needs 0 < near < far, half > 0; got {self.near}, {self.far}, {self.half}")

    def save(self, path: Path) -> None:
        """Write a compressed .npz, aside and renamed."""
        with replacing(path) as aside, aside.open("wb") as file:
            np.savez_compressed(
                file,
                version=FORMAT_VERSION,
                values=self.values,
                geometry=np.array([self.half, self.near, self.far, self.radius, self.fov]),
                samples=self.samples,
                source=self.source,
                rest=np.array([float(self.white_back), self.last_delta]),
                outside=np.array(self.outside or ()),
                surround=np.zeros(0) if self.surround is None else self.surround,
                note=self.note,
                summation=self.summation,
                pivot=self.pivot,
            )

    @classmethod
    def load(cls, path: Path) -> BakedVolume:
        """Read what `save` wrote.  Raises ValueError with the file's name if it is not such a file."""
        if path.is_file() and not zipfile.is_zipfile(path):  # NumPy would offer to load it unsafely
            raise ValueError(f"{path} is not a baked volume, or is cut off")
        try:
            with np.load(path, allow_pickle=False) as archive:
                version = int(archive["version"])
                if version != FORMAT_VERSION:
                    raise ValueError(f"{path}: baked volume of version {version}; this program reads {FORMAT_VERSION}")
                half, near, far, radius, fov = (float(value) for value in archive["geometry"])
                samples, source = int(archive["samples"]), str(archive["source"])
                white, last_delta = (float(value) for value in archive["rest"])
                # Files of before have none of these.
                beyond = tuple(float(value) for value in archive["outside"]) if "outside" in archive else ()
                note = str(archive["note"]) if "note" in archive else ""
                surround = archive["surround"] if "surround" in archive else np.zeros(0)
                behind = surround if surround.size else None
                summation = _summation(str(archive["summation"])) if "summation" in archive else "samples"
                pivot = float(archive["pivot"]) if "pivot" in archive else 0.0
                rest = (white > 0, last_delta, beyond if len(beyond) == 4 else None, behind, note, summation, pivot)
                return cls(archive["values"], half, near, far, radius, fov, samples, source, *rest)
        except (KeyError, zipfile.BadZipFile, OSError, EOFError) as error:
            raise ValueError(f"{path} is not a baked volume ({error})") from error


def _summation(name: str) -> Summation:
    """Raises KeyError for what this program does not know."""
    known: dict[str, Summation] = {each: each for each in get_args(Summation)}
    return known[name]
