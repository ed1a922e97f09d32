"""Behind the Data panel: words for the command, proposals of cameras, surveys that are kept, jobs given up."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.data.cli import register
from app.data.data_desk import fit_rays, with_rays
from app.data.data_jobs import DataJobs, make_arguments, out_path, remove_leftovers
from app.data.data_reading import PictureReading, open_data
from app.data.data_thumbnails import SIDE, small
from core.frustum import smallest_cube_scale
from tests.training import pose_sources as forms
from tests.training.toy import toy_data
from training.data_set import ImageDataSet
from training.data_survey import survey
from training.ray_fit import RayFit
from widgets.data_view import DataForm, MakeForm, RayForm


def wait_for(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def parsed(words: list[str]):
    """As the command would read them."""
    import argparse

    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    return parser.parse_args(["data", *words])


def test_the_form_says_in_words_what_the_command_does(tmp_path: Path):
    form = MakeForm(source=str(tmp_path / "photos"), resolution=128, mirror=True, paper="black", poses="cameras.csv",
                    unit="degrees", turn=-90, force=True)  # fmt: skip
    args = parsed(make_arguments(form, tmp_path / "sheet.png"))
    assert (args.resolution, args.mirror, args.background, args.angles) == (128, True, "black", "degrees")
    assert (args.turn, args.force, args.poses, args.out) == (
        -90,
        True,
        Path("cameras.csv"),
        tmp_path / "photos-data.zip",
    )
    args = parsed(make_arguments(replace(form, kind="meshes", views=32, jobs=3, out="~/x.zip"), tmp_path / "s.png"))
    assert (args.views, args.jobs, args.resolution, args.folder) == (32, 3, 128, tmp_path / "photos")
    assert args.out == Path.home() / "x.zip"
    assert out_path(MakeForm(source="/a/b.c.zip")) == Path("/a/b.c-data.zip")
    assert out_path(MakeForm(source="/a/b.c")) == Path("/a/b.c-data.zip")


def test_proposals_begin_with_what_the_data_set_says(tmp_path: Path):
    opened = open_data(str(toy_data(tmp_path / "toy.zip")))
    current = RayFit(30, 1, 0.74, 1.26, 0.35)
    rays = fit_rays(DataForm(), opened, None, current)
    assert rays.given == (30, 1, 0.25)
    assert (rays.fit.near, rays.fit.far) == (0.74, 1.26)
    assert rays.needed == pytest.approx(smallest_cube_scale(30, 1, 0.74, 1.26, opened.facts.angles))
    assert rays.needed <= rays.fit.cube_scale
    wider = fit_rays(DataForm(rays=RayForm(fov=60.0)), opened, None, current)
    assert wider.fit.fov == 60
    assert wider.fit.cube_scale > rays.fit.cube_scale
    changes = with_rays((("generator.render.near", 0.1), ("loop.batch", 4)), rays.fit)
    assert dict(changes)["generator.render.near"] == 0.74
    assert dict(changes)["loop.batch"] == 4
    assert len(changes) == 6


def test_outlines_tell_how_large_objects_are(tmp_path: Path):
    path = toy_data(tmp_path / "toy.zip", resolution=64)
    opened = open_data(str(path))
    opened = replace(opened, info=replace(opened.info, scale=None))
    with ImageDataSet.open(path) as data:
        seen = survey(data)
    scale, word = fit_rays(DataForm(), opened, seen, None).given[2], fit_rays(DataForm(), opened, seen, None).origins[2]
    assert "outlines" in word
    # Discs of radius sqrt(0.4) of the half picture.
    assert scale == pytest.approx(np.sin(np.arctan(np.sqrt(0.4) * np.tan(np.radians(15)))), rel=0.05)
    assert "fills" in fit_rays(DataForm(), opened, None, None).origins[2]


@pytest.mark.process
def test_pictures_are_read_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    woken: list[int] = []
    opened = open_data(str(toy_data(tmp_path / "toy.zip")))
    reading = PictureReading(tmp_path / "kept", lambda: woken.append(1))
    reading.want(opened)
    assert reading.fraction == 0.0
    wait_for(lambda: reading.found is not None or bool(reading.problem))
    assert reading.found is not None
    assert reading.found.survey.readable.all()
    assert woken
    reading.close()
    again = PictureReading(tmp_path / "kept", lambda: None)
    with monkeypatch.context() as patch:
        patch.setattr("app.data.data_reading.carry_out", None)  # no process is needed
        again.want(opened)
        wait_for(lambda: again.found is not None)
    again.forget()
    assert not list((tmp_path / "kept").iterdir())
    again.want(opened)
    again.stop()
    assert "not read to the end" in again.problem
    again.close()


@pytest.mark.process
def test_a_data_set_that_is_given_up_leaves_nothing(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")
    jobs = DataJobs(tmp_path, lambda: None)
    jobs.start(MakeForm(source=str(source)))
    jobs.start(MakeForm(source=str(source), out=str(tmp_path / "second.zip")))
    jobs.cancel(1)
    jobs.cancel(2)
    wait_for(lambda: all(item.state == "cancelled" for item in jobs.items))
    jobs.close()
    assert [file.name for file in tmp_path.iterdir()] == ["source"]


def test_what_killed_processes_leave_is_removed(tmp_path: Path):
    (tmp_path / ".a.12345678.part.zip").write_bytes(b"half")
    (tmp_path / ".b.12345678.part").mkdir()
    (tmp_path / "a.zip").write_bytes(b"whole")
    remove_leftovers(tmp_path / "a.zip")
    remove_leftovers(tmp_path / "b")
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_small_pictures():
    pixels = small(np.full((200, 200, 3), 7, np.uint8))
    assert pixels.shape == (SIDE, SIDE, 4)
    assert pixels[5, 5].tolist() == [7, 7, 7, 255]
