"""Plots of the board as PNG, SVG and PDF: drawn by Matplotlib, with every point that the files hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.board.series import Curve, PlotSetup
from core.files import replacing
from widgets.palette import Colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".png", ".svg", ".pdf")
# Inches, and dots per inch of a PNG.
WIDTH, HEIGHT, DPI = 5.6, 3.6, 200
RAW_ALPHA, BAND_ALPHA = 0.22, 0.2


@dataclass(frozen=True)
class Drawing:
    """One plot.

    Attributes:
        title: What lies along y.
        curves: What is drawn.
        y_span: Ends of the y axis; None lets all points decide.
    """

    title: str
    curves: tuple[Curve, ...]
    y_span: tuple[float, float] | None = None


def write_plots(
    path: Path, drawings: Sequence[Drawing], setup: PlotSetup, colours: Mapping[Path, Colour], columns: int = 2
) -> None:
    """Write plots, aside and renamed.

    Args:
        path: The file; its suffix is the format.
        drawings: At least one.
        setup: Axes and smoothing.
        colours: By folder of the run; a group has that of its first.
        columns: Most plots beside each other.

    Raises:
        ValueError: The format is unknown, or there is nothing to draw.
        OSError: It cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure  # no pyplot: this runs on a thread, and knows no screen

    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path.name}: plots are written as {', '.join(SUFFIXES)}")
    if not any(drawing.curves for drawing in drawings):
        raise ValueError("there is nothing to draw: show a run, and choose a scalar that it has")
    columns = min(columns, len(drawings))
    rows = -(-len(drawings) // columns)
    figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows), layout="constrained")
    FigureCanvasAgg(figure)
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    for drawing, axes in zip(drawings, places, strict=False):
        _draw(axes, drawing, setup, colours)
    for axes in places[len(drawings) :]:
        axes.set_axis_off()
    # Curves of a run that is drawn in several plots are named once.
    names = {label: handle for axes in places for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(names.values(), names.keys(), loc="outside lower center", ncols=min(len(names), 3), frameon=False)
    with replacing(path) as aside:
        figure.savefig(aside, format=path.suffix[1:].lower(), dpi=DPI, metadata=_metadata(path))


def _draw(axes: Axes, drawing: Drawing, setup: PlotSetup, colours: Mapping[Path, Colour]) -> None:
    for curve in drawing.curves:
        line, colour = curve.line, colours[curve.runs[0].path]
        x = _times(line.x) if setup.axis == "wall clock" else line.x
        if curve.low is not None and curve.high is not None:
            axes.fill_between(x, curve.low, curve.high, color=colour, alpha=BAND_ALPHA, linewidth=0)
        elif line.smooth is not line.raw:
            axes.plot(x, line.raw, color=colour, alpha=RAW_ALPHA, linewidth=0.6)
        axes.plot(x, line.smooth, color=colour, linewidth=1.4, label=curve.label)
    axes.set_xlabel(setup.axis)
    axes.set_ylabel(drawing.title)
    axes.grid(alpha=0.3, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    if setup.log_x and setup.axis != "wall clock":
        axes.set_xscale("log")
    if setup.log_y:
        axes.set_yscale("log")
    if drawing.y_span is not None:
        axes.set_ylim(*drawing.y_span)
    if setup.axis == "wall clock":
        axes.tick_params(axis="x", rotation=30)


def _times(seconds: np.ndarray) -> list[datetime]:
    return [datetime.fromtimestamp(second) for second in seconds]


def _metadata(path: Path) -> dict[str, Any]:
    """Without a date: the same plot is the same file."""
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower(), {})
