"""Requests to the geometry worker, what it needs of the model worker, and their answers; free of torch and VTK.

The model worker evaluates a field, the geometry worker makes surfaces of it; the window stands between them and passes
on only names. Large arrays travel as files of a private folder (app/workers/scratch.py), written whole and never
changed:

    to the model worker     GRID     a density grid                   -> GridAnswer: its file and figures
    to the geometry worker  SURFACE  that file, threshold, filters    -> SurfaceAnswer: figures, and the vertices' file
    to the model worker     PAINT    the vertices' file               -> PaintAnswer: the colours' file
    to the geometry worker  VIEW     surface, colours, camera, style  -> ViewAnswer, and a picture
                            PICK     a view and a pixel               -> PickAnswer
                            COMPARE  two surfaces                     -> CompareAnswer
                            SAVE     surface, colours, a path         -> SaveAnswer

Each request names all it depends on, and workers keep what they have made by that, so that asking again is cheap: a
VIEW of a surface that was never asked for makes it first.  A GRID takes seconds, in which the model worker does nothing
else, unless it is a kind that gives way (worker_child.Settings.yielding).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.model.model_messages import BakeRequest
from core.camera import Camera
from core.geometry import Filter, Geometry
from core.surface_figures import Densities, Figures, Legend, Picked, Step

# Kinds of requests to the model worker ...
GRID, PAINT = "grid", "paint"
# ... and to the geometry worker.
SURFACE, VIEW, PICK, COMPARE, SAVE = "surface", "view", "pick", "compare", "save"
GEOMETRY_ENTRY = "app.geometry.geometry_worker:GeometryHandler"

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class GridRequest:
    """Evaluate the density of a sample on a grid.

    Attributes:
        sample: Which one, and on which device; its resolution does not count.
        resolution: Points along an edge of the box, corners included.
        folder: Where the file is to be written; it must exist.
    """

    sample: BakeRequest
    resolution: int
    folder: str


@dataclass(frozen=True)
class GridFile:
    """A density grid in a file, which the model worker has written.

    Attributes:
        path: A .npy of [z, y, x], float32: the density after softplus, per world unit.
        resolution: Points along an edge.
        half: Half the edge of the box around the origin, world units: index i is -half + 2 half i / (resolution - 1).
        source: What it is of, for people.
    """

    path: str
    resolution: int
    half: float
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class GridAnswer:
    """A density grid is there.

    Attributes:
        request: What was asked.
        grid: Its file.
        densities: Their histogram, and the proposed threshold.
        step: Distance of samples along a ray of the training, world units; a density σ absorbs 1 - exp(-σ step) of it.
        seconds: What it took.
    """

    request: GridRequest
    grid: GridFile
    densities: Densities
    step: float
    seconds: float


@dataclass(frozen=True)
class PaintRequest:
    """Evaluate the colours of a sample at points.

    Attributes:
        sample: Which one, and on which device; its resolution does not count.
        points: A .npy of [n, 3], float32, world units; the colours are written beside it.
        normals: A .npy of as many unit vectors, for the colouring `seen`; empty for `colour`.
    """

    sample: BakeRequest
    points: str
    normals: str = ""


@dataclass(frozen=True)
class PaintAnswer:
    """The colours are there.

    Attributes:
        request: What was asked.
        colours: A .npy of [n, 3], uint8, sRGB, as the viewport shows them.
    """

    request: PaintRequest
    colours: str


@dataclass(frozen=True)
class SurfaceRequest:
    """Make the surface of a density grid.

    Attributes:
        grid: The grid.
        threshold: Density on the surface, per world unit.
        closed: Whether walls close it where it runs into a side of the box.
        filters: Applied one after the other (`Geometry.applied`).
    """

    grid: GridFile
    threshold: float
    closed: bool = False
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True)
class SurfaceAnswer:
    """A surface was made.

    Attributes:
        request: What was asked.
        raw: Of the surface without filters.
        steps: One for each filter.
        vertices: A .npy of the vertices, [n, 3], float32, world units, in the grid's folder: for `PaintRequest`.
        touches_box: Whether the surface without filters runs into a side of the box, where it is cut off (or closed).
        warnings: What people should know, each a sentence.
        seconds: What it took.
        normals: A .npy of their normals, likewise.
    """

    request: SurfaceRequest
    raw: Figures
    steps: tuple[Step, ...]
    vertices: str
    touches_box: bool
    warnings: tuple[str, ...]
    seconds: float
    normals: str = ""

    @property
    def figures(self) -> Figures:
        """Of the mesh in the end."""
        return self.steps[-1].after if self.steps else self.raw


@dataclass(frozen=True)
class ViewRequest:
    """Draw a surface.

    Attributes:
        surface: Which.
        geometry: Style, colouring, clips, slices, and what is drawn beside it; its filters, resolution and camera do
            not count here: those are in `surface` and `camera`.
        camera: From where; rays are those of the viewport, so that pictures of the same size lie over each other.
        width: Pixels.
        height: Pixels.
        colours: File of the vertices' colours (`PaintAnswer.colours`), for `colour` and `seen`; empty: not at hand yet,
            drawn in one colour.
        against: Surface of B, for the colouring `distance`.
        ground: Colour behind everything, 0 to 1 each; none is transparent.
        ink: Colour of lines and letters over it.
        smooth: Whether edges are smoothed, which takes about three times as long: for pictures at rest.
    """

    surface: SurfaceRequest
    geometry: Geometry
    camera: Camera
    width: int
    height: int
    colours: str = ""
    against: SurfaceRequest | None = None
    ground: Colour | None = None
    ink: Colour = (0.9, 0.9, 0.9)
    smooth: bool = True


@dataclass(frozen=True)
class ViewAnswer:
    """A picture, which travels beside it: [height, width, 4], uint8, sRGB, top row first, premultiplied by its alpha.

    Attributes:
        request: What was asked.
        legends: Of the surface's colours and of the slices', where they mean numbers.
        milliseconds: What drawing took.
    """

    request: ViewRequest
    legends: tuple[Legend, ...]
    milliseconds: float


@dataclass(frozen=True)
class PickRequest:
    """What is seen at a pixel.

    Attributes:
        view: Of which picture.
        x: Pixels from the left edge; the first pixel's centre is at one half.
        y: Likewise from above.
    """

    view: ViewRequest
    x: float
    y: float


@dataclass(frozen=True)
class PickAnswer:
    """What was picked; none: the ray meets nothing."""

    request: PickRequest
    picked: Picked | None


@dataclass(frozen=True)
class CompareRequest:
    """How far two surfaces are from each other.

    Attributes:
        surface: The one.
        other: The other, or a mesh file.
    """

    surface: SurfaceRequest
    other: SurfaceRequest | str


@dataclass(frozen=True)
class CompareAnswer:
    """Distances of points spread evenly over both surfaces to the other one.  World units.

    Attributes:
        request: What was asked.
        chamfer: Mean distance from the one to the other plus that back.
        forth: Mean distance from the first to the other.
        back: Mean distance from the other to the first.
        farthest: The largest of all (Hausdorff, of the points).
    """

    request: CompareRequest
    chamfer: float
    forth: float
    back: float
    farthest: float


@dataclass(frozen=True)
class SaveRequest:
    """Write a surface, or the density itself, to a file that does not exist yet.

    Attributes:
        surface: Which.
        path: Its suffix says the format: .glb, .ply, .obj, .stl; .mrc or .npz for the density.
        scene: The Scene as JSON, kept in formats that have a place for it.
        colours: File of the vertices' colours; empty: without.
    """

    surface: SurfaceRequest
    path: str
    scene: str
    colours: str = ""


@dataclass(frozen=True)
class SaveAnswer:
    """A file was written.

    Attributes:
        request: What was asked.
        path: Of the file.
        size: Bytes.
    """

    request: SaveRequest
    path: str
    size: int
