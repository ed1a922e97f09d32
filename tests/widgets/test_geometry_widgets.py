"""What the Geometry panel says and how its values move; no window."""

from dataclasses import replace

import numpy as np
import pytest

from core.camera import Camera
from core.geometry import ClipBox, Decimate, Geometry, Largest, Smooth
from core.scene import Other, Quality, Scene
from core.surface_figures import Densities, Figures, Legend, Step
from widgets import density_plot, filter_rows, mesh_figures
from widgets.amounts import count_words, seconds_words, size_words
from widgets.cut_rows import THINNEST, moved
from widgets.geometry import with_camera, with_threshold
from widgets.legend import share_of, tick_words, ticks_of

BEFORE = Figures(502, 1000, 3, 12, False, 2.0, 0.5, ((-1, -1, -1), (1, 1, 0.5)))
AFTER = Figures(252, 500, 1, 0, True, 1.9, 0.45, ((-1, -1, -1), (1, 1, 0.5)))


@pytest.mark.parametrize(
    ("words", "value", "text"),
    [
        (count_words, 999, "999"), (count_words, 7580, "7,580"), (count_words, 98_304, "98.3 k"),
        (count_words, 999_600, "1.00 M"), (count_words, 12_345_678, "12.3 M"),
        (size_words, 12, "12 bytes"), (size_words, 8_388_608, "8.39 MB"), (size_words, 536_870_912, "537 MB"),
        (size_words, 4e9, "4.00 GB"),
        (seconds_words, 0.21, "0.3 s"), (seconds_words, 12.4, "12 s"), (seconds_words, 300, "5 min"),
    ],
)  # fmt: skip
def test_amounts_have_three_digits(words, value, text):
    assert words(value) == text


def test_a_filter_tells_what_it_has_changed():
    assert filter_rows.changes(BEFORE, AFTER) == [
        "1,000 → 500 faces", "3 → 1 components", "12 → 0 boundary edges", "volume -10.0%", "area -5.0%", "manifold now",
    ]  # fmt: skip
    assert filter_rows.changes(BEFORE, BEFORE) == []
    opened = replace(AFTER, volume=None)
    assert "volume" not in " ".join(filter_rows.changes(BEFORE, opened))


def test_steps_belong_to_the_filters_that_are_on_and_applied():
    steps = [Step(each, BEFORE, AFTER, 1.0) for each in (Largest(), Decimate(faces=500))]
    filters = (Largest(), Smooth(on=False), Decimate(faces=500), Smooth())
    assert filter_rows.done_by(filters, steps) == [steps[0], None, steps[1], None]
    assert filter_rows.done_by((Largest(), Decimate(faces=400)), steps) == [steps[0], None], "on its way"


def test_figures_in_words():
    rows = mesh_figures.rows_of(BEFORE)
    assert (rows["Manifold"], rows["Watertight"], rows["Volume"], rows["Size along z"]) == ("no", "no", "0.5", "1.5")
    assert mesh_figures.rows_of(replace(AFTER, volume=None))["Volume"] == "open"


def test_numbers_of_a_legend():
    even, log = Legend("a", -110, 110, False, ()), Legend("b", 0.1, 1000, True, ())
    assert ticks_of(even, 5) == [-110, -55, 0, 55, 110]
    assert ticks_of(even, 3) == [-110, 0, 110]
    assert [tick_words(tick, log) for tick in ticks_of(log, 9)] == ["0.1", "1", "10", "100", "1000"]
    assert [share_of(tick, log) for tick in (0.1, 10, 1000)] == pytest.approx([0, 0.5, 1])
    assert share_of(55, even) == pytest.approx(0.75)
    nothing = Legend("c", 2, 2, False, ())
    assert (ticks_of(nothing, 5), share_of(2, nothing)) == ([2], 0)


def test_density_and_opacity_are_two_words_for_one_threshold():
    for density in (0.01, 5.0, 300.0):
        assert density_plot.density_of(density_plot.opacity_of(density, 0.02), 0.02) == pytest.approx(density)
    assert density_plot.opacity_of(50, 0.02) == pytest.approx(1 - np.exp(-1))


def test_the_plot_shows_threshold_and_densities():
    densities = Densities(0.0, 12.0, (0.001, 0.1, 12.0), (7, 1), 2.5)
    low, high = density_plot.limits(densities, 80.0)
    assert low < 0.01
    assert high > 80
    x, y = density_plot.corners(densities)
    assert x.tolist() == [0.001, 0.1, 0.1, 12.0]
    assert y.tolist() == pytest.approx([1, 1, 1 / 3, 1 / 3])
    assert density_plot.corners(Densities(0, 0, (1.0, 2.0), (0,), None))[1].tolist() == [0, 0]


def test_a_clip_box_never_gets_empty():
    box = moved(ClipBox(), 1, 0.5, 0.2)
    assert (box.low[1], box.high[1]) == (0.5, pytest.approx(0.5 + THINNEST))
    assert moved(box, 0, -3, 3).low == (-1, 0.5, -1)
    assert moved(ClipBox(), 2, 2.0, 2.0).high[2] == 1


def test_whose_camera_and_whose_threshold_is_moved():
    camera, scene = Camera(yaw=2), Scene()
    assert with_camera(scene, None) is scene
    assert with_camera(scene, camera) == replace(scene, camera=camera)
    own = replace(scene, geometry=Geometry(camera=Camera()))
    assert with_camera(own, camera) == replace(own, geometry=Geometry(camera=camera))
    assert with_threshold(scene, "b", 9.0).quality.threshold == 9
    compared = replace(scene, other=Other(quality=Quality()))
    moved_b = with_threshold(compared, "b", 9.0)
    assert (moved_b.quality.threshold, moved_b.other.quality.threshold) == (5, 9)
