"""What pairs of close views say of a generator: reprojection errors with their floors, and relief."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from training.evaluation_report import Better, Measurement
from training.metrics_views import SURFACE_OPACITY, relief
from training.reprojection import DEPTH_TOLERANCE, PairErrors, ViewPair, pair_errors

UNIT = "1/255"


@dataclass
class _Found:
    """What was found of one figure, a number for each pair that has it, and of its floor."""

    values: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)


def view_figures(
    pairs: Iterable[ViewPair], count: int, edge: float, heard: Callable[[int], None] = lambda _done: None
) -> list[Measurement]:
    """Compare close views.

    Args:
        pairs: Them, each of another sample.
        count: How many.
        edge: Of the box, world units.
        heard: Told how many are done; may raise to end it.
    """
    found: list[tuple[PairErrors, float | None]] = []
    last: Tensor | None = None
    for pair in pairs:
        found.append((pair_errors(pair, DEPTH_TOLERANCE * edge, last), relief(pair.first)))
        last = pair.second.shown
        heard(len(found))
    errors = [each for each, _ in found]
    return _measurements(
        {
            "reprojection_picture": _Found(_known(e.picture for e in errors), _known(e.rays for e in errors)),
            "reprojection_rays": _Found(_known(e.rays for e in errors), _known(e.interpolation for e in errors)),
            "reprojection_unrelated": _Found(_known(e.unrelated for e in errors)),
            "reprojection_visible": _Found(_known(e.visible for e in errors)),
            "relief": _Found(_known(depth for _, depth in found)),
        },
        count,
    )


def _measurements(found: dict[str, _Found], count: int) -> list[Measurement]:
    pairs = f"{count} pairs of views 0.15 radians apart, the surface of one warped into the other by its depth"
    surface = f"surface is where opacity exceeds {SURFACE_OPACITY:g}"
    same = (
        f"{pairs}; mean absolute difference of colours, steps of {UNIT}, where both see the same surface (depths differ"
        f" by at most {DEPTH_TOLERANCE:g} of the box's edge); {surface}."
    )
    about: list[tuple[str, str, str, Better, str]] = [
        ("reprojection_picture", "Reprojection, picture", UNIT, "lower",
         f"{same} Of pictures as they are shown, after an upsampler if there is one. The floor is the same for "
         "what rays see of the field, which is the picture itself where there is no upsampler."),
        ("reprojection_rays", "Reprojection, rays", UNIT, "lower",
         f"{same} Of the field's own colours, along a ray for each pixel. The floor is what reading between pixels "
         "costs: beside rays that are traced exactly there. What is above it is fog, whose depth is a mean."),
        ("reprojection_unrelated", "Reprojection, unrelated", UNIT, "neither",
         f"{same} With another sample's picture in place of the second: no consistency at all."),
        ("reprojection_visible", "Reprojection, visible part", "", "neither",
         f"{pairs}; part of the surface whose depth both agree on: the rest is hidden, or inconsistent."),
        ("relief", "Relief (flatness)", "", "neither",
         f"Thickness over width of the surface seen, mean of {count} views; 0 is a plane or billboard, 0.47 a sphere; "
         f"{surface}."),
    ]  # fmt: skip
    return [_measurement(name, label, unit, better, text, found[name]) for name, label, unit, better, text in about]


def _measurement(name: str, label: str, unit: str, better: Better, protocol: str, found: _Found) -> Measurement:
    return Measurement(
        name=name,
        label=label,
        unit=unit,
        value=_mean(found.values),
        spread=_spread(found.values),
        floor=_mean(found.floors),
        floor_spread=_spread(found.floors),
        count=len(found.values),
        better=better,
        protocol=protocol if found.values else f"{protocol} No view showed a surface.",
    )


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _spread(values: Sequence[float]) -> float | None:
    return statistics.pstdev(values) if values else None
