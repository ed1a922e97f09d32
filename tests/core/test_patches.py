import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.patches import extract_patches, gaussian_blur
from core.rays import Patches, patch_grid


def patches_of(scale: float, x: float, y: float) -> Patches:
    return Patches(torch.tensor([scale]), torch.tensor([[x, y]]))


def test_the_whole_image_is_itself():
    images = torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(extract_patches(images, Patches.whole(2), 16), images, atol=1e-5, rtol=0)


def test_the_y_offset_counts_from_the_bottom():
    images = torch.zeros(1, 1, 8, 8)
    images[..., 4:, :4] = 1  # the lower left quarter
    lower_left = extract_patches(images, patches_of(0.4, 0.0, 0.0), 4)
    upper_left = extract_patches(images, patches_of(0.4, 0.0, 0.6), 4)
    assert lower_left.min() == 1
    assert upper_left.max() == 0


@given(st.floats(0.1, 1), st.floats(0, 1), st.floats(0, 1))
def test_grids_have_the_patchs_corners(scale, x, y):
    x, y = x * (1 - scale), y * (1 - scale)
    grid = patch_grid(patches_of(scale, x, y), 5)[0]
    np.testing.assert_allclose(grid[-1, 0], [2 * x - 1, 2 * y - 1], atol=1e-5)  # lower left
    np.testing.assert_allclose(grid[0, -1], [2 * (x + scale) - 1, 2 * (y + scale) - 1], atol=1e-5)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 3.0])
def test_blur_of_a_point_has_the_stated_deviation(sigma):
    image = torch.zeros(1, 1, 41, 41)
    image[0, 0, 20, 20] = 1
    blurred = gaussian_blur(image, sigma)[0, 0]
    assert blurred.sum().item() == pytest.approx(1, abs=1e-5)
    positions = torch.arange(41.0) - 20
    deviation = (blurred.sum(dim=0) * positions.square()).sum().sqrt().item()
    assert deviation == pytest.approx(sigma, rel=0.15)


def test_no_blur_leaves_images_alone():
    images = torch.rand(1, 3, 8, 8)
    assert gaussian_blur(images, 0.0) is images
