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
from core.model_config import GeneratorConfig, RenderConfig
from core.scene import Quality
from tests.app.gl.fields import psnr

SIZE, STEPS = 48, 64


@pytest.mark.parametrize("half", [0.35, 0.3], ids=["box around the frustum", "box cuts the range"])
@pytest.mark.parametrize("white", [True, False], ids=["white", "as is"])
def test_the_viewport_shows_what_the_generator_renders(half, white):
    render = RenderConfig(
        fov=30, radius=1, near=0.74, far=1.26, cube_scale=half, bounds="box", white_back=white,
        coarse_samples=STEPS, fine_samples=0,
    )  # fmt: skip
    config = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=16, plane_features=8, channel_max=32, render=render)
    torch.manual_seed(0)
    generator = EpigrafGenerator(config).eval().requires_grad_(False)
    ws = generator.mapping(z_from_seed(2, config.z_dim))
    camera = Camera(yaw=0.8, pitch=1.1)
    expected = generator.picture(generator.field(ws), torch.from_numpy(camera.matrix)[None].float(), SIZE)[0].numpy()
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(bake(generator, ws, 64))
        renderer.render(camera, Quality(steps=STEPS), SIZE, SIZE, exact=True)
        colour, opacity = renderer.read_floats()
        renderer.render(replace(camera, yaw=2.8), Quality(steps=STEPS), SIZE, SIZE, exact=True)
        elsewhere, _ = renderer.read_floats()
        renderer.close()
    wanted = np.moveaxis(expected[:3], 0, -1)
    # A ray that misses the box shows white here; the generator lets it see what lies beyond.
    hit = opacity > 0 if half < 0.35 else np.ones_like(opacity, bool)
    assert hit.mean() > 0.8
    assert psnr(colour[hit], wanted[hit], peak=2) >= 40
    assert psnr(opacity[hit], expected[4][hit], peak=1) >= 40
    assert psnr(elsewhere[hit], wanted[hit], peak=2) < 35, "a picture from elsewhere would not be told apart"
