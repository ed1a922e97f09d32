"""The Runs panel in the real window: what its buttons do to runs on disk and to trainers."""

import os
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest
from imgui_bundle import imgui

from app.settings import Look, load_settings
from app.studio import Studio
from tests import ui
from tests.app import studio_runs
from tests.training.toy import toy_config
from training.config_files import with_values
from training.launch import launch
from training.run_dir import RunDirectory, create_run, list_runs
from widgets.train_view import TrainForm

pytestmark = [pytest.mark.ui, pytest.mark.process]


def living_run(home: Path, name: str = "living") -> RunDirectory:
    """A run whose trainer was just started."""
    data = home / "toy.zip"
    if not data.exists():
        studio_runs.prepare(home)
    config = with_values(toy_config(data), studio_runs.CHANGES | {"name": name, "loop.snapshot_kimg": 0.2})
    run = create_run(studio_runs.runs_dir(home), config)
    launch(run)
    return run


def items(studio: Studio) -> dict[str, str]:
    """States by name, as the panel lists them."""
    return {item.name: item.view.state for item in studio.train.runs_view().runs}


def click_row(ctx: ui.Context, run: RunDirectory, button: int = 0) -> None:
    ctx.item_click(f"//Runs/**/###run {run.name}", button)
    ctx.yield_(2)


def click(ctx: ui.Context, button: str) -> None:
    ctx.item_click(f"//Runs/**/###{button}")
    ctx.yield_(2)


def open_panel(ctx: ui.Context, studio: Studio, count: int) -> None:
    ctx.window_focus("//Runs")
    ui.wait_until(ctx, lambda: len(items(studio)) == count, 30, f"{count} runs")


def said(studio: Studio, words: str) -> bool:
    return any(words in line.text for line in studio.messages.lines)


def test_a_run_is_deleted_after_a_yes_only(tmp_path: Path, monkeypatch):
    kept, run = studio_runs.ended_run(tmp_path), studio_runs.ended_run(tmp_path)

    def ask(ctx: ui.Context, studio: Studio) -> None:
        click(ctx, "delete")
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the question")
        ctx.yield_(3)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 2)
        click_row(ctx, run)
        ui.wait_until(ctx, lambda: studio.train.run is not None, 30, "the run")
        ask(ctx, studio)
        ui.capture(ctx, tmp_path / "question.png")
        ctx.item_click("//$FOCUSED/###confirm no")
        ask(ctx, studio)
        ctx.key_press(imgui.Key.enter)
        ctx.yield_(3)
        assert studio.train.offer is None
        ask(ctx, studio)
        ctx.key_press(imgui.Key.escape)
        ctx.yield_(3)
        assert studio.train.offer is None
        assert run.config_path.is_file()
        ask(ctx, studio)
        ctx.item_click("//$FOCUSED/###confirm yes")
        ui.wait_until(ctx, lambda: list(items(studio)) == [kept.name], 30, "the list without it")
        ui.wait_until(ctx, lambda: said(studio, f"Deleted {run.path}"), 30, "a word on it")
        assert studio.train.attached is None
        assert studio.stage.scene.source.kind == "demo"
        ui.capture(ctx, tmp_path / "deleted.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)
    assert sorted(path.name for path in studio_runs.runs_dir(tmp_path).iterdir()) == [kept.name]


def test_a_deletion_that_fails_is_said(tmp_path: Path, monkeypatch):
    run = studio_runs.ended_run(tmp_path)

    def broken(path: Path, ignore_errors: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 1)
        monkeypatch.setattr(shutil, "rmtree", broken)
        ctx.key_press(imgui.Key.delete)
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the question")
        ctx.yield_(3)
        ctx.item_click("//$FOCUSED/###confirm yes")
        ui.wait_until(ctx, lambda: studio.train.runs_view().trouble is not None, 30, "a word on it")
        monkeypatch.undo()
        assert "could not be deleted as a whole" in studio.train.runs_view().trouble.message
        ui.wait_until(ctx, lambda: not items(studio), 30, "the list without it: half a run is not shown")
        ui.capture(ctx, tmp_path / "failed.png")
        ctx.item_click("//Runs/**/Dismiss##runs")
        ctx.yield_(2)
        assert studio.train.runs_view().trouble is None

    ui.run_studio(clicks, monkeypatch, tmp_path)
    assert not run.path.exists()


def test_the_path_is_copied_where_there_is_no_file_manager(tmp_path: Path, monkeypatch):
    run = studio_runs.ended_run(tmp_path)
    monkeypatch.setattr("app.runs.train_controller.opener", lambda: None)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 1)
        click_row(ctx, run, 1)
        ctx.item_click("//$FOCUSED/###menu folder")
        ui.wait_until(ctx, lambda: said(studio, "no file manager"), 10, "a word on it")
        assert imgui.get_clipboard_text() == str(run.path)

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_the_folder_is_opened_where_there_is_one(tmp_path: Path, monkeypatch):
    run, opened = studio_runs.ended_run(tmp_path), []
    monkeypatch.setattr("app.runs.train_controller.opener", lambda: "xdg-open")
    monkeypatch.setattr("app.runs.run_actions.reveal", opened.append)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 1)
        click(ctx, "more")
        ctx.item_click("//$FOCUSED/###menu folder")
        ui.wait_until(ctx, lambda: opened == [run.path], 10, "the folder")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_run_from_elsewhere_is_opened(tmp_path: Path, monkeypatch):
    stay, run = studio_runs.ended_run(tmp_path), studio_runs.ended_run(tmp_path)
    far = tmp_path / "00042-far"
    run.path.rename(far)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 1)
        click(ctx, "open run")
        ui.wait_until(ctx, lambda: studio.overlays.dialog_open, 10, "the dialog")
        ctx.set_ref("//$FOCUSED")
        ctx.item_click("**/Cancel")
        studio.openings.open(str(tmp_path / "nothing"))
        ui.wait_until(ctx, lambda: said(studio, "nothing"), 10, "a word on what is no run")
        studio.openings.open(str(far))
        ui.wait_until(ctx, lambda: len(items(studio)) == 2, 10, "the run in the list")
        ctx.window_focus("//Runs")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "stopped", 10, "the run")
        assert studio.train.attached == far
        [first, second] = studio.train.runs_view().runs
        assert (first.path, first.elsewhere, second.path, second.elsewhere) == (far, True, stay.path, False)
        ui.capture(ctx, tmp_path / "elsewhere.png")
        click(ctx, "detach")
        assert studio.train.attached is None
        assert len(items(studio)) == 2, "it stays in the list"

    ui.run_studio(clicks, monkeypatch, tmp_path)


