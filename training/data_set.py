"""Data sets: square pictures with poses, in a zip or a folder (METHOD: Cameras; DESIGN: torch-free).

Mirrored copies: a picture flipped left to right shows the world reflected in the plane z = 0, seen by the camera at
(x, y, -z).  So its yaw is the negative one, its pitch the same.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from training.data_format import DESCRIPTION_FILE, Angles, Background, DataSetError, Description, parse_description
from training.data_source import Source, open_source, picture_names, read_description
from training.picture_files import decoding

MAX_RESOLUTION = 8192
CONVERT = "Convert the set: epigraf data convert SOURCE --out NAME.zip"


@dataclass(frozen=True)
class DataSetInfo:
    """What is known of a data set without reading its pictures.

    Attributes:
        path: The zip or folder.
        name: For people.
        count: Pictures on disk (mirrored copies not counted).
        resolution: Pixels along a side, as stored.
        fov: Full angle of view, degrees, if known.
        radius: Distance of the cameras to the origin, if known.
        near: Where rays start, along the ray, if known.
        far: Where rays end, along the ray, if known.
        cube_scale: Half the side of the box that holds the field, if known.
        scale: Radius of the objects' bounding sphere, if known.
        background: What lies behind the objects.
        protocol: How the pictures were rendered; empty if unknown.
        has_poses: Whether every picture has a pose.
        label_count: Highest label + 1, or None without labels.
        objects: Names of the objects, or of their kinds, by label; empty if unknown.
        fingerprint: Hash of names, sizes and dataset.json; the same for a zip and for the folder it was packed from.
        kinds: Whether `objects` are kinds.
    """

    path: Path
    name: str
    count: int
    resolution: int
    fov: float | None
    radius: float | None
    near: float | None
    far: float | None
    cube_scale: float | None
    scale: float | None
    background: Background
    protocol: str
    has_poses: bool
    label_count: int | None
    objects: tuple[str, ...]
    fingerprint: str
    kinds: bool = False

    @property
    def labelled(self) -> str:
        """How many of what labels stand for, for people: "209 objects", "6 kinds"; empty if unknown."""
        return f"{len(self.objects)} {'kinds' if self.kinds else 'objects'}" if self.objects else ""


class ImageDataSet:
    """Pictures, poses and labels by index.  Safe for several threads; another process opens its own.

    Pictures are read when asked for, and checked then: an error names the picture.
    """

    def __init__(
        self, source: Source, names: list[str], info: DataSetInfo, description: Description, factor: int, mirrored: bool
    ) -> None:
        self.info = info
        self.names = tuple(names)
        self.resolution = info.resolution // factor
        self.mirrored = mirrored
        self._source = source
        self._factor = factor
        self._angles = _stack_angles(description.angles, names, mirrored)
        self._labels = None if description.labels is None else [description.labels[name] for name in names]

    @classmethod
    def open(cls, path: Path, resolution: int | None = None, *, mirrored: bool = False) -> Self:
        """Open a zip or folder.

        Args:
            path: The zip or folder, with `dataset.json` at its root.
            resolution: Pixels along a side to scale down to; must divide the stored one.  None keeps it.
            mirrored: Double the length: index >= count is the picture flipped left to right, with its yaw negated.

        Raises:
            DataSetError: It cannot be used; the message names the file and what to do.
        """
        source = open_source(Path(path))
        try:
            names = picture_names(source)
            text = read_description(source)
            description = parse_description(text, f"{source.path}/{DESCRIPTION_FILE}")
            require_entries(source.path, names, description.angles, "camera_angles")
            require_entries(source.path, names, description.labels, "labels")
            info = _describe(source, names, text, description)
            factor = _scale_factor(info, resolution)
        except DataSetError:
            source.close()
            raise
        return cls(source, names, info, description, factor, mirrored)

    def __len__(self) -> int:
        """Number of pictures, mirrored copies included."""
        return len(self.names) * (2 if self.mirrored else 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def image(self, index: int) -> np.ndarray:
        """One picture, rows from the top.

        Transparency is laid on the background (white where that is unknown); a smaller resolution is the mean over
        squares of pixels.

        Args:
            index: 0 <= index < len.

        Returns:
            [resolution, resolution, 3], uint8.

        Raises:
            DataSetError: The picture is damaged, has another size, or has 16 bits.
        """
        name, flipped = self._at(index)
        pixels = self._shrink(self.stored_image(name))
        return np.ascontiguousarray(pixels[:, ::-1]) if flipped else pixels

    def stored_image(self, name: str) -> np.ndarray:
        """A picture by name at its stored resolution.  Returns [R, R, 3], uint8; raises DataSetError."""
        where = f"{self.info.path}: {name}"
        return decode_picture(self._source.read(name), where, self.info.resolution, self.info.background)

    def angles(self, index: int) -> Angles:
        """Pose (yaw, pitch, roll) in radians.  Raises DataSetError when the data set has none."""
        self._at(index)
        if self._angles is None:
            raise DataSetError(f'{self.info.path}: the pictures have no poses ("camera_angles" is null).')
        yaw, pitch, roll = self._angles[index]
        return float(yaw), float(pitch), float(roll)

    @property
    def all_angles(self) -> np.ndarray | None:
        """All poses (yaw, pitch, roll) in radians, read only.  [len, 3], float64, or None without poses."""
        return self._angles

    def label(self, index: int) -> int | None:
        """Label of a picture (for rendered sets the number of its object), or None without labels."""
        self._at(index)
        return None if self._labels is None else self._labels[index % len(self.names)]

    @property
    def all_labels(self) -> np.ndarray | None:
        """All labels.  [len], int64, or None without labels."""
        if self._labels is None:
            return None
        return np.resize(np.array(self._labels, np.int64), len(self))  # mirrored copies come after the originals

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def _at(self, index: int) -> tuple[str, bool]:
        """Name of a picture, and whether it is flipped."""
        if not 0 <= index < len(self):
            raise IndexError(f"picture {index} of {len(self)}")
        return self.names[index % len(self.names)], index >= len(self.names)

    def _shrink(self, pixels: np.ndarray) -> np.ndarray:
        """Mean over squares of factor x factor pixels, rounded."""
        if self._factor == 1:
            return pixels
        size, factor = self.resolution, self._factor
        squares = pixels.reshape(size, factor, size, factor, 3).astype(np.float32)
        return np.rint(squares.mean(axis=(1, 3))).astype(np.uint8)


def decode_picture(content: bytes, where: str, resolution: int, background: Background) -> np.ndarray:
    """Decode a picture and check its size before its pixels.

    Args:
        content: A PNG, WebP or JPEG file.
        where: How to call it in messages.
        resolution: The side it must have, pixels.
        background: What to lay transparency on; `as-is` takes white.

    Returns:
        [resolution, resolution, 3], uint8.

    Raises:
        DataSetError: It is damaged, has another size, or has 16 bits.
    """
    with decoding(where), Image.open(io.BytesIO(content)) as picture:
        if picture.size != (resolution, resolution):
            raise DataSetError(_size_message(where, picture.size, resolution))
        if picture.mode.startswith(("I", "F")):
            raise DataSetError(f"{where}: has 16 or more bits per channel. {CONVERT}.")
        if picture.has_transparency_data:
            paper = Image.new("RGBA", picture.size, "black" if background == "black" else "white")
            return np.asarray(Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB"))
        return np.asarray(picture.convert("RGB"))


def require_entries(path: Path, names: list[str], entries: Mapping[str, object] | None, key: str) -> None:
    """Demand one entry for every picture and one picture for every entry.  Raises DataSetError."""
    if entries is None:
        return
    known = set(names)
    without = [name for name in names if name not in entries]
    absent = sorted(name for name in entries if name not in known)
    if without:
        raise DataSetError(
            f'{path}: "{key}" in {DESCRIPTION_FILE} lacks {len(without)} of {len(names)} pictures, first {without[0]}. '
            "Add the entries or remove the pictures."
        )
    if absent:
        raise DataSetError(
            f'{path}: {len(absent)} pictures named by "{key}" in {DESCRIPTION_FILE} are missing, first {absent[0]}. '
            "The copy is incomplete: copy it again, or remove the entries."
        )


def _describe(source: Source, names: list[str], text: bytes, description: Description) -> DataSetInfo:
    """Gather what is known; looks at the header of the first picture."""
    studio, labels = description.studio, description.labels
    return DataSetInfo(
        path=source.path,
        name=studio.name or source.path.stem,
        count=len(names),
        resolution=_first_resolution(source, names[0]),
        fov=studio.fov,
        radius=studio.radius,
        near=studio.near,
        far=studio.far,
        cube_scale=studio.cube_scale,
        scale=studio.scale,
        background=studio.background,
        protocol=studio.protocol,
        has_poses=description.angles is not None,
        label_count=None if labels is None else max(labels.values()) + 1,
        objects=studio.objects,
        fingerprint=_fingerprint(source, names, text),
        kinds=studio.kinds,
    )


def _first_resolution(source: Source, name: str) -> int:
    """Side of the first picture, pixels.  Raises DataSetError when it is unreadable or not square."""
    where = f"{source.path}: {name}"
    content = source.read(name)
    with decoding(where), Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
    if width != height:
        raise DataSetError(f"{where}: is {width} x {height} pixels; pictures must be square. {CONVERT}.")
    if width > MAX_RESOLUTION:
        raise DataSetError(f"{where}: is {width} pixels wide; at most {MAX_RESOLUTION} can be used. {CONVERT}.")
    return width


def _fingerprint(source: Source, names: list[str], text: bytes) -> str:
    """Hash of dataset.json and of the pictures' names and sizes; 16 hexadecimal digits."""
    digest = hashlib.sha256(text)
    for name in names:
        digest.update(f"\n{name}\t{source.sizes[name]}".encode())
    return digest.hexdigest()[:16]


