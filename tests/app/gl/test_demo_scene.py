"""The demo's picture on the GPU against the torch renderer with many samples: what people look at, to a figure."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from app.gl.headless import open_context
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from app.paths import asset
from core.bake import bake_sample, z_from_seed
from core.camera import Camera
from core.checkpoint import load_checkpoint
from core.fold import fold_sample
from core.scene import Quality
from tests.app.gl.fields import psnr

SIZE = 64
CAMERA = Camera(yaw=2.4, pitch=1.1)
TORCH_SAMPLES = {"half drawn by weight": (48, 48), "all even": (96, 0)}


@pytest.fixture(scope="module")
def demo():
    """The demo's generator and one of its samples."""
    generator = load_checkpoint(asset("demo.safetensors")).generator
    with torch.no_grad():
        return generator, generator.field(generator.mapping(z_from_seed(0, generator.config.z_dim)))


def torch_picture(demo, coarse: int, fine: int) -> np.ndarray:
    """The torch renderer's raw colours, [SIZE, SIZE, 3]."""
    generator, sample = demo
    rays = generator.config.rays.model_copy(update={"coarse_samples": coarse, "fine_samples": fine})
    matrix = torch.from_numpy(CAMERA.matrix)[None].float()
    with torch.no_grad():
        picture = generator.picture(sample, matrix, SIZE, rays.fov, rays=rays)
    return np.moveaxis(picture[0, :3].numpy(), 0, -1)


def drawn(demo, quality: Quality) -> np.ndarray:
    """The shader's raw colours, drawn as the window draws them."""
    generator, sample = demo
    rays = generator.config.rays
    with open_context():
        renderer = VolumeRenderer(RendererOptions("float"))
        renderer.upload(bake_sample(sample, rays, quality.volume), fold_sample(sample, rays))
        renderer.render(CAMERA, quality, SIZE, SIZE)
        colour, _ = renderer.read_floats()
        renderer.close()
    return colour


@pytest.mark.parametrize("samples", TORCH_SAMPLES.values(), ids=TORCH_SAMPLES)
def test_the_exact_picture_is_that_of_many_samples(demo, samples):
    wanted = torch_picture(demo, *samples)
    assert wanted.std() > 0.2
    shown = drawn(demo, Quality(field="exact", volume=32))
    assert psnr(shown, wanted, peak=2) >= (60 if samples[1] == 0 else 40)


def test_the_baked_picture_is_close_to_that_of_many_samples(demo):
    assert psnr(drawn(demo, Quality(volume=128)), torch_picture(demo, 48, 48), peak=2) >= 30
