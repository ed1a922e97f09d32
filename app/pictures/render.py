"""Pictures without a window: a Scene or a baked volume in, pixels out."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.gl.headless import open_context
from app.gl.shader_source import ShaderError
from app.paths import asset
from app.pictures.reference import has_upsampler, upsampled_view
from app.source_files import DEMO_VOLUME, VOLUME_SUFFIX, is_shipped, source_file
from core.baked import BakedVolume
from core.camera import Camera
from core.folded import FoldedField
from core.scene import ALL_PLANES, Latent, Quality, Scene

if TYPE_CHECKING:  # imported when there is a context
    from app.gl.textures import TargetKind
    from app.gl.volume_renderer import VolumeRenderer
    from core.generator import Generator

log = logging.getLogger(__name__)

# What a picture shows where there is no object (shaders/show.glsl).
NOTHING = np.array([0.06, 0.065, 0.08])


class View(NamedTuple):
    """What is drawn of a sample.

    Attributes:
        camera: From where.
        volume: Baked.
        field: The exact field, for a quality that asks for it.
    """

    camera: Camera
    volume: BakedVolume
    field: FoldedField | None = None


def sample_of(
    scene: Scene,
    on_progress: Callable[[float], None] | None = None,
    load: Callable[[Path], Generator] | None = None,
) -> tuple[BakedVolume, FoldedField | None]:
    """Bake what a Scene shows, or load it if its source is a baked volume.

    Args:
        scene: Generator, latent and quality count.
        on_progress: Called with the fraction done.
        load: Gives the generator of a file, where it is kept.

    Returns:
        The volume, and the exact field if the Scene asks for it.

    Raises:
        ValueError: The file is missing, damaged, or not a generator's, or has no field that shaders can evaluate.
    """
    path = asset(DEMO_VOLUME) if is_shipped(scene) else None
    if path is None or not path.is_file():
        path = source_file(scene.source)
    exact = scene.quality.field == "exact"
    if path.suffix == VOLUME_SUFFIX:
        if exact:
            raise ValueError(f"{path} is a baked volume: the exact field needs a checkpoint")
        if scene.quality.planes != ALL_PLANES:
            raise ValueError(f"{path} is a baked volume, which has no planes to leave out: that needs a checkpoint")
        return BakedVolume.load(path), None
    # Torch is loaded only where something is to be computed.
    from core.bake import bake_sample
    from core.fold import fold_sample, without_exact_form
    from core.latents import sample_of as sample_of_latent

    generator = (load or generator_of)(path)
    name = f"{path.name}, {scene.latent.name}"
    sample = sample_of_latent(generator, scene.latent.told(scene.camera), planes=scene.quality.planes)
    rays, marching, resolution = generator.config.rays, generator.marching, scene.quality.volume
    field = fold_sample(sample, rays, marching) if exact else None
    if exact and field is None:
        raise ValueError(f"{path}: {without_exact_form(sample, marching)}; draw it with --field reference")
    return bake_sample(sample, rays, resolution, marching, source=name, on_progress=on_progress), field


def generator_of(path: Path) -> Generator:
    """The generator of a checkpoint, for looking only.  Raises ValueError."""
    from core.checkpoint import load_checkpoint

    return load_checkpoint(path).generator.requires_grad_(False)


def views_of(views: Iterable[View], quality: Quality, width: int, height: int) -> Iterator[np.ndarray]:
    """Draw samples from cameras, one after the other.

    Args:
        views: One picture each; what follows each other and is of one sample is sent to the GPU once.
        quality: Steps and backdrop.
        width: Pixels of each picture.
        height: Likewise.

    Yields:
        [height, width, 4], uint8, top row first; alpha is the opacity before the backdrop.

    Raises:
        OSError: No OpenGL context, or a driver that refuses the shaders.
    """
    with _renderer() as renderer:
        for camera in _uploaded(renderer, views):
            renderer.render(camera, quality, width, height)
            yield renderer.read_pixels()


def journey_of(scenes: Iterable[Scene], width: int, height: int) -> Iterator[np.ndarray]:
    """Draw Scenes one after the other, by torch where an upsampler does; what they share is made once.

    Yields:
        [height, width, 4], uint8, top row first, as `views_of` does.

    Raises:
        ValueError: A Scene's generator is missing, or has no field that shaders can evaluate.
        OSError: No OpenGL context, or a driver that refuses the shaders.
    """
    load, upsampled, shown = lru_cache(maxsize=2)(generator_of), lru_cache(maxsize=2)(has_upsampler), None
    with _renderer() as renderer:
        for scene in scenes:
            quality = scene.quality
            if quality.picture == "upsampled" and quality.as_trained and upsampled(scene.source):
                yield upsampled_view(load(source_file(scene.source)), scene, (width, height))
                continue
            wanted = (scene.source, told(scene, load), quality.volume, quality.field, quality.planes)
            if wanted != shown:
                renderer.upload(*sample_of(scene, load=load))
                shown = wanted
            renderer.render(scene.camera, quality, width, height)
            yield renderer.read_pixels()


def told(scene: Scene, load: Callable[[Path], Generator]) -> Latent:
    """The sample that a Scene means: where its generator is told a pose and that follows, with the camera's."""
    latent = scene.latent.told(scene.camera)
    if latent == scene.latent or (path := source_file(scene.source)).suffix == VOLUME_SUFFIX:
        return scene.latent
    return latent if load(path).mapping.camera_condition else scene.latent


