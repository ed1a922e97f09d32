"""Presets of one's own in the Train panel, through clicks: saved, replaced, deleted, broken, not writable."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Look
from app.studio import Studio
from tests import ui
from tests.app import studio_runs
from tests.app.test_window_settings import settled, type_in
from training.presets import describe_preset, load_preset
from widgets.preset_view import PresetQuestion

pytestmark = pytest.mark.ui


def question(studio: Studio) -> PresetQuestion | None:
    return studio.train.view().form.question


def answer(ctx: ui.Context, field: str, text: str = "") -> None:
    """Click in the dialog, and type if it is a field."""
    ctx.yield_(2)
    ctx.item_click(f"//$FOCUSED/###preset {field}")
    if text:
        ctx.key_chars_replace_enter(text)
    ctx.yield_(2)


def test_saved_replaced_and_deleted(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)
    folder = tmp_path / "epigraf-studio" / "presets"

    def save_as(ctx: ui.Context, studio: Studio, name: str) -> None:
        ctx.item_click("//Train/###save preset")
        ui.wait_until(ctx, lambda: question(studio) is not None, 10, "the dialog")
        answer(ctx, "name", name)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        type_in(ctx, "loop.batch", "8")
        settled(ctx, studio)
        save_as(ctx, studio, "tiny")
        assert question(studio).note.kind == "bad", "the program's own names are taken"
        ui.capture(ctx, tmp_path / "taken.png")
        answer(ctx, "yes")
        assert question(studio) is not None
        answer(ctx, "name", "mine")
        answer(ctx, "description", "Mine: a larger batch")
        ui.capture(ctx, tmp_path / "save.png")
        answer(ctx, "yes")
        ui.wait_until(ctx, lambda: studio.train.form.preset == "mine", 30, "the new preset to be chosen")
        assert studio.train.form.changes == (), "they are part of the preset"
        assert settled(ctx, studio).values["loop.batch"] == 8
        assert describe_preset(str(folder / "mine.yaml")) == "Mine: a larger batch"

        type_in(ctx, "loop.batch", "12")
        settled(ctx, studio)
        save_as(ctx, studio, "mine")
        answer(ctx, "yes")
        assert question(studio).kind == "replace"
        ui.capture(ctx, tmp_path / "replace.png")
        answer(ctx, "no")
        assert question(studio).kind == "save"
        answer(ctx, "no")
        assert question(studio) is None
        assert load_preset(str(folder / "mine.yaml")).loop.batch == 8
        save_as(ctx, studio, "mine")
        answer(ctx, "yes")
        answer(ctx, "yes")
        ui.wait_until(ctx, lambda: studio.train.form.changes == (), 30, "the preset to be replaced")
        assert load_preset(str(folder / "mine.yaml")).loop.batch == 12
        assert settled(ctx, studio).values["loop.batch"] == 12

        ctx.item_click("//Train/###delete preset")
        ctx.yield_(3)
        studio.look = Look("light", 1.5)
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "delete.png")
        answer(ctx, "no")
        assert (folder / "mine.yaml").exists()
        ctx.item_click("//Train/###delete preset")
        answer(ctx, "yes")
        ui.wait_until(ctx, lambda: studio.train.form.preset == "tiny", 30, "another preset")
        assert not (folder / "mine.yaml").exists()
        ctx.item_click("//Train/###delete preset")
        ctx.yield_(3)
        assert question(studio) is None, "presets of the program stay"

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_changes_outlive_another_preset(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        type_in(ctx, "optimizer.r1_gamma", "0.3")
        ctx.combo_click("##preset/tiny")
        view = settled(ctx, studio)
        assert studio.train.form.changes == (("optimizer.r1_gamma", 0.3),)
        assert "discriminator.image_resolution" in view.notes, "tiny wants larger pictures"
        ctx.item_click("###discard changes")
        assert studio.train.form.changes == ()

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_broken_presets_and_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch):
    data = studio_runs.prepare(tmp_path)
    folder = tmp_path / "epigraf-studio" / "presets"
    (folder / "wrong.yaml").write_text("description: wrong\nloop: {bach: 3}")
    (folder / "small.yaml").write_text("description: has the name of another")
    (folder / "terse.yaml").write_text("loop: {batch: 8}")
    (folder / "mute.yaml").write_bytes(b"\xff\xfe\x00")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        items = {(item.name, item.own): item for item in studio.train.view().form.presets}
        assert "loop.batch" in items["wrong", True].problem
        assert "rename" in items["small", True].problem
        assert items["mute", True].problem
        assert not items["small", False].problem
        assert "description" in items["terse", True].description
        assert not items["terse", True].problem, "it can be started all the same"
        ctx.item_click("##preset")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "list.png")
        ctx.item_click("//$FOCUSED/###wrong")
        ctx.yield_(3)
        assert studio.train.form.preset == "wrong"
        assert not studio.train.view().can_start
        assert studio.train.view().form.blocked
        ui.capture(ctx, tmp_path / "broken.png", "Train")
        ctx.set_ref("//Train")
        ctx.combo_click(f"##preset/{studio_runs.PRESET}")
        settled(ctx, studio)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started again")

        monkeypatch.setattr("app.form.preset_files.user_presets_dir", lambda: folder / "mute.yaml")
        ctx.item_click("//Train/###save preset")
        ui.wait_until(ctx, lambda: question(studio) is not None, 10, "the dialog")
        answer(ctx, "name", "mine")
        answer(ctx, "yes")
        ui.wait_until(ctx, lambda: question(studio) is not None and question(studio).problem, 30, "why not")
        assert "cannot be written" in question(studio).problem
        ui.capture(ctx, tmp_path / "unwritable.png")
        monkeypatch.setattr("app.form.preset_files.user_presets_dir", lambda: folder)
        answer(ctx, "yes")
        ui.wait_until(ctx, lambda: studio.train.form.preset == "mine", 30, "the preset to be saved after all")

    ui.run_studio(clicks, monkeypatch, tmp_path)
