"""Pictures of meshes from all around: a data set of posed views (docs/method.md, Cameras and Megascans protocol)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from app.mesh_load import MeshError, load_model, mesh_files
from app.mesh_model import Model, Surface, bounding_sphere, subdivided, with_normals
from app.mesh_render import Renderer, SkyLight, fibonacci_sphere, on_white
from app.mesh_texture import object_colours, seed_of
from core.camera import Camera, angles_of
from training.data_format import StudioBlock
from training.data_writer import PictureFormat, writing

# At the poles a camera has no up; the pictures stop short of them by this, radians.
POLE_MARGIN = 1e-3
# Light and procedural colours live at the vertices, so edges must be short: this part of the object's radius.
LONGEST_EDGE = 0.06
SCAN_LIGHT = SkyLight()

OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Protocol:
    """How objects are placed and looked at.

    Attributes:
        name: As written into the data set.
        fov: Full angle of view, degrees.
        radius: Distance of the cameras to the origin.
        near: Where rays start, along the ray.
        far: Where rays end.
        cube_scale: Half the edge of the box that holds every object.
        scale: Radius of the sphere that holds every object.
        least_volume: Objects whose bounding box, scaled into [-1, 1]^3, is smaller than this are dropped.
        least_alpha: Objects that cover less of their pictures than this, on average, are dropped.
    """

    name: str
    fov: float
    radius: float
    near: float
    far: float
    cube_scale: float
    scale: float
    least_volume: float = 0.0
    least_alpha: float = 0.0

    def placed(self, model: Model) -> Model:
        """Move and scale a model to where its cameras look."""
        if self.name == MEGASCANS.name:
            low, high = model.points.min(axis=0), model.points.max(axis=0)
            return model.transformed(-(low + high) / 2, 2 / float((high - low).max()))
        centre, radius = bounding_sphere(model.points)
        return model.transformed(-centre, self.scale / radius)


OBJECTS = Protocol("objects", fov=30, radius=1, near=0.74, far=1.26, cube_scale=0.35, scale=0.25)
# Appendix E: into [-1, 1]^3, seen from 3.5; the range covers the sphere around that cube.
MEGASCANS = Protocol(
    "megascans", fov=45, radius=3.5, near=3.5 - math.sqrt(3), far=3.5 + math.sqrt(3), cube_scale=1.0,
    scale=math.sqrt(3), least_volume=2.0, least_alpha=0.03,
)  # fmt: skip
PROTOCOLS = {protocol.name: protocol for protocol in (OBJECTS, MEGASCANS)}


@dataclass(frozen=True)
class Dropped:
    """An object that is not in the data set, and why."""

    name: str
    reason: str


def render_folder(
    folder: Path,
    out: Path,
    *,
    views: int,
    resolution: int,
    protocol: Protocol = OBJECTS,
    seed: int = 0,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
) -> list[Dropped]:
    """Render every mesh of a folder.

    Args:
        folder: With OBJ, PLY, STL or GLB files.
        out: The data set: a zip, or a folder.
        views: Pictures of each object, from poses uniform on the sphere.
        resolution: Pixels along a side.
        protocol: How objects are placed and looked at.
        seed: Of the poses.
        overwrite: Replace a data set that is there.
        on_progress: Called with pictures done, pictures in all, and the object's name.

    Returns:
        The objects that were left out.

    Raises:
        MeshError: There are no meshes, one is damaged, or none was left.
        DataSetError: The data set cannot be written.
    """
    files = mesh_files(folder)
    models = (load_model(file) for file in files)
    names = [file.stem for file in files]
    return render_models(
        models, names, out, views=views, resolution=resolution, protocol=protocol, seed=seed, overwrite=overwrite,
        title=folder.resolve().name, on_progress=on_progress,
    )  # fmt: skip


def render_models(
    models: Iterator[Model],
    names: list[str],
    out: Path,
    *,
    views: int,
    resolution: int,
    protocol: Protocol,
    title: str,
    seed: int = 0,
    overwrite: bool = False,
    picture_format: PictureFormat = "png",
    light: SkyLight = SCAN_LIGHT,
    develop: Callable[[np.ndarray], np.ndarray] = on_white,
    made_by: str = "data meshes",
    on_progress: OnProgress | None = None,
) -> list[Dropped]:
    """Render models as they come; see `render_folder`.

    `names` has one for each model, `title` is the data set's, `light` falls on them all, and `develop` makes what is
    stored of what is rendered: [R, R, 4] with premultiplied colours to uint8 [R, R, 3].  `made_by` is the command.
    """
    dropped: list[Dropped] = []
    kept: list[str] = []
    total = views * len(names)
    with writing(out, picture_format, overwrite=overwrite) as writer, Renderer(resolution) as renderer:
        for index, (name, model) in enumerate(zip(names, models, strict=True)):
            placed = protocol.placed(model)
            extent = placed.points.max(axis=0) - placed.points.min(axis=0)
            if float(extent.prod()) < protocol.least_volume:
                dropped.append(Dropped(name, f"its box holds {extent.prod():.2f}, less than {protocol.least_volume:g}"))
                continue
            renderer.show(renderer.lit(coloured(placed, protocol.scale), light))
            pictures, alphas, poses = [], [], sphere_poses(views, seed, name)
            for view, (yaw, pitch) in enumerate(poses):
                picture = renderer.picture(Camera(yaw, pitch, protocol.radius, protocol.fov))
                alphas.append(float(picture[..., 3].mean()))
                pictures.append(develop(picture))
                if on_progress is not None:
                    on_progress(index * views + view + 1, total, name)
            alpha = float(np.mean(alphas))
            if alpha < protocol.least_alpha:
                dropped.append(
                    Dropped(name, f"covers {alpha:.1%} of its pictures, less than {protocol.least_alpha:.0%}")
                )
                continue
            for picture, (yaw, pitch) in zip(pictures, poses, strict=True):
                writer.add(picture, (yaw, pitch, 0.0), len(kept))
            kept.append(name)
        if not kept:
            raise MeshError(
                f"{title}: no object is left: " + "; ".join(f"{item.name} {item.reason}" for item in dropped)
            )
        writer.describe(description(protocol, title, kept, made_by))
    return dropped


def description(protocol: Protocol, title: str, objects: list[str], made_by: str) -> StudioBlock:
    """What the data set says of its cameras, and of how it was made."""
    return StudioBlock(
        name=title, fov=protocol.fov, radius=protocol.radius, scale=protocol.scale, near=protocol.near,
        far=protocol.far, cube_scale=protocol.cube_scale, background="white", protocol=protocol.name,
        objects=tuple(objects), generator=f"epigraf-studio {version('epigraf-studio')}: {made_by}",
    )  # fmt: skip


def sphere_poses(count: int, seed: int, name: str) -> list[tuple[float, float]]:
    """Yaw and pitch, radians, evenly spread over the sphere; they depend on the seed and the object's name alone.

    A regular arrangement is turned at random, so that each pose by itself is uniform on the sphere.
    """
    rng = np.random.default_rng([seed, seed_of(name)])
    rotation, upper = np.linalg.qr(rng.normal(size=(3, 3)))
    yaw, pitch = angles_of(fibonacci_sphere(count) @ (rotation * np.sign(np.diag(upper))))
    pitch = np.clip(pitch, POLE_MARGIN, math.pi - POLE_MARGIN)
    return list(zip(yaw.tolist(), pitch.tolist(), strict=True))


def coloured(model: Model, scale: float) -> Model:
    """The model with normals, short edges, and procedural colours where it has none; a finished one stays as it is."""

    def finished(surface: Surface) -> Surface:
        if surface.normals is not None and surface.colours is not None:
            return surface
        # Normals first: splitting then spreads them over coarse triangles, which look round.
        surface = subdivided(with_normals(surface), LONGEST_EDGE * scale)
        if surface.colours is None:
            surface = replace(surface, colours=object_colours(surface.points, model.name, scale))
        return surface

    return replace(model, surfaces=tuple(finished(surface) for surface in model.surfaces))
