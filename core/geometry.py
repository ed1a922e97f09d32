"""How a sample's surface is made and shown: the part of the Scene that the geometry inspector edits.

Where the surface lies is said by `quality.threshold`, as for the viewport's own lit surface.  Lengths are in world
units of the cameras; places along an axis in halves of the box's edge, as `quality.slice_at`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from core.camera import Camera, Vector

# For pydantic, which reads Scenes: an unknown name is an error, not ignored.
STRICT = {"extra": "forbid", "allow_inf_nan": False}

Style = Literal["surface", "wireframe", "points"]
Colouring = Literal["colour", "seen", "plain", "normals", "mean", "gaussian", "density", "distance"]

LEAST_RESOLUTION, MOST_RESOLUTION = 64, 512
# An oblique plane leaves the box at its corner, √3 halves of the edge from the middle; a little beyond cuts nothing.
FARTHEST_CLIP = 2.0


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name} must lie in [{least}, {most}], got {value}")


@dataclass(frozen=True)
class Largest:
    """Keep the component with the most faces, drop the others.

    Attributes:
        kind: Tells filters apart in JSON.
        on: Whether it is applied.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["largest"] = "largest"
    on: bool = True


@dataclass(frozen=True)
class DropSmall:
    """Drop components of fewer faces than this, 1 to 100000000."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["small"] = "small"
    on: bool = True
    faces: int = 100

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        _within("geometry.filters: small: faces", self.faces, 1, 100_000_000)


@dataclass(frozen=True)
class FillHoles:
    """Close holes whose edge fits into a sphere of this radius, world units, above 0 to 100."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["holes"] = "holes"
    on: bool = True
    radius: float = 0.05

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        _within("geometry.filters: holes: radius", self.radius, 1e-6, 100)


@dataclass(frozen=True)
class Smooth:
    """Taubin's smoothing, which does not shrink (Taubin 1995; VTK's windowed sinc).

    Attributes:
        kind: Tells filters apart in JSON.
        on: Whether it is applied.
        passes: 1 to 200; more come closer to the ideal filter.
        band: Frequencies above this are taken away, 0.001 to 2; 0.1 keeps shapes of some ten edges.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["smooth"] = "smooth"
    on: bool = True
    passes: int = 20
    band: float = 0.1

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        _within("geometry.filters: smooth: passes", self.passes, 1, 200)
        _within("geometry.filters: smooth: band", self.band, 0.001, 2)


@dataclass(frozen=True)
class Decimate:
    """Merge faces until about so many are left, 100 to 100000000; fewer are left alone."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["decimate"] = "decimate"
    on: bool = True
    faces: int = 50_000

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        _within("geometry.filters: decimate: faces", self.faces, 100, 100_000_000)


class _ByKind:
    """Has pydantic read a filter by its kind, so that errors name the right one; it is loaded on use, as in Scene."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic import Discriminator

        return Discriminator("kind").__get_pydantic_core_schema__(source, handler)


Filter = Annotated[Largest | DropSmall | FillHoles | Smooth | Decimate, _ByKind()]


@dataclass(frozen=True)
class ClipPlane:
    """Cuts away what lies on the side that the normal points to.

    Attributes:
        normal: World axes, any length but 0; (1, 0, 0) cuts across x.
        at: Where the plane lies along the normal, from the middle of the box, halves of its edge, -2 to 2.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    normal: Vector = (1.0, 0.0, 0.0)
    at: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a plane without a direction, or out of reach."""
        if not 1e-6 < math.hypot(*self.normal) < 1e6:
            raise ValueError(f"geometry.clip.normal must be a direction, got {list(self.normal)}")
        _within("geometry.clip.at", self.at, -FARTHEST_CLIP, FARTHEST_CLIP)

    @property
    def unit(self) -> Vector:
        """The normal, of length 1."""
        length = math.hypot(*self.normal)
        x, y, z = (each / length for each in self.normal)
        return x, y, z


@dataclass(frozen=True)
class ClipBox:
    """Cuts away what lies outside of a box whose sides are parallel to the axes.

    Attributes:
        low: Its corner of the least x, y and z, halves of the edge of the field's box, -1 to 1.
        high: Its corner of the greatest; each more than `low`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    low: Vector = (-1.0, -1.0, -1.0)
    high: Vector = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        """Refuse a box that holds nothing."""
        for axis, low, high in zip("xyz", self.low, self.high, strict=True):
            if not -1 <= low < high <= 1:
                raise ValueError(f"geometry.clip_box: {axis} must rise within [-1, 1], got {low} to {high}")


@dataclass(frozen=True)
class Slices:
    """Planes across the axes that show the density.

    Attributes:
        x: Where one cuts the x axis, halves of the box's edge, -1 to 1; none there is none.
        y: Likewise.
        z: Likewise.
        contours: Whether lines of equal density are drawn on them, the threshold's own stronger.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    x: float | None = None
    y: float | None = None
    z: float | None = None
    contours: bool = True

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        for axis, at in zip("xyz", (self.x, self.y, self.z), strict=True):
            _within(f"geometry.slices.{axis}", at or 0.0, -1, 1)


@dataclass(frozen=True)
class Geometry:
    """The surface of a sample, as the inspector makes and shows it.

    Attributes:
        resolution: Points of the density's grid along an edge of the box, 64 to 512.
        closed: Whether walls close a surface that runs into a side of the box.
        filters: Applied one after the other; the surface without them stays at hand.
        style: Filled faces, their edges, or vertices.
        colouring: What colours it: the field's colour there, that which a ray sees that enters it, one colour, normals,
            mean or Gaussian curvature, density, or the distance to the surface of B (`Scene.beside`).
        clip: A plane that cuts part of it away; none shows all.
        clip_box: A box that does.
        slices: Planes that show the density.
        axes: Whether the axes are drawn in the corner.
        bounds: Whether the field's box is drawn, with its lengths.
        scale_bar: Whether a bar shows how long a world unit is at the target.
        camera: The inspector's own; none: that of the Scene, so that inspector and viewport show the same view.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    resolution: int = 128
    closed: bool = False
    filters: tuple[Filter, ...] = ()
    style: Style = "surface"
    colouring: Colouring = "colour"
    clip: ClipPlane | None = None
    clip_box: ClipBox | None = None
    slices: Slices = field(default_factory=Slices)
    axes: bool = False
    bounds: bool = False
    scale_bar: bool = False
    camera: Camera | None = None

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        _within("geometry.resolution", self.resolution, LEAST_RESOLUTION, MOST_RESOLUTION)

    @property
    def applied(self) -> tuple[Filter, ...]:
        """The filters that are switched on."""
        return tuple(each for each in self.filters if each.on)
