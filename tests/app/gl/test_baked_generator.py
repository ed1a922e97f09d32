"""From the generator's own renderer to the viewport: baking and the shader keep the picture."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.gl.headless import open_context
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.bake import bake, z_from_seed
from core.camera import Camera
from core.epigraf import EpigrafGenerator
from core.families import build_generator
from core.frustum import smallest_cube_scale
from core.generator import Generator
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, camera_rays, world_rays
from core.scene import Quality
from core.volume import ray_range
from tests.app.gl.fields import psnr

SIZE, STEPS = 48, 64
CAMERA = Camera(yaw=0.8, pitch=1.1)
RENDER = RenderConfig(fov=30, radius=1, near=0.74, far=1.26, bounds="box", coarse_samples=STEPS, fine_samples=0)
BOXES = {
    "box around the frustum": {"cube_scale": 0.35},
    "box cuts the range": {"cube_scale": 0.3},
    "rays miss the box": {"cube_scale": 0.15},
    "the whole range": {"cube_scale": 0.49, "bounds": "range"},
}
BACKDROPS = {
    "white": {"white_back": True},
    "as is": {"white_back": False},
    "white backdrop": {"backdrop": "white"},
}


def generator_of(**render) -> EpigrafGenerator:
    config = GeneratorConfig(
        z_dim=16, w_dim=16, plane_resolution=16, plane_features=8, channel_max=32,
        render=RENDER.model_copy(update=render),
    )  # fmt: skip
    torch.manual_seed(0)
    generator = EpigrafGenerator(config).eval().requires_grad_(False)
    generator.decoder.out.bias.copy_(torch.tensor([0.5, -0.2, -0.7, 1.0]))  # outside the box: fog of its own colour
    return generator


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
@pytest.mark.parametrize("backdrop", BACKDROPS.values(), ids=BACKDROPS)
def test_the_viewport_shows_what_the_generator_renders(box, backdrop):
    generator = generator_of(**box, **backdrop)
    ws = generator.mapping(z_from_seed(2, 16))
    matrix = torch.from_numpy(CAMERA.matrix)[None].float()
    expected = generator.picture(generator.field(ws), matrix, SIZE)[0].numpy()
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(bake(generator, ws, 64))
        renderer.render(CAMERA, Quality(steps=STEPS), SIZE, SIZE, to_the_end=True)
        colour, opacity = renderer.read_floats()
        renderer.render(replace(CAMERA, yaw=2.8), Quality(steps=STEPS), SIZE, SIZE, to_the_end=True)
        elsewhere, _ = renderer.read_floats()
        renderer.close()
    wanted = np.moveaxis(expected[:3], 0, -1)
    assert psnr(colour, wanted, peak=2) >= 40
    assert psnr(opacity, expected[4], peak=1) >= 40
    origins, rays = world_rays(matrix, camera_rays(Patches.whole(1), SIZE, 30))
    near, far = ray_range(origins, rays, generator.config.render)
    missed = (near == far).reshape(SIZE, SIZE).numpy()
    assert (missed.mean() > 0.3) == (box["cube_scale"] < 0.2)
    assert (opacity[missed] < 1e-6).all()
    assert np.allclose(colour[missed], wanted[missed], atol=1e-3)
    assert psnr(elsewhere, wanted, peak=2) < 36, "a picture from elsewhere would not be told apart"


def psnr_of_viewport(generator: Generator, camera: Camera, voxels: int = 64) -> float:
    """How far the viewport's picture is from the generator's own, dB; both shown as on a screen."""
    ws = generator.mapping(z_from_seed(2, 16))
    matrix = torch.from_numpy(camera.matrix)[None].float()
    wanted = np.moveaxis(generator.picture(generator.field(ws), matrix, SIZE, camera.fov)[0, :3].numpy(), 0, -1)
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(bake(generator, ws, voxels))
        renderer.render(camera, Quality(steps=STEPS), SIZE, SIZE, to_the_end=True)
        colour, _ = renderer.read_floats()
        renderer.close()
    assert wanted.std() > 0.1
    return psnr(colour, wanted, peak=2)


@pytest.mark.parametrize("background", ["plane", "sphere"])
@pytest.mark.parametrize("density", [-20.0, 1.0], ids=["alone", "behind the field"])
@pytest.mark.parametrize("bounds", ["range", "box"])
def test_the_background_is_the_generators(background, density, bounds, monkeypatch):
    monkeypatch.setattr("core.surround.TEXELS_PER_VOXEL", 16)  # the finest panorama beside a volume that bakes fast
    generator = generator_of(bounds=bounds, cube_scale=0.49 if bounds == "range" else 0.15)
    config = generator.config.model_copy(
        update={"background": background, "background_width": 16, "background_steps": 5}
    )
    torch.manual_seed(0)
    generator = EpigrafGenerator(config).eval().requires_grad_(False)
    generator.decoder.out.bias[3] = density
    for camera in (CAMERA, replace(CAMERA, yaw=-3.1, pitch=2.0, fov=20.0)):
        assert psnr_of_viewport(generator, camera) >= 38


def test_a_flat_family_is_shown_from_everywhere():
    config = GeneratorConfig(family="stylegan2", z_dim=16, w_dim=16, plane_resolution=32, channel_max=16)
    torch.manual_seed(0)
    generator = build_generator(config).eval().requires_grad_(False)
    for camera in (CAMERA, Camera(yaw=2.0, radius=3.0, fov=10.0)):
        assert psnr_of_viewport(generator, camera, 32) >= 60


def test_beside_a_picture_nothing_is_made_up():
    config = GeneratorConfig(family="stylegan2", z_dim=16, w_dim=16, plane_resolution=32, channel_max=16)
    torch.manual_seed(0)
    generator = build_generator(config).eval().requires_grad_(False)
    with open_context():
        renderer = VolumeRenderer()
        renderer.upload(bake(generator, generator.mapping(z_from_seed(2, 16)), 32))
        renderer.render(CAMERA, Quality(steps=8), 3 * SIZE, SIZE)
        pixels = renderer.read_pixels()[..., :3].astype(int)
        renderer.close()
    middle, aside = pixels[:, SIZE : 2 * SIZE], np.concatenate([pixels[:, : SIZE - 1], pixels[:, 2 * SIZE + 1 :]], 1)
    assert np.ptp(aside) <= 1
    assert middle.std() > 10


def test_fog_that_a_volume_cannot_hold_is_said():
    assert smallest_cube_scale(30, 1, 0.74, 1.26) > 0.35
    small = generator_of(cube_scale=0.35, bounds="range")
    assert bake(small, small.mapping(z_from_seed(0, 16)), 4).note == "without the fog outside its box"
    for fits in ({"cube_scale": 0.49, "bounds": "range"}, {"cube_scale": 0.35}):
        generator = generator_of(**fits)
        assert bake(generator, generator.mapping(z_from_seed(0, 16)), 4).note == ""
