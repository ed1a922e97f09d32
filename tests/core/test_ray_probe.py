"""The probe takes the renderer's own samples: they add up to the pixel, its depth and its opacity, in every setting."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bake import z_from_seed
from core.camera import Camera
from core.families import build_generator
from core.model_config import GeneratorConfig, RenderConfig
from core.ray_probe import probe_ray
from core.ray_profile import COLUMNS, RayProfile, table
from core.viewing import View, Viewing

ON_SPHERE = Camera(yaw=0.7, pitch=1.2, radius=1.0, fov=30)
NEARER = Camera(yaw=-1.4, pitch=1.9, radius=0.8, fov=40, target=(0.05, 0.1, 0.0), roll=0.3)
SETTINGS = {
    "field, range": {"bounds": "range", "backdrop": "field", "white_back": False},
    "field, range, white back": {"bounds": "range", "backdrop": "field", "white_back": True},
    "white, box": {"bounds": "box", "backdrop": "white", "white_back": True},
    "coarse only": {"bounds": "box", "backdrop": "white", "white_back": True, "fine_samples": 0},
}


def viewing_of(background="none", seen="learned", camera=ON_SPHERE, **rays) -> Viewing:
    torch.manual_seed(0)
    counts = {"coarse_samples": 8, "fine_samples": 8} | rays
    config = GeneratorConfig(
        z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16, background=background,
        background_width=16, background_steps=4, render=RenderConfig(**counts),
    )  # fmt: skip
    generator = build_generator(config).eval().requires_grad_(False)
    generator.decoder.out.weight[3] *= 5
    generator.decoder.out.bias[3] = 1.5  # dense here, emptier there
    return Viewing(generator, generator.field(generator.mapping(z_from_seed(1, 16))), View(camera, 20, 16, seen))


VIEWINGS = {
    **{name: viewing_of(**rays) for name, rays in SETTINGS.items()},
    **{f"{name}, nearer": viewing_of(camera=NEARER, **rays) for name, rays in SETTINGS.items()},
    **{f"{kind}, {camera.radius}": viewing_of(kind, camera=camera) for kind in ("plane", "sphere")
       for camera in (ON_SPHERE, NEARER)},
    **{f"{name} on {backdrop}": viewing_of(seen=backdrop, **rays) for backdrop in ("white", "black")
       for name, rays in SETTINGS.items()},
    "sphere on black": viewing_of("sphere", "black"),
}  # fmt: skip
PLACES = st.tuples(*[st.floats(-1.5, 1.5, width=32)] * 2)


@pytest.mark.parametrize("name", VIEWINGS)
@settings(max_examples=20, deadline=None)
@given(place=PLACES)
def test_samples_add_up_to_what_is_rendered(name: str, place: tuple[float, float]):
    viewing = VIEWINGS[name]
    profile, seen = probe_ray(viewing, place), viewing.render(torch.tensor([[place]]))
    weights, transmittance = profile.column("weight"), profile.column("transmittance")
    total = weights @ np.stack([profile.column(each) for each in ("red", "green", "blue")], axis=1)
    if profile.behind is not None:
        total = total + profile.behind_weight * np.array(profile.behind)
    np.testing.assert_allclose(total, seen.rgb[0, 0].numpy(), atol=2e-5)
    np.testing.assert_allclose(profile.colour, seen.rgb[0, 0].numpy(), atol=2e-5)
    assert profile.opacity == pytest.approx(seen.opacity.item(), abs=1e-6)
    assert weights @ profile.column("depth") == pytest.approx(seen.depth.item(), abs=2e-5)
    assert profile.depth == pytest.approx(seen.depth.item(), abs=2e-5)
    # What one sample takes does not reach the next; nothing is taken by empty space.
    np.testing.assert_allclose(transmittance[0], 1)
    np.testing.assert_allclose(transmittance[1:], transmittance[:-1] - weights[:-1], atol=1e-6)
    reach = np.diff(profile.column("depth"))
    np.testing.assert_allclose(
        weights[:-1], transmittance[:-1] * -np.expm1(-reach * profile.column("density")[:-1]), atol=1e-5
    )


def test_all_settings_were_looked_at_with_something_in_the_way():
    """Empty rays would satisfy every sum."""
    for name, viewing in VIEWINGS.items():
        profile = probe_ray(viewing, (0.1, -0.2))
        assert profile.column("weight").max() > 0.01, name
        met = slice(-1) if profile.behind is None else slice(None)  # an opaque last sample is the backdrop
        weights, depths = profile.column("weight")[met], profile.column("depth")[met]
        assert profile.expected_depth == pytest.approx(weights @ depths / weights.sum())
        if profile.behind is None:
            assert weights.sum() == pytest.approx(profile.opacity, abs=1e-6)
        assert profile.near <= profile.expected_depth <= profile.far
        assert (np.diff(profile.column("depth")) >= 0).all()


def test_coarse_and_fine_samples_are_told_apart():
    profile = probe_ray(VIEWINGS["white, box"], (0.0, 0.0))
    assert (profile.fine.sum(), (~profile.fine).sum()) == (8, 8)
    even = np.linspace(profile.near, profile.far, 8)
    np.testing.assert_allclose(profile.column("depth")[~profile.fine], even, atol=1e-6)
    assert not probe_ray(VIEWINGS["coarse only"], (0.0, 0.0)).fine.any()


def test_a_ray_that_only_meets_the_backdrop_has_no_depth():
    samples = np.zeros((4, 8))
    samples[:, 0] = 0.7, 0.8, 0.9, 1.0
    samples[-1, 2] = 1.0  # all its weight lies in the opaque last sample
    empty = RayProfile(0.7, 1.0, 1.0, 0.0, (1, 1, 1), None, 0.0, samples)
    assert empty.expected_depth is None
    samples[1, 2], samples[-1, 2] = 0.5, 0.5
    assert replace(empty, samples=samples).expected_depth == pytest.approx(0.8), "not drawn towards the backdrop"


def test_a_ray_beside_the_box_meets_nothing():
    profile = probe_ray(VIEWINGS["white, box, nearer"], (9.0, 0.0))
    assert profile.misses
    assert profile.expected_depth is None
    assert not probe_ray(VIEWINGS["white, box"], (0.0, 0.0)).misses


def test_flat_pictures_have_no_ray():
    config = GeneratorConfig(family="stylegan2", z_dim=16, w_dim=16, plane_resolution=16, channel_max=16)
    generator = build_generator(config).eval().requires_grad_(False)
    sample = generator.field(generator.mapping(z_from_seed(1, 16)))
    with pytest.raises(ValueError, match="flat pictures: there is no field"):
        probe_ray(Viewing(generator, sample, View(ON_SPHERE, 8, 8)), (0.0, 0.0))


def test_the_table_has_every_value_and_what_lies_behind():
    profile = probe_ray(VIEWINGS["white, box"], (0.1, 0.1))
    lines = table(profile).splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == 1 + 16 + 1
    read = np.array([[float(value) for value in line.split(",")] for line in lines[1:-1]])
    np.testing.assert_allclose(read, profile.samples, rtol=1e-6, atol=1e-12)
    assert lines[-1].startswith("inf,,")
    assert float(lines[-1].split(",")[2]) == pytest.approx(profile.behind_weight, rel=1e-6)
    bare = RayProfile(0, 1, 0, 0, (0, 0, 0), None, 0, profile.samples)
    assert len(table(bare).splitlines()) == 1 + 16


def test_the_nearest_sample_is_found():
    samples = np.zeros((3, len(COLUMNS)), np.float32)
    samples[:, 0] = [0.8, 0.9, 1.2]
    profile = RayProfile(0.8, 1.2, 0, 0, (0, 0, 0), None, 0, samples)
    assert [profile.nearest(depth) for depth in (0, 0.86, 1.04, 1.06)] == [0, 1, 1, 2]
