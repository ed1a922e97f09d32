"""Where a data set's files lie: a zip or a folder, behind one small interface."""

from __future__ import annotations

import lzma
import stat
import struct
import threading
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

from training.data_format import DESCRIPTION_FILE, DataSetError
from training.data_text import short

PICTURE_SUFFIXES = frozenset({".png", ".webp", ".jpg", ".jpeg"})
# No file of a data set is larger than this, packed or not, in bytes.
MOST_BYTES = 1 << 29
# Text packs to a twentieth at best; what packs better, and is large, was made to fill somebody's memory.
MOST_RATIO, RATIO_FROM = 200, 1 << 20
# Longer reasons quote nonsense from the archive.
MOST_REASON = 200
# What damaged archives make the reader raise.
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, LookupError, ValueError,
    ArithmeticError, RuntimeError, MemoryError,
)  # fmt: skip


class Source(Protocol):
    """Named files; names use forward slashes and are relative to the root."""

    path: Path
    sizes: dict[str, int]

    def read(self, name: str) -> bytes:
        """The content of one file.  Raises DataSetError, naming the file."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class FolderSource:
    """A folder and everything below it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            files = [file for file in path.rglob("*") if file.is_file()]
            sizes = {file.relative_to(path).as_posix(): file.stat().st_size for file in files}
        except OSError as error:
            raise DataSetError(f"{path}: the folder cannot be read ({error}).") from error
        self.sizes = {name: size for name, size in sizes.items() if not is_hidden(name)}

    def read(self, name: str) -> bytes:
        """The content of one file.  Raises DataSetError."""
        if self.sizes.get(name, 0) > MOST_BYTES:
            raise DataSetError(f"{self.path / name}: {_too_large(self.sizes[name])}")
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise DataSetError(f"{self.path / name}: cannot be read ({error}).") from error

    def close(self) -> None:
        """Nothing is held open."""


class ZipSource:
    """A zip archive, read in place and never unpacked.  Safe for several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._archive = zipfile.ZipFile(path)
        except ZIP_ERRORS as error:
            raise DataSetError(f"{path}: {_why_no_zip(path, error)}") from error
        try:
            self.sizes = self._list()
        except DataSetError:
            self._archive.close()
            raise

    def _list(self) -> dict[str, int]:
        """Sizes by name; refuses names that would lead out of the archive."""
        sizes: dict[str, int] = {}
        for entry in self._archive.infolist():
            if not is_safe(entry.filename):
                raise DataSetError(
                    f"{self.path}: the entry {short(entry.filename)} points out of the archive. This zip was damaged "
                    "or made with bad intent; pack the folder again."
                )
            if entry.is_dir() or is_hidden(entry.filename):
                continue
            problem = _entry_problem(entry)
            if problem:
                raise DataSetError(f"{self.path}: {problem}")
            if entry.filename in sizes:
                raise DataSetError(f"{self.path}: holds {entry.filename} twice. Pack the folder again.")
            sizes[entry.filename] = entry.file_size
        return sizes

    def read(self, name: str) -> bytes:
        """The content of one file.  Raises DataSetError."""
        try:
            with self._lock:
                return self._archive.read(name)
        except ZIP_ERRORS as error:
            reason = (
                str(error) if len(str(error)) < MOST_REASON else "its header is not what the table of contents says"
            )
            raise DataSetError(
                f"{self.path}: {name} cannot be read ({reason}). The zip is damaged: copy or download it again."
            ) from error

    def close(self) -> None:
        """Close the archive; reading afterwards raises DataSetError."""
        with self._lock:
            self._archive.close()


def open_source(path: Path) -> Source:
    """Open a zip or folder.

    Raises:
        DataSetError: There is nothing at `path`, or it is neither.
    """
    if not path.exists():
        raise DataSetError(f"{path}: there is no such file or folder. A data set is a zip or a folder of pictures.")
    return FolderSource(path) if path.is_dir() else ZipSource(path)


def picture_names(source: Source, suffixes: frozenset[str] = PICTURE_SUFFIXES) -> list[str]:
    """The pictures of a source, sorted by name.

    Raises:
        DataSetError: There are none, or one has a name that cannot be shown.
    """
    names = sorted(name for name in source.sizes if PurePosixPath(name).suffix.lower() in suffixes)
    for name in names:
        if not name.isprintable():
            raise DataSetError(
                f"{source.path}: the name {name!a} has characters that cannot be shown. Rename the file."
            )
    if not names:
        kinds = ", ".join(sorted(suffix[1:] for suffix in suffixes))
        raise DataSetError(f"{source.path}: holds no pictures ({kinds}). Is this the right file or folder?")
    return names


def read_description(source: Source) -> bytes:
    """The content of `dataset.json` at the root.

    Raises:
        DataSetError: There is none; the message says where it might be, and how to do without poses.
    """
    if DESCRIPTION_FILE in source.sizes:
        return source.read(DESCRIPTION_FILE)
    deeper = sorted(name for name in source.sizes if PurePosixPath(name).name == DESCRIPTION_FILE)
    if deeper:
        folder = PurePosixPath(deeper[0]).parent
        advice = f"Open {source.path / folder} itself." if source.path.is_dir() else f"Pack the content of {folder}/."
        raise DataSetError(f"{source.path}: {DESCRIPTION_FILE} lies in {folder}/ and must lie at the root. {advice}")
    raise DataSetError(
        f"{source.path}: there is no {DESCRIPTION_FILE} at the root, so these are pictures, and not yet a data set. "
        f"Make one of them: epigraf data convert {source.path} --out NAME.zip, or the panel Data; both know poses of "
        "several kinds."
    )


def is_safe(name: str) -> bool:
    """Whether a zip's entry stays inside: relative, forward slashes, no way up, no drive."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts)


