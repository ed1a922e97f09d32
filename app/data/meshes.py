"""Pictures of meshes from all around: a data set of posed views (docs/method.md, Cameras and Megascans protocol)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from app.data.mesh_load import MeshError
from app.data.mesh_model import Model, Surface, bounding_sphere, subdivided, with_normals
from app.data.mesh_parts import Dropped, Part
from app.data.mesh_render import Renderer, SkyLight, fibonacci_sphere, on_white
from app.data.mesh_texture import object_colours, seed_of
from core.camera import Camera, angles_of
from training.data_format import StudioBlock
from training.data_writer import PictureFormat, writing

# At the poles a camera has no up; the pictures stop short of them by this, radians.
POLE_MARGIN = 1e-3
# Light and procedural colours live at the vertices, so edges must be short: this part of the object's radius.
LONGEST_EDGE = 0.06
SCAN_LIGHT = SkyLight()


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
        views: Pictures of each object, unless others are asked for.
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
    views: int = 64

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
    scale=math.sqrt(3), least_volume=2.0, least_alpha=0.03, views=128,
)  # fmt: skip
PROTOCOLS = {protocol.name: protocol for protocol in (OBJECTS, MEGASCANS)}


@dataclass(frozen=True)
class Recipe:
    """How models become a data set.

    Attributes:
        title: The data set's name.
        views: Pictures of each object, from poses uniform on the sphere.
        resolution: Pixels along a side.
        protocol: How objects are placed and looked at.
        seed: Of the poses.
        light: What falls on every object.
        develop: What is stored of what is rendered: [R, R, 4] with premultiplied colours to uint8 [R, R, 3].
        picture_format: How pictures are stored.
        made_by: The command, for the data set's description.
        class_of: Which class an object belongs to, by its name; without it each is one of its own.
    """

    title: str
    views: int
    resolution: int
    protocol: Protocol = OBJECTS
    seed: int = 0
    light: SkyLight = SCAN_LIGHT
    develop: Callable[[np.ndarray], np.ndarray] = on_white
    picture_format: PictureFormat = "png"
    made_by: str = "data meshes"
    class_of: Callable[[str], str] | None = None


def write_parts(parts: Iterable[Part], out: Path, recipe: Recipe, *, overwrite: bool = False) -> list[Dropped]:
    """Put the pictures of objects into one data set.  Returns what was left out; errors as of `render_tasks`."""
    dropped: list[Dropped] = []
    classes: list[str] = []
    with writing(out, recipe.picture_format, overwrite=overwrite) as writer:
        for part in parts:
            if part.dropped:
                dropped.append(Dropped(part.name, part.dropped))
                continue
            shared = recipe.class_of is not None and recipe.class_of(part.name)
            if not shared or shared not in classes:
                classes.append(shared or part.name)
            label = classes.index(shared) if shared else len(classes) - 1
            poses = sphere_poses(recipe.views, recipe.seed, part.name)
            for picture, (yaw, pitch) in zip(part.pictures, poses, strict=True):
                writer.add_encoded(picture, (yaw, pitch, 0.0), label)
        if not classes:
            reasons = "; ".join(f"{item.name} {item.reason}" for item in dropped)
            raise MeshError(f"{recipe.title}: no object is left: {reasons}")
        writer.describe(description(recipe, classes))
    return dropped


def made_model(
    renderer: Renderer,
    name: str,
    make: Callable[[], Model],
    recipe: Recipe,
    view_done: Callable[[int], None],
) -> list[np.ndarray] | Dropped:
    """Make a model and photograph it; one that cannot be made is left out, too."""
    try:
        model = replace(make(), name=name)
    except MeshError as error:
        return Dropped(name, str(error))
    return photographed(renderer, model, sphere_poses(recipe.views, recipe.seed, name), recipe, view_done)


def photographed(
    renderer: Renderer,
    model: Model,
    poses: list[tuple[float, float]],
    recipe: Recipe,
    view_done: Callable[[int], None],
) -> list[np.ndarray] | Dropped:
    """The pictures of one model as they are stored, [R, R, 3] uint8 each, or why the protocol drops it."""
    protocol = recipe.protocol
    placed = protocol.placed(model)
    volume = float(np.ptp(placed.points, axis=0).prod())
    if volume < protocol.least_volume:
        return Dropped(model.name, f"its box holds {volume:.2f}, less than {protocol.least_volume:g}")
    renderer.show(renderer.lit(coloured(placed, protocol.scale), recipe.light))
    pictures, alphas = [], []
    for view, (yaw, pitch) in enumerate(poses):
        picture = renderer.picture(Camera(yaw, pitch, protocol.radius, protocol.fov))
        alphas.append(float(picture[..., 3].mean()))
        pictures.append(recipe.develop(picture))
        view_done(view + 1)
    alpha = float(np.mean(alphas))
    if alpha < protocol.least_alpha:
        return Dropped(model.name, f"covers {alpha:.1%} of its pictures, less than {protocol.least_alpha:.0%}")
    return pictures


def description(recipe: Recipe, objects: list[str]) -> StudioBlock:
    """What the data set says of its cameras, and of how it was made."""
    protocol = recipe.protocol
    return StudioBlock(
        name=recipe.title, fov=protocol.fov, radius=protocol.radius, scale=protocol.scale, near=protocol.near,
        far=protocol.far, cube_scale=protocol.cube_scale, background="white", protocol=protocol.name,
        objects=tuple(objects), kinds=recipe.class_of is not None,
        generator=f"epigraf-studio {version('epigraf-studio')}: {recipe.made_by}",
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