def _scale_factor(info: DataSetInfo, resolution: int | None) -> int:
    """How many stored pixels make one along a side.  Raises DataSetError when that is no whole number."""
    if resolution is None:
        return 1
    if resolution < 1 or info.resolution % resolution:
        fitting = [str(side) for side in range(8, info.resolution + 1) if info.resolution % side == 0]
        raise DataSetError(
            f"{info.path}: the pictures have {info.resolution} pixels along a side and cannot be scaled to "
            f"{resolution}. Choose one of {', '.join(fitting) or info.resolution}."
        )
    return info.resolution // resolution


def _stack_angles(angles: Mapping[str, Angles] | None, names: list[str], mirrored: bool) -> np.ndarray | None:
    """Poses in the order of the pictures, then those of the mirrored copies.  [len, 3], float64."""
    if angles is None:
        return None
    stacked = np.array([angles[name] for name in names], np.float64)
    if mirrored:
        stacked = np.concatenate([stacked, stacked * [-1, 1, -1]])
    stacked.setflags(write=False)
    return stacked


def _size_message(where: str, size: tuple[int, int], resolution: int) -> str:
    """Why a picture of this size is refused."""
    width, height = size
    return (
        f"{where}: is {width} x {height} pixels, the first picture of the set {resolution} x {resolution}. "
        "All must have one size: remove it, or convert all (epigraf data convert)."
    )
