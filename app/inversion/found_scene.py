"""The Scene that shows what was found for a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.scene import Latent, Scene, Source

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.inversion_job import InversionResult


def found_scene(scene: Scene, source: Source, result: InversionResult) -> Scene:
    """The Scene with the sample and the camera of a result.

    Args:
        scene: What else is shown, and how; its seed stays behind the found w.
        source: The generator that it was found for.
        result: What was found.
    """
    latent = Latent(scene.latent.seed, 1.0, w=result.w)
    return replace(scene, source=source, latent=latent, camera=result.camera)
