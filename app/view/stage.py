"""What is on show: the Scene, what computes it, and the panels that look at it and change it."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imgui_bundle import hello_imgui, imgui

from app.export.saving import save_dated
from app.incoming.imports import Errand
from app.model.model_messages import PREFETCH
from app.model.score_messages import YIELDING
from app.runs.run_watch import WatchedRun
from app.timeline.time_machine import Moment, TimeMachine
from app.timeline.timeline_desk import TimelineDesk
from app.view.camera_motion import Flight, Turntable
from app.view.carrying import Carrying
from app.view.comparison import Comparison, source_choices
from app.view.gestures import Gestures
from app.view.latent_desk import LatentDesk
from app.view.side import Side
from app.view.training_poses import Found, TrainingPoses, training_views
from app.workers.waker import Waker
from app.workers.worker import Worker
from app.workers.worker_child import Settings as WorkerSettings
from app.workers.worker_share import WorkerShare
from core.baked import BakedVolume
from core.bounds import SHOWN_DENSITIES, shown_depths
from core.camera import Camera
from core.scene import Other, Quality, Scene, Shown, Source, save_scene
from widgets import camera as camera_panel
from widgets import compare as compare_panel
from widgets import latent as latent_panel
from widgets import time_strip
from widgets.camera import CameraSettings
from widgets.common import error_box
from widgets.picture import Picture
from widgets.view_setup import TrainingViews, ViewSetup
from widgets.viewport import ViewportPanel, Work

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

MODEL_WORKER = WorkerSettings("app.model.model_worker:ModelHandler", threads=2, yielding=YIELDING | {PREFETCH})


class Stage:
    """The Scene of one window.  All methods are called on the window's thread, with its context current.

    Args:
        scene: What is shown first.
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, scene: Scene, wake: Waker) -> None:
        self.scene = scene
        self.turntable = Turntable()
        self.turntable.on = scene.source.kind == "demo"
        self.flight = Flight()
        self.gestures = Gestures(scene)
        self.viewing = ViewSetup()
        self.latents = LatentDesk(wake)
        self.poses = TrainingPoses(wake)
        self.training_views = TrainingViews()
        self._views_of: tuple[Camera, BakedVolume | None, Found | None] | None = None
        self.time, self.journey = TimeMachine(), TimelineDesk(wake)
        self.refining = False
        self._wake = wake
        self.worker = Worker(MODEL_WORKER, wake)
        self.share = WorkerShare(self.worker)
        self.side, self.comparison = Side(self.share, "", wake), Comparison(self.share, wake)
        self.engine, self.view = self.side.engine, self.side.view
        self.errand: Errand | None = None
        self._default = scene.source
        self._viewport = ViewportPanel()
        self.layers = self._viewport.layers
        self._carrying = Carrying(scene)
        self._snapped = (0, 0)
        self._rng = random.Random()

    def start(self) -> None:
        """Make what lies on the GPU, and the worker: after the first frame."""
        self.view.start()
        self.worker.start()

    def update(self, followed: Source | None, run: WatchedRun | None) -> None:
        """Bring what is shown up to date with the Scene.

        Args:
            followed: The run that the viewport follows; None if it follows none.
            run: The attached run, if it was looked at.
        """
        if followed is not None and followed != replace(self.scene.source, snapshot=""):
            before, self.scene = self.scene, replace(self.scene, source=followed)
            self.gestures.moved_by_itself(before, self.scene)
            self.turntable.on = self.latents.walk.on = False  # the trainer needs the processor
        source = self.time.update(self.scene.source, run, self._moment())
        self.scene = replace(self.scene, source=source)
        by_itself = self.time.playing or self.journey.playing
        held = imgui.is_any_item_active() or self.flight.on or by_itself
        self.gestures.observe(self.scene, self.journey.timeline, held=held)
        before = self.scene
        if by_itself:
            hello_imgui.request_refresh()
        self.engine.picture_s = self.view.picture_s(self.scene.quality)
        if self.engine.update(self.scene, self.time.ahead, patient=by_itself):
            self.scene = self._carrying.taken_over(self.scene, self.engine.home)
        self.view.show(self.engine.shown)
        self.comparison.update(self.scene, self.side)
        self._gather_views()
        self.scene = self._carrying.aimed(self.scene, self._views_of[2] if self._views_of is not None else None)
        camera = self.turntable.turned(self.scene.camera, self.viewing.turn_seconds)
        in_flight = self.flight.on
        self.scene = self.latents.moved(replace(self.scene, camera=self.flight.moved(camera)))
        if not in_flight:
            self.gestures.moved_by_itself(before, self.scene)
        if self.turntable.on or self.flight.on or self.latents.walk.on:
            hello_imgui.request_refresh()
        if self.journey.playing:
            self.go_to(self.journey.moved(self.scene, complete=self.engine.complete))

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        self.side.free_gpu()
        self.comparison.free_gpu()
        self.latents.free_gpu()

    def close(self) -> None:
        """End threads and processes."""
        self.poses.close()
        self.journey.close()
        self.latents.close()
        self.side.close()
        self.comparison.close()
        self.worker.close()

    # What menus and keys do

    def show_source(self, source: Source) -> None:
        """Show another generator."""
        if source.kind != "run":
            self._default = source
        self.scene = replace(self.scene, source=source)

    def show_default(self) -> None:
        """Show what was on show before a run was."""
        self.show_source(self._default)

    def show_scene(self, scene: Scene) -> None:
        """Show a Scene as it was saved."""
        self.show_source(scene.source)
        self.scene = scene
        self.turntable.on = self.latents.walk.on = False
        self._carrying.keep(scene)

    def go_to(self, scene: Scene) -> None:
        """Show a Scene of the journey: as it is, whatever moved by itself."""
        if scene != self.scene:
            self.scene = scene
            self.turntable.on = self.latents.walk.on = self.time.playing = False
            self.flight.stop()
            self._carrying.keep(scene)

    def save_session(self) -> None:
        """Save all that decides what is shown."""
        save_dated("session", ".json", lambda path: save_scene(path, self.scene))

    @property
    def can_cancel(self) -> bool:
        """Whether something is computed or imported that can be given up."""
        return self.errand is not None or self.side.busy or self.comparison.busy

    def cancel(self) -> None:
        """Give up what the viewport says is being done."""
        self.time.playing = False
        if self.errand is not None:
            self.errand.cancel()
        else:
            (self.side if self.side.busy else self.comparison).cancel()

    @property
    def aim(self) -> Camera:
        """Where the camera is, or where it is on its way to."""
        return self.flight.goal or self.scene.camera

    def look(self, goal: Camera) -> None:
        """Go to a view, until somebody takes hold of the camera."""
        self.turntable.on = False
        self.flight.begin(self.scene.camera, goal)

    def toggle_turntable(self) -> None:
        """Begin or end to go round the object."""
        self.flight.stop()
        self.turntable.toggle()

    def toggle_compare(self) -> None:
        """Begin or end to compare two pictures."""
        self.scene = compare_panel.toggled(self.scene)

    def set_viewing(self, setup: ViewSetup) -> None:
        """Change what is drawn over the picture."""
        self.viewing = setup

    def show_as(self, way: Shown) -> None:
        """Show colours, depth, or whatever else the field has."""
        self.scene = replace(self.scene, quality=replace(self.scene.quality, show=way))

    def set_seed(self, seed: int) -> None:
        """Show another sample."""
        self.latents.walk.on = False
        self.scene = replace(self.scene, latent=self.scene.latent.at_seed(seed))

    def random_seed(self) -> None:
        """Show any other sample."""
        self.set_seed(self._rng.randrange(latent_panel.DRAG_MAX))

    def save_picture(self) -> None:
        """Save what the viewport shows, with its Scene."""
        pixels = self.comparison.pixels(self.side, self.scene)
        if pixels is None:
            return
        from app.pictures.picture_file import save_picture  # loads PIL, so not before the first frame

        save_dated("picture", ".png", lambda path: save_picture(path, pixels[..., :3], self.scene))

    # Panels

    def draw_latent(self) -> None:
        """The Latent panel."""
        weights = self.engine.weights(self.scene.source)
        self.scene = self.latents.draw(self.scene, None if weights is None else weights.path, self._rng, self._snap)

    def draw_camera(self) -> None:
        """The Camera panel."""
        before = CameraSettings(self.scene.camera, self.scene.quality, self.turntable.on, self.viewing.turn_seconds)
        settings = camera_panel.draw(before, self.training_views, Quality(), self.side.made_of)
        self.scene = replace(self.scene, camera=settings.camera, quality=settings.quality)
        self.viewing = replace(self.viewing, turn_seconds=settings.turn_seconds)
        if settings.turntable != before.turntable:
            self.flight.stop()
        self.turntable.on = settings.turntable
        if settings.goal is not None:
            self.look(settings.goal)

    def draw_compare(self, run: WatchedRun | None, recent: Sequence[str]) -> bool:
        """The Compare panel.

        Args:
            run: The attached run, which B may show, now and as it was.
            recent: Files that were opened before.

        Returns:
            Whether a file shall be chosen for B.
        """
        choices = source_choices(self.scene, run, recent)
        made_of = self.side.made_of, self.comparison.made_of
        wish = compare_panel.draw(self.scene, choices, self.comparison.legend(self.scene), self._rng, made_of)
        self.scene = wish.scene
        return wish.choose_file

    def compare_with(self, source: Source) -> None:
        """Show another generator as B."""
        other = self.scene.other or Other()
        self.scene = replace(self.scene, other=replace(other, source=source))

    def draw_viewport(self) -> None:
        """The Viewport panel."""
        self._draw_problem()
        engine = self.engine
        busy = not engine.hint and engine.problem is None and self.view.problem is None
        title = "Loading…" if busy else "Nothing to show yet"
        notes = [self.side.note(self.scene)]
        if engine.shown is not None:
            notes.append(legend(self.scene, engine.shown.volume.half))
        notes.append(self.comparison.legend(self.scene))
        note = "\n".join(filter(None, notes))
        past, split = self.time.view, self.comparison.split(self.scene)
        below = time_strip.height() if past is not None else 0.0
        views, viewing, work = self.training_views, self.viewing, self._work()
        wish = self._viewport.draw(
            self.scene.camera, views, viewing, self._picture, engine.hint, title, work, note, below, split
        )
        if wish.divider is not None and self.scene.other is not None:
            self.scene = replace(self.scene, other=replace(self.scene.other, divider=wish.divider))
        if wish.camera is not None:
            self.flight.stop()
            self.scene = replace(self.scene, camera=wish.camera)
            self.turntable.on = False
        if wish.goal is not None:
            self.look(wish.goal)
        self.viewing = wish.setup or self.viewing
        match wish.work:
            case "cancel":
                self.cancel()
            case "resume":
                first = self.side.work(self.scene) is not None
                self.scene = (self.side if first else self.comparison).resumed(self.scene)
        if past is not None:
            intent = time_strip.draw(past)
            if intent is not None:
                self.time.handle(intent)

    def _snap(self) -> np.ndarray | None:
        """The picture of the Scene's sample, [height, width, 4]; None until it is drawn."""
        version, self._snapped = self._snapped, self.side.version
        # What has just come is drawn in this frame.
        drawn = version == self._snapped and self.engine.complete
        return self.view.pixels() if drawn else None

    def _moment(self) -> Moment:
        """How far what the Scene's source asks for is."""
        engine, shown = self.engine, self.engine.shown
        if engine.problem is not None or engine.hint:
            return Moment("failed", engine.problem.message if engine.problem is not None else engine.hint)
        if shown is None or shown.source != self.scene.source or not engine.complete:
            return Moment()
        return Moment("shown", kimg=shown.kimg)

    def _work(self) -> Work | None:
        """What the viewport says of the worker: only of what takes a while."""
        if self.errand is not None:
            return self.errand.work
        return self.side.work(self.scene) or self.comparison.work(self.scene)

    def _picture(self, camera: Camera, width: int, height: int, moving: bool) -> Picture | None:
        scene = replace(self.scene, camera=camera)
        picture = self.comparison.picture(self.side, scene, width, height, moving)
        self.refining = picture is not None and picture.refined is not None
        if self.refining:
            self._wake()  # it grows from frame to frame
        return picture

    def _draw_problem(self) -> None:
        side = self.side if self.side.problem is not None else self.comparison.side
        problem = side.problem if side is not None else None
        if side is None or problem is None:
            return
        smaller = Quality().volume
        too_large = problem.out_of_memory and problem is self.engine.problem
        offer = f"Volume {smaller}³" if too_large and self.scene.quality.volume > smaller else ""
        message = problem.message if side is self.side else f"B: {problem.message}"
        match error_box("viewport", message, problem.detail, side.view.problem is None, offer):
            case "offer":
                self.scene = replace(self.scene, quality=replace(self.scene.quality, volume=smaller))
            case "dismiss":
                side.dismiss()
            case "retry":
                side.retry()

    def _gather_views(self) -> None:
        """What is known of the training's cameras, gathered anew when any of it has changed."""
        volume = self.engine.shown.volume if self.engine.shown is not None else None
        of = (self._carrying.home, volume, self.poses.of(self.scene.source) if volume is not None else None)
        if self._views_of is None or any(new is not old for new, old in zip(of, self._views_of, strict=True)):
            self._views_of, self.training_views = of, training_views(*of)


def legend(scene: Scene, half: float) -> str:
    """What the tones of the picture mean, for people; empty for colour.  half: half the edge of the box."""
    match scene.quality.show:
        case "depth":
            near, far = shown_depths(scene.camera, half)
            return f"depth {near:.2f} (yellow) to {far:.2f} (violet)"
        case "normals":
            return "normals: x red, y green, z blue"
        case "opacity":
            return "opacity: 0 black, 1 white"
        case "samples":
            return "samples of a ray: none (violet) to all (yellow)"
        case "surface":
            return f"surface at density {scene.quality.threshold:.3g}"
        case "slice":
            quality = scene.quality
            least, most = SHOWN_DENSITIES
            place = f"{quality.slice_axis} = {quality.slice_at * half:+.3f}"
            return f"density at {place}: {least:g} (violet) to {most:g} (yellow), logarithmic"
        case _:
            return ""
