"""Write a data set, zip or folder, so that it is either whole or absent."""

from __future__ import annotations

import io
import json
import shutil
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from PIL import Image

from core.files import replace_with_retries, replacing
from training.data_format import DESCRIPTION_FILE, Angles, DataSetError, StudioBlock, angles_problem

PictureFormat = Literal["png", "webp"]
PICTURES_PER_FOLDER = 1000
# The earliest date a zip can hold: the same pictures make the same file, whenever they are packed.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class _Sink(Protocol):
    """Where the files go."""

    def put(self, name: str, content: bytes) -> None: ...


class DataSetWriter:
    """Collects pictures, poses and labels; made by `writing`."""

    def __init__(self, sink: _Sink, picture_format: PictureFormat) -> None:
        self._sink = sink
        self._format: PictureFormat = picture_format
        self._angles: list[tuple[str, Angles]] = []
        self._labels: list[tuple[str, int]] = []
        self._studio: StudioBlock | None = None
        self.count = 0

    def add(self, pixels: np.ndarray, angles: Angles | None = None, label: int | None = None) -> str:
        """Append a picture.

        Args:
            pixels: [R, R, 3], uint8, rows from the top.
            angles: Pose (yaw, pitch, roll) in radians; all pictures have one or none has.
            label: Number of the object, >= 0; all pictures have one or none has.

        Returns:
            The picture's name in the data set.
        """
        return self.add_encoded(encode_picture(pixels, self._format), angles, label)

    def add_encoded(self, content: bytes, angles: Angles | None = None, label: int | None = None) -> str:
        """Append a picture that `encode_picture` has made in this set's format; else like `add`."""
        problem = None if angles is None else angles_problem(angles)
        if problem:
            raise ValueError(problem)
        name = f"{self.count // PICTURES_PER_FOLDER:05d}/img{self.count:08d}.{self._format}"
        self._sink.put(name, content)
        if angles is not None:
            self._angles.append((name, angles))
        if label is not None:
            self._labels.append((name, label))
        self.count += 1
        return name

    def describe(self, studio: StudioBlock) -> None:
        """Say what is known of the pictures; needed once, before the end."""
        self._studio = studio

    def finish(self) -> None:
        """Write `dataset.json`.  Raises DataSetError when no picture came."""
        if not self.count:
            raise DataSetError("There is no picture to write: nothing was left of the input.")
        assert self._studio is not None, "describe() was not called"
        assert len(self._angles) in (0, self.count), "some pictures have a pose and some have none"
        assert len(self._labels) in (0, self.count), "some pictures have a label and some have none"
        content = {
            "labels": self._labels or None,
            "camera_angles": self._angles or None,
            "studio": self._studio.model_dump(exclude_none=True),
        }
        self._sink.put(DESCRIPTION_FILE, json.dumps(content, separators=(",", ":")).encode())


@contextmanager
def writing(path: Path, picture_format: PictureFormat = "png", *, overwrite: bool = False) -> Iterator[DataSetWriter]:
    """Write a data set aside and rename it at the end; leave nothing after an error or Ctrl-C.

    Args:
        path: A name ending in .zip makes a zip, any other a folder.
        picture_format: How pictures are stored, both without loss.
        overwrite: Replace what is there; a folder only if it is a data set.

    Raises:
        DataSetError: There is something at `path`, or its folder cannot be written.
    """
    require_free(path, overwrite=overwrite)
    target: AbstractContextManager[_Sink] = _zip_sink(path) if path.suffix.lower() == ".zip" else _folder_sink(path)
    with target as sink:
        writer = DataSetWriter(sink, picture_format)
        yield writer
        writer.finish()


def require_free(path: Path, *, overwrite: bool) -> None:
    """Refuse a place that cannot be written to.  Raises DataSetError.  Creates missing folders above it."""
    if path.exists() and not overwrite:
        raise DataSetError(f"{path}: exists already. Choose another name, or use --force to replace it.")
    if path.is_dir() and path.suffix.lower() == ".zip":
        raise DataSetError(f"{path}: is a folder, so no zip can have this name. Choose another name.")
    if path.is_dir() and any(path.iterdir()) and not (path / DESCRIPTION_FILE).is_file():
        raise DataSetError(f"{path}: is a folder, but no data set, and will not be replaced. Choose another name.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataSetError(f"{path.parent}: the folder cannot be made ({error}).") from error


def encode_picture(pixels: np.ndarray, picture_format: PictureFormat) -> bytes:
    """Store [R, R, 3] uint8 without loss."""
    buffer = io.BytesIO()
    picture = Image.fromarray(pixels)
    if picture_format == "webp":
        # More effort saves 1% and takes ten times as long.
        picture.save(buffer, "webp", lossless=True, quality=90, method=5)
    else:
        picture.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def decode_stored(content: bytes) -> np.ndarray:
    """`encode_picture` backwards."""
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"))


class _ZipSink:
    """Files into an archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def put(self, name: str, content: bytes) -> None:
        # Pictures are compressed already; the description is not.
        packing = zipfile.ZIP_DEFLATED if name == DESCRIPTION_FILE else zipfile.ZIP_STORED
        entry = zipfile.ZipInfo(name, ZIP_DATE)
        entry.external_attr = 0o644 << 16
        self._archive.writestr(entry, content, packing)


class _FolderSink:
    """Files into a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, content: bytes) -> None:
        file = self._root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@contextmanager
def _zip_sink(path: Path) -> Iterator[_Sink]:
    """An archive beside `path`, renamed at the end."""
    with _errors_for_people(path), replacing(path) as aside, zipfile.ZipFile(aside, "w") as archive:
        yield _ZipSink(archive)


@contextmanager
def _folder_sink(path: Path) -> Iterator[_Sink]:
    """A folder beside `path`, renamed at the end."""
    mark = uuid.uuid4().hex[:8]
    aside, old = path.with_name(f".{path.name}.{mark}.part"), path.with_name(f".{path.name}.{mark}.old")
    with _errors_for_people(path):
        try:
            aside.mkdir()
            yield _FolderSink(aside)
            if path.exists():  # a folder cannot be renamed over another one
                replace_with_retries(path, old)
            replace_with_retries(aside, path)
        finally:
            if old.exists() and not path.exists():
                replace_with_retries(old, path)
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _errors_for_people(path: Path) -> Iterator[None]:
    """Say which data set could not be written."""
    try:
        yield
    except OSError as error:
        raise DataSetError(
            f"{path}: could not be written ({error}). Is the disk full, the folder read-only?"
        ) from error
