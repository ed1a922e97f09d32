"""Arrays too large for a pipe, as .npy files in a private folder: written piece by piece, mapped to be read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from core.files import replacing


def write_rows(folder: Path, name: str, rows: Iterable[np.ndarray], shape: tuple[int, ...], dtype: Any) -> Path:
    """Write an array from its rows, aside and renamed; only one of them is in memory.

    Args:
        folder: Where to; it must exist.
        name: How the file's name begins; the rest makes it the only one of its kind.
        rows: As many as the shape says.
        shape: Of the whole array.
        dtype: Of its values.

    Raises:
        OSError: No space, or no folder any more.
    """
    path = folder / f"{name}-{uuid.uuid4().hex[:12]}.npy"
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    with replacing(path) as aside, aside.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for row in rows:
            file.write(np.ascontiguousarray(row, dtype).data)
    return path


def write_array(folder: Path, name: str, array: np.ndarray) -> Path:
    """Write a whole array; errors as `write_rows`."""
    return write_rows(folder, name, [array], array.shape, array.dtype)


def mapped(path: str) -> np.ndarray:
    """The array of a file, read as it is used; what is written into it stays in memory.  Raises OSError, ValueError."""
    return np.load(path, mmap_mode="c", allow_pickle=False)
