"""Sigma as a tick recorded it, made ready for panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.runs.tick_files import SIGMA, Modulations, TickError, modulations_of, numbers, read_arrays
from app.runs.tick_history import TickId
from widgets.sigma_views import ModulationMode, SigmaSet

PLACED = "sigma_places/"


@dataclass(frozen=True)
class TickKey:
    """A tick whose sigma is wanted beside that of the moment; arguments as of `tick_sigma`."""

    identity: TickId
    title: str
    mode: ModulationMode | None
    run: str
    kimg: float


def read_tick(key: TickKey) -> SigmaSet:
    """Sigma of a tick, from its file.  Raises TickError, OSError."""
    return tick_sigma(read_arrays(key.identity.path), key.title, key.mode, key.run, key.kimg)


def tick_sigma(
    arrays: Mapping[str, np.ndarray], title: str, mode: ModulationMode | None, run: str, kimg: float
) -> SigmaSet:
    """Sigma of a tick.

    Args:
        arrays: Of its file.
        title: What it is called.
        mode: What sigma scales; None while that is not known.
        run: Name of the run.
        kimg: When the tick ended.

    Raises:
        TickError: The arrays do not fit together.
    """
    try:
        found = modulations_of(arrays)
    except KeyError as error:
        raise TickError(f"it has no {error}") from error
    scales, placed = _placed(arrays, found)
    return SigmaSet(title, mode, found.scales, found.layers, scales, placed, run, kimg)


def _placed(arrays: Mapping[str, np.ndarray], found: Modulations) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Sigma of patches at the edges; none in ticks of older versions."""
    if not found.layers or not any(name.startswith(PLACED) for name in arrays):
        return np.empty(0), {}
    try:
        scales = numbers(arrays, "sigma_place_scales", 1)
        placed = {name: numbers(arrays, PLACED + name, 2).astype(np.float32) for name in found.layers}
    except KeyError as error:
        raise TickError(f"it has no {error} beside {SIGMA}") from error
    if any(sigma.shape != (len(scales), found.layers[name].shape[1]) for name, sigma in placed.items()):
        raise TickError("its sigma at the edges does not fit the patches that it was measured at")
    return scales, placed


def read_mode(path: Path) -> ModulationMode:
    """What sigma scales in a run's discriminator.  Raises ConfigError, RunError."""
    from training.run_dir import RunDirectory

    return RunDirectory(path).config().discriminator.modulation
