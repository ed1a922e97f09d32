"""The figure of benchmarks/families.py: distance over images and over hours, and errors of close views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

COLOURS = ("#3b76c4", "#d1762c")
WIDTH = 0.32
METRIC = "Metrics/frechet_random"
ERRORS = {
    "reprojection_picture": "as shown",
    "reprojection_rays": "rays",
    "interpolation": "reading",
    "reprojection_unrelated": "unrelated",
}
# A run's family, what was measured while it trained, and its figures by name.
Drawn = tuple[str, "Course", Callable[[str], float | None]]


@dataclass(frozen=True)
class Course:
    """What was measured while a run trained.

    Attributes:
        kimg: [n].
        hours: [n] trained until then.
        frechet: [n].
    """

    kimg: np.ndarray
    hours: np.ndarray
    frechet: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, float]]) -> Self:
        """From statistics, a mapping for each tick."""
        names = ("Progress/kimg", "Timing/total_sec", METRIC)
        kimg, seconds, frechet = (
            np.array([[each[name] for name in names] for each in rows if METRIC in each]).reshape(-1, 3).T
        )
        return cls(kimg, seconds / 3600, frechet)


def draw(path: Path, runs: Sequence[Drawn]) -> None:
    """A line for each seed, a colour for each family; of close views a dot for each seed, a bar for their mean."""
    from matplotlib.figure import Figure

    measured = any(len(course.kimg) for _, course, _ in runs)
    figure = Figure(figsize=(10.8 if measured else 4.4, 3.4), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, 3 if measured else 1))
    colours = dict(zip(dict.fromkeys(label for label, _, _ in runs), COLOURS, strict=True))
    for place, name in ((axes[0], "kimg"), (axes[1], "hours")) if measured else ():
        for label, course, _ in runs:
            place.plot(
                getattr(course, name), course.frechet, color=colours[label], linewidth=1.4, marker="o", markersize=2.5
            )
        _logarithmic(place)
        place.set_xlabel(name)
    if measured:
        axes[0].set_ylabel("Fréchet, random features")
    _errors(axes[-1], runs, colours)
    figure.savefig(path)


def _errors(axes: Any, runs: Sequence[Drawn], colours: Mapping[str, str]) -> None:
    seen = False
    for index, (label, colour) in enumerate(colours.items()):
        for place, name in enumerate(ERRORS):
            values = [value for one, _, figure in runs if one == label and (value := figure(name)) is not None]
            x = place + (index - (len(colours) - 1) / 2) * WIDTH
            told = label if place == 0 else None
            axes.plot([x] * len(values), values, color=colour, linestyle="none", marker="o", markersize=4, label=told)
            if values:
                axes.hlines(np.mean(values), x - WIDTH / 2.5, x + WIDTH / 2.5, color=colour, linewidth=1.6)
                seen = True
    axes.set_xticks(range(len(ERRORS)), list(ERRORS.values()))
    axes.set_xlim(-0.5, len(ERRORS) - 0.5)
    axes.set_ylabel("difference of close views, 1/255")
    if seen:
        _logarithmic(axes)
    else:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no view showed a surface", transform=axes.transAxes, ha="center", va="center")
    axes.legend(frameon=False, fontsize="small", loc="upper left")


def _logarithmic(axes: Any) -> None:
    """With plain numbers."""
    axes.set_yscale("log")
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which(lambda value, _place: f"{value:g}" if f"{value:e}"[0] in "125" else "")
    axes.grid(axis="both", alpha=0.25)
