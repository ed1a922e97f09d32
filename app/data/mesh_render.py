"""Pictures of models, off screen with VTK, exactly as core.camera sees them.

The light is baked into the vertices and drawn unlit, so that a point of the surface has one colour from all sides, as
in the field that is to be learned from the pictures (EpiGRAF has no view direction).
"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from app.data.mesh_model import Model, Surface
from core.camera import Camera

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")  # before VTK is imported

import pyvista as pv
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkFloatArray, vtkUnsignedCharArray

MAX_WINDOW = 2048


@dataclass(frozen=True)
class SkyLight:
    """Soft light from all around, brighter from above and from one side.

    Attributes:
        directions: How many directions are tried for shadows.
        ambient: Part of the light that shadows do not take away.
        strength: Factor of the rest.
        key: Where the brightest part of the sky is; y is up.
        resolution: Pixels along a side of a shadow picture.
    """

    directions: int = 40
    ambient: float = 0.3
    strength: float = 1.0
    key: tuple[float, float, float] = (0.5, 0.75, 0.45)
    resolution: int = 256

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """Directions [d, 3] towards the light, and weights [d] that give a free plane facing the key `strength`."""
        directions = fibonacci_sphere(self.directions)
        key = np.array(self.key) / np.linalg.norm(self.key)
        weights = 0.55 + 0.25 * directions[:, 1] + 0.6 * np.clip(directions @ key, 0, 1) ** 2
        facing = np.clip(directions @ key, 0, None)
        return directions, self.strength * weights / (weights * facing).sum()


def fibonacci_sphere(count: int) -> np.ndarray:
    """Evenly spread unit vectors, [count, 3]."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    turn = index * math.pi * (3 - math.sqrt(5))
    ring = np.sqrt(1 - height**2)
    return np.column_stack([ring * np.cos(turn), height, ring * np.sin(turn)])


