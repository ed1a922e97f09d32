"""EG3D networks that others have published: what they are made of, from their parameters and settings."""

from __future__ import annotations

import math
import re
from typing import Any

from core.eg3d import AXES
from core.import_settings import CameraKind, lookup, settings_of
from core.inert_modules import InertNetwork
from core.inert_pickle import PickleRefusedError
from core.inert_tensors import TensorBuilder
from core.inert_values import StoredTensor
from core.infer_architecture import blocks_below, channel_law, dim_of, positive_or, powers
from core.model_config import DiscriminatorConfig, GeneratorConfig, PlaneMode, RenderConfig, UpsamplerConfig

LABEL_NUMBERS = 25
FACE_FOCAL, CAR_FOCAL = 4.2647, 131.25 / 128  # over the size of a picture; the data sets' own
# METHOD: EG3D, the table of configurations; FFHQ's and ShapeNet's.
EG3D_CAMERAS: dict[CameraKind, RenderConfig] = {
    "faces": RenderConfig(
        fov=math.degrees(2 * math.atan(0.5 / FACE_FOCAL)), radius=2.7, pivot=0.2, near=2.25, far=3.3,
        cube_scale=0.5, white_back=False,
    ),
    "objects": RenderConfig(
        fov=math.degrees(2 * math.atan(0.5 / CAR_FOCAL)), radius=1.7, near=0.1, far=2.6, cube_scale=0.8,
        white_back=True, coarse_samples=64, fine_samples=64,
    ),
}  # fmt: skip
NUMBERS = {
    "near": "rendering_kwargs.ray_start",
    "far": "rendering_kwargs.ray_end",
    "radius": "rendering_kwargs.avg_camera_radius",
    "coarse_samples": "rendering_kwargs.depth_resolution",
    "fine_samples": "rendering_kwargs.depth_resolution_importance",
}


def eg3d_config(network: InertNetwork, cameras: CameraKind | None) -> GeneratorConfig:
    """The configuration of an EG3D generator.

    Args:
        network: As it was read.
        cameras: Whose cameras are meant where the file is silent; none: those of objects if its pictures are white
            behind, else those of faces.

    Raises:
        PickleRefusedError: A parameter is missing, or is of a shape that no EG3D has; the message names it.
        ValidationError: The settings contradict each other.
    """
    blocks = blocks_below(network, "backbone.synthesis.")
    channels = {size: dim_of(network, f"backbone.synthesis.b{size}.conv1.weight", 0) for size in blocks}
    base, most = channel_law(channels)
    embed = "backbone.mapping.embed.weight"
    embedded = dim_of(network, embed, 0) if embed in network.tensors else 0
    if embedded and dim_of(network, embed, 1) != LABEL_NUMBERS:
        told = dim_of(network, embed, 1)
        raise PickleRefusedError(f"the parameter {embed} takes {told} numbers; known are camera labels of 25")
    names = [name for name in network.tensors if re.fullmatch(r"backbone\.mapping\.fc\d+\.weight", name)]
    learning = network.attribute("backbone.mapping.fc0", "bias_gain")
    return GeneratorConfig(
        family="eg3d",
        z_dim=dim_of(network, "backbone.mapping.fc0.weight", 1) - embedded,
        w_dim=dim_of(network, "backbone.mapping.fc0.weight", 0),
        mapping_layers=len(names),
        mapping_lr_multiplier=float(learning) if isinstance(learning, float) and 0 < learning <= 1 else 0.01,
        plane_resolution=blocks[-1],
        plane_features=dim_of(network, "decoder.net.0.weight", 1),
        plane_axes=plane_mode(network),
        camera_condition=embedded > 0,
        channel_base=base,
        channel_max=most,
        decoder_hidden=dim_of(network, "decoder.net.0.weight", 0),
        upsampler=_upsampler(network),
        render=_render(settings_of(network), cameras),
    )


