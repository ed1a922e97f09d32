"""Pictures without a window: a Scene or a baked volume in, pixels out."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from app.engine import DEMO_CHECKPOINT, DEMO_VOLUME, is_shipped
from app.gl.headless import open_context
from app.gl.shader_source import ShaderError
from app.paths import asset
from core.baked import BakedVolume
from core.camera import Camera
from core.scene import Quality, Scene, Source
from training.run_dir import RunDirectory

log = logging.getLogger(__name__)

VOLUME_SUFFIX = ".npz"


def volume_of(scene: Scene, on_progress: Callable[[float], None] | None = None) -> BakedVolume:
    """Bake what a Scene shows, or load it if its source is a baked volume.

    Raises:
        ValueError: The file is missing, damaged, or not a generator's.
    """
    path = asset(DEMO_VOLUME) if is_shipped(scene) else None
    if path is None or not path.is_file():
        path = source_file(scene.source)
    if path.suffix == VOLUME_SUFFIX:
        return BakedVolume.load(path)
    # Torch is loaded only where something is to be computed.
    from core.bake import bake, z_from_seed
    from core.checkpoint import load_checkpoint

    generator = load_checkpoint(path).generator
    ws = generator.mapping(z_from_seed(scene.latent.seed, generator.config.z_dim), psi=scene.latent.psi)
    name = f"{path.name}, seed {scene.latent.seed}, psi {scene.latent.psi:g}"
    return bake(generator, ws, scene.quality.volume, source=name, on_progress=on_progress)


def source_file(source: Source) -> Path:
    """The file behind a source; of a run, its newest snapshot.  Raises ValueError if there is none."""
    if source.kind == "demo":
        path = asset(DEMO_CHECKPOINT)
        if not path.is_file():
            raise ValueError("the demo is not part of this installation: name a checkpoint or a baked volume")
        return path
    path = Path(source.path)
    if source.kind == "run":
        snapshots = RunDirectory(path).snapshots()
        if not snapshots:
            raise ValueError(f"{path}: there is no run with a snapshot here; a training writes one when it is stopped")
        path = snapshots[-1].path
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def render_views(
    volume: BakedVolume, cameras: Sequence[Camera], quality: Quality, width: int, height: int
) -> list[np.ndarray]:
    """Draw a volume from several cameras.

    Args:
        volume: What is drawn.
        cameras: One picture each.
        quality: Steps and backdrop.
        width: Pixels of each picture.
        height: Likewise.

    Returns:
        Pictures [height, width, 4], uint8, top row first; alpha is the opacity before the backdrop.

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
            renderer.upload(volume)
            pictures = []
            for camera in cameras:
                renderer.render(camera, quality, width, height)
                pictures.append(renderer.read_pixels())
        finally:
            renderer.close()
    return pictures


def turntable(camera: Camera, views: int) -> list[Camera]:
    """Cameras that go once around, starting with this one.  Raises ValueError below one view."""
    if views < 1:
        raise ValueError(f"a turntable has at least one view, got {views}")
    return [camera.orbited(math.tau * index / views, 0.0) for index in range(views)]
