"""The exact field on the GPU against torch, with the same planes in half precision."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from app.gl.headless import open_context
from app.gl.pacing import Pacer
from app.gl.volume_renderer import FIRST_ROWS, RendererOptions, VolumeRenderer
from core.bake import bake, z_from_seed
from core.camera import Camera
from core.epigraf import EpigrafGenerator
from core.fold import fold, fold_sample
from core.folded import FoldedField
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, camera_rays, world_rays
from core.scene import Quality
from core.triplane import PLANE_AXES
from core.volume import render_rays
from tests.app.gl.fields import psnr, require_passed_over

SIZE = 32
CAMERA = Camera(yaw=0.8, pitch=1.1)
RENDER = RenderConfig(fov=30, radius=1, near=0.74, far=1.26, cube_scale=0.35, coarse_samples=12, fine_samples=12)
CASES = {
    "box": {"bounds": "box"},
    "range with fog": {"bounds": "range", "cube_scale": 0.2},
    "rays miss the box": {"bounds": "box", "cube_scale": 0.15},
    "even samples only": {"bounds": "box", "fine_samples": 0},
    "white behind": {"bounds": "box", "backdrop": "white"},
    "nothing behind": {"bounds": "box", "white_back": False},
}


class Oracle:
    """What planes_field.glsl computes, in torch and float32, of the same half-precision planes."""

    def __init__(self, folded: FoldedField, *, aligned: bool) -> None:
        self.box, self._folded, self._aligned = folded.half, folded, aligned
        layers = torch.from_numpy(folded.planes.astype(np.float32))  # [3 groups, v, u, 4]
        groups, size = folded.groups, folded.size
        self._planes = layers.reshape(3, groups, size, size, 4).permute(0, 1, 4, 2, 3).reshape(3, -1, size, size)

    def __call__(self, points, directions=None):
        hidden = torch.from_numpy(self._folded.hidden_bias)
        for plane, (u, v) in zip(self._planes, PLANE_AXES, strict=True):
            grid = (points / self.box)[:, None][..., [u, v]]
            hidden = hidden + F.grid_sample(plane[None], grid, align_corners=self._aligned)[:, :, 0].transpose(1, 2)
        out = F.leaky_relu(hidden, 0.2) @ torch.from_numpy(self._folded.out_weight)
        out = out + torch.from_numpy(self._folded.out_bias)
        return out[..., :3], out[..., 3:]


def generator_of(**render) -> EpigrafGenerator:
    config = GeneratorConfig(
        z_dim=16, w_dim=16, plane_resolution=16, plane_features=8, channel_max=32, decoder_hidden=30,
        render=RENDER.model_copy(update=render),
    )  # fmt: skip
    torch.manual_seed(0)
    generator = EpigrafGenerator(config).eval().requires_grad_(False)
    generator.decoder.out.bias.copy_(torch.tensor([0.5, -0.2, -0.7, 8.0]))  # outside the box: fog of its own colour
    generator.decoder.out.weight[3] *= 60  # something to see: dense here, empty there
    return generator


def expected(generator: EpigrafGenerator, folded: FoldedField, *, aligned: bool = True) -> np.ndarray:
    """The torch renderer's picture of the folded field, raw colour and opacity [SIZE, SIZE, 4]."""
    matrix = torch.from_numpy(CAMERA.matrix)[None].float()
    origins, rays = world_rays(matrix, camera_rays(Patches.whole(1), SIZE, 30))
    rendering = render_rays(Oracle(folded, aligned=aligned), origins, rays, generator.config.render)
    return torch.cat([rendering.rgb, rendering.opacity], dim=-1).reshape(SIZE, SIZE, 4).numpy()


def drawn(generator: EpigrafGenerator, quality: Quality, *, aligned: bool = True, **options) -> np.ndarray:
    """The shader's picture, like `expected`."""
    ws = generator.mapping(z_from_seed(2, 16))
    folded = fold(generator.field(ws), generator.config.render)
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float", **options))
        renderer.upload(bake(generator, ws, 16), replace(folded, parts=replace(folded.parts, aligned=aligned)))
        renderer.render(CAMERA, quality, SIZE, SIZE, to_the_end=True)
        colour, opacity = renderer.read_floats()
        renderer.close()
    return np.concatenate([colour, opacity[..., None]], axis=-1)


