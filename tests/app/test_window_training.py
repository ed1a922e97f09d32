"""A training from the window, through clicks: started, watched, paused, resumed, stopped."""

from pathlib import Path

import numpy as np
import pytest
import torch

from app.studio import Studio
from core.checkpoint import load_checkpoint
from tests import ui
from tests.app import studio_runs
from tests.training.test_trainer import weights_of
from training.__main__ import train_run
from training.config_files import with_values
from training.run_dir import RunDirectory, create_run

pytestmark = pytest.mark.ui


def test_train_from_the_window(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        ui.capture(ctx, tmp_path / "form.png")
        ctx.item_click("//Train/###start")
        ui.wait_until(ctx, lambda: studio.train.attached is not None, 30, "the run to be attached")
        ui.capture(ctx, tmp_path / "starting.png")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 90, "the trainer to run")
        ui.wait_until(ctx, lambda: len(studio.train.run.curves.kimg) >= 2, 90, "curves to get points")
        ui.wait_until(ctx, lambda: bool(studio.train.run.samples), 90, "samples to appear")

        shown = lambda: studio.stage.engine.shown  # noqa: E731
        ui.wait_until(ctx, lambda: shown() is not None and shown().kimg and not shown().preview, 90, "live weights")
        first, before = shown(), ui.capture(ctx, tmp_path / "live1.png", "Viewport")
        ui.wait_until(ctx, lambda: shown().kimg > first.kimg, 90, "the next live weights")
        after = ui.capture(ctx, tmp_path / "live2.png", "Viewport")
        assert not np.array_equal(before, after), "the viewport does not follow the run"
        ui.capture(ctx, tmp_path / "running.png")

        assert not RunDirectory(studio.train.attached).snapshots()
        ctx.item_click("//Train/###snapshot")
        written = lambda: RunDirectory(studio.train.attached).snapshots()  # noqa: E731
        ui.wait_until(ctx, lambda: bool(written()), 90, "the snapshot that was asked for")

        ctx.item_click("//Train/###pause")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "paused", 90, "the pause")
        paused = RunDirectory(studio.train.attached).status().step
        heartbeat = RunDirectory(studio.train.attached).status().heartbeat
        later = lambda: RunDirectory(studio.train.attached).status()  # noqa: E731
        ui.wait_until(ctx, lambda: later().heartbeat > heartbeat, 30, "a heartbeat while paused")
        assert later().step == paused
        ui.capture(ctx, tmp_path / "paused.png")
        ctx.item_click("//Train/###resume")
        ui.wait_until(ctx, lambda: studio_runs.step_of(studio) > paused, 90, "the step counter to move on")
        ctx.item_click("//Train/###stop")
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "stopped", 90, "the end")
        ui.capture(ctx, tmp_path / "stopped.png")

    with studio_runs.no_trainer_left(tmp_path):
        ui.run_studio(clicks, monkeypatch, tmp_path)
        [folder] = [path for path in studio_runs.runs_dir(tmp_path).iterdir() if path.is_dir()]
        run = RunDirectory(folder)
        assert run.status().state == "stopped"
        assert load_checkpoint(run.snapshots()[-1].path).progress["step"] == run.status().step
    assert_as_if_nobody_had_watched(run, tmp_path)


def assert_as_if_nobody_had_watched(run: RunDirectory, folder: Path) -> None:
    """Train up to its first snapshot without window, live weights and records: the weights must be the same."""
    watched = run.snapshots()[0]
    rarely = dict.fromkeys(("loop.kimg_per_tick", "loop.sample_kimg", "loop.snapshot_kimg"), 1000.0)
    alone = create_run(folder / "alone", with_values(run.config(), {**rarely, "loop.total_kimg": watched.kimg}))
    assert train_run(alone) == 0
    assert not alone.live_path.exists()
    ours, theirs = (weights_of(snapshot.path) for snapshot in (watched, alone.snapshots()[-1]))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