def cutouts_of(views: Iterable[View], quality: Quality, width: int, height: int) -> Iterator[np.ndarray]:
    """The fields alone, on nothing, from cameras; arguments and errors as in `views_of`.

    Yields:
        [height, width, 4], uint8, top row first; colours are not multiplied by alpha, as PNG wants them.
    """
    quality = replace(quality, parts="foreground")
    with _renderer("float") as renderer:
        for camera in _uploaded(renderer, views):
            renderer.render(camera, quality, width, height)
            raw, opacity = renderer.read_floats()
            opacity = np.clip(opacity, 0, 1)[..., None]
            absorbed = (raw + 1) / 2 - (1 - opacity) * NOTHING
            colour = np.clip(absorbed / np.maximum(opacity, 1e-6), 0, 1)
            yield np.round(255 * np.concatenate([colour, opacity], axis=-1)).astype(np.uint8)


def depths_of(views: Iterable[View], quality: Quality, width: int, height: int) -> Iterator[np.ndarray]:
    """Depths of what is seen from cameras; arguments and errors as in `views_of`.

    Yields:
        [height, width], float32, top row first: world units along the ray, NaN where less than half of the ray is
        absorbed before its last sample.
    """
    with _renderer("float", counted=True) as renderer:
        for camera in _uploaded(renderer, views):
            renderer.render(camera, replace(quality, show="colour", parts="both"), width, height, to_the_end=True)
            depth, opacity = renderer.read_depths()
            yield np.where(opacity >= 0.5, depth, np.float32(np.nan)).astype(np.float32)


def _uploaded(renderer: VolumeRenderer, views: Iterable[View]) -> Iterator[Camera]:
    """The cameras of views, each when the GPU has its sample."""
    there: BakedVolume | None = None
    for view in views:
        if view.volume is not there:
            renderer.upload(view.volume, view.field)
            there = view.volume
        yield view.camera


@contextmanager
def _renderer(target: TargetKind = "screen", *, counted: bool = False) -> Iterator[VolumeRenderer]:
    """A renderer in a context of its own.  Raises OSError if there is none, or the driver refuses the shaders."""
    with open_context() as context:
        # PyOpenGL is imported after the context has chosen its platform.
        from app.gl.volume_renderer import RendererOptions, VolumeRenderer

        try:
            renderer = VolumeRenderer(RendererOptions(target, counted=counted))
        except ShaderError as error:
            raise OSError(f"{context.renderer} cannot draw volumes: {error}") from error
        try:
            yield renderer
        finally:
            renderer.close()


def turntable(camera: Camera, views: int) -> list[Camera]:
    """Cameras that go once around, starting with this one.  Raises ValueError below one view."""
    if views < 1:
        raise ValueError(f"a turntable has at least one view, got {views}")
    return [camera.orbited(math.tau * index / views, 0.0) for index in range(views)]
