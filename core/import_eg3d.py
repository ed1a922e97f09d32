"""EG3D networks on their way into a safetensors file: weights as published, with what is known of the architecture.

The family cannot be rendered yet (METHOD, section 6); nothing of it is lost till then.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from core.checkpoint import DISCRIMINATOR, FORMAT, FORMAT_VERSION, GENERATOR
from core.files import replacing
from core.import_settings import settings_of
from core.inert_modules import InertNetwork
from core.inert_pickle import PickleRefusedError
from core.inert_tensors import TensorBuilder
from core.inert_values import StoredTensor
from core.published_names import CONSTANTS

PUBLISHED_AXES = ((0, 1), (0, 2), (2, 0))
SETTINGS = ("rendering_kwargs", "neural_rendering_resolution", "img_resolution", "img_channels", "c_dim", "init_kwargs")


def write_eg3d(
    path: Path, generator: InertNetwork, discriminator: InertNetwork | None, progress: dict[str, Any]
) -> None:
    """Write an EG3D's tensors under their published names.

    Args:
        path: A .safetensors file; written aside and renamed.
        generator: As it was read.
        discriminator: Or none.
        progress: JSON-able facts: where it came from.

    Raises:
        PickleRefusedError: A parameter is missing, or is no plain tensor; the message names it.
        OSError: The file cannot be written.
    """
    description = eg3d_description(generator)
    builder, tensors = TensorBuilder(), {}
    for prefix, network in ((GENERATOR, generator), (DISCRIMINATOR, discriminator)):
        for name, stored in network.tensors.items() if network is not None else ():
            if not name.endswith(CONSTANTS):
                tensors[prefix + name] = builder.build(name, stored).contiguous().clone()
    metadata = {
        "format": FORMAT,
        "version": str(FORMAT_VERSION),
        "family": "eg3d",
        "generator": json.dumps(description),
        "progress": json.dumps(progress),
    }
    with replacing(path) as aside:
        save_file(tensors, aside, metadata)


def eg3d_description(network: InertNetwork) -> dict[str, Any]:
    """What an EG3D generator is made of.  Raises PickleRefusedError naming a parameter that is missing."""
    blocks = [int(name.split(".")[2][1:]) for name in network.tensors if name.startswith("backbone.synthesis.b")]
    shapes = {name: _shape(network, name) for name in (*_NEEDED, f"backbone.synthesis.b{max(blocks)}.torgb.weight")}
    mapping, condition = shapes["backbone.mapping.fc0.weight"], network.shape("backbone.mapping.embed.weight")
    settings = settings_of(network)
    return {
        "family": "eg3d",
        "z_dim": mapping[1] - (condition[0] if condition else 0),
        "w_dim": mapping[0],
        "condition_dim": condition[1] if condition else 0,
        "plane_resolution": max(blocks),
        "plane_features": shapes["decoder.net.0.weight"][1],
        "decoder_hidden": shapes["decoder.net.0.weight"][0],
        "super_resolution_channels": shapes["superresolution.block0.conv0.weight"][0],
        "plane_axes": plane_axes(network),
        "settings": {name: settings[name] for name in SETTINGS if settings.get(name) is not None},
    }


_NEEDED = (
    "backbone.mapping.fc0.weight",
    "backbone.mapping.w_avg",
    "decoder.net.0.weight",
    "decoder.net.2.weight",
    "superresolution.block0.conv0.weight",
    "superresolution.block1.torgb.weight",
)


def plane_axes(network: InertNetwork) -> list[list[int]]:
    """Which coordinates span each plane, from the tensor in the renderer; as published where it does not say.

    Released weights depend on planes (x, y), (x, z), (z, x); some were trained with the mended (z, y).
    """
    stored = network.attribute("renderer", "plane_axes")
    if isinstance(stored, StoredTensor) and stored.shape == (3, 3, 3):
        axes = TensorBuilder().build("renderer.plane_axes", stored).argmax(dim=2)  # rows of permutations
        return axes[:, :2].tolist()
    return [list(pair) for pair in PUBLISHED_AXES]


def _shape(network: InertNetwork, name: str) -> tuple[int, ...]:
    shape = network.shape(name)
    if shape is None:
        raise PickleRefusedError(f"the parameter {name} is missing")
    return shape
