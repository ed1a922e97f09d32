"""What the Geometry panel shows, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.camera import Camera
from core.scene import Scene
from core.surface_figures import Densities, Figures, Legend, Picked, Step
from widgets.export_view import ExportIntent, ExportItem
from widgets.notes import Problem
from widgets.picture import Picture
from widgets.viewport import Work

MeshFormat = Literal[".glb", ".ply", ".obj", ".stl", ".mrc", ".npz"]
Which = Literal["a", "b"]

# Asks for the picture of a side from a camera for so many screen pixels (width, height) and gives the last one that has
# come; the last argument says that speed counts more than looks. None as long as there is none.
SurfacePictures = Callable[[Which, Camera, int, int, bool], Picture | None]


@dataclass(frozen=True)
class SurfaceView:
    """One surface.

    Attributes:
        name: What tells it from the other one; empty while it is alone.
        hint: While there is nothing to show: what is being done, or what to do; empty once there is.
        title: Likewise, its heading.
        legends: What the colours of its picture mean.
        densities: Of its sample, as finely as they are there.
        resolution: Points along an edge of the grid that its surface is made of; 0 before there is one.
        raw: Figures of the surface without filters.
        steps: What each filter that is on has done, in their order.
        warnings: What people should know, a sentence each.
        problem: Why it is not there.
        work: What is being computed for it, or what waits for somebody.
        is_complete: Whether it is there as finely as it was asked for.
        picked: What was picked on it.
    """

    name: str = ""
    hint: str = ""
    title: str = "No surface yet"
    legends: tuple[Legend, ...] = ()
    densities: Densities | None = None
    resolution: int = 0
    raw: Figures | None = None
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    problem: Problem | None = None
    work: Work | None = None
    is_complete: bool = False
    picked: Picked | None = None

    @property
    def figures(self) -> Figures | None:
        """Of the surface as it is shown."""
        return self.steps[-1].after if self.steps else self.raw


@dataclass(frozen=True)
class Distances:
    """How far two surfaces are from each other, world units.

    Attributes:
        chamfer: Mean distance there plus that back.
        forth: Mean distance from A to B.
        back: Mean distance from B to A.
        farthest: The largest of all.
    """

    chamfer: float
    forth: float
    back: float
    farthest: float


@dataclass(frozen=True)
class GeometryView:
    """Everything.

    Attributes:
        scene: The Scene.
        home: Camera of the training, which distances go by.
        half: Half the edge of the field's box, world units; None while that is not known.
        step: Distance of samples along a ray of the training, world units; None likewise.
        one: The surface of the Scene.
        other: That of B, if they are compared.
        distances: How far they are from each other, once both are there.
        trouble: Why that cannot be said.
        costs: What densities of a resolution take, for people, as far as it is known.
        saves: Files that are written or were, the last one first.
        folder: Where they go.
    """

    scene: Scene
    home: Camera
    one: SurfaceView
    folder: Path
    half: float | None = None
    step: float | None = None
    other: SurfaceView | None = None
    distances: Distances | None = None
    trouble: str = ""
    costs: Mapping[int, str] = field(default_factory=dict)
    saves: tuple[ExportItem, ...] = ()


@dataclass(frozen=True)
class PickPoint:
    """Say what is seen at a place of a picture; x and y in shares of its width and height, from its upper left."""

    which: Which
    x: float
    y: float


@dataclass(frozen=True)
class ForgetPick:
    """Take the mark of what was picked away."""


@dataclass(frozen=True)
class GoHome:
    """Go to the camera of the training."""


@dataclass(frozen=True)
class CancelSurface:
    """Give up what is computed for a side."""

    which: Which


@dataclass(frozen=True)
class RetrySurface:
    """Compute what was given up, has failed, or takes long."""

    which: Which


@dataclass(frozen=True)
class LookInViewport:
    """Bring the viewport to the front."""


@dataclass(frozen=True)
class SaveMesh:
    """Write the surface, or its densities, to a file."""

    suffix: MeshFormat


@dataclass(frozen=True)
class CopyMeshCommand:
    """Put the command that makes the same file on the clipboard."""

    suffix: MeshFormat


@dataclass(frozen=True)
class OpenMesh:
    """Open the surface in PyVista's own window."""


PaneIntent = PickPoint | ForgetPick | GoHome | CancelSurface | RetrySurface
GeometryIntent = PaneIntent | LookInViewport | SaveMesh | CopyMeshCommand | OpenMesh | ExportIntent


@dataclass(frozen=True)
class GeometryWish:
    """What somebody wants.

    Attributes:
        scene: As it is now wanted.
        intents: What else is to be done.
    """

    scene: Scene
    intents: tuple[GeometryIntent, ...] = ()
