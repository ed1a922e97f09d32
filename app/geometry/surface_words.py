"""What the Geometry panel says of a surface: figures, what is missing, and what densities cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.surface_figures import Picked
from widgets.amounts import count_words, seconds_words, size_words
from widgets.geometry_view import SurfaceView
from widgets.surface_rows import RESOLUTIONS

if TYPE_CHECKING:
    from app.geometry.surface_side import SurfaceSide
    from app.view.side import Side

FLAT_TITLE = "No surface"
FLAT = "This generator paints flat pictures. Show one with a field, such as the demo (Sample → Back to the demo)."
WAITING = "The sample is computed first; its densities and its surface follow."


def surface_view(
    surface: SurfaceSide, side: Side, name: str = "", picked: Picked | None = None, other: str = "B"
) -> SurfaceView:
    """A surface for the panel.

    Args:
        surface: It.
        side: Of the viewport, which shows the same sample.
        name: What tells it from the other one.
        picked: What was picked on it.
        other: The letter of the other one, which distances lead to.
    """
    title, hint = "No surface yet", WAITING
    if side.engine.shown is not None and len(side.engine.shown.volume.values) == 2:
        return SurfaceView(name, FLAT, FLAT_TITLE)
    if side.engine.hint:
        hint = side.engine.hint
    elif side.engine.problem is not None:
        hint = f"The viewport shows no sample: {side.engine.problem.message}"
    elif surface.waits:
        title, hint = "Making the surface…", "Coarse at first, then as finely as asked."
    densities, answer, problem = surface.densities, surface.surface.answer, surface.problem
    shown = answer if problem is None else None
    colourless = surface.paint.problem
    warnings = () if colourless is None else (f"It has no colours: {colourless.message}",)
    return SurfaceView(
        name=name,
        hint=hint,
        title=title,
        legends=tuple(replace(each, title=each.title.replace("to B", f"to {other}")) for each in surface.legends),
        densities=None if densities is None else densities.densities,
        resolution=0 if shown is None else shown.request.grid.resolution,
        raw=None if shown is None else shown.raw,
        steps=() if shown is None else shown.steps,
        warnings=() if shown is None else (*shown.warnings, *warnings),
        problem=problem,
        work=surface.work,
        is_complete=surface.is_complete,
        picked=picked,
    )


def costs(surface: SurfaceSide) -> dict[int, str]:
    """What each resolution takes, by what the last ones have taken; nothing before the first."""
    found = {}
    for resolution in RESOLUTIONS:
        expected = surface.expected(resolution)
        if expected is not None:
            faces = f", {count_words(expected.faces)} faces" if expected.faces else ""
            found[resolution] = f"{seconds_words(expected.seconds)}, {size_words(expected.size)}{faces}"
    return found
