"""The studio's window, through clicks: all panels are there and do what they say."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from imgui_bundle import imgui

from app import layout
from app.pictures.picture_file import read_picture
from app.studio import Studio
from core.camera import Camera
from core.scene import Latent, Quality
from tests import ui
from tests.app import studio_runs
from tests.app.gl.fields import psnr
from tests.app.studio_runs import ball
from tests.training.toy import toy_data
from widgets.notes import Problem

pytestmark = pytest.mark.ui


def test_opens_with_all_panels(tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.capture(ctx, tmp_path / "window.png")
        for panel in layout.PLACES.keys() - layout.HIDDEN:
            assert ctx.window_info(f"//{panel}").id_ != 0, panel

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_latent_and_camera_edit_the_scene(tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.stage.scene = replace(studio.stage.scene, quality=Quality(steps=8))  # frames are quick
        ctx.set_ref("//Latent")
        ctx.item_click("###seed+")
        ctx.item_click("###seed+")
        ctx.item_click("###seed-")
        assert studio.stage.scene.latent.seed == 1
        ctx.item_click("###random seed")
        assert studio.stage.scene.latent.seed != 1
        ctx.item_input_value("##seed", 42)
        assert studio.stage.scene.latent.seed == 42
        ctx.item_click("###reset seed")
        ctx.item_input_value("##psi", 0.25)
        assert studio.stage.scene.latent.seed == 0
        assert abs(studio.stage.scene.latent.psi - 0.25) < 1e-6
        ctx.item_click("###reset psi")
        assert studio.stage.scene.latent == Latent()

        ctx.set_ref("//Camera")
        assert studio.stage.turntable.on, "the demo turns by itself"
        ctx.item_input_value("##yaw", 30.0)
        assert not studio.stage.turntable.on, "it stops when it is taken in hand"
        ctx.item_input_value("##pitch", 60.0)
        ctx.item_input_value("##distance", 2.0)
        ctx.item_input_value("##fov", 33.3)
        camera = studio.stage.scene.camera
        assert [round(math.degrees(angle), 3) for angle in (camera.yaw, camera.pitch)] == [30, 60]
        assert (camera.radius, camera.fov) == (2, 33.3), "just as it was typed"
        ctx.item_click("###reset pitch")
        assert studio.stage.scene.camera.pitch == Camera().pitch
        ctx.item_input_value("##roll", -45.0)
        assert math.degrees(studio.stage.scene.camera.roll) == pytest.approx(-45)
        ctx.item_click("###reset roll")
        assert studio.stage.scene.camera.roll == 0
        ctx.item_click("###reset camera")
        ui.wait_until(ctx, lambda: studio.stage.scene.camera == Camera(), 10, "the way home")
        ctx.combo_click("##volume/32³")
        ctx.combo_click("##backdrop/white")
        ctx.item_input_value("##steps", 64)
        assert studio.stage.scene.quality == Quality(steps=64, volume=32, backdrop="white")
        for name in ("steps", "volume", "backdrop"):
            ctx.item_click(f"###reset {name}")
        assert studio.stage.scene.quality == Quality()
        ctx.item_check("Turntable")
        assert studio.stage.turntable.on
        yaw = studio.stage.scene.camera.yaw
        ui.wait_until(ctx, lambda: studio.stage.scene.camera.yaw != yaw, 2, "the turntable to turn")

    ui.run_studio(clicks, monkeypatch, tmp_path, turning=True)


def test_the_exact_field_grows_over_the_volume(tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage = studio.stage
        ui.wait_until(ctx, lambda: stage.engine.shown is not None, 60, "the demo")
        stage.turntable.on = False
        ctx.set_ref("//Camera")
        ctx.item_input_value("##steps", 8)
        ctx.yield_(20)  # until the camera has stood still for a while
        baked = ui.capture(ctx, tmp_path / "baked.png", "Viewport")
        ctx.combo_click("##field/exact")
        assert stage.scene.quality.field == "exact"
        shown = lambda: stage.engine.shown  # noqa: E731
        ui.wait_until(ctx, lambda: shown().field is not None and not shown().preview, 200, "the demo's exact field")
        ctx.yield_(5)
        ui.wait_until(ctx, lambda: not stage.refining, 120, "the exact picture")
        ctx.yield_(5)
        exact = ui.capture(ctx, tmp_path / "exact.png", "Viewport")
        assert not np.array_equal(exact, baked)
        ctx.combo_click("##samples/as in training")
        assert stage.scene.quality.sampling == "training"
        ctx.item_click("###reset samples")
        ctx.item_click("###reset field")
        assert stage.scene.quality == Quality(steps=8)

    ui.run_studio(clicks, monkeypatch, tmp_path)


def middle(capture: np.ndarray) -> np.ndarray:
    """What of the viewport no words lie over."""
    height, width = capture.shape[:2]
    return capture[height // 5 : height * 3 // 5, width * 3 // 10 : width * 7 // 10, :3].astype(float)


@pytest.mark.soak
def test_each_mode_has_its_rows(tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage, pictures = studio.stage, []
        ui.wait_until(ctx, lambda: stage.engine.shown is not None, 60, "the demo")
        stage.turntable.on = False
        ctx.set_ref("//Camera")
        ctx.item_input_value("##steps", 16)

        def picture() -> None:
            ctx.yield_(15)  # until the camera has stood still for a while
            pictures.append(middle(ui.capture(ctx, tmp_path / "mode.png", "Viewport")))

        picture()
        ctx.combo_click("##show/surface")
        picture()
        ctx.item_input_value("##threshold", 8.0)
        picture()
        assert stage.scene.quality == Quality(steps=16, show="surface", threshold=8.0)
        ctx.item_click("###reset threshold")
        ctx.combo_click("##show/density slice")
        picture()
        ctx.combo_click("##axis/across x")
        ctx.item_input_value("##slice_at", 0.25)
        picture()
        assert stage.scene.quality == Quality(steps=16, show="slice", slice_axis="x", slice_at=0.25)
        for name in ("axis", "slice_at", "show"):
            ctx.item_click(f"###reset {name}")
        ctx.combo_click("##parts/foreground")
        picture()
        ctx.combo_click("##smoothing/4 pictures")
        assert stage.scene.quality == Quality(steps=16, parts="foreground", smooth=4)
        ctx.yield_(15)
        ui.wait_until(ctx, lambda: not stage.refining, 120, "the mean of four pictures")
        picture()
        for number, one in enumerate(pictures):
            assert one.std() > 3
            assert all(not np.array_equal(one, other) for other in pictures[:number]), f"picture {number} is not new"
        for name in ("parts", "smoothing", "steps"):
            ctx.item_click(f"###reset {name}")
        assert stage.scene.quality == Quality()

    ui.run_studio(clicks, monkeypatch, tmp_path)


@pytest.mark.soak
def test_a_gpu_bakes_volumes_in_the_window(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("app.gl.entry.is_software", lambda device: False)
    monkeypatch.setattr("app.view.view_controller.SMOOTH_ON_GPU", 2)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage = studio.stage
        ctx.set_ref("//Camera")
        ctx.item_input_value("##yaw", 30.0)  # ends the turntable
        ctx.item_input_value("##steps", 16)
        ctx.set_ref("//Latent")
        ctx.item_input_value("##seed", 4)

        def complete() -> np.ndarray:
            ui.wait_until(ctx, lambda: stage.engine.complete, 200, "the sample")
            ctx.yield_(15)
            ui.wait_until(ctx, lambda: not stage.refining, 120, "the volume and its picture")
            return middle(ui.capture(ctx, tmp_path / "baked.png", "Viewport"))

        by_window = complete()
        assert stage.engine.shown.finer == 64
        assert len(stage.engine.shown.volume.values) == 32
        stage.view.bakes = False  # as after a driver's refusal
        ui.wait_until(ctx, lambda: stage.engine.shown.finer == 0, 200, "the worker's volume")
        by_worker = complete()
        assert len(stage.engine.shown.volume.values) == 64
        assert by_worker.std() > 10
        assert psnr(by_window, by_worker, peak=255) > 40

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_wrong_input_is_explained_beside_the_field(tmp_path: Path, monkeypatch):
    broken = tmp_path / "broken.zip"
    broken.write_text("no zip")
    locked = tmp_path / "locked"
    locked.write_text("a file where a folder should be")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.prepare(tmp_path)
        ctx.set_ref("//Train")
        ctx.combo_click("##data/Own zip or folder")
        view = studio.train.view
        ctx.item_click("##path")
        ctx.key_chars_replace_enter(str(broken))
        ui.wait_until(ctx, lambda: view().form.data.kind == "bad", 30, "a word on the broken zip")
        assert "broken.zip" in view().form.data.text
        ctx.item_click("##name")
        ctx.key_chars_replace_enter("a/b")
        ui.wait_until(ctx, lambda: view().form.name.kind == "bad", 30, "a word on the name")
        ctx.item_click("##runs")
        ctx.key_chars_replace_enter(str(locked))
        ui.wait_until(ctx, lambda: view().form.folder.kind == "bad", 30, "a word on the folder")
        assert not view().can_start
        ui.capture(ctx, tmp_path / "wrong.png")
        ctx.item_click("##runs")
        ctx.key_chars_replace_enter(str(tmp_path / "new" / "runs"))
        ctx.item_click("##path")
        ctx.key_chars_replace_enter(str(toy_data(tmp_path / "good.zip", resolution=64)))
        ctx.item_click("##name")
        ctx.key_chars_replace_enter("fine-1")
        ui.wait_until(ctx, lambda: view().can_start, 30, "a form that can be started")
        assert "24 pictures" in view().form.data.text

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_an_unreadable_run_says_so(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    whole, broken = studio_runs.ended_run(tmp_path), studio_runs.ended_run(tmp_path)
    broken.status_path.write_text('{"version": 99}')

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: len(studio.train.view().runs) == 2, 30, "the list of runs")
        assert studio.train.view().problem is None
        ctx.set_ref("//Train")
        ctx.item_click("##run")
        ui.capture(ctx, tmp_path / "list.png")
        ctx.item_click(f"//$FOCUSED/{broken.name}")
        ui.wait_until(ctx, lambda: "version" in studio.train.trouble, 30, "a word on the run, in Curves and Samples")
        ui.wait_until(ctx, lambda: studio.train.view().attached.problem, 30, "a word on the run, in Train")
        assert studio.train.view().problem is None, "it is not said twice in one panel"
        ui.capture(ctx, tmp_path / "unreadable.png")
        ctx.set_ref("//Train")
        ctx.combo_click(f"##run/{whole.name}")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "stopped", 30, "the other run")
        ui.wait_until(ctx, lambda: not studio.train.trouble, 30, "the end of the problem")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_an_ended_run_is_shown_when_chosen(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: bool(studio.train.view().runs), 30, "the list of runs")
        assert studio.train.attached is None, "only a living run is attached by itself"
        ctx.set_ref("//Train")
        ctx.combo_click(f"##run/{run.name}")
        ui.wait_until(ctx, lambda: studio.train.run is not None, 30, "the run")
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 90, "its generator")
        assert studio.stage.scene.source.kind == "run"
        ui.wait_until(ctx, lambda: studio.run_panels.last_sample is not None, 30, "its newest sample")
        ui.capture(ctx, tmp_path / "curves.png")
        ctx.set_ref("//Samples")
        ctx.item_input_value("##kimg", 0)
        ui.capture(ctx, tmp_path / "first-sample.png")
        ctx.item_click("###newest")
        ctx.window_focus("//Log")
        ui.capture(ctx, tmp_path / "log.png")
        ctx.item_click("//Log/###copy log")
        assert "tick" in imgui.get_clipboard_text()
        ctx.set_ref("//Train")
        ctx.combo_click("##run/none")
        ui.wait_until(ctx, lambda: studio.stage.scene.source.kind == "demo", 5, "the demo")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_broken_checkpoint_and_a_killed_worker_leave_the_window_alive(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path)
    snapshot = run.snapshots()[-1].path
    whole = snapshot.read_bytes()
    snapshot.write_bytes(whole[: len(whole) // 2])

    def another(problem: Problem | None, said: Problem | None) -> bool:
        return problem is not None and problem is not said and problem == said

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.problem is not None, 90, "a word on the broken checkpoint")
        assert snapshot.name in studio.stage.engine.problem.message
        ui.capture(ctx, tmp_path / "broken.png")
        ctx.item_click("//Viewport/**/Copy##viewport")
        assert snapshot.name in imgui.get_clipboard_text()
        said = studio.stage.engine.problem
        ctx.item_click("//Viewport/**/Try again##viewport")
        ui.wait_until(ctx, lambda: another(studio.stage.engine.problem, said), 90, "the same word once more")
        snapshot.write_bytes(whole)
        # Nobody needs to press it then: the run is watched.
        ui.wait_until(ctx, lambda: studio.stage.engine.complete, 90, "the whole checkpoint")

        killed, version = studio.stage.worker.process_id, studio.stage.engine.shown.version
        psutil.Process(killed).kill()
        ctx.item_click("//Latent/###seed+")
        ui.wait_until(ctx, lambda: studio.stage.engine.shown.version > version, 90, "the next sample by a new worker")
        assert studio.stage.worker.process_id != killed
        assert studio.stage.engine.problem is None

    ui.run_studio(clicks, monkeypatch, tmp_path, source=str(run.path))


def test_a_picture_is_saved_with_its_scene(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("app.export.saving.pictures_dir", lambda: tmp_path / "pictures")
    run = studio_runs.ended_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 90, "a picture")
        ctx.set_ref("##MainMenuBar")
        ctx.menu_click("File/Save picture")
        ui.wait_until(ctx, lambda: any("Saved" in line.text for line in studio.messages.lines), 5, "a word on it")
        ui.capture(ctx, tmp_path / "saved.png")
        for _ in range(2):
            ctx.menu_click("File/Save picture")
        saved = lambda: list((tmp_path / "pictures").glob("*.png"))  # noqa: E731
        ui.wait_until(ctx, lambda: len(saved()) == 3, 5, "three pictures beside each other")
        for path in saved():
            assert read_picture(path).scene == studio.stage.scene

    ui.run_studio(clicks, monkeypatch, tmp_path, source=str(run.path))


def test_a_data_set_is_chosen_in_a_dialog(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)
    ball().save(tmp_path / "demo.npz")  # so that the viewport draws beside the dialog
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        ctx.set_ref("//Train")
        ctx.combo_click("##data/Own zip or folder")
        ctx.item_click("##path")
        ctx.key_chars_replace_enter(str(tmp_path))
        ctx.item_click("###browse zip")
        ctx.set_ref("//$FOCUSED")
        ctx.item_click("**/Cancel")
        assert studio.train.form.data_path == str(tmp_path)
        ctx.item_click("//Train/###browse zip")
        ctx.set_ref("//$FOCUSED")
        ctx.item_click(f"**/{data.name}")
        ctx.item_click("**/Open")
        ctx.yield_(3)
        assert studio.train.form.data_path == str(data)
        ui.wait_until(ctx, lambda: studio.train.view().form.data.kind == "good", 30, "a word on the data")

    ui.run_studio(clicks, monkeypatch, tmp_path)
