"""The panels about the attached run: each gets what was seen of the run, and the pictures that it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from imgui_bundle import hello_imgui

from app.messages import Messages
from app.paths import pictures_dir
from app.runs.curve_export import CurveExporter
from app.runs.run_watch import WatchedRun
from app.runs.sample_pictures import SamplePictures
from widgets.common import empty_state, icons, sentence
from widgets.curve_picture import WINDOW as PICTURE_WINDOW
from widgets.curves import CurvesExport, CurvesPanel
from widgets.samples import SamplesPanel
from widgets.views import CurvesView, LogLine, SamplesView

if TYPE_CHECKING:  # panels behind other tabs are loaded when they are looked at
    from widgets.log import LogPanel


class RunPanels:
    """All panels of one run.  All methods are called on the window's thread, with its context current.

    Args:
        messages: Of the studio, for the log.
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, messages: Messages, wake: Callable[[], None]) -> None:
        self._messages = messages
        self._run: WatchedRun | None = None
        self._name = self._trouble = ""
        self.curves, self.samples = CurvesPanel(), SamplesPanel()
        self.pictures = SamplePictures(wake)
        self._exporter = CurveExporter(wake)
        self._photo = ""  # name of the window of which a picture is wanted
        self._line_parts: tuple[tuple[LogLine, ...], tuple[LogLine, ...]] = ((), ())
        self._lines: tuple[LogLine, ...] = ()

    @cached_property
    def log(self) -> LogPanel:
        """The Log panel's own state."""
        from widgets.log import LogPanel

        return LogPanel()

    @property
    def last_sample(self) -> np.ndarray | None:
        """The sample picture that is shown, [height, width, 4], uint8."""
        return self.pictures.shown.get("sample")

    def start(self) -> None:
        """Make what lies on the GPU: after the first frame."""
        self.pictures.start()

    def show(self, run: WatchedRun | None, name: str, trouble: str) -> None:
        """From now on the panels are about this run.

        Args:
            run: What is known of it.
            name: Of an attached run, also when nothing is known of it yet; empty when none is attached.
            trouble: Why nothing is known of it; empty if something is, or will be soon.
        """
        if name != self._name:
            self.pictures.forget()
        self._run, self._name, self._trouble = run, name, trouble

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        self.pictures.free_gpu()

    def close(self) -> None:
        """End the threads."""
        self.pictures.close()
        self._exporter.close()

    def before_swap(self) -> None:
        """A frame is drawn and not yet on the screen: take the picture of it that somebody wants."""
        if not self._photo:
            return
        from app.gl.window_picture import window_picture

        pixels, self._photo = window_picture(self._photo), ""
        if pixels is not None:
            self._exporter.picture(pictures_dir(), self._name, pixels)

    def draw_curves(self) -> None:
        """The Curves panel."""
        if self._unreadable():
            return
        view = self._run.curves if self._run is not None else CurvesView(run=self._name, loading=bool(self._name))
        export = self.curves.draw(view, self._exporter.problem)
        if export is not None:
            self._keep(export)

    def draw_samples(self) -> None:
        """The Samples panel."""
        if self._unreadable():
            return
        run = self._run
        samples, reals = (run.samples, run.reals) if run is not None else ((), None)
        loading = run is None and bool(self._name)
        self.samples.draw(SamplesView(self._name, samples, reals=reals, loading=loading), self.pictures.get)
        if self.samples.playing:
            hello_imgui.request_refresh()

    def draw_log(self) -> None:
        """The Log panel: the run's lines and the studio's, by time."""
        parts = (self._run.lines if self._run is not None else (), self._messages.lines)
        if parts != self._line_parts:
            self._line_parts = parts
            self._lines = tuple(sorted((*parts[0], *parts[1]), key=lambda line: line.stamp))
        self.log.draw(self._lines)

    def _unreadable(self) -> bool:
        """Say why nothing is known of the run, if so."""
        if not self._trouble:
            return False
        empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "This run cannot be read", sentence(self._trouble))
        return True

    def _keep(self, export: CurvesExport) -> None:
        """Write what somebody wants to keep of the curves; a picture once this frame is drawn."""
        if export.kind == "table" and self._run is not None:
            self._exporter.table(pictures_dir(), self._run.curves, export.names)
        elif export.kind == "picture":
            self._photo = PICTURE_WINDOW