def dual_config(network: InertNetwork) -> DiscriminatorConfig:
    """The configuration of EG3D's discriminator.  Raises PickleRefusedError naming a parameter that tells otherwise."""
    size = max(blocks_below(network, ""))
    channels = {each: dim_of(network, f"b{each}.conv0.weight", 0) for each in powers(8, size)}
    channels[4] = dim_of(network, "b4.conv.weight", 0)
    base, most = channel_law(channels)
    clamp, group = network.attribute(f"b{size}.conv0", "conv_clamp"), network.attribute("b4.mbstd", "group_size")
    return DiscriminatorConfig(
        kind="dual",
        image_resolution=size,
        patch_resolution=size,
        channel_base=base,
        channel_max=most,
        conv_clamp=positive_or(clamp, 256.0),
        group_size=int(positive_or(group, 4)),
        camera_condition="mapping.embed.weight" in network.tensors,
        camera_dropout=0,
    )


def gains(network: InertNetwork) -> dict[str, float]:
    """What published settings multiply parameters by, where ours stand for themselves: factors by beginning of a name.

    The label is scaled before it is embedded, or is left out; the decoder has a learning rate of its own.
    """
    settings = settings_of(network)
    scale, learning = lookup(settings, "rendering_kwargs.c_scale"), lookup(settings, "rendering_kwargs.decoder_lr_mul")
    if lookup(settings, "rendering_kwargs.c_gen_conditioning_zero") is True:
        scale = 0.0
    found = {"backbone.mapping.embed.weight": scale, "decoder.net.": learning}
    return {name: float(value) for name, value in found.items() if isinstance(value, int | float) and value != 1}


def plane_mode(network: InertNetwork) -> PlaneMode:
    """Which coordinates span the planes, from the tensor in the renderer; as published where it does not say.

    Raises:
        PickleRefusedError: They are spanned in a way that is not known.
    """
    stored = network.attribute("renderer", "plane_axes")
    if not isinstance(stored, StoredTensor) or stored.shape != (3, 3, 3):
        return "published"
    axes = TensorBuilder().build("renderer.plane_axes", stored).argmax(dim=2)[:, :2].tolist()  # rows of permutations
    for mode, known in AXES.items():
        if axes == [list(pair) for pair in known]:
            return mode
    raise PickleRefusedError(f"its planes are spanned by the axes {axes}, which no EG3D known here has")


def _upsampler(network: InertNetwork) -> UpsamplerConfig:
    image = dim_of(network, "superresolution.block1.conv1.noise_const", 0)
    stated, settings = network.attribute("superresolution", "input_resolution"), settings_of(network)
    # Published networks begin at 64 for pictures of 128, and else at 128.
    small = stated if isinstance(stated, int) else min(image // 2, 128)
    raw = lookup(settings, "neural_rendering_resolution")
    return UpsamplerConfig(
        image_resolution=image,
        input_resolution=small,
        raw_resolution=raw if isinstance(raw, int) else small,
        channels=dim_of(network, "superresolution.block0.conv0.weight", 0),
    )


def _render(settings: Any, cameras: CameraKind | None) -> RenderConfig:
    """Cameras and rays: stated ones, and those of a published data set."""
    white = lookup(settings, "rendering_kwargs.white_back")
    kind: CameraKind = cameras or ("objects" if white is True else "faces")
    found: dict[str, Any] = {"white_back": white} if isinstance(white, bool) else {}
    for name, end in NUMBERS.items():
        value = lookup(settings, end)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            found[name] = value
    box, pivot = lookup(settings, "rendering_kwargs.box_warp"), lookup(settings, "rendering_kwargs.avg_camera_pivot")
    if isinstance(box, int | float) and box > 0:
        found["cube_scale"] = box / 2
    if isinstance(pivot, list | tuple) and len(pivot) == 3 and isinstance(pivot[2], int | float):
        found["pivot"] = float(pivot[2])
    if lookup(settings, "rendering_kwargs.ray_start") == "auto":
        found["bounds"] = "box"
    return RenderConfig.model_validate(EG3D_CAMERAS[kind].model_dump() | found)
