"""The figure of benchmarks/families.py: distance over images and over hours, and errors of close views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

COLOURS = ("#3b76c4", "#d1762c")
METRIC = "Metrics/frechet_random"
BARS = {
    "reprojection_picture": "as shown",
    "reprojection_rays": "rays",
    "interpolation": "interpolation",
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
    """A line for each seed, a colour for each family; bars are means over seeds, dots the seeds."""
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
        place.set(xlabel=name, yscale="log")
        place.grid(alpha=0.25)
    if measured:
        axes[0].set_ylabel("random-feature Fréchet distance")
    _bars(axes[-1], runs, colours)
    figure.savefig(path)


def _bars(axes: Any, runs: Sequence[Drawn], colours: Mapping[str, str]) -> None:
    width = 0.8 / len(colours)
    for index, (label, colour) in enumerate(colours.items()):
        for place, name in enumerate(BARS):
            values = [value for one, _, figure in runs if one == label and (value := figure(name)) is not None]
            x = place + (index - (len(colours) - 1) / 2) * width
            axes.bar(
                x,
                np.mean(values) if values else 0,
                width,
                color=colour,
                alpha=0.75,
                label=label if place == 0 else None,
            )
            axes.plot([x] * len(values), values, color="black", linestyle="none", marker="o", markersize=2.5)
    axes.set_xticks(range(len(BARS)), list(BARS.values()), fontsize="small")
    axes.set(ylabel="difference of close views, 1/255")
    axes.grid(axis="y", alpha=0.25)
    axes.legend(frameon=False, fontsize="small")
