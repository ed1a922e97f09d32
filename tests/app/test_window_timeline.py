"""A journey made in the window: keyframes, scrubbing, playing, undo, a file, and a film that carries it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from imgui_bundle import imgui

from app.pictures.film import read_film
from app.pictures.picture_file import read_picture
from app.studio import Studio
from core.timeline import Timeline
from tests import ui
from tests.app.studio_runs import ball
from tests.app.test_window_desk import press

pytestmark = pytest.mark.ui

Key = imgui.Key


def test_three_keyframes_become_a_film(tmp_path: Path, monkeypatch):
    ball().save(tmp_path / "demo.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    for user in ("export.exports", "export.exporting", "export.gallery", "export.saving"):
        monkeypatch.setattr(f"app.{user}.pictures_dir", lambda: tmp_path / "pictures")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage, journey = studio.stage, studio.stage.journey
        ui.wait_until(ctx, lambda: stage.engine.shown is not None, 60, "a picture")
        ctx.window_focus("//Timeline")
        ui.capture(ctx, tmp_path / "empty.png")
        press(ctx, Key.i)
        for yaw, pitch in ((10.0, 60.0), (200.0, 100.0)):
            ctx.set_ref("//Camera")
            ctx.item_input_value("##yaw", yaw)
            ctx.item_input_value("##pitch", pitch)
            ctx.set_ref("//Timeline")
            ctx.item_click("###add keyframe")
        made = journey.timeline
        assert [frame.at for frame in made.keyframes] == [0, 2, 4]
        assert made.keyframes[2].scene == stage.scene
        ui.capture(ctx, tmp_path / "made.png")
        corner, span = imgui.ImVec2(ctx.item_info("###ruler").rect_full.min), 6.0
        width = ctx.item_info("###ruler").rect_full.get_width()
        margin = 0.8 * imgui.get_font_size()
        place = lambda at: imgui.ImVec2(  # noqa: E731
            corner.x + margin + (width - 2 * margin) * at / span, corner.y + 3 * imgui.get_font_size()
        )
        ctx.mouse_move_to_pos(place(2.0))
        ctx.mouse_drag_with_delta(imgui.ImVec2(place(3.0).x - place(2.0).x, 0))
        ctx.yield_(2)
        assert journey.timeline.keyframes[1].at == pytest.approx(3, abs=0.05)
        dragged = journey.timeline
        press(ctx, Key.mod_ctrl | Key.z)
        assert journey.timeline == made, "a drag is one step"
        press(ctx, Key.mod_ctrl | Key.y)
        assert journey.timeline == dragged
        ctx.item_input_value("##playhead", 1.5)
        assert stage.scene == dragged.at(1.5)
        ctx.item_click("###keyframe before")
        assert stage.scene == dragged.keyframes[0].scene
        ctx.item_click("###loop timeline")
        ctx.item_click("###play timeline")
        ui.wait_until(ctx, lambda: journey.playhead > 0.5, 20, "time to run")
        ui.capture(ctx, tmp_path / "playing.png")
        press(ctx, Key.i | Key.mod_shift)
        assert not journey.playing
        assert stage.scene == journey.timeline.at(journey.playhead)
        ctx.item_click("###loop timeline")
        ctx.item_click("###save timeline")
        (saved,) = (tmp_path / "pictures").glob("*.json")
        assert Timeline.from_json(saved.read_text()) == journey.timeline
        export(ctx, studio, tmp_path)
        press(ctx, Key.mod_ctrl | Key.e)
        ctx.set_ref("//Timeline")
        ctx.item_click("###clear timeline")
        assert journey.timeline is None
        studio.openings.drop((str(saved),))
        ui.wait_until(ctx, lambda: journey.timeline is not None, 20, "the saved timeline")
        assert journey.timeline.keyframes == dragged.keyframes

    ui.run_studio(clicks, monkeypatch, tmp_path)


def export(ctx: ui.Context, studio: Studio, folder: Path) -> None:
    """Export a film and a folder of pictures of the journey, and make the film again by the copied command."""
    timeline = studio.stage.journey.timeline
    ctx.item_click("###film timeline")
    ctx.yield_(2)
    ctx.set_ref("//Export###export")
    ctx.item_input_value("##size/$$0", 48)
    ctx.item_input_value("##size/$$1", 32)
    ctx.combo_click("##smoothing/off")
    ctx.item_input_value("##fps", 5)
    ui.capture(ctx, folder / "export.png")
    ctx.item_click("###start export")
    ctx.item_click("###copy command")
    arguments = imgui.get_clipboard_text()
    ctx.combo_click("##format/folder of PNG")
    ctx.item_click("###start export")
    items = lambda: studio.exporting.exports.items  # noqa: E731
    ui.wait_until(ctx, lambda: all(item.state in ("done", "failed") for item in items()), 200, "both exports")
    assert [item.state for item in items()] == ["done", "done"], items()[0].text
    pictures, film = (item.path for item in items())
    found = read_film(film)
    assert (found.pictures, found.size, found.fps) == (21, (48, 32), 5)
    assert [frame.scene.camera for frame in found.timeline.keyframes] == [f.scene.camera for f in timeline.keyframes]
    assert [frame.at for frame in found.timeline.keyframes] == [frame.at for frame in timeline.keyframes]
    names = sorted(path.name for path in pictures.iterdir())
    assert (len(names), names[0]) == (21, "000000.png")
    assert read_picture(pictures / "000010.png").scene.camera == timeline.at(2.0).camera
    again = folder / "again.mp4"
    # In a process of its own, as in a shell: what a window has done to this one may change an encoder's decisions.
    subprocess.run([sys.executable, "-m", "app", *shlex.split(arguments)[1:-1], str(again)], check=True)
    assert again.read_bytes() == film.read_bytes(), "the command makes the same bytes"
