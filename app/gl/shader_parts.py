"""Which files and words of shaders/ belong to the parts of a field; no OpenGL here."""

from __future__ import annotations

from core.field_parts import FieldParts


def included(parts: FieldParts) -> dict[str, str]:
    """What is chosen for the parts that shaders include."""
    decoder = parts.decoder
    return {
        "activation": decoder.activation, "colours": decoder.colours,
        "placement": parts.placement, "summation": parts.summation,
    }  # fmt: skip


def planes_defined(parts: FieldParts) -> dict[str, int | str]:
    """The conventions of the planes, as shaders/planes_field.glsl has them."""
    spanned = {f"PLANE_{plane}": "xyz"[u] + "xyz"[v] for plane, (u, v) in enumerate(parts.axes)}
    return {**spanned, "CORNERS_ALIGNED": int(parts.aligned)}
