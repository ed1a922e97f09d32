"""What else a picture can show: a lit surface, a slice, one part of it; drawn by either entry point, and smoothed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.gl import entry as entries
from app.gl.frame import Band, Frame
from app.gl.headless import open_context
from app.gl.pacing import Pacer
from app.gl.picture_program import has_compute
from app.gl.shader_source import ShaderError
from app.gl.uniforms import raw_density
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.camera import Camera, pixel_directions
from core.scene import Quality
from tests.app.gl.fields import HALF, blob_volume, psnr, smooth_volume, volume_of

SIZE = 64
CAMERA = Camera(yaw=0.5, pitch=1.2)
QUALITY = Quality(steps=64)
GROUND = (0.06, 0.065, 0.08)


@pytest.fixture(scope="module")
def context():
    with open_context() as context:
        yield context


@pytest.fixture
def make(context):
    renderers = []

    def build(volume, **options):
        renderers.append(VolumeRenderer(RendererOptions(target="float", **options)))
        renderers[-1].upload(volume)
        return renderers[-1]

    context.make_current()
    yield build
    for renderer in renderers:
        renderer.close()


def drawn(renderer: VolumeRenderer, size: int = SIZE, camera: Camera = CAMERA, **quality) -> np.ndarray:
    """As on the screen, with opacity, [size, size, 4]."""
    renderer.render(camera, replace(QUALITY, **quality), size, size)
    colour, opacity = renderer.read_floats()
    return np.concatenate([(colour + 1) / 2, opacity[..., None]], axis=-1)


def rays() -> tuple[np.ndarray, np.ndarray]:
    """The eye [3], and a direction per pixel [SIZE, SIZE, 3]."""
    return CAMERA.matrix[:3, 3], pixel_directions(SIZE, CAMERA.fov) @ CAMERA.matrix[:3, :3].T


def ball(radius: float):
    """A ball whose density rises evenly from 0 at its rim to 2000 per world unit of depth below it."""
    line = np.linspace(-HALF, HALF, 96)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    values = np.ones((96, 96, 96, 4))
    values[..., 3] = (radius - np.sqrt(x**2 + y**2 + z**2)) * 2000
    return volume_of(values)


def test_the_surface_lies_where_the_density_reaches_the_threshold(make):
    renderer = make(ball(0.2))
    eye, directions = rays()
    nearest = np.linalg.norm(eye - (directions @ eye)[..., None] * directions, axis=-1)
    for threshold in (40.0, 160.0):
        radius = 0.2 - threshold / 2000
        picture = drawn(renderer, show="surface", threshold=threshold)
        clear = np.abs(nearest - radius) > 0.006
        assert 0.03 < (nearest < radius).mean() < 0.6
        assert np.array_equal(picture[..., 3][clear] == 1, (nearest < radius)[clear])
        assert np.allclose(picture[..., :3][nearest > radius + 0.006], GROUND, atol=1e-3)
    facing = picture[SIZE // 2, SIZE // 2, :3]
    rim = picture[..., :3][(nearest > 0.9 * radius) & (nearest < 0.95 * radius)].mean(axis=0)
    assert (facing > rim + 0.2).all(), "the light does not come from the camera"


@pytest.mark.parametrize("density", [1e-3, 0.5, 20.0, 5000.0])
def test_the_threshold_is_a_density_after_softplus(density):
    assert np.logaddexp(0, raw_density(density)) == pytest.approx(density, rel=1e-6)


@pytest.mark.parametrize(("axis", "at"), [("z", 0.0), ("x", 0.4), ("y", -0.7)])
def test_a_slice_shows_the_density_of_its_plane(make, axis, at):
    renderer = make(ball(0.3))
    picture = drawn(renderer, show="slice", slice_axis=axis, slice_at=at)
    eye, directions = rays()
    index = "xyz".index(axis)
    depth = (at * HALF - eye[index]) / directions[..., index]
    places = eye + depth[..., None] * directions
    inside = (np.abs(places) < HALF * 0.99).all(axis=-1) & (depth > 0)
    assert inside.mean() > 0.02
    assert np.array_equal(picture[..., 3][inside], np.ones(inside.sum()))
    beside = (np.abs(places) > HALF * 1.02).any(axis=-1)
    assert np.allclose(picture[..., :3][beside], GROUND, atol=1e-3)
    density = np.logaddexp(0, (0.3 - np.linalg.norm(places, axis=-1)) * 2000)
    tone = np.log(np.clip(density, 0.1, 1000) / 0.1) / np.log(1000 / 0.1)
    sure = inside & (np.abs(np.linalg.norm(places, axis=-1) - 0.3) > 0.01)
    green = np.interp(tone, np.linspace(0, 1, 5), [0.005, 0.322, 0.567, 0.789, 0.906])
    assert np.abs(picture[..., 1] - green)[sure].max() < 0.05


def test_foreground_and_background_make_the_whole(make):
    renderer = make(smooth_volume())
    whole, front, back = (drawn(renderer, parts=part) for part in ("both", "foreground", "background"))
    passing = 1 - whole[..., 3:]
    assert 0.05 < passing.mean() < 0.95
    assert np.allclose(front[..., :3] - passing * GROUND + passing * back[..., :3], whole[..., :3], atol=2e-3)
    assert back[..., 3].max() == 0


VIEWS = [{}, {"show": "surface", "threshold": 2.0}, {"show": "slice"}, {"show": "normals"}, {"smooth": 3}]


@pytest.mark.parametrize("quality", VIEWS, ids=str)
def test_both_entry_points_draw_the_same(make, quality):
    assert has_compute()
    pictures = [drawn(make(smooth_volume(), entry=entry), size=53, **quality) for entry in ("fragment", "compute")]
    assert pictures[0].std() > 0.05
    assert psnr(*pictures, peak=1) > 60


def test_the_faster_entry_point_is_chosen(context, monkeypatch):
    context.make_current()
    monkeypatch.setattr(entries, "SIZE", 16)
    assert set(entries.measured_entries()) == {"fragment", "compute"}
    for times, wanted in (
        ({"fragment": 2.0, "compute": 1.0}, "compute"),
        ({"fragment": 1.0, "compute": 2.0}, "fragment"),
        ({}, "fragment"),
    ):
        monkeypatch.setattr(entries, "measured_entries", lambda times=times: times)
        assert entries.fastest_entry() == wanted


def test_a_driver_that_refuses_the_compute_shader_draws_with_the_other(context, monkeypatch):
    def refused(entry: str) -> float:
        if entry == "compute":
            raise ShaderError("no such thing")
        return 1.0

    context.make_current()
    monkeypatch.setattr(entries, "_measured", refused)
    assert entries.measured_entries() == {"fragment": 1.0}
    assert entries.fastest_entry() == "fragment"


def test_smooth_pictures_come_close_to_many_rays_per_pixel(make):
    renderer = make(blob_volume())
    fine = drawn(renderer, size=8 * SIZE, steps=256)
    # Pixels that lie beside each other cover the extent of coarse ones: end pixels' centres lie on the edge of both.
    at = np.linspace(-1, 1, 8 * SIZE) * (SIZE - 1) / 2 + (SIZE - 1) / 2
    owner = np.clip(np.round(at).astype(int), 0, SIZE - 1)
    counts = np.bincount(owner, minlength=SIZE)
    rows = np.zeros((SIZE, 8 * SIZE, 4))
    np.add.at(rows, owner, fine)
    wanted = np.zeros((SIZE, SIZE, 4))
    np.add.at(wanted.transpose(1, 0, 2), owner, rows.transpose(1, 0, 2))
    wanted /= (counts[:, None] * counts)[..., None]
    errors = [psnr(drawn(renderer, smooth=count)[1:-1, 1:-1], wanted[1:-1, 1:-1], peak=1) for count in (1, 4, 64)]
    assert errors[1] > errors[0] + 2
    assert errors[2] > errors[0] + 4


def test_at_rest_the_picture_is_smoothed_from_frame_to_frame(make, monkeypatch):
    monkeypatch.setattr(Pacer, "expected_ms", lambda self, samples: 60.0)  # two or three frames each
    renderer, quality = make(blob_volume()), replace(QUALITY, smooth=4)
    wanted = drawn(make(blob_volume()), smooth=4)
    refined = [renderer.picture(CAMERA, quality, SIZE, SIZE).refined]
    assert renderer.picture(CAMERA, quality, SIZE, SIZE, moving=True).refined is None
    while refined[-1] is not None:
        refined.append(renderer.picture(CAMERA, quality, SIZE, SIZE).refined)
    assert refined[:-1] == sorted(set(refined[:-1]))
    assert len(refined) > 4
    colour, _ = renderer.read_floats()
    assert np.allclose((colour + 1) / 2, wanted[..., :3], atol=1e-6)
    draws = renderer.draws
    assert renderer.picture(CAMERA, quality, SIZE, SIZE).refined is None
    assert renderer.draws == draws
    turned = replace(CAMERA, yaw=1.0)
    assert renderer.picture(turned, quality, SIZE, SIZE).refined == 1 / 4


def test_the_first_picture_is_not_shifted_and_the_others_fill_the_pixel():
    bands = [Band.whole(Frame(1, CAMERA, QUALITY, 8, 8), number) for number in range(64)]
    assert bands[0].jitter == (0.0, 0.0)
    assert bands[0].phase == 0.0
    shifts = np.array([[*band.jitter, band.phase - 0.5] for band in bands])
    assert (np.abs(shifts) <= 0.5).all()
    assert np.abs(shifts.mean(axis=0)).max() < 0.03
    apart = [math.dist(a, b) for index, a in enumerate(shifts) for b in shifts[:index]]
    assert min(apart) > 0.1, "two of them nearly coincide"
