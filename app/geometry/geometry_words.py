"""What people should know of a surface, in words."""

from __future__ import annotations

from app.geometry.geometry_messages import Figures


def warnings_of(figures: Figures, *, touches_box: bool, closed: bool) -> tuple[str, ...]:
    """What may surprise somebody who takes the mesh elsewhere; a sentence each.

    Args:
        figures: Of the mesh in the end.
        touches_box: Whether the surface runs into a side of the box.
        closed: Whether it is closed there.
    """
    found = []
    if touches_box and not closed and figures.open_edges:
        found.append("The surface runs into a side of the box and is cut off there; it can be closed with walls.")
    elif figures.open_edges:
        found.append(f"The mesh has {figures.open_edges:,} open edges, and so no inside; holes can be filled.")
    if not figures.manifold:
        found.append("Some edges have more than two faces: printers and solid modellers may refuse the mesh.")
    return tuple(found)
