"""Pictures by the generator's own renderer: slower than a baked volume, but with all that a generator has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.source_files import VOLUME_SUFFIX, source_file
from core.camera import Camera
from core.scene import Latent, Scene, Source

if TYPE_CHECKING:
    from core.backbone import NoiseMode
    from core.generator import Generator, Sample
    from core.model_config import RenderConfig
    from core.volume import SamplingNoise


def reference_views(
    scene: Scene,
    cameras: Callable[[Camera], Sequence[Camera]],
    size: tuple[int, int],
    noise_seed: int | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Iterator[np.ndarray]:
    """Render a Scene's sample from several cameras in torch, one after the other.

    Args:
        scene: Source, latent, planes, backdrop, and whether an upsampler makes the picture count.
        cameras: Makes the cameras, one picture each, of the training's, which only the checkpoint knows.
        size: Width and height, pixels.
        noise_seed: Of the randomness of training, which the published code keeps at inference: jittered rays and
            spatial noise; for each view anew, so that it is the same alone.  None renders deterministically.
        on_progress: Called with the fraction done.

    Returns:
        Pictures as they are asked for: [height, width, 4], uint8, top row first; alpha is the opacity before the
        backdrop.

    Raises:
        ValueError: The source holds no generator, or the Scene asks for anything but colour.
    """
    generator = _generator(scene)
    views = cameras(home_of(generator.config.render))
    pattern, noise = _noises(generator, scene, noise_seed)

    def drawn() -> Iterator[np.ndarray]:
        made: tuple[Latent, Sample] | None = None
        for index, camera in enumerate(views):
            seen = replace(scene, camera=camera, latent=scene.latent.told(camera))
            if made is None or made[0] != seen.latent:
                with _random(noise_seed):
                    made = seen.latent, _sample(generator, seen, pattern)

            def tell(done: float, before: int = index) -> None:
                on_progress((before + done) / len(views))

            with _random(noise_seed):
                picture = _drawn(generator, made[1], seen, size, noise, tell)
            yield picture

    return drawn()


def home_of(rays: RenderConfig) -> Camera:
    """The camera of a training, which looks at the front."""
    return Camera(radius=rays.radius, fov=rays.fov, pivot=rays.pivot)


def _noises(generator: Generator, scene: Scene, seed: int | None) -> tuple[NoiseMode, SamplingNoise]:
    """Of the backbone, and of the rays."""
    # Torch is loaded only where something is to be computed.
    from core.latents import noise_of
    from core.volume import DETERMINISTIC, SamplingNoise

    if seed is None:
        return noise_of(scene.latent), DETERMINISTIC
    return generator.config.noise, SamplingNoise(jitter=True)


@contextmanager
def _random(seed: int | None) -> Iterator[None]:
    """Without gradients, with random numbers of its own."""
    import torch

    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed or 0)
        yield


def _sample(generator: Generator, scene: Scene, pattern: NoiseMode) -> Sample:
    from core.latents import with_planes, ws_of

    return with_planes(generator.field(ws_of(generator, scene.latent), pattern), scene.quality.planes)


def is_upsampled(scene: Scene) -> bool:
    """Whether a Scene shows an upsampler's picture, which torch draws.  Raises ValueError, OSError."""
    return scene.quality.picture == "upsampled" and scene.quality.as_trained and has_upsampler(scene.source)


def has_upsampler(source: Source) -> bool:
    """Whether an upsampler makes a generator's pictures, by its file's header.  Raises ValueError, OSError."""
    from core.checkpoint_header import read_header
    from core.model_config import GeneratorConfig

    path = source_file(source)
    if path.suffix == VOLUME_SUFFIX:
        return False
    facts = read_header(path)
    return "generator" in facts and GeneratorConfig.model_validate_json(facts["generator"]).upsamples


def upsampled_view(generator: Generator, scene: Scene, size: tuple[int, int]) -> np.ndarray:
    """A Scene's picture by its generator's upsampler.  Returns [height, width, 4], uint8, top row first."""
    import torch

    from core.latents import sample_of

    with torch.no_grad():
        sample = sample_of(generator, scene.latent.told(scene.camera), planes=scene.quality.planes)
    return _drawn(generator, sample, scene, size)


def _drawn(
    generator: Generator,
    sample: Sample,
    scene: Scene,
    size: tuple[int, int],
    noise: SamplingNoise | None = None,
    tell: Callable[[float], None] = lambda _: None,
) -> np.ndarray:
    """One picture, tile by tile."""
    from core.upsampled_viewing import drawing_of
    from core.viewing import View, tiles_of
    from core.volume import DETERMINISTIC

    (width, height), quality = size, scene.quality
    view = View(scene.camera, width, height, quality.backdrop, quality.picture == "upsampled")
    drawing, picture = (
        drawing_of(generator, sample, view, noise or DETERMINISTIC),
        np.empty((height, width, 4), np.uint8),
    )
    for done, tile in enumerate(tiles := list(tiles_of(width, height)), start=1):
        picture[tile.rows, tile.columns] = drawing.draw(tile)
        tell(done / len(tiles))
    return picture


def _generator(scene: Scene) -> Generator:
    from core.checkpoint import load_checkpoint

    path = source_file(scene.source)
    if path.suffix == VOLUME_SUFFIX:
        raise ValueError(f"{path} is a baked volume: the generator's own renderer needs a checkpoint")
    if not scene.quality.as_trained:
        wanted = scene.quality.show if scene.quality.show != "colour" else f"the {scene.quality.parts} alone"
        raise ValueError(f"the generator's own renderer shows colour only, with all its parts; not {wanted}")
    return load_checkpoint(path).generator
