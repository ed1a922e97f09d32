"""Patch view and Health in the studio's window: on a run that was really trained, on an older one, and without any."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from imgui_bundle import imgui

from app import layout
from app.runs.health_desk import HealthDesk
from app.runs.patch_desk import PatchDesk
from app.settings import Look
from app.studio import Studio
from tests import ui
from tests.app import studio_runs
from tests.training.toy import toy_config, toy_data
from training.__main__ import train_run
from training.run_dir import RunDirectory, create_run
from widgets.tick_strip import GoToTick

pytestmark = pytest.mark.ui
VIEWS = (layout.PATCH_VIEW, layout.HEALTH)
# Where scores lie in a run that is written without a trainer.
SIDES = {"real": 1.0, "fake": -1.0}


def show(ctx: ui.Context, studio: Studio, name: str) -> None:
    studio.panels_shown.show(name)
    ctx.yield_(3)


def attach(ctx: ui.Context, studio: Studio, run: RunDirectory) -> None:
    studio.train.attach(run.path)
    ui.wait_until(ctx, lambda: studio.ticks.view.tick is not None, 30, "the run's ticks")


def desk(studio: Studio, name: str) -> PatchDesk | HealthDesk:
    found = studio.desks.find(name)
    assert isinstance(found, PatchDesk | HealthDesk)
    return found


def short_run(home: Path) -> RunDirectory:
    """Four ticks of a real training."""
    torch.set_num_threads(1)
    data = toy_data(home / "toy.zip")
    run = create_run(studio_runs.runs_dir(home), toy_config(data, loop__batch=8, patches__kind="uniform"))
    assert train_run(run) == 0
    return run


def ailing_run(home: Path) -> RunDirectory:
    """Forty ticks of a run whose generator collapses and whose geometry is flat, with patches of some."""
    run = studio_runs.ended_run(home, ticks=0)
    rng = np.random.default_rng(0)
    for tick in range(1, 41):
        late = tick > 12
        swing = rng.normal(0, 0.1, 4)
        run.append_stats(
            {
                "Progress/kimg": tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick,
                "Loss/scores/real": 1 + swing[0], "Loss/scores/fake": -1 + swing[1],
                "Loss/signs/real": 0.6, "Loss/signs/fake": -0.6, "Loss/r1_penalty": 0.04, "Augment/p": 0.1,
                "Patch/diversity_real": 0.2, "Patch/diversity_fake": 0.01 if late else 0.18, "Geometry/relief": 0.03,
                **{f"Loss/scores/{kind}_p{percent}": side + percent / 50 - 1 + swing[2] * math.sin(tick)
                   for kind, side in SIDES.items() for percent in (10, 50, 90)},
            }
        )  # fmt: skip
        names = np.array([f"b{2**power}.conv{layer}.weight" for power in range(6, 2, -1) for layer in (0, 1)])
        np.savez(
            run.tick_path(tick),
            scales=np.ones(30, np.float32),
            **{f"scores/{kind}": rng.normal(side, 1, 300).astype(np.float16) for kind, side in SIDES.items()},
            **{f"gradient_names/{each}": names for each in "GD"},
            **{f"gradient_norms/{each}": np.exp(rng.normal(-4, 1, len(names))).astype(np.float32) for each in "GD"},
        )
    for tick in (8, 16, 24, 32, 40):
        np.savez(run.patches_path(tick), **studio_runs.patch_arrays(tick))
    return run


def test_a_short_training_is_looked_into(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = short_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        for name in VIEWS:
            show(ctx, studio, name)
            ui.capture(ctx, tmp_path / f"{name} without a run.png")
        attach(ctx, studio, run)
        show(ctx, studio, layout.PATCH_VIEW)
        patches = desk(studio, layout.PATCH_VIEW)
        assert isinstance(patches, PatchDesk)
        ui.wait_until(ctx, lambda: patches.view().tick == 4, 30, "the newest patches")
        studio.ticks.go(GoToTick(2))
        ui.wait_until(ctx, lambda: patches.view().tick == 2, 30, "the patches of the held tick")
        with np.load(run.patches_path(2)) as arrays:
            shown = patches.view().patches["fake"]
            assert [patch.score for patch in shown] == pytest.approx(arrays["fake/scores"].tolist())
        ctx.mouse_move("//Patch view/**/fake 0")
        ctx.yield_(2)
        assert f"scale s {shown[0].scale:.3f}" in patches.panel.hover
        ui.capture(ctx, tmp_path / "patches.png")
        ctx.item_click("//Patch view/**/real 1")
        ctx.key_press(imgui.Key.right_arrow)
        ctx.yield_(2)
        ui.capture(ctx, tmp_path / "one patch.png")
        ctx.item_click("//Patch view/###all patches")
        ctx.yield_(2)
        ctx.item_click("//Patch view/**/fake 0")
        assert ctx.item_exists("//Patch view/###all patches"), "they were all there again, to choose another one"
        show(ctx, studio, layout.HEALTH)
        health = desk(studio, layout.HEALTH)
        assert isinstance(health, HealthDesk)
        ui.wait_until(ctx, lambda: len(health.view().scores) == 2, 30, "scores")
        assert health.view().alarms == ()
        assert {"b16.conv1", "b4.fc"} < set(health.view().norms["D"].names)
        ctx.set_ref("//Health")
        ctx.combo_click("##network/gradients of D")
        ui.capture(ctx, tmp_path / "health.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)


@pytest.mark.parametrize(
    "look", [Look("dark", 1.0), pytest.param(Look("light", 1.0), marks=pytest.mark.soak)], ids=["dark", "light"]
)
def test_alarms_are_seen_in_both_panels_and_say_what_to_try(tmp_path: Path, monkeypatch, look: Look):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = ailing_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = look
        attach(ctx, studio, run)
        assert "G collapses since" in studio.train.view().warning, "without opening the panel"
        show(ctx, studio, layout.HEALTH)
        health = desk(studio, layout.HEALTH)
        assert isinstance(health, HealthDesk)
        assert [alarm.kind for alarm in health.view().alarms] == ["collapse", "flat"]
        ui.capture(ctx, tmp_path / "closed.png")
        ctx.item_click("//Health/###flat")
        ctx.yield_(2)
        ui.capture(ctx, tmp_path / "opened.png")
        studio.ticks.go(GoToTick(10))
        ctx.yield_(3)
        assert health.view().alarms == (), "alarms are those of the moment"
        show(ctx, studio, layout.PATCH_VIEW)
        patches = desk(studio, layout.PATCH_VIEW)
        assert isinstance(patches, PatchDesk)
        ui.wait_until(ctx, lambda: patches.view().tick == 8, 30, "the nearest patches that are kept")
        ui.capture(ctx, tmp_path / "patches.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_runs_of_before_and_torn_files_are_explained(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path, ticks=3)
    (run.path / "patches").rmdir()

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        show(ctx, studio, layout.PATCH_VIEW)
        patches = desk(studio, layout.PATCH_VIEW)
        assert isinstance(patches, PatchDesk)
        ui.wait_until(ctx, lambda: not patches.view().loading, 30, "the list of patches")
        assert patches.view().tick is None
        ui.capture(ctx, tmp_path / "none.png")
        show(ctx, studio, layout.HEALTH)
        ui.capture(ctx, tmp_path / "health of before.png")
        run.patches_folder.mkdir()
        run.patches_path(3).write_bytes(b"PK\3\4 torn")
        run.append_stats({"Progress/kimg": 0.4, "Progress/tick": 4, "Progress/step": 100})
        show(ctx, studio, layout.PATCH_VIEW)
        ui.wait_until(
            ctx,
            lambda: patches.view().problem.startswith("patches/000003.npz: it is torn"),
            30,
            "a word on the torn file",
        )
        ui.capture(ctx, tmp_path / "torn.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)
