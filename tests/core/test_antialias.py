"""Anti-aliased patches: exact areas for real pictures, rays over the same areas for generated ones (Appendix A)."""

from __future__ import annotations

import itertools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from core.epigraf import EpigrafGenerator
from core.generator import as_image
from core.model_config import Antialias, GeneratorConfig, RenderConfig
from core.patches import extract_patches, pixel_footprints, pooled, supersampled_places
from core.rays import Patches, patch_grid, pose_matrices
from tests.core.test_patches import patches_of

IMAGE, PATCH = 64, 8
WHITE, RED, BLUE = torch.ones(3), torch.tensor([1.0, -1, -1]), torch.tensor([-1.0, -1, 1])
# Two pixels of the picture between those that a whole picture of 8 x 8 pixels reads (0, 9, 18, ... 63).
NEAR, AWAY = 4, IMAGE - 1 - 4


def dotted(upper_left: Tensor, lower_right: Tensor) -> Tensor:
    """A white picture with a dot near each of two corners.  Returns [3, 64, 64]."""
    image = WHITE[:, None, None].repeat(1, IMAGE, IMAGE)
    image[:, NEAR, NEAR], image[:, AWAY, AWAY] = upper_left, lower_right
    return image


# Figure 9: in the data both dots of a picture have one colour; a generator that learns from marginals may mix them.
DATA = torch.stack([dotted(RED, RED), dotted(BLUE, BLUE)])
MIXED = torch.stack([dotted(RED, BLUE), dotted(BLUE, RED)])


def of_all(scale: float, x: float = 0.0, y: float = 0.0) -> Patches:
    """The same square of both pictures."""
    return Patches(torch.full((2,), scale), torch.tensor([[x, y]]).repeat(2, 1))


def redness(patches: Tensor, row: int, column: int) -> Tensor:
    """Red against blue at a pixel of each patch.  [batch]."""
    return patches[:, 0, row, column] - patches[:, 2, row, column]


def as_set(patches: Tensor) -> set[tuple[float, ...]]:
    return {tuple(patch.flatten().mul(1e4).round().tolist()) for patch in patches}


@pytest.mark.parametrize("antialias", ["none", "area"])
def test_small_patches_cannot_tell_correlated_corners(antialias: Antialias):
    for x, y in ((0, 0.75), (0.75, 0), (0, 0), (0.75, 0.75)):
        square = of_all(0.25, x, y)
        ours, theirs = (extract_patches(images, square, PATCH, antialias) for images in (DATA, MIXED))
        assert as_set(ours) == as_set(theirs)


def test_aliased_large_patches_miss_the_correlation():
    for images in (DATA, MIXED):
        assert (extract_patches(images, Patches.whole(2), PATCH) == 1).all(), "all dots lie between the lines"


def test_filtered_large_patches_show_the_correlation():
    for images, sign in ((DATA, 1), (MIXED, -1)):
        patches = extract_patches(images, Patches.whole(2), PATCH, "area")
        corners = torch.stack([redness(patches, 0, 0), redness(patches, PATCH - 1, PATCH - 1)])
        assert (corners.abs() > 0.01).all()
        assert torch.corrcoef(corners)[0, 1].item() == pytest.approx(sign)


def looked_up(images: Tensor, places: Tensor) -> Tensor:
    """Pixels under image-plane coordinates [batch, n, n, 2], as a scene made of coloured squares would be seen."""
    grid = torch.stack([places[..., 0], -places[..., 1]], dim=-1)
    return F.grid_sample(images, grid, mode="nearest", padding_mode="border", align_corners=True)


def test_supersampled_rays_show_the_correlation_too():
    single = looked_up(DATA, patch_grid(Patches.whole(2), PATCH))
    assert (single == 1).all()
    for images, sign in ((DATA, 1), (MIXED, -1)):
        seen = pooled(looked_up(images, supersampled_places(Patches.whole(2), PATCH, IMAGE, 8)), 8)
        corners = torch.stack([redness(seen, 0, 0), redness(seen, PATCH - 1, PATCH - 1)])
        assert torch.corrcoef(corners)[0, 1].item() == pytest.approx(sign)


squares = st.tuples(st.floats(PATCH / IMAGE, 1), st.floats(0, 1), st.floats(0, 1)).map(
    lambda given: patches_of(given[0], given[1] * (1 - given[0]), given[2] * (1 - given[0]))
)


@settings(max_examples=30)
@given(squares)
def test_many_rays_see_what_the_filter_sees(square: Patches):
    """Real and generated patches mean the same footprints: only then D cannot tell them apart by their filter."""
    torch.manual_seed(0)
    images = torch.rand(1, 3, IMAGE, IMAGE)
    exact = extract_patches(images, square, PATCH, "area")
    rays = pooled(looked_up(images, supersampled_places(square, PATCH, IMAGE, 40)), 40)
    torch.testing.assert_close(rays, exact, atol=0.04, rtol=0)


