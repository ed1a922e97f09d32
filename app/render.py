"""Pictures without a window: a Scene or a baked volume in, pixels out."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from app.engine import DEMO_CHECKPOINT, DEMO_VOLUME, is_shipped
from app.gl.headless import open_context
from app.gl.shader_source import ShaderError
from app.paths import asset
from core.baked import BakedVolume
from core.camera import Camera
from core.folded import FoldedField
from core.scene import Quality, Scene, Source
from training.run_dir import RunDirectory

log = logging.getLogger(__name__)

VOLUME_SUFFIX = ".npz"


def sample_of(
    scene: Scene, on_progress: Callable[[float], None] | None = None
) -> tuple[BakedVolume, FoldedField | None]:
    """Bake what a Scene shows, or load it if its source is a baked volume.

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
        return BakedVolume.load(path), None
    # Torch is loaded only where something is to be computed.
    from core.bake import bake_sample
    from core.checkpoint import load_checkpoint
    from core.fold import fold_sample
    from core.latents import sample_of as sample_of_latent

    generator = load_checkpoint(path).generator.requires_grad_(False)
    name = f"{path.name}, {scene.latent.name}"
    sample = sample_of_latent(generator, scene.latent)
    field = fold_sample(sample, generator.config.rays) if exact else None
    if exact and field is None:
        raise ValueError(f"{path}: its colours depend on the direction of view; draw it with --field reference")
    rays, resolution = generator.config.rays, scene.quality.volume
    return bake_sample(sample, rays, resolution, source=name, on_progress=on_progress), field


def source_file(source: Source) -> Path:
    """The file behind a source; of a run, the snapshot that is meant or the newest.  Raises ValueError without one."""
    if source.kind == "demo":
        path = asset(DEMO_CHECKPOINT)
        if not path.is_file():
            raise ValueError("the demo is not part of this installation: name a checkpoint or a baked volume")
        return path
    path = Path(source.snapshot_file or source.path)
    if source.kind == "run" and not source.snapshot:
        snapshots = RunDirectory(path).snapshots()
        if not snapshots:
            raise ValueError(f"{path}: there is no run with a snapshot here; a training writes one when it is stopped")
        path = snapshots[-1].path
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def render_views(
    volume: BakedVolume,
    field: FoldedField | None,
    cameras: Sequence[Camera],
    quality: Quality,
    width: int,
    height: int,
) -> list[np.ndarray]:
    """Draw a sample from several cameras, as `views_of` does, all at once."""
    return list(views_of(volume, field, cameras, quality, width, height))


def views_of(
    volume: BakedVolume,
    field: FoldedField | None,
    cameras: Sequence[Camera],
    quality: Quality,
    width: int,
    height: int,
) -> Iterator[np.ndarray]:
    """Draw a sample from several cameras, one after the other.

    Args:
        volume: Baked.
        field: The exact field, for a quality that asks for it.
        cameras: One picture each.
        quality: Steps and backdrop.
        width: Pixels of each picture.
        height: Likewise.

    Yields:
        [height, width, 4], uint8, top row first; alpha is the opacity before the backdrop.

    Raises:
        OSError: No OpenGL context, or a driver that refuses the shaders.
    """
    with open_context() as context:
        # PyOpenGL is imported after the context has chosen its platform.
        from app.gl.volume_renderer import VolumeRenderer

        try:
            renderer = VolumeRenderer()
        except ShaderError as error:
            raise OSError(f"{context.renderer} cannot draw volumes: {error}") from error
        try:
            renderer.upload(volume, field)
            for camera in cameras:
                renderer.render(camera, quality, width, height)
                yield renderer.read_pixels()
        finally:
            renderer.close()


def turntable(camera: Camera, views: int) -> list[Camera]:
    """Cameras that go once around, starting with this one.  Raises ValueError below one view."""
    if views < 1:
        raise ValueError(f"a turntable has at least one view, got {views}")
    return [camera.orbited(math.tau * index / views, 0.0) for index in range(views)]
