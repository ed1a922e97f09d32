"""Pickles as the StyleGAN lineage writes them, built from the reference weights; nothing of that lineage is needed."""

from __future__ import annotations

import contextlib
import io
import pickle
import sys
import types
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.core.published import DATA

PERSISTENCE = "src.torch_utils.persistence"
CAMERA = {"fov": 30.0, "ray": {"start": 0.75, "end": 1.25}, "origin": {"radius": {"min": 1.0, "max": 1.0}}}
SETTINGS = {"dataset": {"camera": CAMERA, "sampling": {"cube_scale": 0.475}, "white_back": True}, "num_ray_steps": 12}


def _reconstruct_persistent_obj(meta: object) -> None:
    raise AssertionError("an importer must never call this")


class Module:
    """A part of a network that pickles itself as one record of source, class name and state."""

    def __init__(self, class_name: str = "Part") -> None:
        self.class_name = class_name
        self.state: dict[str, Any] = {
            "training": False,
            "_parameters": OrderedDict(),
            "_buffers": OrderedDict(),
            "_non_persistent_buffers_set": set(),
            "_modules": OrderedDict(),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        record = {
            "type": "class",
            "version": 6,
            "module_src": "raise SystemExit('the source of a pickle was executed')",
            "class_name": self.class_name,
            "state": self.state,
        }
        return sys.modules[PERSISTENCE]._reconstruct_persistent_obj, (record,), None

    def part(self, path: str) -> Module:
        """The part below a dotted path, made where it is missing."""
        module = self
        for name in filter(None, path.split(".")):
            module = module.state["_modules"].setdefault(name, Module())
        return module


@contextlib.contextmanager
def lineage() -> Iterator[None]:
    """Let pickles refer to a module of the lineage while they are written."""
    names = [PERSISTENCE.rsplit(".", depth)[0] for depth in (2, 1)] + [PERSISTENCE]
    for name in names:
        sys.modules[name] = types.ModuleType(name)
    sys.modules[PERSISTENCE]._reconstruct_persistent_obj = _reconstruct_persistent_obj
    before = _reconstruct_persistent_obj.__module__
    _reconstruct_persistent_obj.__module__ = PERSISTENCE
    try:
        yield
    finally:
        _reconstruct_persistent_obj.__module__ = before
        for name in names:
            del sys.modules[name]


def weights_of(name: str, folder: Path = DATA) -> dict[str, np.ndarray]:
    """The published weights in a file of reference tensors."""
    with np.load(folder / f"{name}.npz") as archive:
        return {key.removeprefix("weights/"): archive[key] for key in archive.files if key.startswith("weights/")}


def module_of(weights: Mapping[str, np.ndarray], class_name: str, **attributes: Any) -> Module:
    """A network with these parameters and buffers."""
    network = Module(class_name)
    network.state.update(attributes)
    for name, value in weights.items():
        path, _, own = name.rpartition(".")
        tensor, state = torch.from_numpy(np.array(value)), network.part(path).state
        if own in ("w_avg", "noise_const", "resample_filter", "fourier_coefs"):
            state["_buffers"][own] = tensor
        else:
            state["_parameters"][own] = torch.nn.Parameter(tensor)
    return network


def generator(name: str = "epigraf-generator", folder: Path = DATA, settings: Any = SETTINGS) -> Module:
    """The reference generator as a network of the lineage."""
    return module_of(weights_of(name, folder), "Generator", _init_args=(), _init_kwargs={"cfg": settings})


def discriminator(name: str = "epigraf-discriminator", folder: Path = DATA) -> Module:
    """The reference discriminator; its blocks know by themselves which of them keep the size."""
    network = module_of(weights_of(name, folder), "Discriminator")
    for size, down in ((64, 1), (32, 1), (16, 2), (8, 2)):
        for layer in ("conv0", "conv1"):
            network.part(f"b{size}.{layer}").state.update(down=down if layer == "conv1" else 1, conv_clamp=256)
    network.part("b4.mbstd").state.update(group_size=4)
    return network


RAYS = {
    "ray_start": 2.25, "ray_end": 3.3, "box_warp": 1, "white_back": False, "depth_resolution": 12,
    "depth_resolution_importance": 12, "avg_camera_radius": 2.7, "avg_camera_pivot": [0, 0, 0.2], "decoder_lr_mul": 1,
}  # fmt: skip


def eg3d_generator(**settings: Any) -> Module:
    """The reference EG3D generator; settings change what it says of its rays."""
    network = module_of(
        weights_of("eg3d-generator"), "TriPlaneGenerator", neural_rendering_resolution=64, img_resolution=128,
        rendering_kwargs=RAYS | settings,
    )  # fmt: skip
    network.part("superresolution").state["input_resolution"] = 64
    return network


def eg3d_discriminator() -> Module:
    """The reference dual discriminator."""
    network = module_of(weights_of("eg3d-discriminator"), "DualDiscriminator")
    network.part("b4.mbstd").state.update(group_size=2)
    return network


def pickled(content: Any, protocol: int = 4) -> bytes:
    """Content as a pickle in which `Module` names the lineage."""
    with lineage():
        stream = io.BytesIO()
        pickle.Pickler(stream, protocol).dump(content)
        return stream.getvalue()


def write_pickle(path: Path, content: Any, protocol: int = 4) -> Path:
    """Write content as a pickle; returns the path."""
    path.write_bytes(pickled(content, protocol))
    return path


def snapshot(**networks: Any) -> dict[str, Any]:
    """What a training of the lineage saves."""
    return {"training_set_kwargs": {"class_name": "x"}, "augment_pipe": None, "cur_nimg": 12_000, **networks}
