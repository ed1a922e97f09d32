"""Rays that fit a data set, beside those of the next run."""

from training.ray_fit import RayFit
from widgets.data_cameras import comparison


def test_angles_have_their_unit():
    """The table said 30.00 where the row above it said 30.00°."""
    fit = RayFit(30, 1, 0.74, 1.26, 0.35)
    assert comparison(fit, None)[0] == ("View angle", "30.00°", "unknown")
    assert comparison(fit, fit)[0] == ("View angle", "30.00°", "30.00°")
    assert comparison(fit, fit)[2] == ("Near", "0.740", "0.740"), "lengths of the world have none"
