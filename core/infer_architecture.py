"""The architecture of a published network, from the shapes of its parameters and what its parts say of themselves."""

from __future__ import annotations

import math
import re
from typing import Any, Literal

from core.import_settings import CameraKind, lookup, render_config, settings_of
from core.inert_modules import InertNetwork
from core.inert_pickle import PickleRefusedError
from core.model_config import DiscriminatorConfig, GeneratorConfig, Modulation

Family = Literal["epigraf", "eg3d"]

BACKBONE = "synthesis.tri_plane_decoder."
DECODER = "synthesis.tri_plane_mlp.model."
SPHERE = "synthesis.bg_model."
SPHERE_STEPS = ("bg_model.num_steps", "num_bg_steps", "bg_model.num_ray_steps")
PUBLISHED_SPHERE_STEPS = 8
PATCH_NUMBERS, CAMERA_NUMBERS = 828, 24  # METHOD: Patch embedding, Camera condition
PUBLISHED_PATCH = 64
HYPER_DIM = 512
MOST_CHANNELS = 1 << 16
BLOCK = re.compile(r"b(\d{1,5})\.")


def family_of(network: InertNetwork) -> Family | None:
    """Which generator a network is, by its parameters; None if it is neither."""
    if f"{BACKBONE}b4.const" in network.tensors:
        return "epigraf"
    if "backbone.synthesis.b4.const" in network.tensors and "decoder.net.0.weight" in network.tensors:
        return "eg3d"
    return None


def generator_config(network: InertNetwork, cameras: CameraKind) -> tuple[GeneratorConfig, tuple[str, ...]]:
    """The configuration of an EpiGRAF generator.

    Args:
        network: As it was read.
        cameras: Whose cameras are meant where the file is silent.

    Returns:
        The configuration, and what had to be assumed, in words.

    Raises:
        PickleRefusedError: A parameter is missing, or is of a shape that no EpiGRAF has; the message names it.
    """
    plane_resolution = max(blocks_below(network, BACKBONE))
    channels = {size: dim_of(network, f"{BACKBONE}b{size}.conv1.weight", 0) for size in powers(4, plane_resolution)}
    base, most = channel_law(channels)
    render, assumed = render_config(settings_of(network), cameras)
    learning = network.attribute("mapping.fc0", "bias_gain")
    features, embedded = dim_of(network, f"{DECODER}0.weight", 1), _embedded(network)
    config = GeneratorConfig(
        z_dim=dim_of(network, "mapping.fc0.weight", 1) - embedded,
        w_dim=dim_of(network, "mapping.fc0.weight", 0),
        mapping_layers=sum(re.fullmatch(r"mapping\.fc\d+\.weight", name) is not None for name in network.tensors),
        mapping_lr_multiplier=float(learning) if isinstance(learning, float) and 0 < learning <= 1 else 0.01,
        plane_resolution=plane_resolution,
        plane_features=features,
        camera_condition=embedded > 0,
        channel_base=base,
        channel_max=most,
        decoder_hidden=dim_of(network, f"{DECODER}0.weight", 0),
        render=render,
        **_background(network, plane_resolution, features),
    )
    return config, assumed


def _background(network: InertNetwork, plane_resolution: int, features: int) -> dict[str, Any]:
    """Fields of the configuration that say what lies behind the field."""
    blocks = {name.split(".")[3] for name in network.tensors if name.startswith(f"{SPHERE}blocks.")}
    if blocks:
        steps = next((n for end in SPHERE_STEPS if isinstance(n := lookup(settings_of(network), end), int)), None)
        return {
            "background": "sphere",
            "background_blocks": len(blocks),
            "background_width": dim_of(network, f"{SPHERE}blocks.0.conv1.weight", 0),
            "background_steps": PUBLISHED_SPHERE_STEPS if steps is None else steps,
        }
    painted = dim_of(network, f"{BACKBONE}b{plane_resolution}.torgb.weight", 0)
    return {"background": "plane"} if painted == 3 * features + 3 else {}


