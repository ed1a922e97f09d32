"""Pictures by the generator's own renderer: slower than a baked volume, but with all that a generator has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.source_files import VOLUME_SUFFIX, source_file
from core.camera import Camera
from core.scene import Scene

if TYPE_CHECKING:
    from core.generator import Generator


def reference_views(
    scene: Scene,
    cameras: Callable[[Camera], Sequence[Camera]],
    size: tuple[int, int],
    noise_seed: int | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> list[np.ndarray]:
    """Render a Scene's sample from several cameras in torch.

    Args:
        scene: Source, latent and backdrop count.
        cameras: Makes the cameras, one picture each, of the training's, which only the checkpoint knows.
        size: Width and height, pixels.
        noise_seed: Of the randomness of training, which the published code keeps at inference: jittered rays and
            spatial noise.  None renders deterministically.
        on_progress: Called with the fraction done.

    Returns:
        Pictures [height, width, 4], uint8, top row first; alpha is the opacity before the backdrop.

    Raises:
        ValueError: The source holds no generator, or the Scene asks for anything but colour.
    """
    # Torch is loaded only where something is to be computed.
    import torch

    from core.latents import noise_of, with_planes, ws_of
    from core.upsampled_viewing import drawing_of
    from core.viewing import View, tiles_of
    from core.volume import DETERMINISTIC, SamplingNoise

    generator = _generator(scene)
    views = cameras(Camera(radius=generator.config.render.radius, fov=generator.config.render.fov))
    width, height = size
    pictures = []
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(noise_seed or 0)
        pattern = noise_of(scene.latent) if noise_seed is None else generator.config.noise
        sample = with_planes(generator.field(ws_of(generator, scene.latent), pattern), scene.quality.planes)
        noise = DETERMINISTIC if noise_seed is None else SamplingNoise(jitter=True)
        for index, view in enumerate(View(camera, width, height, scene.quality.backdrop) for camera in views):
            drawing = drawing_of(generator, sample, view, noise)
            picture = np.empty((height, width, 4), np.uint8)
            for done, tile in enumerate(tiles := list(tiles_of(width, height))):
                picture[tile.rows, tile.columns] = drawing.draw(tile)
                if on_progress is not None:
                    on_progress((index + (done + 1) / len(tiles)) / len(views))
            pictures.append(picture)
    return pictures


def _generator(scene: Scene) -> Generator:
    from core.checkpoint import load_checkpoint

    path = source_file(scene.source)
    if path.suffix == VOLUME_SUFFIX:
        raise ValueError(f"{path} is a baked volume: the generator's own renderer needs a checkpoint")
    if not scene.quality.as_trained:
        wanted = scene.quality.show if scene.quality.show != "colour" else f"the {scene.quality.parts} alone"
        raise ValueError(f"the generator's own renderer shows colour only, with all its parts; not {wanted}")
    return load_checkpoint(path).generator
