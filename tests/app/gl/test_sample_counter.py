"""Samples of rays are counted on a small copy of the picture, with empty space passed over and without."""

import numpy as np
import pytest

from app.gl.headless import open_context
from app.gl.sample_counter import count_samples
from core.camera import Camera
from core.folded import FoldedField
from core.scene import Quality
from tests.app.gl.fields import HALF, smooth_volume

STEPS = 32


@pytest.fixture(scope="module")
def context():
    with open_context() as context:
        yield context


def empty_field() -> FoldedField:
    """Nothing anywhere, of which half is known to be empty."""
    cells = np.zeros((8, 8, 8), np.uint8)
    cells[:, :, :4] = 4
    planes, units = np.zeros((3, 4, 4, 4), np.float16), np.zeros(4, np.float32)
    bias = np.array([0, 0, 0, -20], np.float32)
    return FoldedField(planes, units, np.zeros((4, 4), np.float32), bias, HALF, 12, 0, True, cells)


def test_what_is_passed_over_is_not_counted(context):
    context.make_current()
    near = Camera(fov=15)  # every ray meets the box
    counted = count_samples(smooth_volume(), empty_field(), near, Quality(steps=STEPS, field="exact"), 640, 400)
    assert counted.everywhere == STEPS
    assert 0.3 * STEPS < counted.taken < 0.7 * STEPS


def test_a_volume_is_sampled_everywhere(context):
    context.make_current()
    counted = count_samples(smooth_volume(), empty_field(), Camera(fov=15), Quality(steps=STEPS), 20, 60)
    assert counted.everywhere is None
    assert 1 < counted.taken <= STEPS
