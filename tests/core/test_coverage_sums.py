"""Sums over a training: those that are kept are right and bounded in number, and what is cut off is forgotten."""

import numpy as np
import pytest

from core.coverage_sums import PLACES, CoverageSums, SumsCourse, place_counts
from core.goodness import fit, fit_counts
from core.patch_coverage import CELLS


def tick(number: int) -> CoverageSums:
    grid = np.full((CELLS, CELLS), float(number))
    return CoverageSums(number, grid, 2 * grid, np.full((2, PLACES), number))


def filled(count: int, keep: int) -> SumsCourse:
    course = SumsCourse(keep)
    for number in range(1, count + 1):
        course.append(tick(number))
    return course


def total(count: int) -> int:
    return count * (count + 1) // 2


@pytest.mark.parametrize("count", [1, 8, 9, 100])
def test_the_nearest_kept_sums_are_right_and_near(count: int):
    course = filled(count, keep=8)
    places = [course.before(wanted) for wanted in range(count + 1)]
    for wanted, (kept, sums) in enumerate(places):
        assert wanted - 2 * count / 8 < kept <= wanted, "the distance is a power of two that 8 sums allow"
        assert sums.draws == total(kept)
        assert (sums.seen == total(kept)).all()
        assert (sums.expected == 2 * total(kept)).all()
        assert (sums.places == total(kept)).all()
    assert len({kept for kept, _ in places}) <= 8 + 2, "those that are kept, none at all, and all"
    assert course.before(count)[0] == count


def test_a_cut_and_new_ticks_after_it():
    course = filled(100, keep=8)
    course.cut(50)
    assert course.length <= 50
    for number in range(course.length + 1, 71):
        course.append(tick(number))
    assert (course.length, course.total.draws) == (70, total(70))
    assert all(sums.draws == total(kept) for kept, sums in map(course.before, range(71)))


def test_a_tick_that_comes_late():
    course = SumsCourse(8)
    for number in range(1, 31):
        course.append(CoverageSums.nothing() if number == 10 else tick(number))
    course.repair(9, tick(10))
    assert all(sums.draws == total(kept) for kept, sums in map(course.before, range(31)))


def test_counted_places_fit_as_the_places_themselves():
    rng = np.random.default_rng(0)
    places = rng.random((4000, 2)) ** [1.0, 1.1]
    even = np.arange(1, PLACES + 1) / PLACES
    for axis, counts in enumerate(place_counts(places)):
        exact = fit(places[:, axis], lambda x: np.clip(x, 0, 1))
        counted = fit_counts(counts, even)
        assert counted.count == exact.count == 4000
        assert exact.distance - 1.5 / PLACES < counted.distance <= exact.distance
    assert fit_counts(place_counts(places)[0], even).chance > 0.01
    assert fit_counts(place_counts(places)[1], even).chance < 1e-6
    assert fit_counts(np.zeros(PLACES, int), even) is None


def test_places_at_the_rim_are_counted():
    counts = place_counts(np.array([[0.0, 1.0], [1.0 + 1e-7, -1e-9]]))
    assert counts[:, [0, -1]].tolist() == [[1, 1], [1, 1]]
