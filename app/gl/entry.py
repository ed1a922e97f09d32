"""Which entry point draws pictures faster on this device, by a short measurement."""

from __future__ import annotations

import logging
import time
from typing import get_args

import numpy as np

from app.gl.picture_program import Entry, has_compute
from app.gl.shader_source import ShaderError
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.baked import BakedVolume
from core.camera import Camera
from core.scene import Quality

log = logging.getLogger(__name__)

# Of the picture that is drawn to measure, and how often.
SIZE, STEPS, ROUNDS = 256, 64, 4
# Renderers that compute on the processor: both entry points take the same time there, and compiling takes long.
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader")


def is_software(device: str) -> bool:
    """Whether a device of this name draws on the processor."""
    return any(name in device.lower() for name in SOFTWARE)


def fastest_entry() -> Entry:
    """Measure both entry points; needs a current context.

    Returns:
        The faster one; the fragment shader where there are no compute shaders, or where the driver refuses ours.
    """
    times = measured_entries() if has_compute() else {}
    if not times:
        return "fragment"
    fastest = min(times, key=lambda entry: times[entry])
    log.info("Pictures are drawn by %s shaders: %s", fastest, {name: f"{ms:.2f} ms" for name, ms in times.items()})
    return fastest


def measured_entries() -> dict[Entry, float]:
    """Milliseconds of a picture by each entry point that the driver takes."""
    times: dict[Entry, float] = {}
    for entry in get_args(Entry):
        try:
            times[entry] = _measured(entry)
        except ShaderError as error:
            log.warning("This driver refuses the %s shader: %s", entry, error)
    return times


def _measured(entry: Entry) -> float:
    renderer = VolumeRenderer(RendererOptions(entry=entry))
    try:
        renderer.upload(_mist())
        taken = []
        for number in range(ROUNDS):
            begun = time.perf_counter()
            renderer.render(Camera(yaw=number), Quality(steps=STEPS), SIZE, SIZE)
            renderer.wait()
            taken.append(1000 * (time.perf_counter() - begun))
    finally:
        renderer.close()
    return min(taken)


def _mist(resolution: int = 32) -> BakedVolume:
    """A thin mist, through which every ray takes all of its samples."""
    values = np.zeros((resolution,) * 3 + (4,), np.float16)
    return BakedVolume(values, 0.35, 0.74, 1.26, 1.0, 30.0, STEPS, "mist")
