"""Pictures of models against core.camera: where a point of the world falls, and which way round."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.mesh_model import Model, Surface, bounding_sphere, joined, subdivided, with_normals
from app.data.mesh_render import Renderer, SkyLight, fibonacci_sphere, on_white
from core.camera import Camera

RESOLUTION = 48
POSES = [(0.4, 1.2), (-2.5, 0.3), (1.9, 2.6), (math.pi, math.pi / 2)]


def ball(centre, radius: float, colour) -> Surface:
    """An octahedron made round."""
    points = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
    faces = np.array([[y, x, z] if (x + y + z) % 2 else [x, y, z] for x in (0, 1) for y in (2, 3) for z in (4, 5)])
    fine = subdivided(Surface(points, faces), 0.4).points, subdivided(Surface(points, faces), 0.4).faces
    unit = fine[0] / np.linalg.norm(fine[0], axis=1, keepdims=True)
    colours = np.tile(np.asarray(colour, float), (len(unit), 1))
    return Surface(unit * radius + np.asarray(centre), fine[1], colours, normals=unit)


@pytest.fixture(scope="module")
def renderer():
    with Renderer(RESOLUTION, supersampling=4) as made:
        yield made


def expected_pixel(camera: Camera, point) -> np.ndarray:
    """Column and row where core.camera sees a point: pixels on linspace(-1, 1), rows from the top."""
    x, y, z = (np.asarray(point) - camera.position) @ camera.matrix[:3, :3]
    reach = math.tan(math.radians(camera.fov) / 2) * -z
    return (np.array([x, -y]) / reach + 1) / 2 * (RESOLUTION - 1)


@pytest.mark.parametrize(("yaw", "pitch"), POSES)
@pytest.mark.parametrize("point", [(0.2, 0.05, 0.1), (-0.1, 0.21, -0.05), (0.02, -0.1, 0.22)])
def test_a_point_falls_where_the_camera_sees_it(renderer, yaw, pitch, point):
    camera = Camera(yaw, pitch, 1.0, 30.0)
    renderer.show(Model("dot", (ball(point, 0.012, (1, 0, 0)),)))
    alpha = renderer.picture(camera)[..., 3]
    rows, columns = np.mgrid[:RESOLUTION, :RESOLUTION]
    centroid = np.array([(columns * alpha).sum(), (rows * alpha).sum()]) / alpha.sum()
    assert np.abs(centroid - expected_pixel(camera, point)).max() < 0.1


def test_colours_are_not_mirrored(renderer):
    """From +z with y up, +x lies on the right and +y at the top."""
    spots = [((0.15, 0, 0), (1, 0, 0)), ((0, 0.15, 0), (0, 1, 0)), ((-0.15, 0, 0), (0, 0, 1))]
    renderer.show(Model("axes", tuple(ball(centre, 0.03, colour) for centre, colour in spots)))
    picture = on_white(renderer.picture(Camera(math.pi / 2, math.pi / 2, 1.0, 30.0))).astype(int)
    red = (picture[..., 0] - picture[..., 1:].max(axis=-1)) > 128
    green = (picture[..., 1] - picture[..., [0, 2]].max(axis=-1)) > 128
    assert np.argwhere(red).mean(axis=0)[1] > RESOLUTION * 0.6
    assert np.argwhere(green).mean(axis=0)[0] < RESOLUTION * 0.4


def test_what_is_in_front_hides_what_is_behind(renderer):
    renderer.show(Model("two", (ball((0, 0, 0.15), 0.06, (1, 0, 0)), ball((0, 0, -0.15), 0.05, (0, 1, 0)))))
    front = on_white(renderer.picture(Camera(math.pi / 2, math.pi / 2, 1.0, 30.0)))[24, 24]
    back = on_white(renderer.picture(Camera(-math.pi / 2, math.pi / 2, 1.0, 30.0)))[24, 24]
    assert tuple(front) == (255, 0, 0)
    assert tuple(back) == (0, 255, 0)


def test_background_is_white_and_edges_are_soft(renderer):
    renderer.show(Model("ball", (ball((0, 0, 0), 0.25, (0, 0, 0)),)))
    picture = on_white(renderer.picture(Camera(0.3, 1.0, 1.0, 30.0)))
    assert (picture[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()
    assert picture[24, 24].max() == 0
    assert ((picture > 30) & (picture < 225)).any()
    # The protocol's bounding sphere of 0.25 fits the picture.
    assert (picture[0] == 255).all()
    assert (picture[:, 0] == 255).all()


def test_light_comes_from_above_and_is_kept_out_by_a_roof(renderer):
    free = renderer.lit(Model("ball", (ball((0, 0, 0), 0.1, (0.8, 0.8, 0.8)),)), SkyLight()).surfaces[0]
    top, bottom = free.colours[free.normals[:, 1] > 0.9], free.colours[free.normals[:, 1] < -0.9]
    assert top.mean() > bottom.mean() + 0.1
    roof = ball((0, 0, 0), 0.2, (1, 1, 1))
    flat = Surface(roof.points * [1, 0.05, 1] + [0, 0.13, 0], roof.faces, roof.colours, np.array(roof.normals))
    inside = renderer.lit(Model("roofed", (ball((0, 0, 0), 0.1, (0.8, 0.8, 0.8)), flat)), SkyLight()).surfaces[0]
    assert inside.colours[inside.normals[:, 1] > 0.9].mean() < top.mean() - 0.1


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(4, 60))
def test_the_bounding_sphere_holds_everything_and_is_tight(seed, count):
    points = np.random.default_rng(seed).normal(size=(count, 3)) * [3, 1, 0.2] + [5, -2, 9]
    centre, radius = bounding_sphere(points)
    distances = np.linalg.norm(points - centre, axis=1)
    assert distances.max() == pytest.approx(radius)
    longest = max(np.linalg.norm(points - point, axis=1).max() for point in points)
    assert radius <= longest / math.sqrt(3) * 1.1 + 1e-9  # Jung: at most sqrt(3/8) of the diameter


def test_splitting_keeps_area_and_leaves_no_long_edge():
    surface = with_normals(
        Surface(np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [1.5, 2, 0.5]]), np.array([[0, 1, 2], [2, 1, 3]]))
    )
    fine = subdivided(surface, 0.2)

    def area(item: Surface) -> float:
        a, b, c = (item.points[item.faces[:, corner]] for corner in range(3))
        return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2

    assert area(fine) == pytest.approx(area(surface))
    for first, second in ((0, 1), (1, 2), (2, 0)):
        edges = fine.points[fine.faces[:, first]] - fine.points[fine.faces[:, second]]
        assert np.linalg.norm(edges, axis=1).max() <= 0.2
    np.testing.assert_allclose(np.linalg.norm(fine.normals, axis=1), 1)


def test_normals_are_smooth_on_a_ball_and_break_on_a_cube():
    round_one = ball((0, 0, 0), 1, (1, 1, 1))
    smooth = with_normals(round_one)
    assert len(smooth.points) == len(round_one.points)
    assert ((smooth.normals * smooth.points).sum(axis=1) > 0.97).all()
    corners = np.array(list(np.ndindex(2, 2, 2)), float)
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    cube = Surface(corners, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]))
    assert len(with_normals(cube).points) == 24


def test_joined_surfaces_keep_their_faces():
    first, second = ball((0, 0, 0), 1, (1, 0, 0)), ball((3, 0, 0), 1, (0, 1, 0))
    both = joined([first, second])
    assert both.faces.max() == len(both.points) - 1
    assert len(both.faces) == len(first.faces) + len(second.faces)
    assert np.linalg.norm(fibonacci_sphere(9), axis=1) == pytest.approx(1)
