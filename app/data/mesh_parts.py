"""Objects whose pictures are made already: what an interrupted rendering leaves, so that the next one goes on there."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.files import replacing
from training.data_writer import ZIP_DATE, PictureFormat, encode_picture

PART_FILE = "part.json"


@dataclass(frozen=True)
class Dropped:
    """An object that is not in the data set, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Part:
    """The pictures of one object as they are stored, or why it has none.

    Attributes:
        name: Of the object.
        pictures: Files, one for each view.
        dropped: Why it is left out; empty if it is not.
    """

    name: str
    pictures: tuple[bytes, ...] = ()
    dropped: str = ""


def part_of(name: str, made: Sequence[np.ndarray] | Dropped, picture_format: PictureFormat) -> Part:
    """What was made of an object, pictures [R, R, 3] uint8 each, as files."""
    if isinstance(made, Dropped):
        return Part(name, dropped=made.reason)
    return Part(name, tuple(encode_picture(picture, picture_format) for picture in made))


class PartStore:
    """A hidden folder beside the data set that is being made, with a file for each finished object.

    Files are named by everything that decides their content.  So what is found is right whatever has changed since, and
    two that render the same do not disturb each other.

    Args:
        out: The data set.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out.with_name(f".{out.name}.parts")

    def load(self, key: str) -> Part | None:
        """What was made under this key; None if nothing was, or it is damaged."""
        try:
            with zipfile.ZipFile(self._file(key)) as archive:
                said = json.loads(archive.read(PART_FILE))
                pictures = tuple(archive.read(str(index)) for index in range(said["count"]))
                return Part(said["name"], pictures, said["dropped"])
        except (OSError, zipfile.BadZipFile, ValueError, LookupError, EOFError):
            return None

    def save(self, key: str, part: Part) -> None:
        """Keep what was made.  Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        said = {"name": part.name, "count": len(part.pictures), "dropped": part.dropped}
        with replacing(self._file(key)) as aside, zipfile.ZipFile(aside, "w") as archive:
            archive.writestr(zipfile.ZipInfo(PART_FILE, ZIP_DATE), json.dumps(said))
            for index, picture in enumerate(part.pictures):
                archive.writestr(zipfile.ZipInfo(str(index), ZIP_DATE), picture)

    def kept(self) -> int:
        """How many objects are there."""
        return len(list(self.folder.glob("[!.]*.zip")))

    def remove(self) -> None:
        """The data set is there, or never will be: nothing of this is needed any more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.zip"


def key_of(file: Path, recipe: str, beside: str) -> str:
    """What decides the pictures of a mesh: the recipe, the file, and what lies beside it, textures for instance."""
    status = file.stat()
    return _hash(recipe, beside, file.name, str(status.st_size), str(status.st_mtime_ns))


def key_of_made(name: str, recipe: str) -> str:
    """What decides the pictures of an object that is made by its name and the recipe's seed."""
    return _hash("made", recipe, name)


def beside_meshes(folder: Path, meshes: Sequence[Path]) -> str:
    """Names, sizes and times of everything in a folder that is no mesh."""
    others = sorted(file for file in folder.rglob("*") if file.is_file() and file not in set(meshes))
    return "\n".join(f"{file.relative_to(folder)} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in others)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
