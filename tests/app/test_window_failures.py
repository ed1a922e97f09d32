"""What goes wrong is said in the panel concerned, the window goes on, and there is a way out."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from imgui_bundle import imgui

from app.studio import Studio
from app.workers.worker_child import Settings
from tests import ui
from tests.app import studio_runs
from training.config_files import with_values
from training.run_dir import RunDirectory

pytestmark = pytest.mark.ui


# Runs at the start of every Python of the test: statistics cannot be appended while the marker is there.
FULL_DISK = """
import errno, os, pathlib
opened = pathlib.Path.open
def full(self, mode="r", *args, **options):
    if "a" in mode and self.name == "stats.jsonl" and os.path.exists({marker!r}):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return opened(self, mode, *args, **options)
pathlib.Path.open = full
"""


@contextmanager
def full_disk(_path: Path) -> Iterator[Path]:
    """What core.files does when the disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    yield _path


def fill_disk_of_trainers(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the disk of trainers be full while a file exists.  Returns that file's path."""
    marker, folder = home / "disk-is-full", home / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FULL_DISK.format(marker=str(marker)))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")])))
    return marker


def unfinished_run(home: Path) -> RunDirectory:
    """A run that was stopped and, resumed, trains for longer than any test."""
    run = studio_runs.ended_run(home)
    run.write_config(with_values(run.config(), {"loop.total_kimg": 1000}))
    return run


def said(studio: Studio, *words: str) -> bool:
    """Whether one line of the studio's log holds all these words."""
    return any(all(word in line.text for word in words) for line in studio.messages.lines)


def problem_of(studio: Studio) -> str:
    """What the Train panel says went wrong; empty if nothing did."""
    problem = studio.train.view().problem
    return problem.message if problem is not None else ""


def test_a_volume_that_does_not_fit_into_memory(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("app.view.stage.MODEL_WORKER", Settings("tests.app.greedy_worker:GreedyHandler", threads=1))
    run = studio_runs.ended_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        engine, worker = studio.stage.engine, studio.stage.worker
        ui.wait_until(ctx, lambda: engine.shown is not None and not worker.busy, 90, "the generator")
        process = worker.process_id
        ctx.set_ref("//Camera")
        ctx.combo_click("##volume/256³")
        ui.wait_until(ctx, lambda: engine.problem is not None, 90, "a word on the memory")
        assert engine.problem.out_of_memory
        assert "not enough memory for a volume of 256³" in engine.problem.message
        ui.capture(ctx, tmp_path / "memory.png")
        version = engine.shown.version
        ctx.item_click("//Viewport/**/###offer viewport")
        ui.wait_until(ctx, lambda: engine.shown.version > version and not worker.busy, 90, "a smaller volume")
        assert studio.stage.scene.quality.volume == 64
        assert engine.problem is None
        assert worker.process_id == process, "the worker survives"

    ui.run_studio(clicks, monkeypatch, tmp_path, source=str(run.path))


def test_missing_data_is_said_where_the_run_is_resumed(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = unfinished_run(tmp_path)
    data = run.config().data_path
    away = data.rename(data.with_suffix(".away"))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "stopped", 30, "the run")
        ctx.item_click("//Train/###resume")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "failed", 90, "the failure")
        assert str(data) in studio.train.run.item.view.message
        ui.capture(ctx, tmp_path / "missing.png")
        away.rename(data)
        ctx.item_click("//Train/###resume")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 90, "the trainer to run")

    with studio_runs.no_trainer_left(tmp_path):
        ui.run_studio(clicks, monkeypatch, tmp_path, source=str(run.path))


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch):
    """Not by permissions: root may write everywhere."""
    data = studio_runs.prepare(tmp_path)

    def refuse(_path: Path, *_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        with monkeypatch.context() as patch:
            patch.setattr("pathlib.Path.mkdir", refuse)
            ctx.item_click("//Train/###start")
            ui.wait_until(ctx, lambda: bool(problem_of(studio)), 30, "a word on the folder")
        assert "cannot make a run in" in problem_of(studio)
        assert "choose another folder" in problem_of(studio)
        ui.capture(ctx, tmp_path / "unwritable.png")
        ctx.item_click("//Train/**/Dismiss##train")
        assert not problem_of(studio)
        with monkeypatch.context() as patch:
            patch.setattr("app.form.form_checks.os.access", lambda *_: False)
            ctx.item_click("##runs")
            ctx.key_chars_replace_enter(str(tmp_path / "locked" / "runs"))
            folder = lambda: studio.train.view().form.folder  # noqa: E731
            ui.wait_until(ctx, lambda: folder().kind == "bad", 30, "a word beside the field")
            assert "may not write" in folder().text

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_full_disk_pauses_the_training_with_a_word_and_it_goes_on_later(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = unfinished_run(tmp_path)
    full = fill_disk_of_trainers(tmp_path, monkeypatch)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "stopped", 30, "the run")
        ctx.item_click("//Train/###resume")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 90, "the trainer to run")
        full.touch()
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "paused", 90, "the pause")
        message = studio.train.run.item.view.message
        assert "stats.jsonl" in message
        assert "the disk is full" in message
        reached = studio_runs.step_of(studio)
        ui.capture(ctx, tmp_path / "full.png")
        full.unlink()
        ctx.item_click("//Train/###resume")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 90, "the trainer to run again")
        ui.wait_until(ctx, lambda: studio_runs.step_of(studio) > reached, 90, "steps after the pause")
        assert run.status().start == 2, "the same trainer went on"

    with studio_runs.no_trainer_left(tmp_path):
        ui.run_studio(clicks, monkeypatch, tmp_path, source=str(run.path))


def test_a_full_disk_loses_no_window(tmp_path: Path, monkeypatch):
    """Pictures and settings that cannot be written are said; what was there before stays."""
    studio_runs.ball().save(tmp_path / "demo.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    monkeypatch.setattr("app.export.saving.pictures_dir", lambda: tmp_path / "pictures")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        with monkeypatch.context() as patch:
            patch.setattr("app.pictures.picture_file.replacing", full_disk)
            ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.s)
            ui.wait_until(ctx, lambda: said(studio, "picture cannot be saved", "No space"), 10, "a word on the disk")
            ui.capture(ctx, tmp_path / "disk.png")
        ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.s)
        ui.wait_until(ctx, lambda: said(studio, "Saved"), 10, "the picture")
        assert len(list((tmp_path / "pictures").iterdir())) == 1

    ui.run_studio(clicks, monkeypatch, tmp_path)
    settings = tmp_path / "epigraf-studio" / "settings.json"
    before = settings.read_bytes()
    monkeypatch.setattr("core.files.replacing", full_disk)
    ui.run_studio(lambda ctx, _: ctx.yield_(3), monkeypatch, tmp_path)
    assert settings.read_bytes() == before


@pytest.mark.soak
def test_a_killed_trainer_is_told_and_resumed(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        ctx.item_click("//Train/###start")
        ui.wait_until(ctx, lambda: studio_runs.step_of(studio) > 0, 90, "the trainer to step")
        psutil.Process(RunDirectory(studio.train.attached).status().pid).kill()
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "dead", 60, "the death")
        assert "Resume goes on" in studio.train.run.item.view.message
        ui.capture(ctx, tmp_path / "dead.png")
        ctx.item_click("//Train/###resume")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 90, "the trainer to run again")

    with studio_runs.no_trainer_left(tmp_path):
        ui.run_studio(clicks, monkeypatch, tmp_path)
