import numpy as np
import pytest

from core.srgb import linear, srgb


def test_all_colours_of_8_bits_survive_16_bits_of_light():
    every = np.arange(256)
    light = np.round(65535 * linear(every / 255)) / 65535
    assert (np.round(255 * srgb(light)) == every).all()


def test_values_of_the_standard():
    assert linear(np.array([0, 0.04045, 188 / 255, 1])) == pytest.approx([0, 0.0031308, 0.5029, 1], abs=1e-4)
    assert srgb(np.array([-1, 2])) == pytest.approx([0, 1])
