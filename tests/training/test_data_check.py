"""Broken data sets of all kinds: each is refused with a message that names the file and says what to do."""

import io
import json
import math
import zipfile

import numpy as np
import pytest
from PIL import Image

from training.data_check import check, summarise_poses
from training.data_set import DataSetError, ImageDataSet


def png(side: int = 8, height: int | None = None, seed: int = 0) -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (height or side, side, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "png")
    return buffer.getvalue()


def make_zip(path, files: dict[str, bytes | str]):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def described(pose: object = (0.0, 1.5, 0.0), **more: object) -> dict[str, bytes | str]:
    return {"a.png": png(), "dataset.json": json.dumps({"camera_angles": [["a.png", pose]], **more})}


def refused(path, *words: str) -> str:
    """The message that opening and checking give alike; it holds the words and the path's name."""
    with pytest.raises(DataSetError) as caught:
        ImageDataSet.open(path)
    report = check(path)
    assert not report.ok
    assert report.errors == (str(caught.value),)
    for word in (path.name, *words):
        assert word in str(caught.value)
    assert "cannot be used" in report.text()
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b"\n<!DOCTYPE html><html>", ["web page", "fetch it again"]),
        (b"version https://git-lfs.github.com/spec/v1\noid", ["Git LFS", "git lfs pull"]),
        (b"\x00\x01\x02", ["neither a zip nor a folder"]),
    ],
)
def test_files_that_are_no_zip(tmp_path, content, words):
    path = tmp_path / "data.zip"
    path.write_bytes(content)
    refused(path, *words)


def test_a_zip_that_was_cut_off(tmp_path):
    path = make_zip(tmp_path / "data.zip", described())
    path.write_bytes(path.read_bytes()[:-60])
    refused(path, "cut off", "again")


def test_nothing_there(tmp_path):
    refused(tmp_path / "absent.zip", "no such file")


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "C:/evil.png", "a/../../evil.png", "..\\evil.png"])
def test_names_that_lead_out_of_the_zip(tmp_path, name):
    refused(make_zip(tmp_path / "data.zip", described() | {name: png()}), "points out")


def test_no_pictures(tmp_path):
    (tmp_path / "dataset.json").write_text("{}")
    refused(tmp_path, "no pictures")


def test_no_description(tmp_path):
    refused(make_zip(tmp_path / "data.zip", {"a.png": png()}), "no dataset.json", "epigraf data convert")


def test_a_description_that_lies_too_deep(tmp_path):
    files = {"plants/a.png": png(), "plants/dataset.json": "{}"}
    refused(make_zip(tmp_path / "data.zip", files), "lies in plants/", "must lie at the root")


@pytest.mark.parametrize(
    ("pose", "words"),
    [
        ([120.0, 45.0, 0.0], ["a.png", "degrees", "pi / 180"]),
        ([0.0, math.nan, 0.0], ["a.png", "not finite"]),
        ([math.inf, 1.0, 0.0], ["not finite"]),
        ([0.0, -0.4, 0.0], ["pitch -0.4", "straight up"]),
        ([0.0, 1.0], ["[yaw, pitch, roll]"]),
        (["0", "1", "2"], ["three numbers"]),
        (None, ["[yaw, pitch, roll]"]),
    ],
)
def test_poses_that_cannot_be(tmp_path, pose, words):
    refused(make_zip(tmp_path / "data.zip", described(pose)), "dataset.json", *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["no valid JSON"]),
        ("[]", ["expected an object", "a list"]),
        ('{"camera_angles": 3}', ["must be a list"]),
        ('{"camera_angles": [["a.png"]]}', ["entry 0"]),
        ('{"camera_angles": [["a.png", [0,1,0]], ["a.png", [0,1,0]]]}', ["a.png twice"]),
        ('{"camera_angles": []}', ["lacks 1 of 1", "a.png"]),
        ('{"camera_angles": [["a.png", [0,1,0]], ["b.png", [0,1,0]]]}', ["missing", "b.png"]),
        ('{"labels": [["a.png", -1]]}', ["label of a.png"]),
        ('{"labels": [["a.png", 0.5]]}', ["label of a.png"]),
        ('{"labels": [["a.png", [' + ",".join("0" * 25) + "]]]}", ["EG3D"]),
        ('{"studio": {"version": 99}}', ["newer"]),
        ('{"studio": {"fov": 400}}', ["studio.fov", "400"]),
        ('{"studio": {"near": 2, "far": 1}}', ["studio.near"]),
        ('{"studio": 5}', ["studio"]),
        ('{"studio": {"background": "pink"}}', ["studio.background", "pink"]),
    ],
)
def test_descriptions_that_cannot_be_used(tmp_path, text, words):
    refused(make_zip(tmp_path / "data.zip", {"a.png": png(), "dataset.json": text}), "dataset.json", *words)