@pytest.mark.parametrize("aligned", [True, False], ids=["corners aligned", "corners not aligned"])
@pytest.mark.parametrize(
    ("case", "manual"), [*((name, False) for name in CASES), ("box", True), ("range with fog", True)]
)
def test_with_the_samples_of_training_the_shader_meets_torch(case, aligned, manual):
    generator = generator_of(**CASES[case])
    folded = fold(generator.field(generator.mapping(z_from_seed(2, 16))), generator.config.render)
    wanted = expected(generator, folded, aligned=aligned)
    quality = Quality(field="exact", sampling="training")
    shown = drawn(generator, quality, aligned=aligned, manual_filter=manual)
    assert wanted[..., 3].std() > 0.05
    assert psnr(shown[..., :3], wanted[..., :3], peak=2) >= 80
    assert psnr(shown[..., 3], wanted[..., 3], peak=1) >= 80
    other = expected(generator, folded, aligned=not aligned)
    assert psnr(other[..., :3], wanted[..., :3], peak=2) < 70, "the conventions could not be told apart"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_folding_keeps_the_generators_picture(case):
    generator = generator_of(**case)
    field = generator.field(generator.mapping(z_from_seed(2, 16)))
    matrix = torch.from_numpy(CAMERA.matrix)[None].float()
    wanted = np.moveaxis(generator.picture(field, matrix, SIZE)[0, [0, 1, 2, 4]].numpy(), 0, -1)
    assert psnr(expected(generator, fold(field, generator.config.render)), wanted, peak=2) >= 55


def test_even_samples_converge_to_the_same_picture():
    generator = generator_of(bounds="box", coarse_samples=256, fine_samples=0)
    folded = fold(generator.field(generator.mapping(z_from_seed(2, 16))), generator.config.render)
    wanted = expected(generator, folded)
    few, many = (drawn(generator, Quality(steps=steps, field="exact")) for steps in (32, 256))
    assert psnr(many, wanted, peak=2) >= 80
    assert psnr(many, wanted, peak=2) > psnr(few, wanted, peak=2) + 20


def test_empty_space_is_passed_over_and_nothing_is_missed():
    generator = generator_of(bounds="box")
    generator.decoder.out.weight[3] *= 4
    generator.decoder.out.bias[3] = -8
    ws = generator.mapping(z_from_seed(2, 16))
    full = fold(generator.field(ws), generator.config.render)
    sparse = fold_sample(generator.field(ws), generator.config.render)
    assert sparse.empty is not None
    assert 0.2 < (sparse.empty > 0).mean() < 0.95
    cameras = CAMERA, replace(CAMERA, radius=0.2), replace(CAMERA, yaw=-2.0, pitch=0.3)
    with open_context():
        require_passed_over(bake(generator, ws, 8), full, sparse, cameras, steps=96, size=(SIZE, SIZE))


def test_without_an_exact_field_the_volume_is_drawn():
    generator = generator_of(bounds="box")
    ws = generator.mapping(z_from_seed(2, 16))
    pictures = []
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        folded = fold(generator.field(ws), generator.config.render)
        for field, mode in ((None, "exact"), (folded, "baked"), (folded, "exact"), (None, "exact")):
            renderer.upload(bake(generator, ws, 8), field)
            renderer.render(CAMERA, Quality(steps=24, field=mode), SIZE, SIZE)
            pictures.append(renderer.read_floats()[0])
        renderer.close()
    absent, baked, exact, gone = pictures
    assert np.array_equal(absent, baked)
    assert np.array_equal(gone, baked)
    assert psnr(exact, baked, peak=2) < 45


def test_in_the_window_an_exact_picture_grows_and_ends_as_if_drawn_at_once(monkeypatch):
    monkeypatch.setattr("app.gl.volume_renderer.AT_ONCE_MS", -1.0)
    monkeypatch.setattr("app.gl.volume_renderer.FIRST_ROWS", 5)
    monkeypatch.setattr(Pacer, "expected_ms", lambda self, samples: math.inf)
    generator = generator_of(bounds="box")
    ws = generator.mapping(z_from_seed(2, 16))
    volume, folded = bake(generator, ws, 8), fold(generator.field(ws), generator.config.render)
    exact, baked = Quality(steps=24, field="exact"), Quality(steps=24)
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(volume, folded)
        wanted = {}
        for quality in (exact, baked):
            renderer.render(CAMERA, quality, SIZE, SIZE)
            wanted[quality.field] = renderer.read_floats()[0]
        refined = []
        while not refined or refined[-1] is not None:
            refined.append(renderer.picture(CAMERA, exact, SIZE, SIZE).refined)
            drawn = round(SIZE * (1.0 if refined[-1] is None else refined[-1]))
            shown = renderer.read_floats()[0]
            assert np.array_equal(shown[:drawn], wanted["exact"][:drawn])
            assert np.array_equal(shown[drawn:], wanted["baked"][drawn:])
        assert refined == [*(rows / SIZE for rows in range(5, SIZE, 5)), None]
        draws = renderer.draws
        assert renderer.picture(CAMERA, exact, SIZE, SIZE).refined is None
        assert renderer.draws == draws, "a picture that is complete was drawn again"
        # Taken hold of in between: the volume stands in, and what was begun is given up.
        turned = replace(CAMERA, yaw=1.0)
        assert renderer.picture(turned, exact, SIZE, SIZE).refined == 5 / SIZE
        assert renderer.picture(CAMERA, exact, SIZE, SIZE, moving=True).refined is None
        assert renderer.picture(turned, baked, SIZE, SIZE).refined is None
        still_baked = renderer.read_floats()[0]
        renderer.render(turned, baked, SIZE, SIZE)
        assert np.array_equal(still_baked, renderer.read_floats()[0])
        renderer.close()