class Renderer:
    """One off-screen window, used for any number of models and cameras.

    Args:
        resolution: Pixels along a side of the pictures.
        supersampling: Rendered pixels per pixel, along a side; cut down where the window would become too large.
    """

    def __init__(self, resolution: int, supersampling: int = 4) -> None:
        self.resolution = resolution
        self._factor = max(1, min(supersampling, MAX_WINDOW // resolution))
        self._colour = _Window(resolution * self._factor)
        self._depth: _Window | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the windows."""
        self._colour.close()
        if self._depth:
            self._depth.close()

    def show(self, model: Model) -> None:
        """Take this model in place of the last one.  Its surfaces need colours."""
        self._colour.replace(model)

    def picture(self, camera: Camera) -> np.ndarray:
        """The shown model on nothing.  [R, R, 4] float32 in [0, 1], rows from the top, colours times alpha."""
        return self._downsample(self._colour.view(camera, self.resolution))

    def lit(self, model: Model, light: SkyLight) -> Model:
        """Multiply the model's colours by the light that arrives at its vertices.  Its surfaces need normals.

        Vertices see the light's directions in which nothing is nearer than they are.  Both sides of a surface count
        and the brighter one is taken, since many meshes are open or wound the wrong way round.
        """
        if self._depth is None or self._depth.size != light.resolution:
            self._depth = _Window(light.resolution)
        self._depth.replace(model)
        points = np.concatenate([surface.points for surface in model.surfaces])
        radius = float(np.linalg.norm(points, axis=1).max())
        received = np.zeros((2, len(points)))
        normals = np.concatenate([_normals_of(surface) for surface in model.surfaces])
        for direction, weight in zip(*light.samples(), strict=True):
            facing = normals @ direction
            seen = self._depth.visible(points, direction, radius, np.abs(facing))
            received += weight * seen * np.clip(np.stack([facing, -facing]), 0, None)
        shade = light.ambient + (1 - light.ambient) * received.max(axis=0)
        ends = np.cumsum([len(surface.points) for surface in model.surfaces])[:-1]
        surfaces = [
            replace(surface, colours=np.clip(_colours_of(surface) * part[:, None], 0, 1))
            for surface, part in zip(model.surfaces, np.split(shade, ends), strict=True)
        ]
        return replace(model, surfaces=tuple(surfaces))

    def _downsample(self, rendered: np.ndarray) -> np.ndarray:
        """Mean over squares of pixels, colours weighted by alpha.  uint8 [kR, kR, 4] -> float32 [R, R, 4]."""
        values = rendered.astype(np.float32) / 255
        values[..., :3] *= values[..., 3:]
        size, factor = self.resolution, self._factor
        return values.reshape(size, factor, size, factor, 4).mean(axis=(1, 3))


def on_white(picture: np.ndarray) -> np.ndarray:
    """Lay a picture [R, R, 4] with premultiplied colours on white.  Returns uint8 [R, R, 3]."""
    return np.rint(np.clip(picture[..., :3] + 1 - picture[..., 3:], 0, 1) * 255).astype(np.uint8)


class _Window:
    """A square VTK window without lights, edges or smoothing."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._plotter = pv.Plotter(off_screen=True, window_size=(size, size), lighting="none")
        self._window = self._plotter.render_window
        self._window.SetAlphaBitPlanes(1)
        self._window.SetMultiSamples(0)
        self._plotter.set_background("black")
        renderer = self._plotter.renderer
        renderer.SetBackgroundAlpha(0.0)
        self._actors: list[pv.Actor] = []
        self._plotter.show(auto_close=False)

    def close(self) -> None:
        self._plotter.close()

    def replace(self, model: Model) -> None:
        for actor in self._actors:
            self._plotter.remove_actor(actor, render=False)
        self._actors = [self._add(surface) for surface in model.surfaces]

    def view(self, camera: Camera, resolution: int) -> np.ndarray:
        """Render for pictures of `resolution` pixels.  [size, size, 4], uint8, rows from the top."""
        view = self._plotter.camera
        matrix = camera.matrix
        view.SetParallelProjection(False)
        view.SetPosition(*camera.position)
        view.SetFocalPoint(*camera.target)
        view.SetViewUp(*matrix[:3, 1])
        view.SetViewAngle(vtk_view_angle(camera.fov, resolution))
        distance, reach = camera.radius, self._reach()
        view.SetClippingRange(max(distance - reach, distance * 1e-3), distance + reach)
        self._window.Render()
        pixels = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, self.size - 1, self.size - 1, 0, pixels)
        return vtk_to_numpy(pixels).reshape(self.size, self.size, 4)[::-1]

    def visible(self, points: np.ndarray, direction: np.ndarray, radius: float, facing: np.ndarray) -> np.ndarray:
        """How much of `points` [n, 3] is seen from afar in `direction`; `facing` is the cosine.  [n] in [0, 1]."""
        right = np.cross([0.0, 1.0, 0.0] if abs(direction[1]) < 0.9 else [1.0, 0.0, 0.0], direction)
        right /= np.linalg.norm(right)
        up = np.cross(direction, right)
        depth = self._depth_from(direction, up, radius)
        half = radius * 1.02
        x, y = ((points @ axis / half + 1) / 2 * self.size - 0.5 for axis in (right, up))
        height = (radius * 2 - points @ direction) / (radius * 4)  # as depth: 0 at 2 radii towards the light
        column, row = np.floor(x).astype(int), np.floor(y).astype(int)
        # A pixel's depth may differ from the point's by its slope times the pixel's size.
        texel = 2 * half / self.size / (radius * 4)
        slack = texel * (1 + 1.5 * np.sqrt(1 - np.minimum(facing, 1) ** 2) / np.maximum(facing, 0.15))
        seen = np.zeros(len(points))
        for i, j in np.ndindex(2, 2):
            near = depth[np.clip(row + i, 0, self.size - 1), np.clip(column + j, 0, self.size - 1)]
            weight = np.abs(1 - i - (y - row)) * np.abs(1 - j - (x - column))
            seen += weight * (height <= near + slack)
        return seen

    def _depth_from(self, direction: np.ndarray, up: np.ndarray, radius: float) -> np.ndarray:
        """Depth in [0, 1] from 2 radii before the origin to 2 behind, from afar.  [size, size], bottom row first."""
        view = self._plotter.camera
        view.SetParallelProjection(True)
        view.SetParallelScale(radius * 1.02)
        view.SetFocalPoint(0, 0, 0)
        view.SetPosition(*(direction * radius * 4))
        view.SetViewUp(*up)
        view.SetClippingRange(radius * 2, radius * 6)
        self._window.Render()
        depth = vtkFloatArray()
        self._window.GetZbufferData(0, 0, self.size - 1, self.size - 1, depth)
        return vtk_to_numpy(depth).reshape(self.size, self.size)

    def _reach(self) -> float:
        """Distance of the farthest corner of the shown model from the origin."""
        bounds = np.abs(np.array([actor.GetBounds() for actor in self._actors])).reshape(-1, 3, 2).max(axis=(0, 2))
        return float(np.linalg.norm(bounds)) * 1.01

    def _add(self, surface: Surface) -> pv.Actor:
        """Put triangles into the window, unlit."""
        mesh = pv.PolyData.from_regular_faces(surface.points.astype(np.float32), surface.faces)
        mesh.point_data["colours"] = np.rint(_colours_of(surface) * 255).astype(np.uint8)
        texture = None
        if surface.texture is not None and surface.uv is not None:
            mesh.active_texture_coordinates = surface.uv.astype(np.float32)
            texture = pv.Texture(np.ascontiguousarray(surface.texture))
            texture.SetMipmap(True)
            texture.SetInterpolate(True)
            texture.SetRepeat(True)
        return self._plotter.add_mesh(
            mesh, scalars="colours", rgb=True, texture=texture, lighting=False, render=False, reset_camera=False,
            show_scalar_bar=False, copy_mesh=False,
        )  # fmt: skip


def vtk_view_angle(fov: float, resolution: int) -> float:
    """VTK's angle of view, degrees, for which the centres of the outermost of `resolution` pixels are `fov` apart.

    VTK's angle reaches to the outer edges of the pixels; core.camera's to their centres.
    """
    if resolution < 2:
        return fov
    return 2 * math.degrees(math.atan(math.tan(math.radians(fov) / 2) * resolution / (resolution - 1)))


def _normals_of(surface: Surface) -> np.ndarray:
    assert surface.normals is not None, "a surface needs normals before it is lit"
    return surface.normals


def _colours_of(surface: Surface) -> np.ndarray:
    assert surface.colours is not None, "a surface needs colours before it is drawn"
    return surface.colours
