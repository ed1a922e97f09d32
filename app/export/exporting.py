"""The Export window of a studio: its form, what it has begun, and the command for a shell."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.export.file_manager import reveal
from app.paths import pictures_dir
from app.shell.command_clipboard import copy_command
from app.workers.tasks import Tasks
from core.scene import Scene
from core.timeline import Timeline
from widgets.export_view import (
    CancelExport,
    CloseExports,
    CopyCommand,
    ExportForm,
    ExportIntent,
    ExportKind,
    ExportView,
    RevealExport,
    StartExport,
)
from widgets.picture import Picture

if TYPE_CHECKING:  # loaded when the first export begins
    from app.export.exports import Exports

log = logging.getLogger(__name__)


class Exporting:
    """What lies behind the window.  All methods are called on the window's thread.

    Args:
        wake: Called from threads when a frame should be drawn.

    Attributes:
        timeline: The window's journey, if there is one.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._tasks: Tasks[None] = Tasks("files", wake)
        self.open = False
        self.form = ExportForm()
        self.timeline: Timeline | None = None

    @cached_property
    def exports(self) -> Exports:
        """The exports of this window."""
        from app.export.exports import Exports

        return Exports(self._wake)

    def toggle(self) -> None:
        """Open or close the window; exports go on."""
        self.open = not self.open

    def show(self, kind: ExportKind) -> None:
        """Open the window for something of this kind."""
        self.open, self.form = True, replace(self.form, kind=kind)

    def draw(self, scene: Scene, thumbnail: Callable[[Path], Picture | None], *, ready: bool) -> None:
        """Draw the window, if it is open.

        Args:
            scene: What is shown.
            thumbnail: Gives a small picture of a file; None where there is none.
            ready: Whether there is a picture of it.
        """
        self._tasks.take()
        if not self.open:
            return
        from widgets import export

        seconds = None if self.timeline is None else self.timeline.seconds
        view = ExportView(self.form, self.exports.items, pictures_dir(), ready, seconds, thumbnail)
        self.form, intent = export.draw(view)
        if intent is not None:
            self._handle(intent, scene)

    def copy_command(self, scene: Scene) -> None:
        """Put the command that draws the Scene on the clipboard."""
        from app.export.exports import suffix_of
        from app.shell.render_command import render_arguments

        form = self.form
        if form.kind == "timeline" and self.timeline is None:
            form = replace(form, kind="picture")
        arguments = render_arguments(scene, form, Path(f"epigraf{suffix_of(form)}"), self.timeline)
        if copy_command("render", arguments):
            log.info("Copied the command that draws this %s", form.kind)

    def close(self) -> None:
        """Give up what is being drawn, and end the threads."""
        if "exports" in self.__dict__:
            self.exports.close()
        self._tasks.close()

    def _handle(self, intent: ExportIntent, scene: Scene) -> None:
        match intent:
            case StartExport():
                self.exports.start(scene, self.form, self.timeline)
            case CopyCommand():
                self.copy_command(scene)
            case CancelExport(number):
                self.exports.cancel(number)
            case RevealExport(path):
                self._tasks.submit(f"Opening {path.parent.name}…", partial(reveal, path.parent))
            case CloseExports():
                self.open = False
