"""The studio: holds the Scene, and lets panels, engine and runs meet once a frame."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from imgui_bundle import hello_imgui, imgui

from app import layout
from app.dialogs import DialogKind, PathDialog
from app.engine import Engine, carried_camera
from app.messages import Messages
from app.paths import pictures_dir
from app.run_panels import RunPanels
from app.settings import Settings, save_settings
from app.style import apply_metrics, apply_plot_metrics, apply_theme
from app.train_controller import TrainController
from app.view_controller import Turntable, ViewController
from app.waker import Waker
from app.worker import Worker
from app.worker_child import Settings as WorkerSettings
from core.camera import Camera
from core.scene import Latent, Quality, Scene, Source
from widgets import camera as camera_panel
from widgets import latent as latent_panel
from widgets import status_bar, train
from widgets.camera import CameraSettings
from widgets.common import error_box
from widgets.picture import Picture
from widgets.train_view import TrainForm
from widgets.viewport import ViewportPanel

log = logging.getLogger(__name__)

MODEL_WORKER = WorkerSettings("app.model_worker:ModelHandler", threads=2)


class Studio:
    """Everything behind one window.  All methods are called on the window's thread, with its context current.

    Args:
        scene: What is shown first.
        settings: What was remembered.
        folder: Where settings are kept.
    """

    def __init__(self, scene: Scene, settings: Settings, folder: Path) -> None:
        self.scene = scene
        self.look = self._applied = settings.look
        self.default_source = scene.source
        self.wake = Waker()
        self.messages = Messages(self.wake)
        self.train = TrainController(settings.form, self.wake, follow_living=scene.source.kind != "checkpoint")
        self.view = ViewController()
        self.turntable = Turntable()
        self.turntable.on = scene.source.kind == "demo"
        self.worker = Worker(MODEL_WORKER, self.wake)
        self.engine = Engine(self.worker, self.wake)
        self.run_panels = RunPanels(self.messages, self.wake)
        self._folder = folder
        self._frames = 0
        self._closed = False
        self._dialog = PathDialog()
        self._viewport = ViewportPanel()
        self._home = Camera()
        self._shown_source: Source | None = None
        self._rng = random.Random()

    @property
    def panels(self) -> dict[str, Callable[[], None]]:
        """What draws each panel."""
        return {
            layout.TRAIN: self._draw_train,
            layout.VIEWPORT: self._draw_viewport,
            layout.LATENT: self._draw_latent,
            layout.CAMERA: self._draw_camera,
            layout.CURVES: self.run_panels.draw_curves,
            layout.PATCHES: self.run_panels.draw_patches,
            layout.MODULATION: self.run_panels.draw_modulation,
            layout.LOG: self.run_panels.draw_log,
            layout.SAMPLES: self.run_panels.draw_samples,
        }

    @property
    def opened(self) -> bool:
        """Whether a frame was ever on the screen."""
        return self._frames > 0

    def apply_look(self) -> None:
        """Set colours and metrics of the window as they are wanted."""
        self._applied = self.look
        apply_metrics(self.look.scale)
        apply_theme(self.look.theme)

    def before_frame(self) -> None:
        """Bring everything up to date; called once a frame, before anything is drawn."""
        if self.look != self._applied or self._frames == 0:
            self.apply_look()
            apply_plot_metrics(self.look.scale)
        if self._frames == 0:
            return
        self.train.update()
        self._choose_source()
        run = self.train.run
        self.run_panels.show(run, self.train.attached.name if self.train.attached else "")
        if run is not None and self.train.follow:
            self.engine.set_run_weights(str(run.item.path), run.weights)
        if self.engine.update(self.scene):
            self._carry_camera()
        self.view.show(self.engine.shown)
        self.scene = replace(self.scene, camera=self.turntable.turned(self.scene.camera))
        if self.turntable.on:
            hello_imgui.request_refresh()

    def after_frame(self) -> None:
        """Called when a frame is on the screen; what is slow to load waits for the first one."""
        self._frames += 1
        if self._frames == 1:
            self.wake.open()
            self.view.start()
            self.run_panels.start()
            self.train.start()
            self.worker.start()
            hello_imgui.request_refresh()

    def free_gpu(self) -> None:
        """The window closes: free what lies on the GPU while the context is still there."""
        self.wake.close()
        if not self.opened:
            return
        from app.gl.errors import forget_errors

        forget_errors()
        self.view.close()
        self.run_panels.free_gpu()

    def close(self) -> None:
        """End threads and processes; trainers go on.  Needs no context, and may be called twice."""
        if self._closed:
            return
        self._closed = True
        self.wake.close()
        save_settings(self._folder, Settings(self.train.form, self.look))
        self.train.close()
        self.engine.close()
        self.run_panels.close()
        self.worker.close()

    def draw_status(self) -> None:
        """The status bar."""
        run = self.train.run
        progress = self.engine.progress
        status_bar.draw(
            status_bar.StatusView(
                run=run.item if run is not None else None,
                work=f"{progress.text}… {progress.fraction:.0%}" if progress is not None else "",
                notice=self.messages.notice,
                frames_per_second=hello_imgui.frame_rate(),
            )
        )

    def draw_menu(self) -> None:
        """What the studio's menu offers beside closing it."""
        if imgui.menu_item("Save picture", "", False, self.engine.shown is not None)[0]:
            self._save_picture()

    def draw_overlays(self) -> None:
        """What lies above the panels: dialogs."""
        if self.train.browse is not None:
            form = self.train.form
            self._dialog.open(self.train.browse, form.runs_dir if self.train.browse == "runs" else form.data_path)
            self.train.browse = None
        if not self.opened:
            return
        from app.gl.errors import forget_errors  # PyOpenGL waits until after the first frame

        chosen = self._dialog.poll()
        forget_errors()
        if chosen is not None:
            self.train.edit(_with_path(self.train.form, *chosen), ())

    def _save_picture(self) -> None:
        pixels = self.view.pixels()
        if pixels is None:
            return
        from app.picture_file import free_path, save_picture  # loads PIL, so not before the first frame

        path = free_path(pictures_dir(), f"epigraf-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            save_picture(path, pixels[..., :3], self.scene)
        except OSError as error:
            log.error("The picture cannot be saved: %s", error)
        else:
            log.info("Saved %s", path)

    def _choose_source(self) -> None:
        wanted = self.train.source
        if wanted is None and self.train.attached is None and self.scene.source.kind == "run":
            wanted = self.default_source
        if wanted is not None and wanted != self.scene.source:
            self.scene = replace(self.scene, source=wanted)
            self.turntable.on = self.turntable.on and wanted.kind != "run"  # the trainer needs the processor

    def _carry_camera(self) -> None:
        """A new generator has its own cameras: take over what was never touched."""
        home = self.engine.home
        if self._shown_source != self.scene.source:
            self.scene = replace(self.scene, camera=carried_camera(self.scene.camera, self._home, home))
        self._shown_source, self._home = self.scene.source, home

    def _draw_train(self) -> None:
        self.train.edit(*train.draw(self.train.form, self.train.view()))

    def _draw_latent(self) -> None:
        self.scene = replace(self.scene, latent=latent_panel.draw(self.scene.latent, Latent(), self._rng))

    def _draw_camera(self) -> None:
        settings = CameraSettings(self.scene.camera, self.scene.quality, self.turntable.on)
        settings = camera_panel.draw(settings, self._home, Quality())
        self.scene = replace(self.scene, camera=settings.camera, quality=settings.quality)
        self.turntable.on = settings.turntable

    def _draw_viewport(self) -> None:
        self._viewport_problem()
        hint = self.engine.hint
        busy = not hint and self.engine.problem is None and self.view.problem is None
        title = "Loading…" if busy else "Nothing to show yet"
        camera = self._viewport.draw(self.scene.camera, self._home, self._picture, hint, title)
        if camera is not None:
            self.scene = replace(self.scene, camera=camera)
            self.turntable.on = False

    def _picture(self, camera: Camera, width: int, height: int, moving: bool) -> Picture | None:
        return self.view.picture(replace(self.scene, camera=camera), width, height, moving)

    def _viewport_problem(self) -> None:
        problem = self.view.problem or self.engine.problem
        if problem is None:
            return
        match error_box("viewport", problem.message, problem.detail, retry=self.view.problem is None):
            case "dismiss":
                self.view.problem = self.engine.problem = None
            case "retry":
                self.engine.retry()


def _with_path(form: TrainForm, kind: DialogKind, path: str) -> TrainForm:
    return replace(form, runs_dir=path) if kind == "runs" else replace(form, choice="own", data_path=path)