def test_a_fast_gpu_shows_the_exact_field_in_motion_too(monkeypatch):
    monkeypatch.setattr(Pacer, "expected_ms", lambda self, samples: 1e-3)
    generator = generator_of(bounds="box")
    ws = generator.mapping(z_from_seed(2, 16))
    exact = Quality(steps=24, field="exact")
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(bake(generator, ws, 8), fold(generator.field(ws), generator.config.render))
        picture = renderer.picture(CAMERA, exact, 2 * SIZE, 2 * SIZE, moving=True)
        moving = renderer.read_floats()[0]
        likeness = {}
        for quality in (exact, replace(exact, field="baked")):
            renderer.render(CAMERA, quality, picture.width, picture.height)
            likeness[quality.field] = psnr(moving, renderer.read_floats()[0], peak=2)
        assert picture.refined is None
        assert likeness["exact"] > likeness["baked"] + 5
        assert renderer.picture(CAMERA, exact, SIZE, SIZE).refined is None
        renderer.close()


def test_the_volume_that_stands_in_does_not_count_as_an_exact_picture():
    generator = generator_of(bounds="box")
    ws = generator.mapping(z_from_seed(2, 16))
    volume, folded = bake(generator, ws, 8), fold(generator.field(ws), generator.config.render)
    exact = Quality(steps=512, field="exact")
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(volume)
        shown = [renderer.picture(replace(CAMERA, yaw=yaw), exact, SIZE, SIZE) for yaw in (0.1, 0.2, 0.3, 0.4)]
        renderer.wait()
        assert renderer.picture(replace(CAMERA, yaw=0.5), exact, SIZE, SIZE).milliseconds is not None, "in motion, too"
        assert all(picture.refined is None for picture in shown)
        renderer.upload(volume, folded)
        # Nothing is known of the exact field's cost yet, so that it begins with a few rows.
        assert renderer.picture(CAMERA, exact, SIZE, SIZE).refined == FIRST_ROWS / SIZE
        renderer.close()


def test_planes_that_this_gpu_cannot_hold_are_refused():
    folded = FoldedField(
        np.zeros((3 * 900, 1, 1, 4), np.float16), np.zeros(3600, np.float32), np.zeros((3600, 4), np.float32),
        np.zeros(4, np.float32), 0.5, 8, 8, True,
    )  # fmt: skip
    generator = generator_of()
    volume = bake(generator, generator.mapping(z_from_seed(2, 16)), 8)
    with open_context():
        renderer = VolumeRenderer()
        with pytest.raises(ValueError, match="2700 layers"):
            renderer.upload(volume, folded)
        renderer.close()


def test_colours_that_depend_on_the_direction_cannot_be_folded():
    config = generator_of().config.model_copy(update={"view_direction": True})
    generator = EpigrafGenerator(config).eval().requires_grad_(False)
    assert fold(generator.field(generator.mapping(z_from_seed(2, 16))), config.render) is None


def test_arrays_that_do_not_belong_together_are_refused():
    generator = generator_of()
    folded = fold(generator.field(generator.mapping(z_from_seed(2, 16))), generator.config.render)
    assert folded.groups == 8  # 30 hidden units in whole texels
    with pytest.raises(ValueError, match="belong together"):
        replace(folded, hidden_bias=folded.hidden_bias[:-1])
    with pytest.raises(ValueError, match="float16"):
        replace(folded, planes=folded.planes.astype(np.float32))


@pytest.mark.parametrize("bounds", ["box", "range"])
def test_a_volume_baked_on_the_gpu_is_that_of_torch(bounds, monkeypatch):
    monkeypatch.setattr("app.gl.volume_baker.VOXELS_AT_ONCE", 7 * 24**2)
    generator = generator_of(bounds=bounds)
    ws = generator.mapping(z_from_seed(2, 16))
    fine, folded = bake(generator, ws, 24), fold(generator.field(ws), generator.config.render)
    coarse, quality = replace(fine, values=fine.values[::12, ::12, ::12].copy()), Quality(steps=48)
    with open_context():
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(fine)
        renderer.render(CAMERA, quality, SIZE, SIZE, to_the_end=True)
        wanted = renderer.read_floats()[0]
        renderer.upload(coarse, folded, finer=24)
        baked = []
        while not baked or baked[-1] is not None:
            baked.append(renderer.picture(CAMERA, quality, SIZE, SIZE).refined)
        grown = renderer.read_floats()[0]
        renderer.upload(coarse, folded, finer=24)
        renderer.render(CAMERA, quality, SIZE, SIZE, to_the_end=True)
        at_once = renderer.read_floats()[0]
        renderer.upload(coarse, folded, finer=24)
        renderer.picture(CAMERA, quality, SIZE, SIZE)
        renderer.upload(coarse)  # another sample, in the midst of it
        assert renderer.picture(CAMERA, quality, SIZE, SIZE).refined is None
        renderer.close()
    assert baked == [7 / 24, 14 / 24, 21 / 24, None]
    assert wanted.std() > 0.1
    for shown in (grown, at_once):
        assert psnr(shown, wanted, peak=2) >= 50
