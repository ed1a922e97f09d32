"""Exact resume: everything that the next step depends on, in one file that executes nothing when read."""

from __future__ import annotations

import logging
import pickle
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.files import replacing
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


def save_state(path: Path, stepper: Stepper, progress: Progress, telemetry: Telemetry) -> None:
    """Write weights, optimisers, random states, progress and a tick half done, aside and renamed.  Raises RunError."""
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
        "devices": device_random_states(),
    }
    with explained("write", path), replacing(path) as aside:
        torch.save(state, aside)


def load_state(path: Path, stepper: Stepper, telemetry: Telemetry) -> Progress:
    """Restore what `save_state` wrote.

    Raises:
        RunError: The file is damaged, of another version, or of another network.
    """
    way_out = f"Delete {path} to start the run over, or start a new run."
    try:
        with explained("read", path):
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if state.get("version") != STATE_VERSION:
            raise RunError(
                f"{path}: state of version {state.get('version')}, this program reads {STATE_VERSION}. {way_out}"
            )
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
        restore_device_random_states(state["devices"])
        return Progress(**state["progress"])
    except (pickle.UnpicklingError, RuntimeError, ValueError, KeyError, TypeError, EOFError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"{path}: the state cannot be restored ({error}). {way_out}") from error


def device_random_states() -> list[torch.Tensor]:
    """Random states of the accelerators of this machine; none without any."""
    if torch.cuda.is_available():
        return torch.cuda.get_rng_state_all()
    return [torch.mps.get_rng_state()] if torch.backends.mps.is_available() else []


def restore_device_random_states(states: list[torch.Tensor]) -> None:
    """Restore what `device_random_states` gave; on other devices training goes on, but not with the same numbers."""
    if len(states) != len(device_random_states()):
        logger.warning("other devices than before: the training goes on, but with other random numbers")
    elif torch.cuda.is_available():
        torch.cuda.set_rng_state_all(states)
    elif states:
        torch.mps.set_rng_state(states[0])


def seeded_rng(seed: int) -> np.random.Generator:
    """Randomness of poses and patches; its state is part of the resume state."""
    return np.random.Generator(np.random.PCG64(seed))
