import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.model_config import RenderConfig
from core.rays import Patches, camera_rays, pose_matrices, world_rays
from core.volume import ray_range, render_rays
from tests.training.analytic_views import FRONT, SIZE, look, plane, sphere
from training.metrics_views import View, relief, surface_distance


def test_relief_of_a_sphere_from_afar_is_a_third_of_the_root_of_two():
    far = look(sphere(0.25), (0.3, 1.2), radius=50, fov=0.7)
    assert relief(far) == pytest.approx(math.sqrt(2) / 3, abs=0.005)
    near = relief(look(sphere(0.25), FRONT))  # less than half of it is seen from here
    assert near == pytest.approx(0.385, abs=0.01)


@pytest.mark.parametrize("normal", [[0, 0, 1], [1, 0, 2], [0.5, -1, 1]])
def test_relief_of_a_plane_is_nothing_however_it_is_tilted(normal: list[float]):
    assert relief(look(plane(normal), FRONT)) == pytest.approx(0, abs=1e-3)


def test_a_shell_around_the_camera_is_all_but_flat():
    """Equal depth everywhere, which a network that learns no shape falls back to."""
    view = look(plane([0, 0, 1]), FRONT)
    shell = View(view.colour, torch.ones(SIZE, SIZE), torch.ones(SIZE, SIZE, dtype=torch.bool), view.matrix, view.fov)
    found = relief(shell)
    assert found is not None
    assert 0.01 < found < 0.1


def test_hardly_any_surface_has_no_relief():
    assert relief(look(sphere(0.01), FRONT)) is None


@pytest.mark.parametrize("backdrop", ["field", "white"])
def test_surface_distance_undoes_what_the_last_sample_adds(backdrop):
    """A dense ball, rendered as training does it, lies where the analytic one lies."""
    config = RenderConfig(backdrop=backdrop, coarse_samples=96, fine_samples=96)

    class Ball:
        box = 0.35

        def __call__(self, points: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
            density = (0.2 - points.norm(dim=-1, keepdim=True)) * 2e5
            return torch.zeros_like(points), density.clamp(-50, 5000)

    origins, ways = world_rays(pose_matrices(np.array([FRONT]), 1.0), camera_rays(Patches.whole(1), 24, 30))
    seen = render_rays(Ball(), origins, ways, config)
    end = ray_range(origins, ways, config)[1]
    found = surface_distance(seen.depth, seen.opacity, end, opaque_end=backdrop == "field")[0, :, 0]
    wanted, hit = sphere(0.2)(origins[0].expand(24 * 24, 3), ways[0])
    sure = hit & (seen.opacity[0, :, 0] > 0.99) & (wanted < 0.9)
    assert sure.sum() > 100
    assert (found - wanted)[sure].abs().max() < 0.02