def is_hidden(name: str) -> bool:
    """Whether a name is a system's by-product (.DS_Store, the __MACOSX copy of a zip made on a Mac)."""
    return any(part == "__MACOSX" or (part.startswith(".") and part not in {".", ".."}) for part in name.split("/"))


def _entry_problem(entry: zipfile.ZipInfo) -> str:
    """Why an entry is not read; empty if it can be."""
    name = entry.filename if len(entry.filename) < MOST_REASON else short(entry.filename)
    if entry.flag_bits & 1:
        return f"{name} is encrypted. Pack the folder again without a password."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return f"{name} is a link to another file. Pack the files themselves (zip without --symlinks)."
    if entry.file_size > MOST_BYTES:
        return f"{name} {_too_large(entry.file_size)}"
    if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        return (
            f"{name} unpacks to {entry.file_size / max(entry.compress_size, 1):.0f} times its size, as no picture "
            "does: a zip made to fill the memory. Pack the folder again."
        )
    return ""


def _too_large(size: int) -> str:
    return f"has {size / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB are read. Is it a picture or a description?"


def _why_no_zip(path: Path, error: Exception) -> str:
    """Explain a file that does not open as a zip by looking at how it begins."""
    if isinstance(error, OSError):
        return f"cannot be read ({error})."
    try:
        with path.open("rb") as file:
            head = file.read(256)
    except OSError as read_error:
        return f"cannot be read ({read_error})."
    text = head.lstrip().lower()
    if not head:
        return "the file is empty. Copy or download it again."
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "this is a web page, not a zip. The download went to a page instead of the file: fetch it again."
    if head.startswith(b"version https://git-lfs"):
        return "this is a pointer of Git LFS, not the data. Run `git lfs pull` to fetch the file itself."
    if head.startswith(b"PK"):
        return "the zip is cut off or damaged (its table of contents is missing). Copy or download it again."
    return "this is neither a zip nor a folder. A data set is a zip or a folder of pictures with a dataset.json."
