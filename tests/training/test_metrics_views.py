import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.model_config import RenderConfig
from core.rays import Patches, camera_rays, pose_matrices, world_rays
from core.volume import ray_range, render_rays
from training.metrics_views import View, agreement, relief, surface_distance

SIZE = 64
Trace = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def paint(points: Tensor) -> Tensor:
    """A smooth pattern in space, [n, 3] -> [n, 3]."""
    return torch.sin(6 * points + torch.tensor([0.0, 1.0, 2.0]))


def sphere(radius: float) -> Trace:
    def trace(origins: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
        along = (origins * ways).sum(-1)
        inside = along**2 - (origins**2).sum(-1) + radius**2
        return -along - inside.clamp(min=0).sqrt(), inside > 0

    return trace


def plane(normal: list[float], offset: float = 0.0, half: float = 9.0) -> Trace:
    direction = F.normalize(torch.tensor(normal, dtype=torch.float32), dim=0)

    def trace(origins: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
        distance = (offset - origins @ direction) / (ways @ direction)
        points = origins + ways * distance[:, None]
        return distance, (distance > 0) & (points[:, :2].abs().amax(-1) < half)

    return trace


def look(trace: Trace, pose: tuple[float, float], radius: float = 1.0, fov: float = 30.0) -> View:
    """An analytic scene from a camera on the sphere."""
    matrix = pose_matrices(np.array([pose]), radius)
    origins, ways = world_rays(matrix, camera_rays(Patches.whole(1), SIZE, fov))
    distance, hit = trace(origins[0].expand(SIZE * SIZE, 3), ways[0])
    colour = torch.where(hit[:, None], paint(origins[0] + ways[0] * distance[:, None]), torch.ones(()))
    square = (SIZE, SIZE)
    return View(colour.T.reshape(3, *square), distance.reshape(square), hit.reshape(square), matrix[0], fov)


FRONT = (math.pi / 2, math.pi / 2)
BESIDE = (math.pi / 2 + 0.15, math.pi / 2)


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


def test_views_of_one_sphere_agree_and_hide_what_turns_away():
    one, other = look(sphere(0.25), FRONT), look(sphere(0.25), BESIDE)
    found = agreement(one, other, tolerance=0.02)
    assert found.error == pytest.approx(0, abs=0.01)
    points = one.points[one.surface]
    facing = (points * (other.matrix[:3, 3] - points)).sum(-1) > 0
    assert found.visible == pytest.approx(float(facing.float().mean()), abs=0.07)


def test_a_shift_of_colours_is_the_error():
    one, other = look(sphere(0.25), FRONT), look(sphere(0.25), BESIDE)
    shifted = View(other.colour + 0.2, other.distance, other.surface, other.matrix, other.fov)
    base, found = agreement(one, other, 0.02), agreement(one, shifted, 0.02)
    assert base.error is not None
    assert found.error == pytest.approx(0.1, abs=2 * base.error)


def test_what_something_hides_does_not_count():
    behind, front = plane([0, 0, 1], -0.1), plane([0, 0, 1], 0.3, half=0.04)

    def both(origins: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
        far, far_hit = behind(origins, ways)
        near, near_hit = front(origins, ways)
        return torch.where(near_hit, near, far), near_hit | far_hit

    one, other = look(behind, FRONT), look(both, BESIDE)
    found = agreement(one, other, tolerance=0.02)
    assert found.error == pytest.approx(0, abs=0.01)
    assert found.visible is not None
    assert found.visible < agreement(one, look(behind, BESIDE), 0.02).visible - 0.005  # type: ignore[operator]
    unmasked = agreement(one, other, tolerance=9.0)
    assert unmasked.error is not None
    assert unmasked.error > 1.5 * (found.error or 0)


def test_shapes_that_differ_do_not_agree():
    found = agreement(look(sphere(0.25), FRONT), look(sphere(0.15), BESIDE), tolerance=0.02)
    assert found.visible is not None
    assert found.visible < 0.05


def test_views_past_each_other_have_nothing_to_compare():
    aside = look(plane([1, 0, 0], 5.0), (0.0, math.pi / 2))
    assert agreement(look(sphere(0.01), FRONT), aside, 0.02).error is None


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
