"""The Data panel in the window: what is odd is shown with its pictures, cameras are taken over, a data set is made."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app import layout
from app.data.data_desk import DataDesk
from app.studio import Studio
from tests import ui
from tests.app.studio_runs import PRESET, prepare
from tests.training import pose_sources as forms
from tests.training.toy import toy_data
from widgets.data_view import MakeForm


def odd_data(path: Path) -> Path:
    """The toy data set with a picture that is broken and one that is there twice."""
    sound = toy_data(path.with_name("sound.zip"))
    with zipfile.ZipFile(sound) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith("00003.png"):
                content = content[:50]
            if name.endswith("00005.png"):
                content = before.read(name.replace("00005", "00001"))
            after.writestr(name, content)
    return path


def shown_desk(ctx: ui.Context, studio: Studio) -> DataDesk:
    ui.wait_until(ctx, lambda: studio.desks.find(layout.DATA) is not None, 10, "the panel")
    desk = studio.desks.find(layout.DATA)
    assert isinstance(desk, DataDesk)
    return desk


@pytest.mark.ui
def test_a_data_set_is_looked_at_and_its_cameras_are_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    prepare(tmp_path)
    data = odd_data(tmp_path / "odd.zip")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.train.edit(replace(studio.train.form, preset=PRESET, choice="own", data_path=str(data)), ())
        ctx.item_click("//Train/**/###look at data")
        desk = shown_desk(ctx, studio)
        ui.wait_until(ctx, lambda: desk.reading.found is not None, 60, "the pictures")
        ctx.set_ref("//Data")
        ctx.item_click("**/###Findings")
        ui.capture(ctx, tmp_path / "findings.png")
        ctx.item_click("**/###show copies")
        assert desk.form.only == (1, 5)
        ctx.yield_(3)
        ctx.item_click("**/###picture 5")
        assert desk.form.chosen == 5
        ctx.item_click("**/Show all")
        assert desk.form.only == ()
        ui.wait_until(ctx, lambda: desk.pictures.get(0) is not None, 10, "the first picture")
        assert desk.pictures.get(3) is None  # it is broken
        image = ui.capture(ctx, tmp_path / "pictures.png", window="Data")
        assert (image[-200:].reshape(-1, 3) == 255).all(axis=1).mean() > 0.1  # discs on white
        ctx.item_click("**/Poses")
        ctx.item_click("**/Cameras")
        ui.wait_until(ctx, lambda: studio.train.view().form.can_start, 30, "the settings")
        ctx.item_click("**/###take rays")
        changes = dict(studio.train.form.changes)
        assert changes["generator.render.near"] == 0.74
        assert changes["generator.render.cube_scale"] > 0.45
        values = lambda: studio.train.view().form.settings.values  # noqa: E731
        ui.wait_until(ctx, lambda: values()["generator.render.cube_scale"] > 0.45, 30, "the settings to follow")

    ui.run_studio(clicks, monkeypatch, tmp_path)
    assert len(list((tmp_path / "cache").rglob("*.npz"))) == 1


@pytest.mark.ui
@pytest.mark.process
def test_pictures_become_a_data_set_that_is_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = forms.pictures(tmp_path / "source")
    (source / "transforms.json").write_text(json.dumps(forms.nerf()))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.panels_shown.show(layout.DATA)
        desk = shown_desk(ctx, studio)
        desk.form = replace(desk.form, path=str(source))
        ctx.set_ref("//Data")
        ctx.yield_(30)
        ctx.item_click("**/###offer data")  # it is no data set yet
        assert desk.form.make.source == str(source)
        ctx.yield_(3)
        ctx.item_click("**/###start making")
        ui.wait_until(ctx, lambda: desk.jobs.items[0].state == "done", 60, "the data set")
        assert "4 pictures of 16 px, poses from NeRF" in desk.jobs.items[0].text
        ctx.yield_(3)
        ctx.item_click("**/###train on")
        assert studio.train.form.data_path == str(tmp_path / "source-data.zip")
        ctx.item_click("**/###look at")
        assert desk.form.path == str(tmp_path / "source-data.zip")
        desk.form = replace(desk.form, make=MakeForm(source=str(tmp_path / "lost")))
        desk.front("Make")
        ctx.yield_(3)
        ctx.item_click("**/###start making")
        ui.wait_until(ctx, lambda: desk.jobs.items[0].state == "failed", 60, "the message")
        assert "no such file or folder" in desk.jobs.items[0].text

    ui.run_studio(clicks, monkeypatch, tmp_path)
    assert np.array_equal(sorted(file.name for file in tmp_path.glob("*.zip")), ["source-data.zip"])
