"""The box drawn over the picture and the box that the shader cuts rays with agree to a fraction of a pixel."""

import numpy as np
import pytest

from app.gl.headless import open_context
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.camera import Camera
from core.guides import CORNERS
from core.projection import to_pixels
from core.scene import Quality
from tests.app.gl.fields import HALF, volume_of

# Pixels whose middle is nearer to an edge may fall on either side.
SLACK = 1e-2


@pytest.fixture(scope="module")
def renderer():
    with open_context():
        solid = np.ones((4, 4, 4, 4))
        solid[..., 3] = 200.0
        renderer = VolumeRenderer(RendererOptions(target="float"))
        renderer.upload(volume_of(solid))
        yield renderer
        renderer.close()


def quads(camera: Camera, width: int, height: int) -> np.ndarray:
    """The six faces as they are projected.  [6, 4, 2]."""
    faces = []
    for axis in range(3):
        for side in (-1, 1):
            around = CORNERS[CORNERS[:, axis] == side][[0, 1, 3, 2]]
            faces.append(to_pixels(camera, HALF * around, width, height))
    return np.array(faces)


def inside(face: np.ndarray, points: np.ndarray) -> np.ndarray:
    """How far points lie inside a convex quadrangle, pixels; negative outside."""
    along = np.roll(face, -1, axis=0) - face
    ways = points[..., None, :] - face
    crosses = along[:, 0] * ways[..., 1] - along[:, 1] * ways[..., 0]
    turn = along[0, 0] * along[1, 1] - along[0, 1] * along[1, 0]
    return (crosses * np.sign(turn) / np.linalg.norm(along, axis=-1)).min(axis=-1)


@pytest.mark.parametrize("size", [(48, 48), (80, 50), (41, 64)])
@pytest.mark.parametrize(
    "camera",
    [
        Camera(yaw=0.6, pitch=1.0, radius=2.2),
        Camera(yaw=-2.0, pitch=2.3, radius=1.8, fov=50, roll=0.8),
        Camera(yaw=1.1, pitch=0.6, radius=3.0, fov=25, roll=-2.5).panned(0.2, -0.1),
    ],
)
def test_pixels_are_in_the_box_where_its_projected_faces_are(renderer, camera, size):
    renderer.render(camera, Quality(steps=64), *size, to_the_end=True)
    _, opacity = renderer.read_floats()
    right, down = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    points = np.stack([right, down], axis=-1)
    depth = np.max([inside(face, points) for face in quads(camera, *size)], axis=0)
    sure = np.abs(depth) > SLACK
    assert sure.mean() > 0.95
    assert 0.05 < (depth > 0).mean() < 0.95
    np.testing.assert_array_equal((opacity > 0)[sure], (depth > 0)[sure])
