"""Patch scales and Modulation in the studio's window: empty and full, chosen by clicks, read under the mouse, live."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from app.inside.modulation_desk import ModulationDesk
from app.layout import MODULATION, PATCHES
from app.runs.patches_desk import PatchesDesk
from app.settings import Look
from app.studio import Studio
from core.checkpoint import save_checkpoint
from core.discriminator import PatchDiscriminator
from core.epigraf import EpigrafGenerator
from tests import ui
from tests.app import studio_runs
from tests.app.test_window_steering import trainer_of
from training.commands import DONE
from training.config import RunConfig
from training.config_files import with_values
from training.run_dir import RunDirectory
from widgets.tick_strip import GoToTick

pytestmark = pytest.mark.ui

# As large as the paper's: layers of up to 512 filters, an annealing that is under way.
LARGE = {
    "data.resolution": 256,
    "discriminator.image_resolution": 256,
    "discriminator.patch_resolution": 64,
    "discriminator.channel_base": 16384,
    "discriminator.channel_max": 512,
    "patches.anneal_kimg": 10,
}
TICKS = 12


def large_run(home: Path) -> tuple[RunDirectory, RunConfig]:
    """An ended run with the ticks of a large discriminator."""
    run = studio_runs.ended_run(home, TICKS)
    config = with_values(run.config(), LARGE)
    run.write_config(config)
    for tick in range(1, TICKS + 1):
        studio_runs.write_tick(run, config, tick)
    return run, config


def attach(ctx: ui.Context, studio: Studio, run: RunDirectory) -> None:
    studio.train.attach(run.path)
    ui.wait_until(ctx, lambda: studio.train.run is not None, 30, "the run")


def point_at(ctx: ui.Context, panel: str, right: float, down: float) -> None:
    """Move the mouse to a place of a panel, as shares of its size."""
    window = ctx.window_info(f"//{panel}").window
    ctx.mouse_move_to_pos((window.pos.x + right * window.size.x, window.pos.y + down * window.size.y))
    ctx.yield_(2)


def patches(studio: Studio) -> PatchesDesk:
    desk = studio.desks.find(PATCHES)
    assert isinstance(desk, PatchesDesk)
    return desk


def modulation(studio: Studio) -> ModulationDesk:
    desk = studio.desks.find(MODULATION)
    assert isinstance(desk, ModulationDesk)
    return desk


def see_patches(ctx: ui.Context, studio: Studio) -> PatchesDesk:
    """Bring the panel to the front, and wait for what it shows."""
    ctx.window_focus(f"//{PATCHES}")
    ctx.yield_(2)
    desk = patches(studio)
    ui.wait_until(ctx, lambda: desk.view.laws is not None, 30, "the laws")
    told = lambda: desk.view.drawn is not None or desk.view.problem or not desk.view.ticks  # noqa: E731
    ui.wait_until(ctx, lambda: bool(told()), 30, "the draws")
    ctx.yield_(2)
    return desk


def see_modulation(ctx: ui.Context, studio: Studio) -> ModulationDesk:
    ctx.window_focus(f"//{MODULATION}")
    ctx.yield_(2)
    desk = modulation(studio)
    ui.wait_until(ctx, lambda: desk.view.first is not None, 60, "sigma")
    ctx.yield_(2)
    return desk


def test_both_panels_without_a_run_and_without_ticks(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path, ticks=0)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        for panel in (PATCHES, MODULATION):
            ctx.window_focus(f"//{panel}")
            ui.capture(ctx, tmp_path / f"{panel}.png")
        attach(ctx, studio, run)
        desk = see_patches(ctx, studio)
        assert desk.view.drawn is None
        assert desk.view.laws.lines["run"].words.startswith("beta"), "the law is known before the first draw"
        for view in ("Drawn", "Coverage", "What if"):
            ctx.item_click(f"//{PATCHES}/{view}")
            ui.capture(ctx, tmp_path / f"{view} waiting.png")
        ctx.window_focus(f"//{MODULATION}")
        ui.capture(ctx, tmp_path / "modulation waiting.png")
        assert modulation(studio).view.tick is None
        assert not ctx.item_exists(f"//{MODULATION}/##layer")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_patch_scales(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, _ = large_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        desk = see_patches(ctx, studio)
        ui.capture(ctx, tmp_path / "law.png")
        point_at(ctx, PATCHES, 0.2, 0.8)
        assert "density" in desk.panel.hover
        ctx.mouse_click(imgui.MouseButton_.left)
        ctx.yield_(3)
        assert desk.panel.cursor(desk.view) > 1.2, "of what is to come there are laws, too"
        ctx.set_ref(f"//{PATCHES}")
        ctx.combo_click("##law/GRAF")
        ctx.combo_click("##span/so far")
        ctx.item_click("Drawn")
        ctx.item_check("log")
        point_at(ctx, PATCHES, 0.4, 0.8)
        assert "of 200)" in desk.panel.hover
        ctx.combo_click("##window/10 ticks")
        ui.wait_until(ctx, lambda: desk.view.drawn.ticks == (3, 12), 30, "more ticks")
        point_at(ctx, PATCHES, 0.4, 0.8)
        assert f"of {10 * 200})" in desk.panel.hover
        assert desk.view.drawn.fit.count == 10 * 200
        ui.capture(ctx, tmp_path / "drawn.png")
        studio.ticks.go(GoToTick(5))
        ui.wait_until(ctx, lambda: desk.view.drawn.ticks == (1, 5), 30, "what there was until then")
        ctx.item_click("Coverage")
        ui.wait_until(ctx, lambda: desk.view.so_far is not None and desk.view.so_far.read == 5, 30, "the run so far")
        assert desk.view.so_far.draws == 5 * 200
        point_at(ctx, PATCHES, 0.12, 0.7)
        ui.capture(ctx, tmp_path / "coverage.png")
        assert "of the patches" in desk.panel.hover
        ctx.combo_click("##window/this tick")
        ui.wait_until(ctx, lambda: desk.view.so_far is None and desk.view.drawn.ticks == (5, 5), 30, "one tick")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_all_views_in_large_print(tmp_path: Path, monkeypatch):
    """At 150 % and in the light theme nothing breaks; what has no room is scrolled to."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, _ = large_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = Look("light", 1.5)
        attach(ctx, studio, run)
        see_patches(ctx, studio)
        for view in ("Law", "Drawn", "What if", "Coverage"):
            ctx.item_click(f"//{PATCHES}/{view}")
            ui.capture(ctx, tmp_path / f"{view}.png")
        see_modulation(ctx, studio)
        for view in ("Counts", "Position", "Layers"):
            ctx.item_click(f"//{MODULATION}/{view}")
            ui.capture(ctx, tmp_path / f"{view}.png")
        assert patches(studio).panel.tab == "coverage"
        assert modulation(studio).panel.tab == "layers"

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_law_is_tried_out_and_applied_to_the_running_training(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, _ = large_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 30, "the run")
        desk = see_patches(ctx, studio)
        ctx.set_ref(f"//{PATCHES}")
        ctx.item_click("What if")
        ctx.combo_click("##trial r/r 32 of 256 px")
        ui.wait_until(ctx, lambda: "what if" in desk.view.laws.lines, 30, "another law")
        ctx.item_click("###apply law")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "fixed.png")
        assert not desk.view.waiting
        assert not list(run.path.glob("commands/**/*.json")), "what is fixed is not sent"
        ctx.item_click("###reset trial")
        ctx.item_input_value("##trial T", 20.0)
        ui.wait_until(ctx, lambda: desk.view.laws.trial.anneal_kimg == 20, 30, "a longer annealing")
        ctx.yield_(2)
        ui.capture(ctx, tmp_path / "trial.png")
        assert desk.view.laws.lines["what if"].course.at(4.0).anneal_kimg == 20
        assert desk.view.laws.lines["run"].course.last.anneal_kimg == 10, "nothing is applied yet"
        ctx.item_click("###apply law")
        ui.wait_until(ctx, lambda: desk.view.answer.kind == "good", 30, "the trainer's answer")
        ui.wait_until(ctx, lambda: desk.view.laws.settings.anneal_kimg == 20, 30, "the run's own new law")
        ui.capture(ctx, tmp_path / "applied.png")

    with trainer_of(run):
        ui.run_studio(clicks, monkeypatch, tmp_path)
    (command,) = (run.path / "commands" / DONE).glob("*.json")
    assert json.loads(command.read_text())["command"] == "set"
    assert [dict(change.values) for change in run.changes()] == [{"patches.anneal_kimg": (10.0, 20.0)}]