@pytest.mark.soak
def test_a_warm_start_from_the_panel_trains(tmp_path: Path, monkeypatch):
    old = living_run(tmp_path, "old")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 1)
        ui.wait_until(ctx, lambda: items(studio) == {old.name: "running"}, 60, "the trainer")
        ui.wait_until(ctx, lambda: len(old.snapshots()) >= 2, 90, "two snapshots")
        click_row(ctx, old)
        click(ctx, "stop")
        ui.wait_until(ctx, lambda: items(studio) == {old.name: "stopped"}, 60, "the end")
        second = old.snapshots()[-2]
        click(ctx, "warm")
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the dialog")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "dialog.png")
        ctx.item_click("//$FOCUSED/###warm start no")
        ctx.yield_(2)
        assert studio.train.offer is None
        click(ctx, "warm")
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the dialog again")
        ctx.yield_(3)
        ctx.item_click("//$FOCUSED/##warm name")
        ctx.key_chars_replace("no way")
        ctx.yield_(2)
        ui.capture(ctx, tmp_path / "bad-name.png")
        ctx.key_chars_replace("second")
        ctx.item_click("//$FOCUSED/##snapshot")
        ctx.item_click(f"//$FOCUSED/{second.kimg:g} kimg")
        ctx.yield_(2)
        ctx.item_click("//$FOCUSED/###warm start yes")
        ui.wait_until(ctx, lambda: items(studio).get("00002-second") == "running", 90, "the new run to train")
        assert studio.train.attached.name == "00002-second"
        new = RunDirectory(studio.train.attached)
        assert new.config().init == second.path
        assert new.config().data == old.config().data
        ui.wait_until(ctx, lambda: "begin with the weights" in new.log_path.read_text(), 60, "its log")
        click(ctx, "pause")
        ui.wait_until(ctx, lambda: items(studio)[new.name] == "paused", 60, "the pause")
        ui.capture(ctx, tmp_path / "paused.png")
        click(ctx, "resume")
        ui.wait_until(ctx, lambda: items(studio)[new.name] == "running", 60, "going on")
        before = len(new.snapshots())
        click(ctx, "snapshot")
        ui.wait_until(ctx, lambda: len(new.snapshots()) > before, 60, "the snapshot")
        click_row(ctx, old, 1)
        ctx.item_click("//$FOCUSED/###menu resume")
        ui.wait_until(ctx, lambda: items(studio)[old.name] == "running", 90, "the old run beside it")
        assert studio.train.attached == new.path, "resuming another run shows nothing else"
        for run in (old, new):
            click_row(ctx, run)
            click(ctx, "stop")
        ui.wait_until(ctx, lambda: set(items(studio).values()) == {"stopped"}, 90, "the end of both")

    with studio_runs.no_trainer_left(tmp_path):
        ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_run_without_snapshots_has_no_warm_start(tmp_path: Path, monkeypatch):
    run = studio_runs.ended_run(tmp_path)
    for snapshot in run.snapshots():
        snapshot.path.unlink()

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 1)
        click(ctx, "warm")
        ui.wait_until(ctx, lambda: studio.train.runs_view().trouble is not None, 30, "a word on it")
        assert "no snapshot to begin with" in studio.train.runs_view().trouble.message

    ui.run_studio(clicks, monkeypatch, tmp_path)


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no SIGSTOP here")
def test_a_halted_trainer_is_hung_ended_and_resumed(tmp_path: Path, monkeypatch):
    run = living_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        open_panel(ctx, studio, 1)
        ui.wait_until(ctx, lambda: items(studio) == {run.name: "running"}, 60, "the trainer")
        ui.wait_until(ctx, lambda: run.state_path.exists(), 60, "a state")
        pid = run.status().pid
        os.kill(pid, signal.SIGSTOP)
        ui.wait_until(ctx, lambda: items(studio) == {run.name: "hung"}, 60, "the panel to see it")
        ui.capture(ctx, tmp_path / "hung.png")
        assert f"kill -CONT {pid}" in studio.train.runs_view().runs[0].view.message
        assert said(studio, "was halted from outside")
        click(ctx, "end details")
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the question")
        ctx.yield_(3)
        ctx.item_click("//$FOCUSED/###confirm no")
        ctx.yield_(2)
        assert psutil.pid_exists(pid)
        ctx.window_focus("//Train")
        ctx.item_click("//Train/###end")
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the same question, from Train")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "end.png")
        ctx.item_click("//$FOCUSED/###confirm yes")
        ui.wait_until(ctx, lambda: items(studio) == {run.name: "dead"}, 60, "its end")
        ctx.window_focus("//Runs")
        ui.capture(ctx, tmp_path / "dead.png")
        assert said(studio, "killed or crashed")
        click(ctx, "resume details")
        ui.wait_until(ctx, lambda: items(studio) == {run.name: "running"}, 90, "the trainer again")
        assert run.status().start == 2
        click(ctx, "stop")
        ui.wait_until(ctx, lambda: items(studio) == {run.name: "stopped"}, 60, "the end")

    with studio_runs.no_trainer_left(tmp_path):
        ui.run_studio(clicks, monkeypatch, tmp_path)


