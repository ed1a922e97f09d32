"""Behind the Geometry panel: the geometry worker, the surfaces of A and B, and what is asked of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from imgui_bundle import hello_imgui, imgui

from app.export.file_manager import reveal
from app.geometry.mesh_saves import dated_path
from app.geometry.mesh_window import NO_DISPLAY, has_display, open_mesh
from app.geometry.surfaces import Surfaces
from app.paths import pictures_dir
from app.shell.command_clipboard import copy_command
from app.shell.mesh_command import mesh_arguments
from app.workers.tasks import Tasks
from core.scene import Scene
from widgets.export_view import CancelExport, RevealExport
from widgets.geometry import GeometryPanel
from widgets.geometry_view import (
    CancelSurface,
    CopyMeshCommand,
    ForgetPick,
    GeometryIntent,
    GoHome,
    LookInViewport,
    MeshFormat,
    OpenMesh,
    PickPoint,
    RetrySurface,
    SaveMesh,
)

if TYPE_CHECKING:
    from app.view.stage import Stage

log = logging.getLogger(__name__)


class GeometryDesk:
    """Made when somebody first looks at the panel; nothing is computed while nobody does.

    All methods are called on the window's thread, with its context current.

    Args:
        stage: Whose Scene is shown and edited.
        wake: Called from threads when a frame should be drawn.
        show_viewport: Brings the viewport to the front.
    """

    def __init__(
        self,
        stage: Stage,
        wake: Callable[[], None],
        show_viewport: Callable[[], None],
    ) -> None:
        self._stage, self._show_viewport = stage, show_viewport
        self._panel = GeometryPanel()
        self._tasks: Tasks[None] = Tasks("geometry files", wake)
        self.surfaces = Surfaces(stage, wake)
        self._closing = threading.Event()
        self._looked_at = self._held = False

    def update(self) -> None:
        """Once a frame, before the panel may be drawn."""
        self._tasks.take()
        self.surfaces.saves.update()
        if not self._looked_at:
            self.surfaces.rest()
        self._looked_at = False

    def draw(self) -> None:
        """The panel is seen: draw it, and ask for what it lacks."""
        self._looked_at = True
        surfaces = self.surfaces
        surfaces.update(held=self._held)
        view = surfaces.view()
        wish = self._panel.draw(view, partial(surfaces.picture, held=self._held))
        if wish.scene != view.scene:
            self._take(view.scene, wish.scene)
        for intent in wish.intents:
            self._handle(intent)
        self._watch(view.scene)
        if surfaces.waits_for_frames:
            hello_imgui.request_refresh()

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        self.surfaces.free_gpu()

    def close(self) -> None:
        """End the worker, the thread, and all files that nobody has asked for; PyVista's windows stay."""
        self._closing.set()
        self._tasks.close()
        self.surfaces.close()

    def _watch(self, before: Scene) -> None:
        """Whether somebody drags something that the surface follows: then speed counts more than looks."""
        scene, pressed = self._stage.scene, imgui.is_mouse_down(imgui.MouseButton_.left)
        changes = (before.geometry, before.quality, before.other) != (scene.geometry, scene.quality, scene.other)
        self._held = pressed and imgui.is_any_item_active() and (changes or self._held)

    def _take(self, before: Scene, wanted: Scene) -> None:
        """The Scene as somebody has changed it; who takes hold of the camera ends what moves it by itself."""
        if wanted.camera != before.camera:
            self._stage.flight.stop()
            self._stage.turntable.on = False
        self._stage.scene = wanted

    def _handle(self, intent: GeometryIntent) -> None:
        scene, surfaces = self._stage.scene, self.surfaces
        match intent:
            case PickPoint(which, x, y):
                surfaces.pick_at(which, x, y)
            case ForgetPick():
                surfaces.pick.forget()
            case GoHome() if scene.geometry.camera is None:
                self._stage.look(self._stage.training_views.home)
            case GoHome():
                home = self._stage.training_views.home
                self._stage.scene = replace(scene, geometry=replace(scene.geometry, camera=home))
            case CancelSurface(which):
                surfaces.sides[which].cancel()
            case RetrySurface(which):
                surfaces.sides[which].retry(scene.geometry.resolution)
            case LookInViewport():
                self._show_viewport()
            case SaveMesh(suffix):
                surfaces.save(scene, dated_path(pictures_dir(), suffix))
            case CopyMeshCommand(suffix):
                self._copy_command(scene, suffix)
            case OpenMesh():
                self._open(scene)
            case CancelExport(number):
                surfaces.saves.cancel(number)
            case RevealExport(path):
                self._tasks.submit(f"Opening {path.parent.name}…", partial(reveal, path.parent))

    def _copy_command(self, scene: Scene, suffix: MeshFormat) -> None:
        if copy_command("mesh", mesh_arguments(scene, Path(f"epigraf{suffix}"))):
            log.info("Copied the command that makes this mesh")

    def _open(self, scene: Scene) -> None:
        """Hand the mesh to PyVista's own window."""
        if not has_display():
            log.error("%s", NO_DISPLAY)
            return
        self.surfaces.save(scene, self.surfaces.handed_path(".ply"), then=self._show_window)

    def _show_window(self, path: Path) -> None:
        self._tasks.submit("Opening PyVista…", partial(open_mesh, path, self._closing))
