"""What a generator may have beyond the published one: camera condition, view direction, planes without a network."""

import math

import numpy as np
import pytest
import torch

from core.bake import bake, bake_field, z_from_seed
from core.camera import sphere_points
from core.checkpoint import load_checkpoint, save_checkpoint
from core.epigraf import EpigrafGenerator
from core.mapping import MappingNetwork
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import pose_matrices
from core.volume import SamplingNoise, render_rays
from training.config import AnnealConfig, ConfigError
from training.config_files import config_of

SMALL = {
    "z_dim": 8, "w_dim": 16, "plane_resolution": 16, "plane_features": 4, "channel_base": 64, "channel_max": 8,
    "decoder_hidden": 8, "render": RenderConfig(coarse_samples=6, fine_samples=6, cube_scale=0.49),
}  # fmt: skip
EXTRAS = [{"backbone": "planes"}, {"camera_condition": True}, {"view_direction": True}, {"background": "plane"},
          {"background": "sphere", "background_width": 12}]  # fmt: skip


def small(**changes) -> EpigrafGenerator:
    torch.manual_seed(0)
    return EpigrafGenerator(GeneratorConfig(**SMALL, **changes)).eval().requires_grad_(False)


@pytest.mark.parametrize("extra", EXTRAS, ids=str)
def test_checkpoints_keep_it(tmp_path, extra):
    generator = small(**extra)
    save_checkpoint(tmp_path / "extra.safetensors", generator, None, {})
    loaded = load_checkpoint(tmp_path / "extra.safetensors").generator
    assert loaded.config == generator.config
    z, matrices = z_from_seed(1, 8), pose_matrices(np.array([[0.3, 1.2]]), 1.0)
    pictures = [each.picture(each.field(each.mapping(z, 0.7)), matrices, 8) for each in (generator, loaded)]
    assert torch.equal(*pictures)


@pytest.mark.parametrize("extra", EXTRAS, ids=str)
def test_what_is_off_leaves_the_rest_as_it_was(extra):
    plain, other = small(), small(**extra)
    shared = plain.state_dict().keys() & other.state_dict().keys()
    assert shared > {"decoder.out.weight", "mapping.w_avg"}
    assert not {"background.blocks.0.conv1.weight", "mapping.embed.weight", "decoder.tint.weight"} & shared


def test_the_camera_condition_tells_cameras_apart():
    mapping = small(camera_condition=True).mapping
    z = torch.randn(2, 8)
    front = torch.tensor([[math.pi / 2, math.pi / 2]]).expand(2, 2)
    assert torch.equal(mapping(z), mapping(z, angles=front)), "who says nothing means the front"
    aside = front + torch.tensor([0.5, 0.1])
    assert not torch.allclose(mapping(z, angles=aside), mapping(z))
    plain = small().mapping
    assert torch.equal(plain(z, angles=aside), plain(z))


def test_the_usual_camera_is_the_mean_of_those_that_were_seen():
    mapping = MappingNetwork(8, 16, 4, camera_condition=True)
    rng = np.random.default_rng(0)
    angles = torch.from_numpy(rng.normal((0.4, 1.1), 0.15, (64, 2)).astype(np.float32))
    for _ in range(4000):
        mapping.track(torch.zeros(64, 4, 16), angles)
    torch.testing.assert_close(mapping.usual_angles(), torch.tensor([0.4, 1.1]), atol=0.05, rtol=0)


def test_cameras_from_everywhere_have_no_mean():
    mapping = MappingNetwork(8, 16, 4, camera_condition=True)
    rng = np.random.default_rng(0)
    for _ in range(1500):
        angles = np.stack([rng.uniform(-math.pi, math.pi, 64), np.arccos(rng.uniform(-1, 1, 64))], axis=1)
        mapping.track(torch.zeros(64, 4, 16), torch.from_numpy(angles.astype(np.float32)))
    assert mapping.camera_avg.norm() < 0.3
    torch.testing.assert_close(mapping.usual_angles(), torch.full((2,), math.pi / 2))


def test_colour_depends_on_the_view_direction_and_density_does_not():
    field = (generator := small(view_direction=True)).field(generator.mapping(torch.randn(2, 8)))
    points = (torch.rand(2, 12, 3) - 0.5) * 0.6
    one = torch.tensor([[0.0, 0.0, -1.0]]).expand(2, 4, 3)  # four rays of three points
    other = torch.tensor([[0.6, 0.0, 0.8]]).expand(2, 4, 3)
    (colour, density), (tinted, same) = field(points, one), field(points, other)
    assert torch.equal(density, same)
    assert not torch.allclose(colour, tinted, atol=1e-3)
    assert torch.equal(field(points)[0], colour), "who says nothing looks from the front"
    mixed = torch.cat([one[:, :2], other[:, 2:]], dim=1)
    torch.testing.assert_close(field(points, mixed)[0], torch.cat([colour[:, :6], tinted[:, 6:]], dim=1))


