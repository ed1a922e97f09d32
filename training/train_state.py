"""Exact resume: everything that the next step depends on, in one file that executes nothing when read."""

from __future__ import annotations

import hashlib
import io
import logging
import pickle
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import torch

from core.files import replacing
from training.random_numbers import device_random_state, restore_device_random_state
from training.run_errors import RunError, explained
from training.steps import Stepper
from training.telemetry import Telemetry

STATE_VERSION = 1

logger = logging.getLogger(__name__)


@dataclass
class Progress:
    """Where a training stands.

    Attributes:
        step: Steps done.
        images: Real pictures that D has seen.
        tick: Ticks done.
        seconds: Time spent training, over all starts.
    """

    step: int = 0
    images: int = 0
    tick: int = 0
    seconds: float = 0.0

    @property
    def kimg(self) -> float:
        """Thousands of pictures."""
        return self.images / 1000


def save_state(
    path: Path, stepper: Stepper, progress: Progress, telemetry: Telemetry, previous: Path | None = None
) -> None:
    """Write weights, optimisers, random states, progress and a tick half done, aside and renamed.

    Args:
        path: The file.
        stepper: What trains.
        progress: Where it stands.
        telemetry: What the tick has collected so far.
        previous: Name for the state that was at `path`; none lets go of it.

    Raises:
        RunError: It cannot be written.
    """
    state = {
        "version": STATE_VERSION,
        "progress": asdict(progress),
        "networks": stepper.networks.state_dict(),
        "generator_optimizer": stepper.generator_optimizer.state_dict(),
        "discriminator_optimizer": stepper.discriminator_optimizer.state_dict(),
        "augment": stepper.augmenter.state_dict(),
        "bad_steps": dict(stepper.bad_steps),
        "telemetry": telemetry.state_dict(),
        "numpy": stepper.rng.bit_generator.state,
        "torch": torch.get_rng_state(),
        "devices": [] if (own := device_random_state(stepper.device)) is None else [own],
        "division": {"processes": stepper.team.size, "size": stepper.pieces.size},
    }
    aside = replacing(path, lasting=True, previous=previous)
    with explained("write", path), aside as part, part.open("wb") as file:
        _write(state, file)


def _write(state: dict[str, Any], file: BinaryIO) -> None:
    """Write a state.  Raises OSError, which torch would replace by words for nobody."""
    watched = _Watched(file)
    try:
        torch.save(state, cast("BinaryIO", watched))
    except RuntimeError as error:
        raise watched.error or error from error


class _Watched(io.RawIOBase):
    """A file that remembers why it could not be written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, content: Any) -> int:
        try:
            return self._file.write(content)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()


class DamagedStateError(RunError):
    """A state is no whole file, as after a power failure."""


@dataclass(frozen=True)
class SavedState:
    """A state as it was read.

    Attributes:
        path: Where.
        content: What `save_state` wrote.
        digest: SHA-256 of the file, hexadecimal; empty if it was not wanted.
    """

    path: Path
    content: dict[str, Any]
    digest: str = ""


def read_state(path: Path, *, digest: bool = False) -> SavedState:
    """Read what `save_state` wrote.

    Args:
        path: The file.
        digest: Whether its digest is wanted, which takes a second for a gigabyte.

    Raises:
        DamagedStateError: The file is damaged.
        RunError: It cannot be read.
    """
    try:
        with explained("read", path), path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest() if digest else ""
            file.seek(0)
            return SavedState(path, torch.load(file, map_location="cpu", weights_only=True), found)
    except (pickle.UnpicklingError, RuntimeError, ValueError, KeyError, TypeError, EOFError) as error:
        raise DamagedStateError(f"{path}: the state cannot be restored ({error}). {_way_out(path)}") from error


def restore_state(saved: SavedState, stepper: Stepper, telemetry: Telemetry) -> Progress:
    """Go on from a state.

    Args:
        saved: It.
        stepper: Gets its weights, optimisers and random numbers.
        telemetry: Gets the tick half done.

    Raises:
        RunError: The state is of another version, or of another network.
    """
    state, path = saved.content, saved.path
    try:
        if state.get("version") != STATE_VERSION:
            version = state.get("version")
            raise RunError(f"{path}: state of version {version}, this program reads {STATE_VERSION}. {_way_out(path)}")
        stepper.networks.load_state_dict(state["networks"])
        stepper.generator_optimizer.load_state_dict(state["generator_optimizer"])
        stepper.discriminator_optimizer.load_state_dict(state["discriminator_optimizer"])
        if "augment" in state:  # runs begun before there was augmentation lack it
            stepper.augmenter.load_state_dict(state["augment"])
        if "telemetry" in state:  # likewise: before a tick half done was kept
            stepper.bad_steps = dict(state["bad_steps"])
            telemetry.load_state_dict(state["telemetry"])
        stepper.rng.bit_generator.state = state["numpy"]
        torch.set_rng_state(state["torch"])
        _restore_device(state["devices"], stepper.device)
        _divide(state.get("division"), stepper)
        return Progress(**state["progress"])
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: the state cannot be restored ({error}). {_way_out(path)}") from error


def _way_out(path: Path) -> str:
    return f"Delete all states in {path.parent} to start the run over, or start a new run."


def _restore_device(states: list[torch.Tensor], device: torch.device) -> None:
    """Restore the accelerator's random numbers, the first where there were several; else they become others."""
    present = device_random_state(device)
    if present is None and not states:
        return
    if present is None or not states or len(states[0]) != len(present):
        logger.warning("another device than before: the training goes on, but with other random numbers")
    else:
        restore_device_random_state(device, states[0])


def _divide(before: dict[str, int] | None, stepper: Stepper) -> None:
    """Compute in pieces of the same size as before, so that sums are rounded likewise, or say that they are not."""
    processes, now = 1 if before is None else before["processes"], stepper.team.size
    if processes != now:
        logger.info(
            "%d of these processes trained until now, %d go on: the same random numbers, only rounding differs",
            processes,
            now,
        )
    elif before is not None and before["size"] < stepper.pieces.size:
        # Memory has ended once; it would again.
        stepper.pieces.size = before["size"]
        logger.info("going on with %d pictures at once, as before", stepper.pieces.size)


def seeded_rng(seed: int) -> np.random.Generator:
    """Randomness of poses and patches; its state is part of the resume state."""
    return np.random.Generator(np.random.PCG64(seed))
