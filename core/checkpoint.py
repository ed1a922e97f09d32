"""Checkpoints: weights as safetensors with their configuration inside; nothing in them is ever executed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.discriminator import Discriminator
from core.families import build_generator
from core.files import replacing, system_error
from core.generator import Generator
from core.model_config import DiscriminatorConfig, FrozenModel, GeneratorConfig
from core.scale_specific import build_discriminator

FORMAT = "epigraf-studio"
FORMAT_VERSION = 1
GENERATOR, DISCRIMINATOR = "generator.", "discriminator."


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message names the file and the way out."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory.

    Attributes:
        generator: In evaluation mode, without gradients.
        discriminator: Likewise; none where the file holds none.
        progress: Where training stood: kimg, step, run; empty for foreign files.
        path: Where it came from.
    """

    generator: Generator
    discriminator: Discriminator | None
    progress: dict[str, Any] = field(default_factory=dict)
    path: Path = Path()


def save_checkpoint(
    path: Path,
    generator: Generator,
    discriminator: Discriminator | None,
    progress: dict[str, Any],
    dtype: torch.dtype | None = None,
) -> None:
    """Write both networks and their configurations, aside and renamed.

    Args:
        path: A .safetensors file.
        generator: Usually the moving average.
        discriminator: Or none.
        progress: JSON-able facts: kimg, step, run.
        dtype: Store floating-point tensors in this type; none keeps theirs.

    Raises:
        OSError: The folder is not writable or the disk is full.
    """
    tensors: dict[str, Tensor] = {}
    metadata = {"format": FORMAT, "version": str(FORMAT_VERSION), "progress": json.dumps(progress)}
    networks: list[tuple[str, nn.Module | None]] = [(GENERATOR, generator), (DISCRIMINATOR, discriminator)]
    for prefix, network in networks:
        if network is None:
            continue
        assert isinstance(network.config, FrozenModel)
        metadata[prefix.rstrip(".")] = network.config.model_dump_json()
        for name, value in network.state_dict().items():
            stored = value.detach().to("cpu", dtype if dtype and value.is_floating_point() else value.dtype)
            # A clone: the writer must never see memory that training goes on to change.
            tensors[prefix + name] = stored.contiguous().clone()
    # Weights in a smaller type are for a look: they are written every few seconds, and nothing is lost with them.
    with replacing(path, lasting=dtype is None) as aside:
        try:
            save_file(tensors, aside, metadata)
        except SafetensorError as error:
            raise system_error(error, path) from error


def load_checkpoint(path: Path, device: torch.device | str = "cpu") -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: Missing, no checkpoint of ours, of another version, or with weights that do not fit.
    """
    tensors, metadata = _read(path)
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path} is a safetensors file, but not a checkpoint of EpiGRAF Studio")
    if metadata.get("version") != str(FORMAT_VERSION):
        raise CheckpointError(
            f"{path}: checkpoint of version {metadata.get('version')}; this program reads version {FORMAT_VERSION}"
        )
    if (family := metadata.get("family", "epigraf")) != "epigraf":
        raise CheckpointError(
            f"{path} holds a generator of the family {family.upper()} that an earlier version could not use yet: "
            "convert its pickle once more with `epigraf import`"
        )
    try:
        generator = build_generator(GeneratorConfig.model_validate_json(metadata["generator"]))
        discriminator = None
        if "discriminator" in metadata:
            judge = DiscriminatorConfig.model_validate_json(metadata["discriminator"])
            discriminator = build_discriminator(judge, generator.config)
        progress = json.loads(metadata.get("progress", "{}"))
    except (KeyError, ValidationError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{path}: the configuration inside is damaged: {error}") from error
    _load(generator, tensors, GENERATOR, path)
    if discriminator is not None:
        _load(discriminator, tensors, DISCRIMINATOR, path)
        discriminator = discriminator.to(device)
    return Checkpoint(generator.to(device), discriminator, progress, path)


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    if not path.is_file():
        raise CheckpointError(f"there is no checkpoint {path}")
    head = path.read_bytes()[:64] if path.stat().st_size < 1_000_000 else b""
    if head.startswith(b"version https://git-lfs"):
        raise CheckpointError(f"{path} is a Git LFS pointer, not the checkpoint itself: run `git lfs pull`")
    if path.suffix.lower() == ".pkl":
        raise CheckpointError(f"{path} is a pickle, which could run any code: convert it with `epigraf import {path}`")
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is not a safetensors file, or is cut off ({error})") from error


def _load(network: nn.Module, tensors: dict[str, Tensor], prefix: str, path: Path) -> None:
    state = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    expected = network.state_dict()
    for name, value in expected.items():
        if name not in state:
            raise CheckpointError(f"{path}: the tensor {prefix}{name} is missing")
        if state[name].shape != value.shape:
            found, wanted = tuple(state[name].shape), tuple(value.shape)
            raise CheckpointError(f"{path}: the tensor {prefix}{name} has shape {found}, expected {wanted}")
    if unknown := sorted(state.keys() - expected.keys()):
        raise CheckpointError(f"{path}: the tensor {prefix}{unknown[0]} is not part of this network")
    network.load_state_dict({name: value.to(expected[name].dtype) for name, value in state.items()})
    network.eval().requires_grad_(False)
