"""Behind the viewport: the renderer, and the picture for the panel.  Needs the window's GL context."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from app.settings import FRAME_RATES
from app.view.engine import Shown
from core.scene import Quality, Scene
from widgets.notes import Problem
from widgets.picture import Picture

if TYPE_CHECKING:  # PyOpenGL waits until after the first frame
    import numpy as np

    from app.gl.volume_renderer import VolumeRenderer

log = logging.getLogger(__name__)

# Shifted pictures that are averaged at rest where there is a GPU.
SMOOTH_ON_GPU = 16
# Of a frame's time; the rest is the window's.
PICTURE_SHARE = 0.75


def frame_ms(frame_rate: int) -> float:
    """GPU time for the picture in a frame, milliseconds."""
    return 1000 * PICTURE_SHARE / frame_rate


class ViewController:
    """Uploads what the engine shows and draws it for the panel."""

    def __init__(self) -> None:
        self._renderer: VolumeRenderer | None = None
        self._uploaded = 0
        self.problem: Problem | None = None
        self.device = self.driver = ""
        self.last: Picture | None = None
        self.upload_ms: float | None = None  # that the last sample took on its way to the GPU
        self.bakes = False  # volumes, from their fields
        self._frame_ms = frame_ms(FRAME_RATES[0])

    def start(self) -> None:
        """Make the renderer: after the first frame, since it loads PyOpenGL and compiles shaders."""
        from app.gl.device import device_name, driver_details
        from app.gl.entry import fastest_entry, is_software
        from app.gl.volume_renderer import RendererOptions, VolumeRenderer

        self.device = device_name()
        try:
            software = is_software(self.device)
            self.bakes = not software
            options = RendererOptions() if software else RendererOptions(entry=fastest_entry(), smooth=SMOOTH_ON_GPU)
            self.driver = f"{driver_details()}; {options.entry} shader"
            self._renderer = VolumeRenderer(options)
            self._renderer.aim_at(self._frame_ms)
        except (RuntimeError, ValueError, OSError) as error:
            log.error("%s", error)
            self.problem = Problem("The viewport cannot draw on this graphics driver.", str(error))

    def aim_at(self, frame_rate: int) -> None:
        """Let pictures of a moving camera, and parts of one at rest, leave the window this many frames per second."""
        self._frame_ms = frame_ms(frame_rate)
        if self._renderer is not None:
            self._renderer.aim_at(self._frame_ms)

    def show(self, shown: Shown | None) -> None:
        """Upload a volume that is new."""
        if self._renderer is None or shown is None or shown.version == self._uploaded:
            return
        self._uploaded = shown.version
        began = time.perf_counter()
        try:
            # The exact picture would take the processor from the finer volume that is on its way.
            if shown.preview:
                self._renderer.upload(shown.volume)
            else:
                self._upload(self._renderer, shown)
        except (RuntimeError, ValueError, MemoryError) as error:
            log.error("%s", error)
            self.problem = Problem(str(error))
        self.upload_ms = 1000 * (time.perf_counter() - began)

    @property
    def march_ms(self) -> float | None:
        """GPU time of a whole picture, by the part of it that was measured last; none before that."""
        return self._renderer.march_ms if self._renderer is not None else None

    def picture_s(self, quality: Quality) -> float:
        """GPU time of all that is drawn of a new sample, seconds, as far as it is known."""
        if self._renderer is None or self._renderer.march_ms is None:
            return 0.0
        return self._renderer.march_ms / 1000 * (quality.smooth or self._renderer.options.smooth)

    @property
    def bake_ms(self) -> float | None:
        """How long the window has taken to bake the volume; none where the worker has baked it."""
        return self._renderer.bake_ms if self._renderer is not None else None

    @property
    def texture_bytes(self) -> int:
        """Memory that sample and picture take on the GPU."""
        return self._renderer.texture_bytes if self._renderer is not None else 0

    def _upload(self, renderer: VolumeRenderer, shown: Shown) -> None:
        from app.gl.shader_source import ShaderError

        try:
            renderer.upload(shown.volume, shown.field, shown.finer)
        except ShaderError as error:
            if not shown.finer:
                raise
            log.warning("Volumes are baked by the model worker: %s", error)
            self.bakes = False  # the engine asks the worker for the fine volume now
            renderer.upload(shown.volume)

    def picture(self, scene: Scene, width: int, height: int, moving: bool) -> Picture | None:
        """The picture of the Scene for so many pixels, or None while there is nothing to show."""
        if self._renderer is None or not self._uploaded or self.problem is not None:
            return None
        self.last = self._renderer.picture(scene.camera, scene.quality, width, height, moving)
        return self.last

    def pixels(self) -> np.ndarray | None:
        """The last picture, [height, width, 4], uint8, top row first; None before the first."""
        if self._renderer is None or not self._uploaded:
            return None
        return self._renderer.read_pixels()

    def close(self) -> None:
        """Free everything on the GPU."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None
