"""The window as a place to work: menus, keys, help, themes, layout, drops, notices, and what happens on leaving."""

import ctypes
import logging
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import glfw_utils, imgui

from app import layout
from app.incoming.drops import accept_drops
from app.pictures.picture_file import save_picture
from app.settings import Look, load_settings
from app.studio import Studio
from core.scene import Latent, Scene, Source
from tests import ui
from tests.app import studio_runs
from tests.app.studio_runs import ball
from tests.training.toy import toy_data
from widgets.train_view import TrainForm

pytestmark = pytest.mark.ui
Key = imgui.Key
MENU = "##MainMenuBar"
RIM = 20  # pixels of its neighbours on a picture of a panel


@pytest.fixture
def demo(tmp_path: Path, monkeypatch) -> Path:
    """A demo that needs no worker."""
    ball().save(tmp_path / "demo.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    return tmp_path


def press(ctx: ui.Context, chord: int) -> None:
    ctx.key_press(chord)
    ctx.yield_(2)


def test_themes_and_sizes_change_at_once_and_are_remembered(demo: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        dark = ui.capture(ctx, demo / "dark.png")
        ctx.set_ref(MENU)
        ctx.menu_click("View/Theme/Light")
        ctx.yield_(2)
        light = ui.capture(ctx, demo / "light.png")
        assert light.mean() > dark.mean() + 60
        before = imgui.get_font_size()
        ctx.menu_click("View/Size/150%")
        ctx.yield_(2)
        assert imgui.get_font_size() == pytest.approx(1.5 * before, rel=0.05)
        press(ctx, Key.mod_ctrl | Key.equal)
        assert studio.look == Look("light", 1.75)
        press(ctx, Key.mod_ctrl | Key.minus)
        assert studio.look == Look("light", 1.5)
        ui.capture(ctx, demo / "light-150.png")

    ui.run_studio(clicks, monkeypatch, demo)
    assert load_settings(demo / "epigraf-studio", TrainForm()).look == Look("light", 1.5)


def test_keys_do_what_menus_do_but_not_while_somebody_types(demo: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        stage = studio.stage
        press(ctx, Key.n)
        press(ctx, Key.n)
        press(ctx, Key.p)
        assert stage.scene.latent.seed == 1
        press(ctx, Key.mod_shift | Key.n)
        assert stage.scene.latent.seed != 1
        assert stage.turntable.on
        press(ctx, Key.t)
        assert not stage.turntable.on
        seed = stage.scene.latent.seed
        ctx.item_click("//Train/##name")
        ctx.key_chars_replace("nnt")
        assert (stage.scene.latent.seed, stage.turntable.on) == (seed, False)
        ctx.key_press(Key.enter)
        press(ctx, Key.mod_ctrl | Key._7)
        ctx.yield_(3)
        assert ctx.window_info(f"//{list(layout.PLACES)[6]}").id_ != 0

        press(ctx, Key.mod_ctrl | Key.p)
        assert studio.overlays.commands.open
        ctx.key_chars("random")
        ctx.yield_(2)
        ui.capture(ctx, demo / "commands.png")
        seed = stage.scene.latent.seed
        press(ctx, Key.enter)
        assert not studio.overlays.commands.open
        assert stage.scene.latent.seed != seed, "a random seed was found and shown"
        press(ctx, Key.mod_ctrl | Key.p)
        press(ctx, Key.escape)
        assert not studio.overlays.commands.open

        press(ctx, Key.f1)
        assert studio.overlays.help_open
        ui.capture(ctx, demo / "help.png")
        press(ctx, Key.escape)
        assert not studio.overlays.help_open
        ctx.set_ref(MENU)
        ctx.menu_click("Help/About")
        ctx.yield_(2)
        ui.capture(ctx, demo / "about.png")
        ctx.item_click("//About###about/###copy versions")
        assert "epigraf-studio" in imgui.get_clipboard_text()

    ui.run_studio(clicks, monkeypatch, demo, turning=True)


def test_panels_hide_come_back_and_return_to_their_places(demo: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ctx.yield_(3)
        place = ctx.window_info("//Latent").window.pos
        first = (place.x, place.y)
        ctx.set_ref(MENU)
        ctx.menu_click("View/Samples")
        ctx.yield_(2)
        assert not studio.panels_shown.is_shown(layout.SAMPLES)
        press(ctx, Key.f11)
        assert [name for name in layout.PLACES if studio.panels_shown.is_shown(name)] == [layout.VIEWPORT]
        ui.capture(ctx, demo / "only-viewport.png")
        press(ctx, Key.f11)
        assert studio.panels_shown.is_shown(layout.TRAIN)
        assert not studio.panels_shown.is_shown(layout.SAMPLES)
        ctx.undock_window("//Latent")
        ctx.window_move("//Latent", imgui.ImVec2(300, 300))
        ctx.yield_(2)
        ctx.set_ref(MENU)
        ctx.menu_click("View/Reset layout")
        ctx.yield_(5)
        place = ctx.window_info("//Latent").window.pos
        assert (place.x, place.y) == first
        shown = {name for name in layout.PLACES if studio.panels_shown.is_shown(name)}
        assert shown == set(layout.PLACES) - layout.HIDDEN

    ui.run_studio(clicks, monkeypatch, demo)


def test_the_layout_is_remembered(demo: Path, monkeypatch):
    kept = demo / "window.ini"

    def arrange(ctx: ui.Context, studio: Studio) -> None:
        ctx.yield_(3)
        ctx.undock_window("//Latent")
        ctx.window_move("//Latent", imgui.ImVec2(420, 310))
        studio.panels_shown.toggle(layout.SAMPLES)
        ctx.yield_(3)

    def look(ctx: ui.Context, studio: Studio) -> None:
        ctx.yield_(3)
        place = ctx.window_info("//Latent").window.pos
        assert (place.x, place.y) == (420, 310)
        assert not studio.panels_shown.is_shown(layout.SAMPLES)

    ui.run_studio(arrange, monkeypatch, demo, layout_file=kept)
    assert kept.is_file()
    ui.run_studio(look, monkeypatch, demo, layout_file=kept)


def test_what_is_dropped_goes_where_it_belongs(demo: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(demo))
    run, data = studio_runs.ended_run(demo), demo / "toy.zip"
    scene = Scene(latent=Latent(seed=11, psi=0.5))
    save_picture(demo / "view.png", np.zeros((4, 4, 3), np.uint8), scene)
    (demo / "network.pt").write_bytes(b"\x80\x04")
    snapshot = run.snapshots()[0].path

    def drop(studio: Studio, path: Path) -> None:
        """As GLFW does it: through the callback of the window."""
        window = glfw_utils.glfw_window_hello_imgui()
        callback = ui.glfw.set_drop_callback(window, None)
        callback(window, 1, (ctypes.c_char_p * 1)(str(path).encode()))
        accept_drops(studio.openings.drop)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        said = lambda text: any(text in line.text for line in studio.messages.lines)  # noqa: E731
        drop(studio, run.path)
        ui.wait_until(ctx, lambda: studio.train.run is not None, 30, "the run")
        assert studio.train.attached == run.path
        drop(studio, data)
        ui.wait_until(ctx, lambda: studio.train.form.data_path == str(data), 30, "the data in the form")
        drop(studio, demo / "view.png")
        ui.wait_until(ctx, lambda: studio.stage.scene == scene, 30, "the Scene of the picture")
        drop(studio, snapshot)
        wanted = Source("checkpoint", str(snapshot))
        ui.wait_until(ctx, lambda: studio.stage.scene.source == wanted, 30, "the checkpoint")
        drop(studio, demo / "network.pt")
        ui.wait_until(ctx, lambda: said("pickle"), 30, "a word on the pickle")
        ui.capture(ctx, demo / "toast.png")
        assert studio.openings.recent == (str(snapshot), str(data), str(run.path))
        ctx.set_ref(MENU)
        ctx.menu_click(f"File/Open recent/{str(run.path).replace('/', chr(92) + '/')}##2")
        ui.wait_until(ctx, lambda: studio.stage.scene.source.kind == "run", 30, "the run again")
        ctx.menu_click("Run/Detach")
        ui.wait_until(ctx, lambda: studio.stage.scene.source == wanted, 30, "what was shown before the run")
        ctx.menu_click("Sample/Back to the demo")
        ui.wait_until(ctx, lambda: studio.stage.scene.source.kind == "demo", 5, "the demo")
        ctx.menu_click("File/Open recent/Forget these")
        assert studio.openings.recent == ()

    ui.run_studio(clicks, monkeypatch, demo)


def test_a_file_is_opened_by_its_dialog(demo: Path, monkeypatch):
    data = toy_data(demo / "toy.zip")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.openings.remember(data)
        press(ctx, Key.mod_ctrl | Key.o)
        ctx.yield_(3)
        ctx.set_ref("//$FOCUSED")
        ctx.item_click(f"**/{data.name}")
        ctx.item_click("**/Open")
        ui.wait_until(ctx, lambda: studio.train.form.data_path == str(data), 30, "the data in the form")

    ui.run_studio(clicks, monkeypatch, demo)


def test_notices_come_count_and_go(demo: Path, monkeypatch):
    monkeypatch.setattr("app.messages.NOTICE_S", {"info": 2.0, "warning": 2.0, "error": 2.0})

    def curves(ctx: ui.Context, name: str) -> np.ndarray:
        """The panel without its rim, where a strip of the viewport shows: its picture comes when it is drawn."""
        return ui.capture(ctx, demo / name, "Curves")[RIM:-RIM, RIM:-RIM]

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        before = curves(ctx, "quiet.png")
        log = logging.getLogger("app")
        for _ in range(3):
            log.warning("the disk is nearly full")
        log.info("Saved a picture")
        assert [(toast.line.level, toast.count) for toast in studio.messages.toasts] == [("warning", 3), ("info", 1)]
        ctx.yield_(2)
        ui.capture(ctx, demo / "toasts.png")
        ui.wait_until(ctx, lambda: not studio.messages.toasts, 10, "the end of the notices")
        assert np.array_equal(before, curves(ctx, "quiet-again.png"))

    ui.run_studio(clicks, monkeypatch, demo)


def test_leaving_asks_while_a_training_goes_on(demo: Path, monkeypatch):
    data = studio_runs.prepare(demo)

    def close(ctx: ui.Context) -> None:
        ui.glfw.set_window_should_close(glfw_utils.glfw_window_hello_imgui(), True)
        ctx.yield_(4)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        press(ctx, Key.mod_ctrl | Key.enter)
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 90, "the trainer to run")
        close(ctx)
        ctx.set_ref("//$FOCUSED")
        ui.capture(ctx, demo / "leave.png")
        ctx.item_click("###leave stay")
        ctx.yield_(3)
        press(ctx, Key.mod_ctrl | Key.mod_shift | Key.p)
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "paused", 90, "the pause")
        ui.capture(ctx, demo / "paused.png")
        close(ctx)
        ctx.set_ref("//$FOCUSED")
        ctx.item_check("Do not ask again")
        ctx.item_click("###leave stop")

    with studio_runs.no_trainer_left(demo):
        with pytest.raises(RuntimeError, match="exited before"):  # the window closes on the last click
            ui.run_studio(clicks, monkeypatch, demo)
        [run] = studio_runs.list_runs(studio_runs.runs_dir(demo))
        studio_runs.wait_for_end(run)
        assert run.status().state == "stopped"
    assert not load_settings(demo / "epigraf-studio", TrainForm()).ask_before_exit


def test_what_is_computed_can_be_given_up(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("app.view.side.SHOW_WORK_AFTER_S", 0.0)
    run = studio_runs.ended_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        engine = studio.stage.engine
        ui.wait_until(ctx, lambda: engine.complete, 90, "the generator")
        shown = engine.shown.version
        ctx.set_ref("//Camera")
        ctx.combo_click("##volume/256³")
        ui.wait_until(ctx, lambda: engine.progress is not None and engine.progress.fraction > 0.1, 60, "a bar")
        ui.capture(ctx, tmp_path / "busy.png")
        press(ctx, Key.escape)
        assert engine.cancelled
        ui.wait_until(ctx, lambda: not studio.stage.worker.busy, 60, "the worker to rest")
        ui.capture(ctx, tmp_path / "cancelled.png")
        assert engine.progress is None
        assert engine.shown.version <= shown + 1, "at most the preview came"
        studio.stage.scene = Scene(studio.stage.scene.source)
        ui.wait_until(ctx, lambda: not engine.cancelled and not studio.stage.worker.busy, 60, "the next one")

    ui.run_studio(clicks, monkeypatch, tmp_path, source=str(run.path))