@given(squares)
def test_footprints_lie_in_the_image_around_their_pixels(square: Patches):
    low, high = pixel_footprints(square, PATCH, IMAGE)
    edge, pixel = 1 + 1 / (IMAGE - 1), 2 / (IMAGE - 1)
    assert (low >= -edge).all()
    assert (high <= edge).all()
    assert (high[..., 1:-1] - low[..., 1:-1] >= pixel - 1e-5).all()
    grid = patch_grid(square, PATCH)[0]
    for axis, line in enumerate((grid[0, :, 0], grid[:, 0, 1].flip(0))):
        assert (low[axis, 0] <= line + 1e-6).all()
        assert (high[axis, 0] >= line - 1e-6).all()
    spacing = 2 * square.scales / (PATCH - 1)
    if spacing > pixel:
        torch.testing.assert_close(high[..., 1:-2], low[..., 2:-1], atol=1e-5, rtol=0)  # no gaps, no overlaps


@given(st.floats(0, 1), st.floats(0, 1))
def test_as_fine_as_the_image_both_ways_agree(x: float, y: float):
    torch.manual_seed(1)
    images = torch.rand(1, 3, IMAGE, IMAGE)
    scale = (PATCH - 1) / (IMAGE - 1)  # pixels of the patch are one pixel of the image apart
    square = patches_of(scale, x * (1 - scale), y * (1 - scale))
    plain, filtered = (extract_patches(images, square, PATCH, antialias) for antialias in ("none", "area"))
    torch.testing.assert_close(filtered, plain, atol=1e-4, rtol=0)
    whole = extract_patches(images, Patches.whole(1), IMAGE, "area")
    torch.testing.assert_close(whole, images, atol=1e-4, rtol=0)


@given(squares)
def test_the_mean_of_a_plain_picture_stays(square: Patches):
    images = torch.full((1, 2, IMAGE, IMAGE), 0.3)
    filtered = extract_patches(images, square, PATCH, "area")
    torch.testing.assert_close(filtered, torch.full_like(filtered, 0.3))


def test_gradients_reach_the_pixels():
    images = torch.rand(2, 1, 12, 12, dtype=torch.float64, requires_grad=True)
    square = Patches(torch.tensor([0.6, 1.0]), torch.tensor([[0.1, 0.3], [0.0, 0.0]]))
    assert torch.autograd.gradcheck(lambda given: extract_patches(given, square, 4, "area"), images)
    filtered = extract_patches(images, Patches.whole(2), 4, "area")
    filtered.sum().backward()
    assert images.grad is not None
    assert (images.grad > 0).all(), "every pixel counts"


GENERATOR = GeneratorConfig(
    z_dim=8, w_dim=16, plane_resolution=8, plane_features=4, channel_base=64, channel_max=8, decoder_hidden=8,
    render=RenderConfig(coarse_samples=6, fine_samples=0),
)  # fmt: skip


@pytest.fixture(scope="module")
def generator() -> EpigrafGenerator:
    torch.manual_seed(0)
    return EpigrafGenerator(GENERATOR).requires_grad_(False)


def supersampled(generator: EpigrafGenerator, ws: Tensor, square: Patches, side: int) -> Tensor:
    matrices = pose_matrices(torch.tensor([[0.3, 1.2]]).numpy(), 1.0)
    places = supersampled_places(square, PATCH, IMAGE, side).flatten(1, 2)
    rendering = generator.render(generator.field(ws), matrices, PATCH, places=places)
    return pooled(as_image(rendering.rgb, PATCH * side), side)


def test_places_of_the_pixels_give_the_plain_rendering(generator: EpigrafGenerator):
    ws, square = generator.mapping(torch.randn(1, 8)), patches_of(0.5, 0.2, 0.1)
    matrices = pose_matrices(torch.tensor([[0.3, 1.2]]).numpy(), 1.0)
    field = generator.field(ws)
    plain = generator.render(field, matrices, PATCH, square)
    placed = generator.render(field, matrices, PATCH, places=patch_grid(square, PATCH).flatten(1, 2))
    assert torch.equal(plain.rgb, placed.rgb)


def test_gradients_of_supersampled_patches(generator: EpigrafGenerator):
    """They are the mean of those of the rays one by one."""
    torch.manual_seed(2)
    side, square = 3, patches_of(0.7, 0.2, 0.1)
    ws = generator.mapping(torch.randn(1, 8)).requires_grad_(True)
    weights = torch.randn(1, 3, PATCH, PATCH)
    (gradient,) = torch.autograd.grad((supersampled(generator, ws, square, side) * weights).sum(), ws)
    assert gradient.abs().max() > 0
    matrices = pose_matrices(torch.tensor([[0.3, 1.2]]).numpy(), 1.0)
    places = supersampled_places(square, PATCH, IMAGE, side)
    one_by_one = torch.zeros_like(ws)
    for row, column in itertools.product(range(side), repeat=2):
        mine = places[:, row::side, column::side].flatten(1, 2)
        image = as_image(generator.render(generator.field(ws), matrices, PATCH, places=mine).rgb, PATCH)
        one_by_one += torch.autograd.grad((image * weights).sum(), ws)[0] / side**2
    torch.testing.assert_close(gradient, one_by_one, rtol=1e-3, atol=1e-4)
