"""The studio: one window's parts, which meet once a frame."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from imgui_bundle import hello_imgui

from app import layout
from app.autosave import Autosave
from app.board.opening import BoardOpening
from app.desk_makers import desk_makers
from app.desks import Desks
from app.dialogs import DialogKind
from app.export.exporting import Exporting
from app.export.gallery import Gallery
from app.footprint import Footprint
from app.incoming.arrivals import show_opened, with_path
from app.incoming.drops import accept_drops
from app.incoming.openings import Openings
from app.inside.spot import Spot
from app.inversion.inverting import Inverting
from app.menu import studio_actions
from app.messages import Messages
from app.overlays import Answers, Overlays
from app.panels_shown import PanelsShown
from app.performance import Performance
from app.runs.run_panels import RunPanels
from app.runs.tick_history import TickHistory
from app.runs.train_controller import TrainController
from app.settings import Look, Settings, save_settings
from app.sharing import sharing
from app.style import apply_metrics, apply_plot_metrics, apply_theme
from app.view.direction_names import DirectionNames
from app.view.favourites import Favourites
from app.view.stage import Stage
from app.workers.waker import Waker
from core.history import Work
from core.scene import Scene, Source
from widgets import performance as performance_panel
from widgets import status_bar
from widgets.actions import Action, draw_menus, hear_keys
from widgets.compare import source_name
from widgets.evaluation import EvaluationWindow
from widgets.latent_view import Favourite
from widgets.run_dialogs import RunDialogs
from widgets.runs import RunsPanel
from widgets.runs_view import RunItem
from widgets.status_bar import Machine
from widgets.timeline_view import FilmJourney, OpenJourney
from widgets.train import TrainPanel
from widgets.train_view import StartRun

log = logging.getLogger(__name__)


class Studio:
    """Everything behind one window.  All methods are called on the window's thread, with its context current.

    Args:
        scene: What is shown first.
        settings: What was remembered.
        folder: Where settings are kept.
    """

    def __init__(self, scene: Scene, settings: Settings, folder: Path) -> None:
        self.wake = Waker()
        self.messages = Messages(self.wake)
        last, follow = Path(settings.run) if settings.run else None, scene.source.kind != "checkpoint"
        self.train = TrainController(settings.form, self.wake, follow, last)
        self.stage = Stage(scene, self.wake)
        self.stage.viewing = settings.viewing
        self.run_panels = RunPanels(self.messages, self.wake)
        self.run_panels.curves.setup = settings.curves
        self.stage.time.setup, self._share = settings.time, settings.share
        self.openings = Openings(settings.recent, self.wake)
        self.exporting, self.inverting = Exporting(self.wake), Inverting(self.wake)
        self.gallery, self.board = Gallery(self.wake), BoardOpening(self.wake)
        self.overlays = Overlays(self.messages, settings.ask_before_exit)
        self.panels_shown = PanelsShown()
        self.train.look_at_data = partial(self.panels_shown.show, layout.DATA)
        self.ticks, self.spot = TickHistory(self.wake), Spot()
        self.desks = Desks(desk_makers(self))
        self._train_panel = TrainPanel()
        self._runs_panel = RunsPanel()
        self._run_dialogs = RunDialogs()
        self._evaluation_window = EvaluationWindow()
        self._remembered = settings.run
        self.look = self._applied = settings.look
        self._footprint = Footprint()
        self.performance = Performance()
        self._actions: tuple[Action, ...] = ()
        self._folder, self._autosave = folder, Autosave(folder)
        self._frames = 0
        self._closed = False

    @property
    def panels(self) -> dict[str, Callable[[], None]]:
        """What draws each panel."""
        return {
            layout.TRAIN: self._draw_train,
            layout.RUNS: self._draw_runs,
            layout.VIEWPORT: self.stage.draw_viewport,
            layout.LATENT: self.stage.draw_latent,
            layout.CAMERA: self.stage.draw_camera,
            layout.COMPARE: self._draw_compare,
            layout.CURVES: self.run_panels.draw_curves,
            layout.LOG: self.run_panels.draw_log,
            layout.SAMPLES: self.run_panels.draw_samples,
            layout.TIMELINE: self._draw_timeline,
            layout.PERFORMANCE: self._draw_performance,
            **self.desks.panels,
        }

    @property
    def opened(self) -> bool:
        """Whether a frame was ever on the screen."""
        return self._frames > 0

    def apply_look(self) -> None:
        """Set colours, metrics and frame rate of the window as they are wanted."""
        self._applied = self.look
        apply_metrics(self.look.scale)
        self.stage.view.aim_at(self.look.frame_rate)
        apply_theme(self.look.theme)

    def before_frame(self) -> None:
        """Bring everything up to date; called once a frame, before anything is drawn."""
        self.performance.begin_frame()
        if self.look != self._applied or self._frames == 0:
            self.apply_look()
            apply_plot_metrics(self.look.scale)
        if self._frames == 0:
            return
        self.train.update()
        for opened in self.openings.take():
            show_opened(self, opened)
        self.stage.errand = self.openings.errand
        run, attached = self.train.run, self.train.attached
        if attached is not None and str(attached) != self._remembered:
            self._remember()  # at once: the window may be killed, and the next one should find the run again
        self.run_panels.show(run, attached.name if attached else "", self.train.trouble)
        self.ticks.show(run)
        if run is not None and self.train.follow:
            self.stage.engine.set_run_weights(str(run.item.path), run.weights)
        if attached is None and self.stage.scene.source.kind == "run":
            self.stage.show_default()
        if self.stage.journey.strayed:
            self.stage.journey.strayed = False
            followed = self.train.source
            self.train.set_follow(followed is not None and followed == replace(self.stage.scene.source, snapshot=""))
        self.stage.engine.sharing = sharing(self.train.runs, self._share)
        self.stage.update(self.train.source, run)
        if self.stage.time.homesick:
            self.stage.time.homesick = False
            self.train.set_follow(True)
        self.train.shows(self.stage.scene.source)
        self.desks.update()
        if not (self.stage.turntable.on or self.stage.latents.walk.on):
            self._autosave.keep(Work(self.stage.scene, self.stage.journey.timeline))

    def before_swap(self) -> None:
        """A frame is drawn and not yet on the screen."""
        self.run_panels.before_swap()
        self.performance.end_frame()

    def after_frame(self) -> None:
        """Called when a frame is on the screen; what is slow to load waits for the first one."""
        self._frames += 1
        if self._frames == 1:
            self.wake.open()
            accept_drops(self.openings.drop)
            self.stage.start()
            self.stage.latents.favourites = Favourites(self._folder)
            self.stage.latents.names = DirectionNames(self._folder)
            self.run_panels.start()
            self.train.start()
            self.desks.open = True
            self._restore()
            hello_imgui.request_refresh()

    def free_gpu(self) -> None:
        """The window closes: free what lies on the GPU while the context is still there."""
        self.wake.close()
        if not self.opened:
            return
        from app.gl.errors import forget_errors

        forget_errors()
        self.stage.free_gpu()
        self.desks.free_gpu()
        self.run_panels.free_gpu()
        self.gallery.free_gpu()
        self.inverting.free_gpu()

    def close(self) -> None:
        """End threads and processes; trainers go on.  Needs no context, and may be called twice."""
        if self._closed:
            return
        self._closed = True
        self.wake.close()
        self._remember()
        self._autosave.close()
        self.exporting.close()
        self.gallery.close()
        self.board.close()
        self.inverting.close()
        self.train.close()
        self.openings.close()
        self.run_panels.close()
        self.desks.close()
        self.ticks.close()
        self.stage.close()

    def draw_status(self) -> None:
        """The status bar."""
        item = self.train.run.item if self.train.run is not None else None
        errand, progress = self.stage.errand, self.stage.engine.progress
        done = errand.work if errand is not None else progress
        work = f"{done.text}… {done.fraction or 0:.0%}" if done is not None else self.openings.waiting
        memory = self._footprint.memory_gb([self.stage.worker.process_id]) if self.opened else None
        window = Machine(self.stage.view.device, memory)
        status_bar.draw(status_bar.StatusView(item, work, trainer_machine(item), window, hello_imgui.frame_rate()))

    def draw_menus(self) -> None:
        """The menu bar."""
        self._actions = studio_actions(self)
        draw_menus(self._actions)

    def draw_overlays(self) -> None:
        """What lies above the panels; and the keys."""
        if not self.opened:
            return
        if self.train.browse is not None:
            form = self.train.form
            start = form.runs_dir if self.train.browse in ("runs", "open folder") else form.data_path
            self.overlays.choose(self.train.browse, start)
            self.train.browse = None
        self._take(self.overlays.draw(self._actions))
        answer = self._run_dialogs.draw(self.train.offer)
        if answer is not None:
            self.train.handle(answer)
        wish = self._evaluation_window.draw(self.train.evaluations.view())
        if wish is not None:
            self.train.evaluations.handle(wish)
        self.exporting.timeline = self.stage.journey.timeline
        self.exporting.draw(self.stage.scene, self.gallery.thumbnail, ready=self.stage.engine.shown is not None)
        saved = self.gallery.draw()
        if saved is not None:
            self.openings.open(str(saved))
        self._draw_inversion()
        hear_keys(self._actions)

    def may_close(self) -> bool:
        """Called when somebody closes the window; False keeps it open until a question is answered."""
        may = self.overlays.exit.may_close(self.train.run.item if self.train.run is not None else None)
        if not may:
            self.wake()
        return may

    # What menus and keys do

    def choose(self, kind: DialogKind) -> None:
        """Ask for something to open."""
        self.overlays.choose(kind, self.openings.recent[0] if self.openings.recent else "")

    def ask_to_close(self) -> None:
        """Close the window, unless a question comes first."""
        if self.may_close():
            hello_imgui.get_runner_params().app_shall_exit = True

    def show_source(self, source: Source) -> None:
        """Show a generator; an attached run stays so, but the viewport follows it only if it is the source."""
        if source.kind == "run":
            self.train.attach(Path(source.path))
        self.train.set_follow(source.kind == "run")
        self.stage.show_source(source)

    def show_scene(self, scene: Scene) -> None:
        """Show a Scene as it was saved, or as it was before."""
        if scene.source != self.stage.scene.source:
            self.show_source(scene.source)
        self.stage.show_scene(scene)

    def undo(self) -> None:
        """Go back to what was shown before the last gesture."""
        self._go_back_to(self.stage.gestures.undo(self.stage.scene, self.stage.journey.timeline))

    def redo(self) -> None:
        """Take back the last `undo`."""
        self._go_back_to(self.stage.gestures.redo(self.stage.scene, self.stage.journey.timeline))

    def _go_back_to(self, work: Work | None) -> None:
        if work is None:
            return
        self.stage.journey.show(work.timeline)
        if work.scene != self.stage.scene:
            self.show_scene(work.scene)

    def start_training(self, *, paused: bool = False) -> None:
        """Start a run from the form; paused, it waits before its first step."""
        self.train.edit(self.train.form, (StartRun(self.train.form, paused),))
        self.panels_shown.show(layout.TRAIN)

    def set_look(self, look: Look) -> None:
        """Change theme, size or frame rate, from the next frame on."""
        self.look = look

    def _take(self, answers: Answers) -> None:
        """Do what was said in dialogs."""
        if answers.chosen is not None:
            kind, path = answers.chosen
            if kind == "invert":
                self.inverting.offer(Path(path))
            elif kind == "compare":
                self.stage.compare_with(Source("checkpoint", path))
            elif kind in ("open file", "open folder"):
                self.openings.open(path)
            else:
                self.train.edit(with_path(self.train.form, kind, path), ())
        if answers.leave == "stop":
            self.train.send("stop")
        if answers.leave in ("stop", "close"):
            hello_imgui.get_runner_params().app_shall_exit = True

    def _restore(self) -> None:
        """Show again what a window showed that a crash has ended, unless something was asked for."""
        work = self._autosave.orphan()
        if work is not None and self.stage.scene == Scene():
            self.show_scene(work.scene)
            self.stage.journey.show(work.timeline)
            log.warning("The last window ended unexpectedly: here is what it showed")

    def _remember(self) -> None:
        """Write down what the next window should know."""
        self._remembered = str(self.train.attached or "")
        recent, ask = self.openings.recent, self.overlays.exit.ask
        curves, viewing, time = self.run_panels.curves.setup, self.stage.viewing, self.stage.time.setup
        settings = Settings(
            self.train.form, self.look, recent, ask, self._remembered, curves, viewing, time, self._share
        )
        save_settings(self._folder, settings)

    def _draw_train(self) -> None:
        self.train.edit(*self._train_panel.draw(self.train.form, self.train.view()))

    def _draw_compare(self) -> None:
        if self.stage.draw_compare(self.train.run, self.openings.recent):
            self.choose("compare")

    def _draw_timeline(self) -> None:
        ready = self.stage.engine.shown is not None
        scene, wish = self.stage.journey.draw(self.stage.scene, ready=ready)
        self.stage.go_to(scene)
        match wish:
            case OpenJourney():
                self.choose("open file")
            case FilmJourney():
                self.exporting.show("timeline")

    def _draw_performance(self) -> None:
        if self.opened:
            run = self.train.run
            view = self.performance.view(self.stage, run.item if run is not None else None)
            self._share = performance_panel.draw(view)

    def _draw_inversion(self) -> None:
        engine, source = self.stage.engine, self.stage.scene.source
        generator = source_name(source) if engine.shown is not None else ""
        wish = self.inverting.draw(self.stage.scene, generator, gpu_taken=engine.sharing.gpu_taken)
        if wish == "choose":
            self.overlays.choose("invert", self.inverting.form.picture)
        elif isinstance(wish, Scene):
            self.show_scene(wish)
        elif isinstance(wish, Favourite) and self.stage.latents.favourites is not None:
            favourites = self.stage.latents.favourites
            favourites.keep((*favourites.all, wish))

    def _draw_runs(self) -> None:
        for intent in self._runs_panel.draw(self.train.runs_view()):
            self.train.handle(intent)


def trainer_machine(item: RunItem | None) -> Machine:
    """Where a run trains, as its trainer says; nothing of one that does not train."""
    status = item.view.status if item is not None and item.view.active else None
    return Machine() if status is None else Machine(status.device, status.memory_gb)
