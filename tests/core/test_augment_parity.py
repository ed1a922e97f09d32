"""Every transformation of adaptive augmentation equals the published implementation (difference 1e-4)."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
import torch

from core.augment import recolour, transform
from core.augment_laws import (
    BRIGHTNESS_DEVIATION,
    CONTRAST_DEVIATION,
    DRIFT_DEVIATION,
    MOST_SHIFT,
    SATURATION_DEVIATION,
    SCALE_DEVIATION,
    Colour,
    Geometry,
)
from tests.core.published import Reference

TOLERANCE = 1e-4
REFERENCE = Reference("ada")
PERCENTILES = REFERENCE.arrays["percentiles"].tolist()
GEOMETRIC = ("xflip", "rotate90", "xint", "scale", "rotate", "aniso", "xfrac")
COLOURS = ("brightness", "contrast", "lumaflip", "hue", "saturation")
ONE, BOTH = np.ones(2), np.ones((2, 2))


def geometry_at(q: float) -> dict[str, dict[str, np.ndarray]]:
    """Parameters of each geometric transformation where its random number is at percentile q."""
    normal = NormalDist().inv_cdf(q) / np.sqrt(2)
    return {
        "xflip": {"flip": np.floor(2 * q) * ONE},
        "rotate90": {"quarter_turns": np.floor(4 * q) * ONE},
        "xint": {"shift": (2 * q - 1) * MOST_SHIFT * BOTH},
        "scale": {"scale": 2 ** (SCALE_DEVIATION * normal) * ONE},
        "rotate": {"turn_before": (2 * q - 1) * np.pi * ONE},
        "aniso": {"stretch": 2 ** (SCALE_DEVIATION * normal) * ONE},
        "xfrac": {"drift": DRIFT_DEVIATION * normal * BOTH},
    }


def colour_at(q: float) -> dict[str, dict[str, np.ndarray]]:
    """Likewise of each transformation of colours."""
    normal = NormalDist().inv_cdf(q) / np.sqrt(2)
    return {
        "brightness": {"brightness": BRIGHTNESS_DEVIATION * normal * ONE},
        "contrast": {"contrast": 2 ** (CONTRAST_DEVIATION * normal) * ONE},
        "lumaflip": {"luma_flip": np.floor(2 * q) * ONE},
        "hue": {"hue": (2 * q - 1) * np.pi * ONE},
        "saturation": {"saturation": 2 ** (SATURATION_DEVIATION * normal) * ONE},
    }


def moved(images: torch.Tensor, *parameters: dict[str, np.ndarray]) -> torch.Tensor:
    values = {name: value for each in parameters for name, value in each.items()}
    return transform(images, replace(Geometry.identity(2), **values).inverse(*images.shape[2:]))


def coloured(images: torch.Tensor, *parameters: dict[str, np.ndarray]) -> torch.Tensor:
    values = {name: value for each in parameters for name, value in each.items()}
    return recolour(images, replace(Colour.identity(2), **values).matrix())


def assert_equal(ours: torch.Tensor, name: str, index: int) -> None:
    torch.testing.assert_close(ours, REFERENCE[name][index], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("index", range(len(PERCENTILES)))
@pytest.mark.parametrize("name", GEOMETRIC)
def test_geometry(name, index):
    assert_equal(moved(REFERENCE["images"], geometry_at(PERCENTILES[index])[name]), name, index)


@pytest.mark.parametrize("index", range(len(PERCENTILES)))
@pytest.mark.parametrize("name", COLOURS)
def test_colour(name, index):
    assert_equal(coloured(REFERENCE["images"], colour_at(PERCENTILES[index])[name]), name, index)


@pytest.mark.parametrize("index", range(len(PERCENTILES)))
def test_all_together(index):
    geometry, colours = geometry_at(PERCENTILES[index]), colour_at(PERCENTILES[index])
    images = moved(REFERENCE["images"], *(geometry[name] for name in GEOMETRIC if name != "xflip"))
    assert_equal(coloured(images, *colours.values()), "all", index)


def test_nothing_of_the_reference_is_left_out():
    assert set(REFERENCE.arrays) == {"images", "percentiles", "all", *GEOMETRIC, *COLOURS}
