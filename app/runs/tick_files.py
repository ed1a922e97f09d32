"""The arrays of one tick, ticks/NNNNNN.npz, for panels: checked, since a crash or a copy may leave any bytes."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile

SIGMA = "sigma/"
# What NumPy and zipfile raise on torn, foreign and damaged files, a damaged header's absurd sizes included.
BROKEN = (
    ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, MemoryError,
    SyntaxError, OverflowError, TypeError,
)  # fmt: skip


class TickError(ValueError):
    """A tick's arrays that cannot be used; the message names the file."""


@dataclass(frozen=True)
class Modulations:
    """Sigma of the modulated layers, for centred patches.

    Attributes:
        scales: [m] ascending, float64.
        layers: [m, filters] each, float32, in the order of the forward pass; empty without modulation.
    """

    scales: np.ndarray
    layers: dict[str, np.ndarray]


def read_scales(path: Path) -> np.ndarray:
    """The scales that were drawn since the tick before.  Returns [n], float64.  Raises TickError, OSError."""
    with _opened(path) as arrays:
        return numbers(arrays, "scales", 1)


def read_modulations(path: Path) -> Modulations:
    """Sigma at the end of the tick.  Raises TickError, OSError."""
    with _opened(path) as arrays:
        return modulations_of(arrays)


def modulations_of(arrays: Mapping[str, np.ndarray]) -> Modulations:
    """Sigma among the arrays of a tick.  Raises KeyError, TickError."""
    names = [name for name in arrays if name.startswith(SIGMA)]
    if not names:
        return Modulations(np.empty(0), {})
    scales = numbers(arrays, "sigma_scales", 1)
    layers = {name.removeprefix(SIGMA): numbers(arrays, name, 2).astype(np.float32) for name in names}
    if len(scales) < 2 or any(len(sigma) != len(scales) or not sigma.size for sigma in layers.values()):
        raise TickError("its sigma does not fit the scales that it was measured at")
    return Modulations(scales, layers)


def read_arrays(path: Path, only: Collection[str] = ()) -> dict[str, np.ndarray]:
    """The arrays of the tick, as they are: `numbers` checks one.

    Args:
        path: The file.
        only: Those of these names that are there, so that the others are not unpacked; empty: all.

    Raises:
        TickError: The file is torn, damaged or something else.
        OSError: It cannot be read.
    """
    with _opened(path) as arrays:
        return {name: arrays[name] for name in arrays.files if not only or name in only}


@contextmanager
def _opened(path: Path) -> Iterator[NpzFile]:
    """The arrays of a file; whatever is wrong inside becomes a TickError."""
    try:
        with path.open("rb") as file:
            arrays = np.load(file, allow_pickle=False)
            if not isinstance(arrays, NpzFile):
                raise TickError("it holds a single array instead of a tick's")
            yield arrays
    except TickError as error:
        raise TickError(f"{path}: {error}") from error
    except BROKEN as error:
        raise TickError(f"{path}: it is torn or damaged") from error


def numbers(arrays: Mapping[str, np.ndarray], name: str, dimensions: int) -> np.ndarray:
    """An array of finite real numbers, float64.  Raises KeyError, TickError."""
    values = arrays[name]
    if values.ndim != dimensions or values.dtype.kind != "f" or not np.isfinite(values).all():
        raise TickError(f"its {name} are no finite numbers of the right shape")
    return values.astype(np.float64)
