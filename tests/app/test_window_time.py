"""The time machine in the studio's window: through a run's snapshots and back, whatever happens to them."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from imgui_bundle import imgui

from app.pictures.picture_file import read_picture
from app.studio import Studio
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.scene import Quality, Source
from tests import ui
from tests.app import studio_runs
from training.run_dir import RunDirectory
from widgets.time_view import TimeSetup

pytestmark = pytest.mark.ui
KIMG = (1, 2, 3, 4)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """An ended run with four snapshots of different weights."""
    run = studio_runs.ended_run(tmp_path, ticks=40)
    config = run.config().generator
    for kimg in KIMG[:-1]:
        torch.manual_seed(kimg)
        save_checkpoint(run.snapshot_path(kimg), EpigrafGenerator(config), None, {"kimg": float(kimg)})
    return run


def on_screen(studio: Studio, kimg: float) -> bool:
    """Whether the snapshot of a time is held, and shown."""
    engine, source = studio.stage.engine, studio.stage.scene.source
    held = source.snapshot == RunDirectory(Path(source.path)).snapshot_path(kimg).name
    return held and engine.complete and engine.shown is not None and engine.shown.kimg == kimg


def test_through_the_snapshots_and_back(run: RunDirectory, tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage, time = studio.stage, studio.stage.time
        stage.scene = replace(stage.scene, quality=Quality(steps=8, volume=32))  # what is seen does not matter here
        time.setup = TimeSetup(rate=10)

        def arrive(kimg: float) -> None:
            ui.wait_until(ctx, lambda: on_screen(studio, kimg), 60, f"the snapshot at {kimg} kimg")

        ui.wait_until(ctx, lambda: len(time.snapshots) == 4 and stage.engine.complete, 60, "the run")
        camera = stage.scene.camera
        assert stage.scene.source == Source("run", str(run.path))
        ctx.set_ref("//Viewport")
        ctx.item_click("###snapshot before")
        arrive(4)
        assert ctx.item_info("###live").rect_full.min.y >= ctx.item_info("canvas").rect_full.max.y, "below the picture"
        ctx.key_press(imgui.Key.comma)
        arrive(3)
        ctx.item_input_value("##snapshot", 0.0)
        arrive(1)
        ctx.key_press(imgui.Key.period)
        arrive(2)
        assert stage.scene.camera == camera
        monkeypatch.setattr("app.export.saving.pictures_dir", lambda: tmp_path)
        stage.save_picture()
        [saved] = tmp_path.glob("epigraf-*.png")
        assert read_picture(saved).scene.source.snapshot == run.snapshot_path(2).name

        run.snapshot_path(2).unlink()
        torch.manual_seed(5)
        save_checkpoint(run.snapshot_path(5), EpigrafGenerator(run.config().generator), None, {"kimg": 5.0})
        ui.wait_until(ctx, lambda: [each.kimg for each in time.snapshots] == [1, 3, 4, 5], 20, "what is new")
        assert stage.scene.source.snapshot == run.snapshot_path(2).name, "the place is kept"
        assert stage.engine.shown.kimg == 2
        ui.capture(ctx, tmp_path / "gone.png")

        run.snapshot_path(3).write_bytes(b"cut off")
        ctx.item_click("###snapshot after")
        ui.wait_until(ctx, lambda: "cut off" in time.view.trouble, 60, "a word on the broken one")
        ctx.item_click("###play time")
        seen: set[float] = set()

        def film() -> bool:
            seen.update(kimg for kimg in (1, 4, 5) if on_screen(studio, kimg))
            return len(seen) == 3

        ui.wait_until(ctx, film, 60, "a film")
        assert time.playing
        ctx.item_click("###live")
        ui.wait_until(ctx, lambda: not time.playing, 10, "the end of the film")
        newest = run.snapshot_path(5)
        ui.wait_until(ctx, lambda: stage.engine.complete and stage.engine.shown.kimg == 5, 60, f"{newest.name}")
        assert stage.scene.source.snapshot == ""
        assert studio.train.follow

    ui.run_studio(clicks, monkeypatch, tmp_path, source=str(run.path))