def test_the_law_looks_where_the_strip_looks(tmp_path: Path, monkeypatch):
    """Neither a moment to come nor a law that is tried out outlives the choice of a tick or of a run."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, _ = large_run(tmp_path)
    other = studio_runs.ended_run(tmp_path, TICKS // 2)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        desk = see_patches(ctx, studio)
        point_at(ctx, PATCHES, 0.2, 0.8)
        ctx.mouse_click(imgui.MouseButton_.left)
        ctx.yield_(3)
        assert desk.panel.ahead is not None
        studio.ticks.go(GoToTick(5))
        ui.wait_until(ctx, lambda: desk.panel.cursor(desk.view) == pytest.approx(0.5), 10, "the chosen tick")
        ctx.set_ref(f"//{PATCHES}")
        ctx.item_click("What if")
        ctx.item_input_value("##trial T", 20.0)
        ui.wait_until(ctx, lambda: "what if" in desk.view.laws.lines, 30, "another law")
        attach(ctx, studio, other)
        ui.wait_until(ctx, lambda: desk.view.laws is not None and desk.view.laws.run == other.path.name, 30, "its law")
        assert "what if" not in desk.view.laws.lines
        assert desk.view.laws.trial == desk.view.laws.settings

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_modulation(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("app.inside.modulation_desk.pictures_dir", lambda: tmp_path / "pictures")
    run, _ = large_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        desk = see_modulation(ctx, studio)
        panel = desk.panel
        ctx.set_ref(f"//{MODULATION}")
        point_at(ctx, MODULATION, 0.3, 0.62)
        assert panel.hover is not None
        assert panel.hover.layer == "b256.conv1"
        ctx.key_press(imgui.Key.right_arrow)
        ctx.yield_(2)
        assert panel.hover.layer == "b128.conv1"
        ctx.item_click("###next layer")
        ctx.item_click("###previous layer")
        ctx.item_click("###next layer")
        ctx.combo_click("##range/all layers")
        ctx.combo_click("##order/by kind")
        ui.capture(ctx, tmp_path / "kind.png")
        ctx.combo_click("##layer/b8.conv1")
        ctx.combo_click("##range/frozen")
        ctx.combo_click("##order/by change")
        point_at(ctx, MODULATION, 0.3, 0.62)
        cell = panel.hover
        column = int(np.argmin(np.abs(desk.view.first.scales - cell.scale)))
        assert cell.layer == "b8.conv1"
        assert cell.sigma == desk.view.first.layers["b8.conv1"][column, cell.filter], "of the filter as D counts it"
        ctx.item_click("###pin")
        studio.ticks.go(GoToTick(2))
        ui.wait_until(ctx, lambda: "tick 2 " in desk.view.first.title and desk.view.second is not None, 30, "two ticks")
        point_at(ctx, MODULATION, 0.3, 0.62)
        cell = panel.hover
        early, late = desk.view.first.layers["b8.conv1"], desk.view.second.layers["b8.conv1"]
        column = int(np.argmin(np.abs(desk.view.first.scales - cell.scale)))
        assert cell.sigma == pytest.approx(float(early[column, cell.filter] - late[column, cell.filter]))
        ui.capture(ctx, tmp_path / "difference.png")
        ctx.item_click("###export sigma")
        ctx.item_click("//$FOCUSED/###.csv this layer")
        ui.wait_until(ctx, lambda: bool(list(tmp_path.glob("pictures/*.csv"))), 30, "a table")
        ctx.item_click("Counts")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "counts.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)
    (table,) = tmp_path.glob("pictures/*.csv")
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["run"], row["layer"], row["mode"]) for row in rows} == {(run.name, "b8.conv1", "input")}
    assert rows[0]["moment"] == "tick 2 at 0.2 kimg - tick 12 at 1.2 kimg"


def test_a_patch_is_dragged_over_the_demo(tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ctx.window_focus(f"//{MODULATION}")
        ctx.yield_(2)
        desk = modulation(studio)
        ctx.set_ref(f"//{MODULATION}")
        ctx.item_click("Position")
        here = lambda: desk.view.place  # noqa: E731
        ui.wait_until(ctx, lambda: here().sigma is not None and here().picture is not None, 120, "sigma and a picture")
        middle = here().sigma
        ctx.item_drag_with_delta("patch", (40, 30))
        place = desk.panel.setup.place
        assert place.x > 0.5 > place.y, "to the right and down"
        ui.wait_until(ctx, lambda: here().sigma is not middle and not here().busy, 30, "sigma there")
        ui.capture(ctx, tmp_path / "place.png")
        assert not np.allclose(here().sigma.layers["b16.conv1"], middle.layers["b16.conv1"])

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_new_tick_appears_and_a_broken_one_is_said(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, config = large_run(tmp_path)

    def add_stats(tick: int) -> None:
        row = {"Progress/kimg": tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick, "timestamp": float(tick)}
        run.append_stats(row)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        desk = see_modulation(ctx, studio)
        assert desk.view.first.title == f"tick {TICKS} at 1.2 kimg"
        studio_runs.write_tick(run, config, TICKS + 1)
        add_stats(TICKS + 1)
        ui.wait_until(ctx, lambda: f"tick {TICKS + 1} " in desk.view.first.title, 10, "the new tick")
        run.tick_path(TICKS + 2).write_bytes(b"PK\3\4 torn")
        add_stats(TICKS + 2)
        ui.wait_until(ctx, lambda: "torn or damaged" in desk.view.problem, 10, "a word on the torn tick")
        drawn = see_patches(ctx, studio)
        ui.wait_until(ctx, lambda: "torn or damaged" in drawn.view.problem, 10, "the same in the other panel")
        ui.capture(ctx, tmp_path / "torn.png")
        ctx.item_click(f"//{PATCHES}/Coverage")
        ui.wait_until(ctx, lambda: drawn.view.so_far is not None and drawn.view.so_far.skipped == 1, 10, "what is left")
        assert (drawn.view.so_far.read, drawn.view.so_far.draws) == (TICKS + 2, 200 * (TICKS + 1))
        ui.capture(ctx, tmp_path / "left out.png")
        run.cut_back(step=25 * 5, tick=5, kimg=0.5)
        ui.wait_until(ctx, lambda: drawn.view.so_far.read == 5 and not drawn.view.so_far.skipped, 10, "the cut")
        ui.wait_until(ctx, lambda: drawn.view.drawn is not None and drawn.view.drawn.ticks == (5, 5), 10, "the cut")
        assert not drawn.view.problem

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_snapshot_that_a_resume_has_replaced_is_measured_anew(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, config = large_run(tmp_path)
    (snapshot,) = (run.path / "snapshots").glob("*.safetensors")

    def write() -> None:
        small = config.discriminator.model_copy(update={"channel_base": 512, "channel_max": 8})
        save_checkpoint(snapshot, EpigrafGenerator(config.generator), PatchDiscriminator(small), {"kimg": 1.2})

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        desk = see_modulation(ctx, studio)
        ctx.set_ref(f"//{MODULATION}")
        ctx.combo_click("##first/snapshot 1.2")
        ticks = desk.view.first
        ui.wait_until(ctx, lambda: desk.view.first not in (None, ticks), 120, "its sigma")
        before = desk.view.first
        write()
        run.append_stats({"Progress/kimg": 1.3, "Progress/tick": 13, "Progress/step": 325, "timestamp": 13.0})
        ui.wait_until(ctx, lambda: desk.view.first not in (None, before), 120, "sigma of the new file")

    write()
    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_discriminator_without_modulation_is_explained(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path, ticks=1)
    np.savez_compressed(run.tick_path(1), scales=np.ones(4, np.float32), sigma_scales=np.ones(32))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        desk = see_modulation(ctx, studio)
        ui.capture(ctx, tmp_path / "plain.png")
        assert not desk.view.first.layers
        assert not ctx.item_exists(f"//{MODULATION}/##layer")

    ui.run_studio(clicks, monkeypatch, tmp_path)
