"""Reprojection errors against scenes whose answer is known, and of both families."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.epigraf import EpigrafGenerator
from core.generator import Generator
from core.model_config import GeneratorConfig, RenderConfig, UpsamplerConfig
from core.rays import Patches, patch_grid
from tests.core.eg3d_toy import SIZES, eg3d_toy
from tests.training.analytic_views import BESIDE, FRONT, SIZE, look, plane, sphere, two
from training.evaluated_pictures import STEP, no_labels, view_pairs
from training.reprojection import ViewPair, pair_errors, shared
from training.view_figures import view_figures

TOLERANCE = 0.02


def grey(points: Tensor) -> Tensor:
    return torch.zeros_like(points)


def sure(value: float | None) -> float:
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("scene", "gain"), [(plane([0.2, 0.1, 1.0]), (3.5, 4.5)), (sphere(0.25), (2.0, 4.5))], ids=["plane", "sphere"]
)
def test_a_painted_surface_is_at_the_floor_of_interpolation(scene, gain):
    """Bilinear reading errs by the square of a pixel's size; less is gained where a surface turns away."""
    coarse, fine = (pair_errors(two(scene, size=size), TOLERANCE) for size in (SIZE, 2 * SIZE))
    assert coarse.rays == coarse.picture == pytest.approx(sure(coarse.interpolation), rel=0.01)
    assert sure(coarse.rays) < 0.1
    assert gain[0] < sure(coarse.rays) / sure(fine.rays) < gain[1]


def test_what_is_visible_faces_both_cameras():
    pair = two(sphere(0.25))
    points = pair.first.points[pair.first.surface]
    facing = (points * (pair.second.matrix[:3, 3] - points)).sum(-1) > 0
    assert pair_errors(pair, TOLERANCE).visible == pytest.approx(float(facing.float().mean()), abs=0.07)


def test_noise_of_each_view_is_the_error_that_follows_from_it():
    """Pixels differ by a Gaussian of σ√(1 + Σw²), w the bilinear weights; its mean absolute value is √(2/π) of that."""
    pair, sigma = two(plane([0.3, 0.2, 1.0]), size=128, paint=grey), 0.1
    random = torch.Generator().manual_seed(0)
    noisy = [
        replace(view, picture=sigma * torch.randn(view.colour.shape, generator=random))
        for view in (pair.first, pair.second)
    ]
    found = pair_errors(ViewPair(noisy[0], noisy[1], pair.retrace), TOLERANCE)
    u = (torch.arange(500) + 0.5) / 500
    one_axis = u**2 + (1 - u) ** 2
    wanted = 255 / 2 * sigma * math.sqrt(2 / math.pi) * float((1 + one_axis[:, None] * one_axis).sqrt().mean())
    assert found.picture == pytest.approx(wanted, rel=0.03)
    assert found.rays == found.interpolation == 0  # the field itself is as it was


def test_another_sample_s_picture_is_as_far_as_its_colours():
    pair = two(sphere(0.25), paint=grey)
    found = pair_errors(pair, TOLERANCE, torch.full((3, SIZE, SIZE), 0.5))
    assert found.unrelated == pytest.approx(255 / 4, rel=1e-4)
    assert pair_errors(pair, TOLERANCE).unrelated is None