def test_a_first_picture_that_is_not_square(tmp_path):
    refused(make_zip(tmp_path / "data.zip", {"a.png": png(8, 6), "dataset.json": "{}"}), "a.png", "8 x 6", "square")


def test_bad_pictures_are_all_listed_and_named(tmp_path):
    buffer = io.BytesIO()
    Image.new("I;16", (8, 8)).save(buffer, "png")
    files = {"a.png": png(), "b.png": png(4), "c.png": png(8, 4), "d.png": png()[:60], "e.png": b"<html>",
             "f.png": buffer.getvalue(), "dataset.json": "{}"}  # fmt: skip
    report = check(make_zip(tmp_path / "data.zip", files))
    wanted = ["b.png: is 4 x 4", "c.png: is 8 x 4", "d.png: is no readable", "e.png: is no readable", "f.png: has 16"]
    assert len(report.errors) == 5
    assert all(want in error for want, error in zip(wanted, report.errors, strict=True))
    with ImageDataSet.open(tmp_path / "data.zip") as data, pytest.raises(DataSetError, match=r"data.zip: b.png"):
        data.image(1)


def test_a_picture_that_was_damaged_inside_the_zip(tmp_path):
    path = make_zip(tmp_path / "data.zip", described())
    content = bytearray(path.read_bytes())
    content[70] ^= 0xFF
    path.write_bytes(content)
    report = check(path)
    assert "a.png cannot be read" in report.errors[0]
    assert "damaged" in report.errors[0]


def test_a_good_set_is_described(tmp_path):
    rng = np.random.default_rng(0)
    names = [f"{i:03d}.png" for i in range(220)]
    poses = [[name, [float(rng.uniform(-3, 3)), float(np.arccos(rng.uniform(-1, 1))), 0.0]] for name in names]
    studio = {"name": "things", "fov": 30, "radius": 1, "objects": [f"thing {i}" for i in range(11)]}
    files = {name: png(seed=i) for i, name in enumerate(names)}
    text = json.dumps({"camera_angles": poses, "labels": [[n, i // 20] for i, n in enumerate(names)], "studio": studio})
    steps = []
    report = check(make_zip(tmp_path / "data.zip", files | {"dataset.json": text}), lambda *step: steps.append(step))
    assert report.ok
    assert not report.warnings
    assert steps[-1] == (220, 220)
    assert report.poses is not None
    assert report.poses.covers_sphere
    assert report.brightness == pytest.approx(0.5, abs=0.02)
    for words in ("220 of 8 x 8", "11: thing 0", "and 3 more", "cover the sphere", "fov 30°", "can be used"):
        assert words in report.text()


def test_what_looks_odd_is_a_warning(tmp_path):
    same = png(6)
    report = check(make_zip(tmp_path / "data.zip", {"a.png": same, "b.png": same, "dataset.json": "{}"}))
    assert report.ok
    for words in ("power of two", "no poses", "1 picture is a copy", "few", "field of view"):
        assert any(words in warning for warning in report.warnings)


def test_faces_do_not_cover_the_sphere():
    rng = np.random.default_rng(0)
    frontal = np.stack([rng.normal(math.pi / 2, 0.3, 500), rng.normal(math.pi / 2, 0.15, 500), np.zeros(500)], axis=1)
    summary = summarise_poses(frontal)
    assert not summary.covers_sphere
    assert summary.yaw[0] < math.pi / 2 < summary.yaw[1]
