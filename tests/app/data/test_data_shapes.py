"""The built-in data set: variety, reproducibility, and the copy that comes with the program."""

import numpy as np
import pytest

from app.cli import main
from app.data import shapes
from app.data.mesh_parts import PartStore
from app.data.shapes import KINDS, make_shape, render_shapes, rounded_on_white, shape_names
from training.data_check import check
from training.data_set import ImageDataSet


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_objects_that_differ(kind):
    names = [name for name in shape_names(len(KINDS) * 2) if name.kind == kind]
    first, second = (make_shape(name).surfaces[0] for name in names)
    assert first.points.shape != second.points.shape or not np.allclose(first.points, second.points)
    assert np.isfinite(first.points).all()
    assert np.isfinite(first.colours).all()
    assert np.allclose(np.linalg.norm(first.normals, axis=1), 1, atol=1e-6)
    assert first.colours.min() >= 0
    assert len(first.faces) < 150_000


def test_another_seed_makes_other_objects():
    name = shape_names(2)[1]
    first, again, other = (make_shape(name, seed).surfaces[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.points, again.points)
    np.testing.assert_array_equal(first.colours, again.colours)
    assert first.points.shape != other.points.shape or not np.allclose(first.points, other.points)


def test_names_take_turns_and_do_not_depend_on_the_count():
    names = [str(name) for name in shape_names(240)]
    assert len(set(names)) == 240
    assert len({name.rsplit("-", 1)[0] for name in names}) == len(KINDS) >= 5
    assert names[:20] == [str(name) for name in shape_names(20)]
    assert names[0].endswith("-001")


def test_the_command_makes_a_data_set(tmp_path, capsys):
    out = tmp_path / "shapes.zip"
    arguments = ["data", "shapes", "--count", "2", "--views", "3", "--resolution", "16", "--out", str(out)]
    assert main(arguments) == 0
    assert "6 pictures of 16 px, 2 objects" in capsys.readouterr().out
    with ImageDataSet.open(out) as data:
        assert data.names[0].endswith(".webp")
        assert data.info.objects == ("mushroom-001", "apple-001")
        corners = np.stack([data.image(i)[[0, 0, -1, -1], [0, -1, 0, -1]] for i in range(6)])
        assert (corners == 255).all()
    before = out.read_bytes()
    render_shapes(tmp_path / "again.zip", count=2, views=3, resolution=16)
    assert (tmp_path / "again.zip").read_bytes() == before


def test_two_processes_and_an_interrupted_one_make_the_same_bytes(tmp_path, capsys):
    words = ["data", "shapes", "--count", "3", "--views", "2", "--resolution", "16", "--out"]
    assert main([*words, str(tmp_path / "one.zip")]) == 0
    assert main([*words, str(tmp_path / "two.zip"), "--jobs", "2"]) == 0
    whole = (tmp_path / "one.zip").read_bytes()
    assert (tmp_path / "two.zip").read_bytes() == whole

    class Enough(Exception):
        pass

    def stop(done: int, total: int, name: str) -> None:
        if done == 3:  # in the middle of the second object
            raise Enough

    again = tmp_path / "again.zip"
    with pytest.raises(Enough):
        render_shapes(again, count=3, views=2, resolution=16, on_progress=stop)
    assert PartStore(again).kept() == 1
    heard: list[int] = []
    render_shapes(again, count=3, views=2, resolution=16, on_progress=lambda done, total, name: heard.append(done))
    assert heard[0] == 2  # the first object was there
    assert again.read_bytes() == whole
    assert not PartStore(again).folder.exists()


def test_kinds_can_be_the_classes(tmp_path, monkeypatch):
    two = {kind: KINDS[kind] for kind in ("apple", "mug")}  # not all: each takes seconds to be made
    monkeypatch.setattr(shapes, "KINDS", two)
    for by_kind in (False, True):
        render_shapes(tmp_path / f"{by_kind}.zip", count=3, views=1, resolution=8, by_kind=by_kind)
    with ImageDataSet.open(tmp_path / "True.zip") as told, ImageDataSet.open(tmp_path / "False.zip") as alone:
        assert told.info.objects == tuple(two)
        assert (told.info.labelled, alone.info.labelled) == ("2 kinds", "3 objects")
        assert [told.label(index) for index in range(3)] == [0, 1, 0], "the third is the second apple"
        assert [alone.label(index) for index in range(3)] == [0, 1, 2]
        assert all((told.image(index) == alone.image(index)).all() for index in range(3))


def test_some_kinds_alone(tmp_path, capsys):
    assert [str(name) for name in shape_names(3, ("mug", "pear"))] == ["mug-001", "pear-001", "mug-002"]
    out = tmp_path / "two.zip"
    words = ["data", "shapes", "--count", "2", "--views", "1", "--resolution", "8", "--out", str(out), "--kinds"]
    assert main([*words, "mug,pear"]) == 0
    with ImageDataSet.open(out) as data:
        assert data.info.objects == ("mug-001", "pear-001")
    assert main([*words, "mug, pare", "--force"]) == 2
    told = "there is no kind 'pare' of built-in shapes; did you mean 'pear'? There are mushroom, apple"
    assert told in capsys.readouterr().err
    assert main([*words, "mug,pear,apple", "--force"]) == 2
    assert "2 objects cannot be of 3 kinds" in capsys.readouterr().err
    with ImageDataSet.open(out) as data:
        assert data.info.objects == ("mug-001", "pear-001"), "what was there is still there"


def test_rounding_keeps_white_and_stays_near():
    alpha = np.ones((16, 16, 1), np.float32)
    colours = np.random.default_rng(0).random((16, 16, 3)).astype(np.float32)
    rounded = rounded_on_white(np.concatenate([colours, alpha], axis=-1))
    assert np.abs(rounded - colours * 255).max() <= 5 + 2.5 + 1
    assert (rounded_on_white(np.zeros((4, 4, 4), np.float32)) == 255).all()


def test_the_embedded_set(repository):
    path = repository / "assets" / "shapes128.zip"
    assert path.stat().st_size < 6_300_000
    with ImageDataSet.open(path) as data:
        labels = np.bincount([data.label(i) for i in range(len(data))])
        assert len(labels) == len(data.info.objects) >= 200
        assert labels.min() >= 8
        assert data.info.resolution == 128
        assert data.image(0).shape == (128, 128, 3)
    kinds = {name.rsplit("-", 1)[0] for name in data.info.objects}
    assert kinds == set(KINDS)


@pytest.mark.soak
def test_the_whole_embedded_set_is_sound(repository):
    report = check(repository / "assets" / "shapes128.zip")
    assert report.ok
    assert not report.warnings