def test_what_something_hides_does_not_count():
    behind, front = plane([0, 0, 1], -0.1), plane([0, 0, 1], 0.3, half=0.04)

    def both(origins: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
        far, far_hit = behind(origins, ways)
        near, near_hit = front(origins, ways)
        return torch.where(near_hit, near, far), near_hit | far_hit

    clear, hidden = two(behind), two(behind, both)
    found, free = pair_errors(hidden, TOLERANCE), pair_errors(clear, TOLERANCE)
    assert sure(found.rays) < 2 * sure(free.rays)  # outlines are read between two surfaces
    assert sure(found.visible) < sure(free.visible) - 0.005
    assert sure(pair_errors(hidden, 9.0).rays) > 100 * sure(found.rays)  # without the test of depths it would count


def test_shapes_that_differ_share_nothing_and_views_past_each_other_have_no_value():
    assert sure(shared(look(sphere(0.25), FRONT), look(sphere(0.15), BESIDE), TOLERANCE).visible) < 0.05
    aside = look(plane([1, 0, 0], 5.0), (0.0, math.pi / 2))
    past = pair_errors(ViewPair(look(sphere(0.01), FRONT), aside, lambda places: places), TOLERANCE)
    assert past.picture is past.rays is past.interpolation is None
    assert not past.visible


def test_figures_come_with_floor_unit_and_scale():
    pairs = [two(sphere(0.25)), two(sphere(0.2)), two(sphere(0.001))]  # the last one is hardly seen at all
    found = {each.name: each for each in view_figures(pairs, 3, edge=0.5)}
    picture, rays, unrelated = (found[f"reprojection_{name}"] for name in ("picture", "rays", "unrelated"))
    assert picture.floor == picture.value == rays.value
    assert rays.floor == pytest.approx(sure(rays.value), rel=0.01)
    assert sure(unrelated.value) > 3 * sure(picture.value)
    assert {picture.unit, rays.unit, unrelated.unit} == {"1/255"}
    assert (picture.count, unrelated.count) == (2, 1)
    assert "0.04 of the box's edge" in picture.protocol


def epigraf_toy() -> Generator:
    torch.manual_seed(1)
    render = RenderConfig(coarse_samples=12, fine_samples=12, bounds="box")
    generator = EpigrafGenerator(GeneratorConfig(**{**SIZES, "render": render})).eval().requires_grad_(False)
    generator.decoder.out.weight[3] *= 8
    generator.decoder.out.bias[3] = 2
    return generator


@pytest.mark.parametrize("make", [eg3d_toy, epigraf_toy])
def test_retraced_rays_meet_the_pixels(make):
    """At the places of its own pixels the second camera sees again what it has seen, in both laws of pixels."""
    (pair,) = view_pairs(make(), np.array([[0.3, 1.2]]), 16, 0, no_labels)
    places = patch_grid(Patches.whole(1), 16)[0].flatten(0, 1) * torch.tensor([1.0, -1.0])
    torch.testing.assert_close(pair.retrace(places), pair.second.colour.flatten(1), atol=1e-4, rtol=1e-4)
    assert pair.second.colour.std() > 1e-3


def test_only_an_upsampler_adds_to_what_rays_see():
    (pair,) = view_pairs(epigraf_toy(), np.array([[0.3, 1.2]]), 16, 0, no_labels)
    assert pair.first.picture is None
    (pair,) = view_pairs(eg3d_toy(), np.array([[0.3, 1.2]]), 16, 0, no_labels)
    assert pair.first.picture is not None
    assert (pair.first.picture - pair.first.colour).abs().mean() > 0.01


def test_an_upsampler_that_changes_nothing_shows_what_rays_see(monkeypatch):
    """Pictures and rays lie on the same pixels: half a pixel between them would count as inconsistency."""
    same = UpsamplerConfig(image_resolution=16, input_resolution=8, raw_resolution=16, channels=4)
    generator = eg3d_toy(upsampler=same)
    monkeypatch.setattr(generator.upsampler, "forward", lambda features, raw, style: raw)
    (pair,) = view_pairs(generator, np.array([[0.3, 1.2]]), 16, 0, no_labels)
    assert pair.first.picture is not None
    torch.testing.assert_close(pair.first.picture, pair.first.colour, atol=1e-4, rtol=1e-4)


def test_second_cameras_stay_among_the_poses():
    poses = np.array([[yaw, math.pi / 2] for yaw in (-0.4, -0.2, 0.1, 0.5)])
    yaws = []
    for pair, (yaw, _) in zip(view_pairs(epigraf_toy(), poses, 16, 0, no_labels), poses, strict=True):
        x, _, z = pair.second.matrix[:3, 3].tolist()
        yaws.append(math.atan2(z, x))
        assert abs(yaws[-1] - yaw) == pytest.approx(STEP, abs=1e-5)
    assert -0.4 <= min(yaws) <= max(yaws) <= 0.5