def discriminator_config(network: InertNetwork) -> DiscriminatorConfig:
    """The configuration of EpiGRAF's patch discriminator.

    Raises:
        PickleRefusedError: It is another discriminator; the message names the parameter that tells so.
    """
    resolution = max(blocks_below(network, ""))
    channels = {size: dim_of(network, f"b{size}.conv0.weight", 0) for size in powers(8, resolution)}
    channels[4] = dim_of(network, "b4.conv.weight", 0)
    base, most = channel_law(channels)
    aware = "hyper_mod_mapping.embed.weight" in network.tensors
    condition = _head_numbers(network) - PATCH_NUMBERS * aware
    if condition not in (0, CAMERA_NUMBERS):
        raise PickleRefusedError(
            f"the parameter head_mapping.embed.weight takes {_head_numbers(network)} numbers; known are patches "
            f"({PATCH_NUMBERS}) and cameras ({CAMERA_NUMBERS})"
        )
    modulation: Modulation = "output" if f"b{resolution}.conv0.affine.weight" in network.tensors else "input"
    layer = network.parts.get(f"b{resolution}.conv0", {})
    clamp, group = layer.get("conv_clamp"), network.attribute("b4.mbstd", "group_size")
    return DiscriminatorConfig(
        kind="hyper" if aware else "standard",
        image_resolution=resolution,
        patch_resolution=_patch_resolution(network, resolution),
        channel_base=base,
        channel_max=most,
        conv_clamp=None if clamp is None and "conv_clamp" in layer else positive_or(clamp, 256.0),
        group_size=int(positive_or(group, 4)),
        modulation=modulation,
        hyper_dim=dim_of(network, "hyper_mod_mapping.embed.weight", 0) if aware else HYPER_DIM,
        camera_condition=condition == CAMERA_NUMBERS,
    )


def _head_numbers(network: InertNetwork) -> int:
    """Numbers that the projection head is told; 0 without a head."""
    name = "head_mapping.embed.weight"
    return dim_of(network, name, 1) if name in network.tensors else 0


def _patch_resolution(network: InertNetwork, resolution: int) -> int:
    """Halved once for each block that keeps the size, as its second convolution says; or what the settings say."""
    steps = [network.attribute(f"b{size}.conv1", "down") for size in powers(8, resolution)]
    if all(isinstance(step, int) for step in steps):
        return resolution >> sum(step == 1 for step in steps)
    stated = lookup(settings_of(network), "patch.resolution")
    return stated if stated in powers(4, resolution) else min(PUBLISHED_PATCH, resolution)


def blocks_below(network: InertNetwork, prefix: str) -> list[int]:
    """Resolutions of the blocks below a prefix.  Raises PickleRefusedError if there are none that fit together."""
    names = (name.removeprefix(prefix) for name in network.tensors if name.startswith(prefix))
    found = sorted({int(match[1]) for name in names if (match := BLOCK.match(name))})
    if not found or found != powers(4, found[-1]):
        raise PickleRefusedError(f"it has no row of blocks {prefix}b4, {prefix}b8, …")
    return found


def powers(first: int, last: int) -> list[int]:
    """Powers of two from one to another, both included."""
    return [2**power for power in range(int(math.log2(first)), int(math.log2(last)) + 1)]


def dim_of(network: InertNetwork, name: str, axis: int) -> int:
    """Length of an axis of a parameter."""
    shape = network.shape(name)
    if shape is None:
        raise PickleRefusedError(f"the parameter {name} is missing")
    if axis >= len(shape) or not 1 <= shape[axis] <= MOST_CHANNELS:
        raise PickleRefusedError(f"the parameter {name} has the shape {shape}, which no such network has")
    return shape[axis]


def _embedded(network: InertNetwork) -> int:
    """Numbers that a camera condition adds to z."""
    name = "mapping.embed.weight"
    if name not in network.tensors:
        return 0
    told = dim_of(network, name, 1)
    if told != CAMERA_NUMBERS:
        raise PickleRefusedError(f"the parameter {name} takes {told} numbers; known are cameras ({CAMERA_NUMBERS})")
    return dim_of(network, name, 0)


def channel_law(channels: dict[int, int]) -> tuple[int, int]:
    """Base and maximum, so that channels at a resolution are min(base / resolution, maximum)."""
    most = max(channels.values())
    bases = [size * count for size, count in channels.items() if count < most]
    return (max(bases) if bases else max(channels) * most), most


def positive_or(value: Any, otherwise: float) -> float:
    """A value if it is a positive number."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else otherwise
