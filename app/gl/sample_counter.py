"""How many samples the rays of a picture take, counted on a small copy of it."""

from __future__ import annotations

from dataclasses import replace

from app.gl.ray_samples import RaySamples
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.baked import BakedVolume
from core.camera import Camera
from core.folded import FoldedField
from core.scene import Quality

# Pixels along the longer side of the copy.
LONGEST = 96


def count_samples(
    volume: BakedVolume, field: FoldedField | None, camera: Camera, quality: Quality, width: int, height: int
) -> RaySamples:
    """Draw a small picture that counts, with textures of its own, which are gone afterwards.  Needs a current context.

    Args:
        volume: The sample.
        field: Its exact field, if that is what is shown.
        camera: From where.
        quality: Steps and field count here.
        width: Of the picture that is meant, pixels.
        height: Likewise.

    Raises:
        ShaderError: The driver refuses the shaders.
        ValueError: This GPU has no room for the sample.
    """
    scale = min(LONGEST / max(width, height), 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    renderer = VolumeRenderer(RendererOptions("float", counted=True))
    try:

        def mean(of: FoldedField | None) -> float:
            renderer.upload(volume, of)
            renderer.render(camera, quality, *size)
            return float(renderer.read_counts().mean())

        if field is None or quality.field != "exact":
            return RaySamples(mean(None))
        everywhere = mean(replace(field, empty=None)) if field.empty is not None else None
        return RaySamples(mean(field), everywhere)
    finally:
        renderer.close()