def test_the_run_that_was_shown_last_is_shown_again(tmp_path: Path, monkeypatch):
    older, newer = studio_runs.ended_run(tmp_path), studio_runs.ended_run(tmp_path)
    for run in (older, newer):
        changes = {"state": "running", "heartbeat": time.time() + 300, "pid": os.getpid()}
        run.write_status(run.status().model_copy(update=changes))

    def first(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.train.attached == newer.path, 30, "the newest that lives")
        ctx.window_focus("//Runs")
        click_row(ctx, older)
        settings = load_settings(tmp_path / "epigraf-studio", TrainForm())
        assert settings.run == str(older.path), "written at once: the window may be killed"

    def second(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.train.attached is not None, 30, "a run")
        assert studio.train.attached == older.path
        older.write_status(older.status().model_copy(update={"state": "stopped"}))

    def third(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.train.attached is not None, 30, "a run")
        assert studio.train.attached == newer.path, "the last one does not live any more"

    for clicks in (first, second, third):
        ui.run_studio(clicks, monkeypatch, tmp_path)


@pytest.mark.parametrize("look", [Look(), pytest.param(Look("light", 1.5), marks=pytest.mark.soak)])
def test_the_panel_looks_right_in_its_place(tmp_path: Path, monkeypatch, look: Look):
    runs = [studio_runs.ended_run(tmp_path) for _ in range(3)]
    runs[1].write_status(runs[1].status().model_copy(update={"state": "failed", "message": "the disk is full"}))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = look
        open_panel(ctx, studio, 3)
        ui.capture(ctx, tmp_path / "list.png")
        click_row(ctx, runs[1])
        ctx.mouse_move("//Runs/##filter")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "failed.png")
        click(ctx, "warm")
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the dialog")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "warm.png")
        ctx.key_press(imgui.Key.escape)
        ctx.yield_(3)
        assert studio.train.offer is None

    ui.run_studio(clicks, monkeypatch, tmp_path)
    assert len(list_runs(studio_runs.runs_dir(tmp_path))) == 3
