"""The settings in the Train panel, through clicks: changed, wrong, unwise, searched, reset, and what a run gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from imgui_bundle import imgui

from app.settings import Look, Settings, load_settings, save_settings
from app.studio import Studio
from tests import ui
from tests.app import studio_runs
from training.machine import Machine, Memory, Torch
from training.run_dir import RunDirectory
from widgets.setting_view import SettingsView
from widgets.train_view import TrainForm

pytestmark = pytest.mark.ui


def settled(ctx: ui.Context, studio: Studio) -> SettingsView:
    """What the form says of its settings once it was looked at."""
    ctx.yield_(2)
    ready = lambda: studio.train.view().form.settings  # noqa: E731
    ui.wait_until(ctx, lambda: bool(ready().groups) and not ready().busy, 60, "the settings")
    return ready()


def type_in(ctx: ui.Context, field: str, text: str) -> None:
    ctx.item_click(f"//Train/###{field}")
    ctx.key_chars_replace_enter(text)


def bad(view: SettingsView) -> set[str]:
    return {name for name, notes in view.notes.items() if any(note.kind == "bad" for note in notes)}


def test_changes_are_shown_reset_and_checked(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        settled(ctx, studio)
        ui.capture(ctx, tmp_path / "grey.png", "Train")
        type_in(ctx, "loop.batch", "8")
        assert studio.train.form.changes == (("loop.batch", 8),)
        assert settled(ctx, studio).values["loop.batch"] == 8
        ctx.item_click("###reset loop.batch")
        assert studio.train.form.changes == ()
        type_in(ctx, "loop.batch", "4")
        assert studio.train.form.changes == (), "what preset and data have is no change"

        type_in(ctx, "loop.batch", "6")
        assert bad(settled(ctx, studio)) == {"loop.batch", "discriminator.group_size"}
        assert not studio.train.view().can_start
        type_in(ctx, "loop.batch", "9999")
        view = settled(ctx, studio)
        assert bad(view) == {"loop.batch"}
        assert "4096" in view.notes["loop.batch"][0].text
        type_in(ctx, "loop.total_kimg", "soon")
        view = settled(ctx, studio)
        assert bad(view) == {"loop.batch", "loop.total_kimg"}
        assert "'soon'" in view.notes["loop.total_kimg"][0].text
        assert studio.train.view().form.blocked
        ui.capture(ctx, tmp_path / "wrong.png", "Train")
        ctx.item_click("###start")
        assert studio.train.attached is None, "what is wrong does not start"
        ctx.item_click("###discard changes")
        assert studio.train.form.changes == ()
        assert not bad(settled(ctx, studio))
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_advice_stands_beside_its_field_and_leads_there(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        view = settled(ctx, studio)
        assert [note.kind for note in view.notes["generator.render.cube_scale"]] == ["warning"]
        type_in(ctx, "patches.anneal_kimg", "5000")
        view = settled(ctx, studio)
        assert "Longer than the whole training" in view.notes["patches.anneal_kimg"][0].text
        assert studio.train.view().can_start, "advice stops nobody"
        ui.capture(ctx, tmp_path / "advice.png", "Train")
        ctx.item_click("###show generator.render.cube_scale")
        ctx.yield_(4)
        assert ctx.item_exists("###all generator.render.cube_scale"), "its group is open"
        ui.capture(ctx, tmp_path / "led.png", "Train")
        type_in(ctx, "all generator.render.cube_scale", "0.5")
        view = settled(ctx, studio)
        assert "generator.render.cube_scale" not in view.notes
        ctx.item_click("###reset group generator.render")
        assert [name for name, _ in studio.train.form.changes] == ["patches.anneal_kimg"]

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_every_kind_of_control_and_the_search(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        settled(ctx, studio)
        ctx.combo_click("###patches.kind/###uniform")
        for word, clicked in (("mirror", "data.mirror"), ("half-life", "ema.half_life_kimg")):
            type_in_search(ctx, word)
            assert ctx.item_exists(f"###all {clicked}")
        assert not ctx.item_exists("###all data.mirror"), "the search narrows the list down"
        type_in(ctx, "all ema.half_life_kimg", "2.5")
        type_in_search(ctx, "mirror")
        ctx.item_click("###all data.mirror")
        type_in_search(ctx, "data.resolution")
        ctx.combo_click("###all data.resolution/###8")
        assert bad(settled(ctx, studio)) == {"data.resolution", "discriminator.image_resolution"}
        type_in_search(ctx, "image size")
        ctx.combo_click("###all discriminator.image_resolution/###8")
        assert bad(settled(ctx, studio)) == set()
        expected = {
            "patches.kind": "uniform", "ema.half_life_kimg": 2.5, "data.mirror": True, "data.resolution": 8,
            "discriminator.image_resolution": 8,
        }  # fmt: skip
        assert dict(studio.train.form.changes) == expected
        type_in_search(ctx, "nothing is called so")
        ui.capture(ctx, tmp_path / "nothing.png", "Train")
        type_in_search(ctx, "half-life")
        type_in(ctx, "all ema.half_life_kimg", "")
        assert "ema.half_life_kimg" not in dict(studio.train.form.changes)

    ui.run_studio(clicks, monkeypatch, tmp_path)


def type_in_search(ctx: ui.Context, text: str) -> None:
    ctx.item_click("//Train/##search")
    ctx.key_chars_replace_enter(text)
    ctx.yield_(3)


def test_a_run_gets_the_changes_and_they_are_remembered(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        type_in(ctx, "optimizer.r1_gamma", "0.2")
        type_in(ctx, "loop.seed", "7")
        ctx.combo_click("###patches.kind/###uniform")
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        ctx.item_click("###start")
        ui.wait_until(ctx, lambda: studio.train.attached is not None, 60, "the run")

    def again(ctx: ui.Context, studio: Studio) -> None:
        expected = {"optimizer.r1_gamma": 0.2, "loop.seed": 7, "patches.kind": "uniform"}
        assert dict(studio.train.form.changes) == expected
        settled(ctx, studio)
        assert dict(studio.train.form.changes) == expected

    with studio_runs.no_trainer_left(tmp_path):
        ui.run_studio(clicks, monkeypatch, tmp_path)
        [folder] = [path for path in studio_runs.runs_dir(tmp_path).iterdir() if path.is_dir()]
        config = RunDirectory(folder).config()
        assert (config.optimizer.r1_gamma, config.loop.seed, config.patches.kind) == (0.2, 7, "uniform")
        assert config.loop.batch == 4, "and what the preset has"
        ui.run_studio(again, monkeypatch, tmp_path)


@pytest.mark.timeout(600)  # a measurement steps back behind everything else that runs
def test_measure_and_cancel(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)
    probes = lambda: [  # noqa: E731
        child for child in psutil.Process().children() if "training.probe" in " ".join(child.cmdline())
    ]

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        estimate = lambda: studio.train.view().form.estimate  # noqa: E731
        assert estimate().text == ""
        type_in(ctx, "loop.batch", "2048")
        settled(ctx, studio)
        ctx.item_click("###measure")
        ui.wait_until(ctx, lambda: "step" in estimate().progress, 120, "the first step")
        ui.capture(ctx, tmp_path / "measuring.png", "Train")
        ctx.item_click("###cancel measure")
        ui.wait_until(ctx, lambda: not estimate().progress, 30, "the end of it")
        assert (estimate().text, estimate().problem, probes()) == ("", "", [])
        ctx.item_click("###reset loop.batch")
        settled(ctx, studio)
        ctx.item_click("###measure")
        ui.wait_until(ctx, lambda: bool(estimate().text), 200, "an estimate")
        assert "for 1000 kimg" in estimate().text
        assert "GB" in estimate().text
        assert not estimate().stale
        ui.capture(ctx, tmp_path / "measured.png", "Train")
        type_in(ctx, "loop.total_kimg", "500")
        settled(ctx, studio)
        ui.wait_until(ctx, lambda: "for 500 kimg" in estimate().text, 30, "the same for another length")
        assert not estimate().stale
        type_in(ctx, "loop.batch", "8")
        settled(ctx, studio)
        ui.wait_until(ctx, lambda: estimate().stale, 30, "a word that the batch is another")
        ui.capture(ctx, tmp_path / "stale.png", "Train")
        studio.look = Look("light", 1.5)
        ctx.yield_(4)
        ui.capture(ctx, tmp_path / "light.png", "Train")
        ctx.item_click("###measure")
        ui.wait_until(ctx, lambda: bool(probes()), 60, "another measurement")

    ui.run_studio(clicks, monkeypatch, tmp_path)
    assert not probes(), "it ends with the window"


def test_devices_that_this_machine_lacks_cannot_be_chosen(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)
    lacks = Machine(cores=2, memory=Memory("memory", 24_000_000_000, 2_500_000_000), torch=Torch("2.13.0+cpu"))
    monkeypatch.setattr("app.form.form_controller.look_at_machine", lambda _revision: lacks)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: "loop.device" in studio.train.view().form.settings.choices, 30, "the machine")
        assert "2 cores" in settled(ctx, studio).notes["loop.device"][0].text
        assert settled(ctx, studio).notes["parallel.gpus"][0].text.startswith("Nothing to choose. No NVIDIA GPU was")
        ctx.item_click("###loop.device")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "devices.png")
        ctx.item_click("//$FOCUSED/###cuda")
        ctx.yield_(3)
        assert studio.train.form.changes == (), "a device that is not there cannot be chosen"
        ctx.item_click("//$FOCUSED/###auto")
        ctx.set_ref("//Train")
        assert studio.train.form.changes == (("loop.device", "auto"),)
        type_in(ctx, "loop.threads", "64")
        view = settled(ctx, studio)
        assert view.notes["loop.device"][0].text.startswith("cpu: ")
        assert [note.kind for note in view.notes["loop.threads"]] == ["warning"]
        studio.train.edit(replace(studio.train.form, changes=(("loop.device", "cuda"),)), ())
        assert bad(settled(ctx, studio)) == {"loop.device"}, "a preset may ask for one"
        assert not studio.train.view().can_start
        ui.capture(ctx, tmp_path / "refused.png", "Train")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_remembered_settings_that_mean_nothing_are_dropped(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)
    kept = (("loop.batch", 8), ("loop.total_kimg", 7))
    lost = (("loop.bach", 3), ("optimizer.r1_gamma", -1), ("name", "../evil"))
    form = TrainForm(studio_runs.PRESET, "own", str(data), str(tmp_path / "runs"), "run", (*kept, *lost))
    save_settings(tmp_path / "epigraf-studio", Settings(form))
    assert load_settings(tmp_path / "epigraf-studio", form).form.changes == form.changes

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        settled(ctx, studio)
        ui.wait_until(ctx, lambda: studio.train.form.changes == kept, 30, "what can be used")
        said = [line.text for line in studio.messages.lines if "dropped" in line.text]
        assert len(said) == 1
        assert all(name in said[0] for name, _ in lost)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_gpus_are_chosen_to_train_together(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)
    gpus = tuple(Memory("NVIDIA H200", 150_000_000_000, used * 10**9) for used in (3, 3, 90))
    server = Machine(16, Memory("memory", 10**12, 10**11), gpus, Torch("2.13.0+cu130", cuda=True))
    monkeypatch.setattr("app.form.form_controller.look_at_machine", lambda _revision: server)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: "parallel.gpus" in studio.train.view().form.settings.choices, 30, "the machine")
        assert settled(ctx, studio).notes["parallel.gpus"][0].text.startswith("Not used: the device above")
        changes = (("loop.device", "cuda"), ("loop.batch", 16))
        studio.train.edit(replace(studio.train.form, changes=changes), ())
        assert "3 GPUs: choose several" in settled(ctx, studio).notes["parallel.gpus"][0].text
        ctx.item_click("###parallel.gpus")
        ctx.yield_(3)
        for number in (1, 0, 2):
            ctx.item_click(f"//$FOCUSED/###{number}")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "gpus.png")
        assert dict(studio.train.form.changes)["parallel.gpus"] == "0,1,2"
        assert "Other programs use GPU 2" in settled(ctx, studio).notes["parallel.gpus"][0].text
        ctx.item_click("//$FOCUSED/###2")
        ctx.key_press(imgui.Key.escape)
        ctx.set_ref("//Train")
        note = settled(ctx, studio).notes["parallel.gpus"][0]
        assert (note.kind, note.text) == ("good", "2 processes share each batch.")
        ui.capture(ctx, tmp_path / "chosen.png", "Train")
        studio.look = Look("light", 1.0)
        ctx.yield_(4)
        ui.capture(ctx, tmp_path / "chosen light.png", "Train")
        studio.train.edit(replace(studio.train.form, changes=(*changes, ("parallel.gpus", "0,7"))), ())
        assert bad(settled(ctx, studio)) == {"parallel.gpus"}
        assert "no GPU 7, only GPUs 0 to 2" in settled(ctx, studio).notes["parallel.gpus"][0].text

    ui.run_studio(clicks, monkeypatch, tmp_path)
