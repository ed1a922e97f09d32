"""Scores of many squares are those of single evaluations of the discriminator, each with its group."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.model_config import DiscriminatorConfig
from core.patches import extract_patches, gaussian_blur
from core.rays import Patches
from core.scale_specific import build_discriminator
from core.score_grid import (
    MAP_COUNTS,
    centred_offsets,
    curve_scales,
    map_counts,
    map_extent,
    map_offsets,
    nearest_cell,
)
from core.score_map import PictureGroup, score_squares

SMALL = {"image_resolution": 16, "patch_resolution": 8, "channel_base": 64, "channel_max": 16, "hyper_dim": 16}
CONFIGS = {
    "hyper": DiscriminatorConfig(**SMALL),
    "told camera and class": DiscriminatorConfig(**SMALL, camera_condition=True, label_count=3),
    "standard": DiscriminatorConfig(**SMALL, kind="standard"),
    "scale-specific": DiscriminatorConfig(**SMALL, kind="scale-specific"),
    "judged in pairs": DiscriminatorConfig(**SMALL, group_size=2),
}


def group_of(config: DiscriminatorConfig, **changes) -> PictureGroup:
    torch.manual_seed(1)
    size = config.group_size
    angles = torch.rand(size, 2) if config.camera_condition else None
    labels = torch.arange(size) % 3 if config.label_count else None
    return PictureGroup(torch.randn(size, 3, 16, 16), angles, labels, **changes)


def one_by_one(judge, group: PictureGroup, scales, offsets) -> np.ndarray:
    """Each square by a forward pass of its own."""
    scores = []
    for scale, offset in zip(scales, offsets, strict=True):
        size = len(group.images)
        squares = Patches(torch.full((size,), float(scale)), torch.tensor(offset).float().expand(size, 2))
        patches = gaussian_blur(extract_patches(group.images, squares, 8, group.antialias), group.blur)
        scores.append(float(judge(patches, squares, group.angles, group.labels)[0]))
    return np.array(scores)


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("changes", [{}, {"antialias": "area", "blur": 0.7}], ids=["plain", "as trained"])
def test_maps_and_curves_equal_single_evaluations(name: str, changes):
    torch.manual_seed(0)
    judge = build_discriminator(CONFIGS[name]).eval().requires_grad_(False)
    group = group_of(CONFIGS[name], **changes)
    offsets = map_offsets(0.6, 5).reshape(-1, 2)
    scales = np.full(len(offsets), 0.6)
    found = score_squares(judge, group, scales, offsets)
    np.testing.assert_allclose(found, one_by_one(judge, group, scales, offsets), rtol=1e-4, atol=1e-5)
    assert found.std() > 1e-4, "places differ"
    scales = curve_scales(CONFIGS[name].min_scale)
    offsets = centred_offsets(scales, (0.3, 0.8))
    found = score_squares(judge, group, scales, offsets)
    np.testing.assert_allclose(found, one_by_one(judge, group, scales, offsets), rtol=1e-4, atol=1e-5)
    assert len(score_squares(judge, group, scales[:0], offsets[:0])) == 0


def test_the_others_of_the_group_count_but_their_order_does_not():
    torch.manual_seed(0)
    judge = build_discriminator(CONFIGS["hyper"]).eval().requires_grad_(False)
    images = group_of(CONFIGS["hyper"]).images
    square = np.array([0.7]), np.array([[0.1, 0.2]])
    score = score_squares(judge, PictureGroup(images), *square)
    turned = score_squares(judge, PictureGroup(images[[0, 3, 1, 2]]), *square)
    others = score_squares(judge, PictureGroup(torch.cat([images[:1], 3 * images[1:]])), *square)
    np.testing.assert_allclose(turned, score, atol=1e-5)
    assert abs(others - score).max() > 1e-5


def test_what_the_condition_lacks_is_said():
    judge = build_discriminator(CONFIGS["told camera and class"]).eval()
    with pytest.raises(ValueError, match="needs labels"):
        score_squares(judge, PictureGroup(torch.zeros(4, 3, 16, 16)), np.array([1.0]), np.zeros((1, 2)))


def test_large_pictures_are_judged_a_few_at_a_time():
    assert PictureGroup(torch.zeros(4, 3, 16, 16)).squares_at_once == 16
    assert PictureGroup(torch.zeros(4, 3, 512, 512)).squares_at_once == 5
    assert PictureGroup(torch.zeros(128, 3, 8, 8)).squares_at_once == 1


@pytest.mark.parametrize(("coarse", "fine"), [*pairwise(MAP_COUNTS)])
def test_a_finer_map_has_all_places_of_the_coarser(coarse: int, fine: int):
    np.testing.assert_allclose(map_offsets(0.4, fine)[::2, ::2], map_offsets(0.4, coarse), atol=1e-12)
    assert map_offsets(0.4, fine)[0, 0].tolist() == pytest.approx([0, 0.6]), "the first row is the top"
    assert map_offsets(0.4, fine)[-1, -1].tolist() == pytest.approx([0.6, 0])


def test_a_whole_image_has_one_place():
    assert map_counts(1.0, 33) == (1,)
    assert map_counts(0.5, 9) == (3, 5, 9)
    assert map_offsets(1.0, 1).tolist() == [[[0, 0]]]
    assert map_extent(1.0, 1) == (0, 1)
    assert nearest_cell(1.0, 1, (0.3, 0.9)) == (0, 0)
    assert map_extent(1.0, 17) == (0, 1), "also before the least scale of the discriminator is known"
    assert nearest_cell(1.0, 17, (0.3, 0.9)) == (0, 0)


@given(st.floats(0.05, 0.99), st.sampled_from(MAP_COUNTS), st.integers(0, 32), st.integers(0, 32))
def test_each_patch_is_found_at_its_centre(scale: float, count: int, row: int, column: int):
    row, column = row % count, column % count
    x, y = map_offsets(scale, count)[row, column] + scale / 2
    assert nearest_cell(scale, count, (x, y)) == (row, column)
    first, last = map_extent(scale, count)
    cell = (last - first) / count
    assert first + (column + 0.5) * cell == pytest.approx(x)
    assert last - (row + 0.5) * cell == pytest.approx(y)


@given(st.floats(0.05, 1), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_patches_around_a_place_stay_inside_and_hold_it(scale: float, place: tuple[float, float]):
    offset = centred_offsets(np.array([scale]), place)[0]
    assert (offset >= 0).all()
    assert (offset + scale <= 1 + 1e-12).all()
    assert (offset <= np.array(place) + 1e-12).all()
    assert (np.array(place) <= offset + scale + 1e-12).all()
