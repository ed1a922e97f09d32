"""The values that shaders/field_picture.glsl is drawn with."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np

from app.gl.frame import Band, Frame
from app.gl.program import Program
from app.gl.textures import SURROUND_UNIT
from core.baked import BakedVolume
from core.bounds import SHOWN_DENSITIES, depth_range, shown_depths
from core.projection import picture_extent
from core.scene import Parts, Quality, Shown

# Less light than half a step of an 8-bit picture: nobody sees what lies behind.
STOP_AT = 1 / 512
# Larger than any scene, but finite, for drivers that are careless with infinities.
FAR_AWAY = 1e30
# White, and opaque however short the last interval is: beside a box around which training knew nothing.
NOWHERE = (1.0, 1.0, 1.0, 1e6)
# Nothing at all: beside a box with a background.
CLEAR = (0.0, 0.0, 0.0, -1e4)
_SHOWN: tuple[Shown, ...] = get_args(Shown)  # in the order of shaders/show.glsl
_PARTS: tuple[Parts, ...] = get_args(Parts)
_BACKDROPS = {"learned": (0, 1.0), "white": (1, 1.0), "black": (1, -1.0)}  # mode, raw colour (also beside the box)


def set_picture(program: Program, band: Band, volume: BakedVolume, most: int) -> None:
    """Set all that a picture of a sample needs but the field itself.

    Args:
        program: In use.
        band: What is drawn.
        volume: Of the sample; its voxels are not needed.
        most: Samples that a ray can take.
    """
    frame = band.frame
    _set_camera(program, band, volume)
    _set_ends(program, frame, volume)
    _set_shown(program, frame, volume)
    program.set_int("u_steps", frame.quality.steps)
    program.set_int("u_most", most)
    program.set_float("u_phase", band.phase)
    program.set_float("u_stop", -1.0 if frame.to_the_end else STOP_AT)


def _set_camera(program: Program, band: Band, volume: BakedVolume) -> None:
    frame = band.frame
    matrix = frame.camera.matrix
    near, far = depth_range(frame.camera, volume.radius, volume.near, volume.far)
    program.set_vector("u_eye", matrix[:3, 3])
    program.set_matrix("u_axes", matrix[:3, :3])
    program.set_float("u_focal", 1 / math.tan(math.radians(frame.camera.fov) / 2))
    program.set_vector("u_size", frame.drawn_size)
    program.set_vector("u_extent", picture_extent(frame.width, frame.height))
    program.set_vector("u_jitter", band.jitter)
    program.set_vector("u_range", (near, min(far, FAR_AWAY)))


def _set_ends(program: Program, frame: Frame, volume: BakedVolume) -> None:
    """Where rays end, and what lies there."""
    mode, colour = _BACKDROPS[frame.quality.backdrop]
    layers = 0 if volume.surround is None else len(volume.surround)
    program.set_int("u_backdrop", mode)
    program.set_vector("u_backdrop_colour", (colour,) * 3)
    program.set_float("u_rest_colour", 1.0 if volume.white_back else 0.0)
    program.set_float("u_last_interval", volume.last_delta)
    program.set_vector("u_outside", volume.outside or (CLEAR if layers else NOWHERE))
    program.set_int("u_surround_kind", min(layers, 2))
    program.set_int("u_surround", SURROUND_UNIT)
    program.set_float("u_sphere", volume.radius)
    program.set_int("u_parts", _PARTS.index(frame.quality.parts))


def _set_shown(program: Program, frame: Frame, volume: BakedVolume) -> None:
    quality = frame.quality
    program.set_int("u_show", _SHOWN.index(quality.show))
    program.set_vector("u_depth_range", shown_depths(frame.camera, volume.half))
    program.set_float("u_threshold", raw_density(quality.threshold))
    program.set_vector("u_slice", slice_plane(quality, volume.half))
    program.set_vector("u_density_range", SHOWN_DENSITIES)


def raw_density(density: float) -> float:
    """What softplus makes a density of, which is positive and per world unit."""
    return density + math.log(-math.expm1(-density))


def slice_plane(quality: Quality, half: float) -> np.ndarray:
    """Unit normal of the sliced plane and its distance from the origin, world units, [4]."""
    plane = np.zeros(4)
    plane["xyz".index(quality.slice_axis)] = 1.0
    plane[3] = quality.slice_at * half
    return plane
