import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.triplane import PLANE_AXES, sample_planes


def plain_sampling(planes: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """The definition: three grid_samples and a mean."""
    parts = []
    for plane, axes in zip(planes.chunk(3, dim=1), PLANE_AXES, strict=True):
        sampled = F.grid_sample(plane, points[:, :, None, list(axes)], align_corners=True, padding_mode="zeros")
        parts.append(sampled[..., 0].transpose(1, 2))
    return torch.stack(parts).mean(dim=0)


@given(st.integers(1, 3), st.integers(1, 5), st.sampled_from([4, 7, 16]), st.integers(0, 1000))
def test_gather_equals_grid_sample_inside_outside_and_on_the_faces(batch, features, size, seed):
    random = torch.Generator().manual_seed(seed)
    planes = torch.randn(batch, 3 * features, size, size, generator=random)
    points = torch.rand(batch, 60, 3, generator=random) * 2.4 - 1.2
    points[:, :8] = torch.randint(-1, 2, (batch, 8, 3), generator=random).float()
    torch.testing.assert_close(sample_planes(planes, points), plain_sampling(planes, points), atol=2e-6, rtol=1e-5)


def test_gradient_equals_grid_sample():
    random = torch.Generator().manual_seed(0)
    points = torch.rand(2, 200, 3, generator=random) * 2.2 - 1.1
    gradients = []
    for sample in (sample_planes, plain_sampling):
        planes = torch.randn(2, 12, 8, 8, generator=torch.Generator().manual_seed(1)).requires_grad_(True)
        sample(planes, points).square().sum().backward()
        gradients.append(planes.grad)
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-5, rtol=1e-4)
