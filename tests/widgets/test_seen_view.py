"""Where a patch lies in its picture, and what is said of it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.patches import extract_patches
from core.rays import Patches
from widgets.seen_view import SeenPatch, patch_words, square_in

PIXELS = 33


@given(st.floats(0.2, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_corners_of_the_square_are_the_patch_s_corner_pixels(scale: float, x: float, y: float):
    """Against what D is really given: a picture whose colours are its places."""
    offset = (x * (1 - scale), y * (1 - scale))
    across = (torch.arange(PIXELS) + 0.5) / PIXELS
    down, right = torch.meshgrid(across, across, indexing="ij")
    picture = torch.stack([right, down, down])[None]  # [1, 3, PIXELS, PIXELS]
    patch = extract_patches(picture, Patches(torch.tensor([scale]), torch.tensor([offset])), 8)[0]
    square = square_in(SeenPatch(0, scale, offset, 0.0), PIXELS)
    assert patch[:2, 0, 0].tolist() == pytest.approx([square.left, square.top], abs=1e-5)
    assert patch[:2, -1, -1].tolist() == pytest.approx([square.right, square.bottom], abs=1e-5)


def test_the_lower_left_corner_is_below():
    square = square_in(SeenPatch(0, 0.25, (0.0, 0.0), 0.0), 64)
    assert square.left < 0.01
    assert square.bottom > 0.99
    assert square.top == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(
    ("kind", "score", "words"),
    [
        ("real", 1.5, "real, as it is"),
        ("real", -0.2, "generated, and is wrong"),
        ("fake", 0.2, "real, and is wrong"),
        ("fake", -0.2, "generated, as it is"),
        ("fake", float("nan"), "no number"),
    ],
)
def test_words_say_whether_d_is_right(kind, score, words):
    said = patch_words(kind, SeenPatch(3, 0.5, (0.1, 0.2), score, (1.0, 1.5)))
    assert words in said
    assert "sample 4 of the batch" in said
    assert "0.100 from the left, 0.200 from the bottom" in said
    assert "yaw 1.00, pitch 1.50" in said
    assert "yaw" not in patch_words(kind, SeenPatch(3, 0.5, (0.1, 0.2), score))
