"""Pictures of a surface lie over those of the volume rendering; clips, slices and picks agree with them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from app.geometry.camera import Aim
from app.geometry.colouring import CLAY, Coloured, coloured
from app.geometry.extract import extract
from app.geometry.geometry_messages import GridFile, PickRequest, SurfaceRequest, ViewRequest
from app.geometry.overlay import round_length
from app.geometry.picking import Picker
from app.geometry.picture import Painter
from app.geometry.polydata import points_of
from app.geometry.slices import slices_of
from app.model.model_geometry import ray_law
from app.paths import asset
from app.pictures.render import View, generator_of, sample_of, views_of
from core.camera import Camera
from core.density import density_grid, field_of
from core.geometry import ClipBox, ClipPlane, Geometry, Slices
from core.latents import sample_of as sample_of_latent
from core.projection import to_pixels
from core.scene import Latent, Quality, Scene, Source
from core.threshold import SEEN, proposed
from core.viewing import Tile, image_places
from tests.core.spheres import BOX, CENTRE, RADIUS, THRESHOLD, ball

TURNED = Camera(yaw=0.3, pitch=1.0, roll=0.4, fov=40.0)
CAMERAS = [Camera(fov=40.0), TURNED, Camera(yaw=4.0, pitch=2.0, radius=0.9, fov=50)]
SURFACE = SurfaceRequest(GridFile("", 64, BOX), THRESHOLD)


def view(camera: Camera = CAMERAS[0], width: int = 121, height: int = 90, **geometry) -> ViewRequest:
    return ViewRequest(SURFACE, Geometry(**{"colouring": "plain", **geometry}), camera, width, height, smooth=False)


@pytest.fixture(scope="module")
def painter():
    with Painter() as painter:
        yield painter


@pytest.fixture(scope="module")
def grid():
    return density_grid(ball(65), 64)


@pytest.fixture(scope="module")
def surface(grid):
    return extract(grid, THRESHOLD)


def silhouette(camera: Camera, width: int, height: int) -> np.ndarray:
    """Pixels whose rays meet the ball."""
    plane = image_places(width, height, Tile(0, 0, width, height)).double().numpy()  # of the torch renderer
    depth = np.full((height, width, 1), -1 / math.tan(math.radians(camera.fov) / 2))
    directions = np.concatenate([plane, depth], axis=-1) @ camera.matrix[:3, :3].T
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    towards = CENTRE - camera.position
    along = directions @ towards
    return (towards @ towards - along**2 < RADIUS**2) & (along > 0)


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_ball_covers_the_pixels_whose_rays_meet_it(painter, surface, camera):
    painter.show(surface, Coloured(None, None))
    covered = painter.picture(view(camera), BOX)[..., 3] > 127
    expected = silhouette(camera, 121, 90)
    assert (covered ^ expected).sum() <= 0.01 * expected.sum()  # shifted by half a pixel, it would be three times that


def test_a_ray_goes_to_the_pixel_it_was_made_for():
    aim = Aim(TURNED, 121, 90)
    eye, direction = aim.ray(30.2, 71.9)
    np.testing.assert_allclose(to_pixels(TURNED, eye + 1.3 * direction, 121, 90), [30.2, 71.9], atol=1e-9)


def test_the_demo_lies_over_its_volume_rendering(painter):
    source = Source("checkpoint", str(asset("demo.safetensors")))
    generator, begins = generator_of(asset("demo.safetensors")), []
    for seed in (1, 2):
        scene = Scene(source, Latent(seed=seed), quality=Quality(volume=96, steps=192))
        density = density_grid(field_of(sample_of_latent(generator, scene.latent)), 96)
        volume, _ = sample_of(scene)
        cameras = [Camera(yaw=yaw, pitch=1.2, radius=volume.radius, fov=volume.fov) for yaw in (0.3, 2.0)]
        solid, soft = (
            list(views_of([View(at, volume) for at in cameras], replace(scene.quality, show=show), 128, 128))
            for show in ("surface", "opacity")
        )
        painter.show(extract(density, scene.quality.threshold), Coloured(None, None))
        for camera, pixels in zip(cameras, solid, strict=True):  # the viewport's own surface at the same density
            assert overlap(covered(painter, camera, density.half), pixels[..., 3] > 127) > 0.95
        painter.show(extract(density, proposed(density, ray_law(generator.config.rays))), Coloured(None, None))
        for camera, pixels in zip(cameras, soft, strict=True):
            begins.append(overlap(covered(painter, camera, density.half), pixels[..., 0] > SEEN * 255))
    assert np.mean(begins) >= 0.97


def covered(painter: Painter, camera: Camera, half: float) -> np.ndarray:
    return painter.picture(view(camera, 128, 128), half)[..., 3] > 127


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


def test_nothing_is_transparent_and_a_ground_is_not(painter, surface):
    painter.show(surface, Coloured(None, None))
    assert painter.picture(view(), BOX)[0, 0].tolist() == [0, 0, 0, 0]
    assert painter.picture(replace(view(), ground=(1.0, 0.0, 0.0)), BOX)[0, 0].tolist() == [255, 0, 0, 255]


def test_the_fields_colours_are_shown_as_they_are(painter, surface, grid):
    flat = np.full((surface.GetNumberOfPoints(), 3), (10, 200, 90), np.uint8)
    painter.show(surface, coloured(surface, "colour", grid, flat, None))
    assert painter.picture(view(), BOX)[45, 60].tolist() == [10, 200, 90, 255]
    painter.show(surface, coloured(surface, "colour", grid, None, None))  # not at hand yet: clay
    assert painter.picture(view(), BOX)[45, 60, 0] == pytest.approx(CLAY[0], abs=40)


def test_clips_open_the_ball(painter, surface):
    painter.show(surface, Coloured(None, None))
    whole, half, quarter = (
        (painter.picture(view(**clips), BOX)[..., 3] > 127)
        for clips in (
            {},
            {"clip": ClipPlane((0.0, 1.0, 0.0), -0.02 / BOX)},
            {"clip_box": ClipBox((-1, -1, -1), (0, 0, 1))},
        )
    )
    upper = to_pixels(CAMERAS[0], np.array(CENTRE), 121, 90)[1]
    rows = np.flatnonzero(half.any(axis=1))
    assert whole[: int(upper) - 8].any()
    assert rows[0] > upper - 8  # what is seen above is the far rim of the lower half
    assert 0.15 < quarter.sum() / whole.sum() < 0.4


def test_a_plane_and_all_sides_of_a_box_cut_together(painter, surface):
    """OpenGL has room for six planes only."""
    painter.show(surface, Coloured(None, None))
    plane, box = ClipPlane((0.0, 1.0, 0.0), -0.02 / BOX), ClipBox((-0.95,) * 3, (0.95,) * 3)
    alone, both = (painter.picture(view(**clips), BOX) for clips in ({"clip": plane}, {"clip": plane, "clip_box": box}))
    np.testing.assert_array_equal(alone[..., 3] > 127, both[..., 3] > 127)
    assert (painter.picture(view(), BOX)[..., 3] > 127).sum() > (both[..., 3] > 127).sum(), "whole again"


def test_slices_show_densities_where_they_are(painter, grid):
    [across] = slices_of(grid, Slices(z=0.01 / BOX))
    assert across.at == pytest.approx(0.01)
    rows, columns = np.unravel_index(across.densities.argmax(), across.densities.shape)
    middle = across.lifted(-BOX + grid.spacing * np.array([[columns, rows]]))[0]
    np.testing.assert_allclose(middle, CENTRE, atol=grid.spacing)
    ring = across.lines((THRESHOLD,), BOX)
    assert np.linalg.norm(points_of(ring) - CENTRE, axis=1) == pytest.approx(RADIUS, abs=grid.spacing / 2)


def test_a_slice_is_drawn_in_its_plane(painter, surface, grid):
    painter.show(surface, Coloured(None, None))
    slices = Slices(z=0.0)
    painter.show_slices(slices_of(grid, slices), BOX, THRESHOLD, contours=True, ink=(1.0, 0.0, 0.0))
    pixels = painter.picture(replace(view(clip=ClipPlane((0.0, 0.0, 1.0), -0.9)), ink=(1.0, 0.0, 0.0)), BOX)
    painter.show_slices([], BOX, THRESHOLD, contours=True, ink=(1.0, 0.0, 0.0))
    ring = np.argwhere((pixels[..., 0] > 200) & (pixels[..., 1] < 60) & (pixels[..., 3] > 0))
    angle = np.linspace(0, math.tau, 100)
    radius = math.sqrt(RADIUS**2 - CENTRE[2] ** 2)
    circle = np.stack([CENTRE[0] + radius * np.cos(angle), CENTRE[1] + radius * np.sin(angle), 0 * angle], axis=-1)
    places = to_pixels(CAMERAS[0], circle, 121, 90)
    distances = np.linalg.norm(ring[:, None, ::-1] + 0.5 - places, axis=-1)
    assert (distances.min(axis=0) < 3).all()  # all around


def test_axes_bounds_and_scale_bar_are_drawn(painter, surface):
    painter.show(surface, Coloured(None, None))
    bare, drawn = (
        painter.picture(view(width=240, height=240, axes=on, bounds=on, scale_bar=on), BOX) for on in (False, True)
    )
    assert (drawn[200:, :60] != bare[200:, :60]).any()  # the axes
    assert (drawn[215:, 160:] != bare[215:, 160:]).any()  # the bar


def test_bars_have_round_lengths():
    assert [round_length(most) for most in (0.3, 0.1, 7, 49, 0.0021)] == [0.2, 0.1, 5, 20, 0.002]


def test_a_pick_finds_the_place_under_the_pixel(surface, grid):
    picker = Picker(surface, grid)
    x, y = to_pixels(TURNED, np.array(CENTRE), 121, 90)
    picked = picker.pick(PickRequest(view(TURNED), x, y))
    outwards = TURNED.position - CENTRE
    outwards /= np.linalg.norm(outwards)
    np.testing.assert_allclose(picked.position, CENTRE + RADIUS * outwards, atol=1e-3)
    np.testing.assert_allclose(picked.normal, outwards, atol=0.02)
    assert picked.density == pytest.approx(THRESHOLD, rel=0.02)
    assert picked.on == "surface"
    assert picker.pick(PickRequest(view(TURNED), 2, 2)) is None


def test_a_pick_goes_through_what_is_cut_away_and_meets_slices(surface, grid):
    picker = Picker(surface, grid)
    x, y = to_pixels(CAMERAS[0], np.array(CENTRE), 121, 90)
    cut = {"clip": ClipPlane((0.0, 0.0, 1.0), 0.0)}
    behind = picker.pick(PickRequest(view(**cut), x, y))
    assert behind.position[2] < CENTRE[2] - 0.1
    sliced = picker.pick(PickRequest(view(**cut, slices=Slices(z=0.0)), x, y))
    assert sliced.on == "slice"
    assert sliced.position[2] == 0
    assert sliced.density == pytest.approx(40, rel=0.02)


@pytest.mark.parametrize(
    ("by", "expected"), [("mean", 1 / RADIUS), ("gaussian", 1 / RADIUS**2), ("density", THRESHOLD), ("distance", 0)]
)
def test_legends_say_what_a_ball_is(surface, grid, by, expected):
    found = coloured(surface, by, grid, None, surface)
    assert found.colours.shape == (surface.GetNumberOfPoints(), 3)
    assert found.legend.least - 1e-6 <= expected <= max(1.3 * found.legend.most, 0.5)
    assert len(found.legend.colours) == 32


def test_normals_are_colours(surface, grid):
    found = coloured(surface, "normals", grid, None, None)
    assert (found.legend, found.lit) == (None, False)
    assert found.colours.mean(axis=0) == pytest.approx([127.5] * 3, abs=2)


def test_colours_of_another_surface_are_refused(surface, grid):
    with pytest.raises(ValueError, match="another surface"):
        coloured(surface, "colour", grid, np.zeros((3, 3), np.uint8), None)
    with pytest.raises(ValueError, match="no other surface"):
        coloured(surface, "distance", grid, None, None)
