"""The panels about the attached run: each gets what was seen of the run, and the pictures that it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.loader import Loader, LoadFailure
from app.messages import Messages
from app.run_watch import WatchedRun
from widgets.curves import CurvesPanel
from widgets.log import LogPanel
from widgets.modulation import ModulationPanel
from widgets.patch_scales import PatchesPanel
from widgets.picture import Picture
from widgets.samples import Filter, SamplesPanel
from widgets.tick_views import ModulationView, PatchesView
from widgets.views import CurvesView, LogLine, SamplesView

if TYPE_CHECKING:  # PyOpenGL waits until after the first frame
    from app.gl.image_texture import ImageTexture


class RunPanels:
    """All panels of one run.  All methods are called on the window's thread, with its context current.

    Args:
        messages: Of the studio, for the log.
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, messages: Messages, wake: Callable[[], None]) -> None:
        self._messages = messages
        self._run: WatchedRun | None = None
        self._name = ""
        self._curves, self._samples, self._log = CurvesPanel(), SamplesPanel(), LogPanel()
        self.patches, self.modulation = PatchesPanel(), ModulationPanel()
        self._pictures: Loader[Path, np.ndarray] = Loader(_read_picture, wake, keep=8)
        self._texture: ImageTexture | None = None
        self._sample_problem = ""
        self._line_parts: tuple[tuple[LogLine, ...], tuple[LogLine, ...]] = ((), ())
        self._lines: tuple[LogLine, ...] = ()
        self.last_sample: np.ndarray | None = None

    def start(self) -> None:
        """Make what lies on the GPU: after the first frame."""
        from app.gl.image_texture import ImageTexture

        self._texture = ImageTexture()

    def show(self, run: WatchedRun | None, name: str) -> None:
        """From now on the panels are about this run; `name` is that of an attached one that was not seen yet."""
        self._run, self._name = run, name

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        if self._texture is not None:
            self._texture.close()
            self._texture = None

    def close(self) -> None:
        """End the threads."""
        self._pictures.close()

    def draw_curves(self) -> None:
        """The Curves panel."""
        self._curves.draw(self._run.curves if self._run is not None else CurvesView(run=self._name))

    def draw_patches(self) -> None:
        """The Patch scales panel."""
        run = self._run
        self.patches.draw(run.patches if run else PatchesView(self._name), run.curves if run else CurvesView())

    def draw_modulation(self) -> None:
        """The Modulation panel."""
        self.modulation.draw(self._run.modulation if self._run is not None else ModulationView(self._name))

    def draw_samples(self) -> None:
        """The Samples panel."""
        view = SamplesView(self._name, self._run.samples if self._run is not None else (), self._sample_problem)
        self._samples.draw(view, self._sample)

    def draw_log(self) -> None:
        """The Log panel: the run's lines and the studio's, by time."""
        parts = (self._run.lines if self._run is not None else (), self._messages.lines)
        if parts != self._line_parts:
            self._line_parts = parts
            self._lines = tuple(sorted((*parts[0], *parts[1]), key=lambda line: line.stamp))
        self._log.draw(self._lines)

    def _sample(self, path: Path, smooth: Filter) -> Picture | None:
        if self._texture is None:
            return None
        pixels = self._pictures.get(path)
        self._sample_problem = pixels.message if isinstance(pixels, LoadFailure) else ""
        if isinstance(pixels, np.ndarray):
            self.last_sample = pixels
        if self.last_sample is None:  # until the new one is read, the last one stays
            return None
        return self._texture.show(self.last_sample, smooth == "linear")


def _read_picture(path: Path) -> np.ndarray:
    """A picture file.  Returns [height, width, 4], uint8."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))
