"""Inversion in the real window: a dropped picture, its search, and what was found in the viewport."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.settings import Look
from app.studio import Studio
from core.camera import Camera
from core.given_w import w_text
from core.scene import Latent
from tests import ui
from training.errand import Errand
from training.inversion_job import InversionError, InversionOrder, InversionResult, InversionWord, picture_text

pytestmark = [pytest.mark.ui, pytest.mark.process]


def test_a_dropped_picture_becomes_a_sample(tmp_path: Path, monkeypatch):
    rows, columns = np.mgrid[:40, :60]
    disc = (rows - 20) ** 2 + (columns - 30) ** 2 < 150
    pixels = np.where(disc[..., None], np.array([200, 60, 40]), 255).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "disc.jpg")
    w = np.random.default_rng(0).normal(0, 0.5, (1, 128))
    camera, go_on = Camera(yaw=0.7, pitch=1.2), threading.Event()

    def search(
        order: InversionOrder, _errand: Errand, heard: Callable[[InversionWord], None]
    ) -> InversionResult | None:
        """Instead of a process (tests/app/inversion/test_inversions.py has that)."""
        if order.settings.layers == "each":
            raise InversionError("there is not enough memory for this: compare fewer pixels, or close other programs")
        notes = ("The picture is no square: its middle, 40 x 40 pixels, is taken.",)
        heard(InversionWord(doing="loading the generator", total=20, given=picture_text(pixels[:, 10:50]), notes=notes))
        for step in range(1, 21):
            psnr, found = 14 + 0.5 * step, picture_text(pixels[4:36, 14:46])
            heard(InversionWord(doing="coming closer", done=step, total=20, psnr=psnr, found=found))
            if step == 12:
                go_on.wait(30)
        return InversionResult(w=w_text(w), camera=camera, psnr=24.0, size=32)

    monkeypatch.setattr("training.inversion_job.find_sample", search)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        scene = studio.stage.scene  # software OpenGL shall not spend its time on a fine picture
        studio.stage.scene = replace(scene, quality=replace(scene.quality, volume=32, steps=16, smooth=1))
        ctx.set_ref("##MainMenuBar")
        ctx.menu_click("Sample/Find for a picture…")
        studio.openings.drop([str(tmp_path / "disc.jpg")])
        ui.wait_until(ctx, lambda: studio.inverting.form.picture.endswith("disc.jpg"), 30, "the picture")
        ctx.yield_(3)
        ctx.set_ref("//###inversion")
        ctx.item_input("##steps")
        ctx.key_chars_replace_enter("20")
        ctx.combo_click("##compare/32 x 32 px")
        ctx.item_click("###start search")
        ctx.item_click("###start search")
        inversions = studio.inverting.inversions

        def state(number: int) -> str:
            return next(item.state for item in inversions.items if item.number == number)

        assert state(2) == "waiting"
        ctx.item_click("###cancel search")
        assert state(2) == "cancelled"
        ctx.combo_click("##search/###search 1")
        ui.wait_until(ctx, lambda: inversions.items[-1].done == 12, 30, "a picture on the way")
        go_on.set()
        ui.wait_until(ctx, lambda: state(1) == "found", 30, "the end of the search")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "found.png")
        before = studio.stage.scene
        ctx.item_click("###keep found")
        ctx.item_click("###show found")
        ctx.yield_(3)
        latent = studio.stage.scene.latent
        assert latent == Latent(before.latent.seed, 1.0, w=w_text(w))
        assert studio.stage.scene.camera == camera
        kept = studio.stage.latents.favourites.all
        assert [(each.name, each.latent) for each in kept] == [("disc", latent)]
        engine = studio.stage.engine
        ui.wait_until(ctx, lambda: engine.complete and engine.sample_of(studio.stage.scene) is not None, 60, "it")
        studio.set_look(Look("light", 1.0))
        ctx.combo_click("##layers/a w for each layer (W+)")
        ctx.item_click("###start search")
        ui.wait_until(ctx, lambda: inversions.items[0].state == "failed", 30, "a search that fails")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "failed.png")
        ctx.window_close("//###inversion")
        studio.undo()
        assert studio.stage.scene == before
        studio.redo()
        assert studio.stage.scene.latent == latent
        ctx.window_focus("//Latent")
        ctx.item_click("//Latent/**/###reset found")
        ctx.yield_(2)
        assert studio.stage.scene.latent == Latent(before.latent.seed, 1.0)

    ui.run_studio(clicks, monkeypatch, tmp_path)