def test_baking_fixes_the_direction_and_says_so():
    generator = small(view_direction=True)
    ws = generator.mapping(z_from_seed(0, 8))
    volume = bake(generator, ws, 5)
    assert volume.note == "colours as seen from the front"
    middle, _ = generator.field(ws)(torch.zeros(1, 1, 3), torch.tensor([[[0.0, 0.0, -1.0]]]))
    assert np.allclose(volume.values[2, 2, 2, :3], middle[0, 0].numpy(), atol=1e-2)
    plain = small()
    assert bake_field(plain.field(plain.mapping(z_from_seed(0, 8))), plain.config.rays, 5).note == ""


def test_planes_that_are_learned_directly_know_no_latent():
    generator = small(backbone="planes")
    field = generator.field(generator.mapping(torch.randn(2, 8)))
    assert torch.equal(field.planes[0], field.planes[1])
    assert field.planes.shape == (2, 12, 16, 16)
    fitted = EpigrafGenerator(generator.config)
    target = torch.zeros(1, 3, 8, 8)
    optimizer = torch.optim.Adam(fitted.parameters(), 0.02)
    matrices = pose_matrices(np.array([[0.3, 1.2]]), 1.0)
    losses = []
    for _ in range(30):
        rendering = fitted.render(fitted.field(fitted.mapping(torch.randn(1, 8))), matrices, 8)
        loss = (rendering.rgb.transpose(1, 2).reshape(target.shape) - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 10, "a picture can be fitted"


def test_the_density_noise_fades_as_published_and_comes_before_softplus():
    anneal = AnnealConfig()
    assert [anneal.noise(kimg) for kimg in (0, 1250, 5000, 9000)] == [1.0, 0.75, 0.0, 0.0]
    torch.manual_seed(0)

    class Air:
        box = 1.0

        def __call__(self, points, directions=None):
            return torch.zeros_like(points), torch.full_like(points[..., :1], -40.0)

    origins, directions = torch.zeros(1, 1, 3), torch.tensor([[[0.0, 0.0, 1.0]]]).expand(1, 500, 3)
    config = RenderConfig(coarse_samples=16, fine_samples=0, white_back=False)
    opacity = [render_rays(Air(), origins, directions, config, SamplingNoise(density_std=std)).opacity.mean()
               for std in (0.0, 1.0, 40.0)]  # fmt: skip
    # After softplus the noise of deviation 1 would make fog of empty space; before it does not.
    assert opacity[1] < 1e-6
    assert opacity[2] > 0.5


def test_spoofing_follows_its_law():
    anneal = AnnealConfig()
    assert [anneal.spoof(kimg) for kimg in (0, 500, 1000, 5000)] == [1.0, 0.75, 0.5, 0.5]
    assert AnnealConfig(spoof_start=0.2, spoof_end=0, spoof_kimg=0).spoof(0) == 0


def test_a_condition_without_effect_is_refused_with_the_fix():
    with pytest.raises(ConfigError) as caught:
        config_of({"generator": {"backbone": "planes", "camera_condition": True}}, "here")
    [problem] = caught.value.problems
    assert problem.fields == ("generator.camera_condition", "generator.backbone")
    assert "turn camera_condition off" in problem.text
    config_of({"generator": {"backbone": "planes", "camera_condition": True, "background": "sphere"}}, "here")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"generator": {"backbone": "planes"}}, "generator.backbone"),
        ({"generator": {"view_direction": True}}, "generator.view_direction"),
        ({"generator": {"camera_condition": True}, "anneal": {"spoof_kimg": 1e6}}, "anneal.spoof_kimg"),
    ],
)
def test_advice_about_what_is_probably_not_wanted(changes, field):
    assert field in {note.field for note in config_of(changes, "here").advice()}
    assert field not in {note.field for note in config_of({}, "here").advice()}


def test_sphere_points_agree_with_the_tracked_places():
    mapping = MappingNetwork(8, 16, 4, camera_condition=True)
    mapping.camera_avg.zero_()
    mapping.track(torch.zeros(1, 4, 16), torch.tensor([[0.4, 1.1]]))
    np.testing.assert_allclose(mapping.camera_avg.numpy() / 0.002, sphere_points(0.4, 1.1), rtol=1e-3)
