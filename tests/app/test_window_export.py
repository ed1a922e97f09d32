"""The Export window: a picture, a film, their command, and what went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from imgui_bundle import imgui

from app.pictures.film import read_film
from app.pictures.picture_file import read_picture
from app.studio import Studio
from core.scene import Source
from tests import ui
from tests.app.gl.fields import blob_volume
from tests.app.studio_runs import ball
from tests.app.test_window_desk import press

pytestmark = pytest.mark.ui

Key = imgui.Key


def test_a_picture_and_a_film_are_exported(tmp_path: Path, monkeypatch):
    ball().save(tmp_path / "demo.npz")
    blob_volume().save(tmp_path / "volume.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    monkeypatch.setattr("app.export.exports.pictures_dir", lambda: tmp_path / "pictures")
    for user in ("export.exporting", "export.gallery"):
        monkeypatch.setattr(f"app.{user}.pictures_dir", lambda: tmp_path / "pictures")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage = studio.stage
        ui.wait_until(ctx, lambda: stage.engine.shown is not None, 60, "the demo")
        stage.turntable.on = False
        press(ctx, Key.mod_ctrl | Key.g)
        ui.wait_until(ctx, lambda: ctx.item_exists("//Gallery###gallery/##filter"), 20, "the gallery")
        ui.capture(ctx, tmp_path / "no files.png")
        press(ctx, Key.mod_ctrl | Key.g)
        press(ctx, Key.mod_ctrl | Key.e)
        ctx.set_ref("//Export###export")
        ui.capture(ctx, tmp_path / "empty.png")
        ctx.item_input_value("##size/$$0", 48)
        ctx.item_input_value("##size/$$1", 32)
        ctx.combo_click("##smoothing/off")
        ctx.item_click("###copy command")
        text = imgui.get_clipboard_text()
        assert text.startswith("epigraf render --seed 0")
        assert "--size 48x32" in text
        ctx.combo_click("##what/film, once around")
        ctx.combo_click("##format/GIF")
        ctx.item_input_value("##seconds", 0.5)
        ctx.item_input_value("##fps", 8)
        stage.scene = stage.scene.__class__(Source("checkpoint", str(tmp_path / "volume.npz")))
        ctx.yield_(2)
        ctx.item_click("###start export")
        ctx.combo_click("##what/picture")
        ctx.item_click("###start export")
        exports = studio.exporting.exports
        ui.wait_until(ctx, lambda: all(item.state == "done" for item in exports.items), 200, "both exports")
        ui.capture(ctx, tmp_path / "done.png")
        picture, film = (item.path for item in exports.items)
        assert read_picture(picture).size == (48, 32)
        assert (read_film(film).pictures, read_film(film).size) == (4, (48, 32))
        exported = read_film(film).scene
        assert exported.source == stage.scene.source
        stage.scene = stage.scene.__class__(Source("checkpoint", str(tmp_path / "gone.safetensors")))
        ctx.yield_(2)
        studio.exporting.exports.start(stage.scene, studio.exporting.form)
        ui.wait_until(ctx, lambda: exports.items[0].state == "failed", 200, "the reason")
        ui.capture(ctx, tmp_path / "failed.png")
        assert "gone.safetensors" in exports.items[0].text
        press(ctx, Key.mod_ctrl | Key.e)
        press(ctx, Key.mod_ctrl | Key.g)
        ui.wait_until(ctx, lambda: studio.gallery.thumbnail(film) is not None, 20, "small pictures")
        ctx.yield_(4)
        ui.capture(ctx, tmp_path / "gallery.png")
        ctx.item_click(f"//Gallery###gallery/**/###{film.name}")
        ui.wait_until(ctx, lambda: stage.scene == exported, 20, "what the film was made of")

    ui.run_studio(clicks, monkeypatch, tmp_path)
