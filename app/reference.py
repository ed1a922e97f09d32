"""Pictures by the generator's own renderer: slower than a baked volume, but with all that a generator has."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.render import VOLUME_SUFFIX, source_file
from core.bounds import depth_range
from core.camera import Camera
from core.scene import Scene

if TYPE_CHECKING:
    from core.generator import Generator
    from core.model_config import RenderConfig

# Beyond any scene, but finite: 1 / 0 has no place in the arithmetic of rays.
FAR_AWAY = 1e6


def reference_views(
    scene: Scene,
    cameras: Callable[[Camera], Sequence[Camera]],
    size: int,
    noise_seed: int | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> list[np.ndarray]:
    """Render a Scene's sample from several cameras in torch.

    Args:
        scene: Source and latent count; the backdrop must be the learned one.
        cameras: Makes the cameras, one picture each, of the training's, which only the checkpoint knows.
        size: Pixels along a side.
        noise_seed: Of the randomness of training, which the published code keeps at inference: jittered rays and
            spatial noise.  None renders deterministically.
        on_progress: Called with the fraction done.

    Returns:
        Pictures [size, size, 4], uint8, top row first; alpha is the opacity before the backdrop.

    Raises:
        ValueError: The source holds no generator, or the Scene asks for what only a volume can show.
    """
    # Torch is loaded only where something is to be computed.
    import torch

    from core.bake import z_from_seed
    from core.volume import DETERMINISTIC, SamplingNoise

    generator = _generator(scene)
    config = generator.config.render
    views = cameras(Camera(radius=config.radius, fov=config.fov))
    pictures = []
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(noise_seed or 0)
        ws = generator.mapping(z_from_seed(scene.latent.seed, generator.config.z_dim), psi=scene.latent.psi)
        field = generator.field(ws, "const" if noise_seed is None else generator.config.noise)
        noise = DETERMINISTIC if noise_seed is None else SamplingNoise(jitter=True)
        for index, camera in enumerate(views):
            matrix = torch.from_numpy(camera.matrix)[None].float()
            rays = rays_from(camera, generator.config.rays)
            pixels = generator.picture(field, matrix, size, camera.fov, noise, rays)[0].numpy()
            pictures.append(_shown(pixels))
            if on_progress is not None:
                on_progress((index + 1) / len(views))
    return pictures


def _generator(scene: Scene) -> Generator:
    from core.checkpoint import load_checkpoint

    path = source_file(scene.source)
    if path.suffix == VOLUME_SUFFIX:
        raise ValueError(f"{path} is a baked volume: the generator's own renderer needs a checkpoint")
    if scene.quality.backdrop != "learned":
        raise ValueError(f"the generator's own renderer has the learned backdrop only, not {scene.quality.backdrop}")
    return load_checkpoint(path).generator


def rays_from(camera: Camera, training: RenderConfig) -> RenderConfig:
    """How rays are sampled, as in the viewport: off the training sphere, in all of the box and nowhere else."""
    near, far = depth_range(camera, training.radius, training.near, training.far)
    if not math.isinf(far):
        return training
    return training.model_copy(update={"bounds": "box", "near": near, "far": FAR_AWAY})


def _shown(pixels: np.ndarray) -> np.ndarray:
    """Raw colour, depth and opacity [5, size, size] as 8-bit colour and alpha, [size, size, 4]."""
    values = np.concatenate([0.5 * pixels[:3] + 0.5, pixels[4:]])
    return np.round(255 * np.clip(np.moveaxis(values, 0, -1), 0, 1)).astype(np.uint8)
