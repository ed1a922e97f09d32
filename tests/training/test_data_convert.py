"""Conversion: the same cameras in every form, pictures of every kind, and what is refused."""

import io
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training import pose_sources as forms
from tests.training.pose_sources import NAMES, POSES, png
from training.data_convert import ConvertOrder, convert
from training.data_format import DataSetError
from training.data_set import ImageDataSet
from training.pose_files import PoseReading
from training.resample import Crop

FORMS = {
    "EpiGRAF": ("dataset.json", forms.epigraf()),
    "EG3D": ("dataset.json", forms.eg3d()),
    "NeRF": ("transforms.json", json.dumps(forms.nerf())),
    "CSV": ("cameras.csv", forms.csv()),
}


def converted(source: Path, **changes: object) -> ImageDataSet:
    out = source.with_name("out.zip")
    convert(replace(ConvertOrder(source, out, overwrite=True, jobs=2), **changes))
    return ImageDataSet.open(out)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_cameras_in_every_form_are_the_same_poses(tmp_path: Path, form: str):
    source = forms.pictures(tmp_path / "source")
    name, text = FORMS[form]
    (source / name).write_text(text)
    poses = source / name if form == "CSV" else None
    out = tmp_path / "out.zip"
    made = convert(ConvertOrder(source, out, poses=poses, mirror=True))
    assert (made.form, made.count, made.resolution, made.notes) == (form, 8, 16, ())
    with ImageDataSet.open(out) as data:
        assert data.all_angles is not None
        expected = np.array([[*pose, 0.0] for pose in POSES])
        np.testing.assert_allclose(data.all_angles[0::2], expected, atol=1e-9)
        np.testing.assert_allclose(data.all_angles[1::2], expected * [-1, 1, -1], atol=1e-9)
        for index in range(4):
            np.testing.assert_array_equal(data.image(2 * index + 1), data.image(2 * index)[:, ::-1])
        known = form in ("EG3D", "NeRF")
        # The outer edges of 16 pixels are 30° apart, their centres less.
        fov = 2 * math.degrees(math.atan(math.tan(math.radians(15)) * 15 / 16))
        assert data.info.fov == (pytest.approx(fov, abs=1e-3) if known else None)
        assert data.info.radius == (1 if known else None)
        if known:
            assert data.info.near is not None
            assert data.info.far is not None
            assert data.info.near < 1 < data.info.far


def test_published_mirrored_labels_mirror_the_yaw():
    """Mirrored copies of EG3D negate the entries 01, 02, 10, 20, 03 of the matrix (docs/method.md)."""
    from training.pose_files import read_poses

    content = json.loads(forms.eg3d())
    mirrored = [[name, label.copy()] for name, label in content["labels"]]
    for _, label in mirrored:
        for entry in (1, 2, 4, 8, 3):
            label[entry] = -label[entry]
    plain = read_poses("dataset.json", forms.eg3d().encode(), PoseReading(), "plain").angles
    flipped = read_poses("dataset.json", json.dumps({"labels": mirrored}).encode(), PoseReading(), "flipped").angles
    assert plain is not None
    assert flipped is not None
    for name in NAMES:
        yaw, pitch, _ = plain[name]
        assert flipped[name] == pytest.approx((-yaw, pitch, 0), abs=1e-9)


def test_the_point_that_cameras_look_at_becomes_the_origin(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")
    content = forms.nerf()
    for frame in content["frames"]:
        for row, shift in zip(frame["transform_matrix"], (0.5, -1, 2), strict=False):
            row[3] += shift
    (source / "transforms.json").write_text(json.dumps(content))
    made = convert(ConvertOrder(source, tmp_path / "out.zip"))
    assert "look at a point" in made.notes[0]
    with ImageDataSet.open(tmp_path / "out.zip") as data:
        np.testing.assert_allclose(data.all_angles[:, :2], POSES, atol=1e-6)


def test_rolled_and_stray_cameras_are_told(tmp_path: Path):
    source, content = forms.pictures(tmp_path / "source"), forms.nerf()
    matrix = np.array(content["frames"][1]["transform_matrix"])
    turn = np.array([[math.cos(0.2), -math.sin(0.2)], [math.sin(0.2), math.cos(0.2)]])
    matrix[:3, :2] = matrix[:3, :2] @ turn
    content["frames"][1]["transform_matrix"] = matrix.tolist()
    stray = np.array(content["frames"][2]["transform_matrix"])
    stray[:3, 3] *= 1.5
    content["frames"][2]["transform_matrix"] = stray.tolist()
    (source / "transforms.json").write_text(json.dumps(content))
    notes = " ".join(convert(ConvertOrder(source, tmp_path / "out.zip")).notes)
    assert "1 cameras are rolled" in notes
    assert "differ by up to 50%" in notes
    with ImageDataSet.open(tmp_path / "out.zip") as data:
        assert data.angles(1)[2] == pytest.approx(0.2)


def test_yaws_can_be_turned_and_pictures_without_a_pose_are_left_out(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")
    (source / "extra.png").write_bytes(png(np.zeros((16, 16, 3), np.uint8)))
    (source / "dataset.json").write_text(forms.epigraf())
    made = convert(ConvertOrder(source, tmp_path / "out.zip", reading=PoseReading(turn=math.pi / 2)))
    assert made.count == 4
    assert "1 pictures have no pose" in made.notes[0]
    with ImageDataSet.open(tmp_path / "out.zip") as data:
        assert data.angles(1)[0] == pytest.approx(0.6 + math.pi / 2)


def test_what_pictures_lose_is_told(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")  # four squares of 16 px
    for name, height, width in (("high", 24, 16), ("large", 40, 40), ("odd", 12, 13)):
        (source / f"{name}.png").write_bytes(png(np.zeros((height, width, 3), np.uint8)))
    (source / "zz_cut.png").write_bytes(png(np.zeros((30, 40, 3), np.uint8))[:50])  # found out when it is decoded
    order = ConvertOrder(source, tmp_path / "out.zip", skip=True, overwrite=True)
    lost, size, cropped, reduced = convert(order).notes
    assert "zz_cut.png" in lost
    assert size == "8 px, the largest power of two in the smallest picture odd.png (12 px); --resolution sets another"
    assert cropped == "2 of 7 pictures were cropped to squares"
    assert reduced == "7 of 7 pictures were scaled down to 8 px"
    notes = convert(replace(order, resolution=16)).notes
    assert notes[-2:] == (cropped, "1 of 7 pictures was scaled down to 16 px")
    assert not any("--resolution" in note for note in notes)
    (source / "odd.png").unlink()
    assert "16 px, of the smallest picture high.png; --resolution sets another" in convert(order).notes
    assert "8 px, of the crop of 8 px; --resolution sets another" in convert(replace(order, crop=Crop(0, 0, 8))).notes


def one_picture(folder: Path, name: str, content: bytes, **changes: object) -> np.ndarray:
    folder.mkdir()
    (folder / name).write_bytes(content)
    return converted(folder, **changes).image(0)


def test_pictures_are_turned_as_their_camera_meant_them(tmp_path: Path):
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:, 16:] = 255  # the right half is the lower one once it is turned by 90° clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    image = one_picture(tmp_path / "a", "a.png", png(pixels, exif=exif))
    assert image.shape == (16, 16, 3)
    assert image[:8].max() == 0
    assert image[8:].min() == 255


def test_sixteen_bits_keep_their_range(tmp_path: Path):
    grey = np.full((16, 16), 300 * 257 // 2, np.uint16)
    assert one_picture(tmp_path / "a", "a.png", png(grey)).min() == 150


def test_transparency_is_laid_on_the_colour_that_is_wanted(tmp_path: Path):
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[4:12, 4:12] = [200, 0, 0, 255]
    pixels[:4, :, :3] = [0, 255, 0]  # hidden: must not bleed into edges
    image = one_picture(tmp_path / "a", "a.png", png(pixels), paper=(0.0, 0.0, 1.0))
    assert image[0, 0].tolist() == [0, 0, 255]
    assert image[8, 8].tolist() == [200, 0, 0]
    white = converted(tmp_path / "a", resolution=8)
    assert white.info.background == "white"
    assert int(white.image(0)[1, :, 1].min()) > 240


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK"])
def test_all_modes_become_rgb(tmp_path: Path, mode: str):
    suffix = ".tif" if mode == "CMYK" else ".png"
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (255, 255, 255)).convert(mode).save(buffer, "tiff" if mode == "CMYK" else "png")
    assert one_picture(tmp_path / "a", f"a{suffix}", buffer.getvalue()).min() == 255


def test_crops_are_taken_and_scaled_down_without_aliasing(tmp_path: Path):
    pixels = np.zeros((40, 64, 3), np.uint8)
    pixels[:, ::2] = 255  # stripes of one pixel: grey from afar, in light brighter than in values
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.png").write_bytes(png(pixels))
    values = converted(tmp_path / "a", resolution=8).image(0).astype(int)
    assert np.abs(values[:, 1:-1] - 128).max() <= 8
    light = converted(tmp_path / "a", resolution=8, light=True).image(0).astype(int)
    assert np.abs(light[:, 1:-1] - 188).max() <= 8
    boxed = converted(tmp_path / "a", crop=Crop(1, 3, 16))
    np.testing.assert_array_equal(boxed.image(0), pixels[3:19, 1:17])
    with pytest.raises(DataSetError, match=r"a\.png.*reaches out"):
        converted(tmp_path / "a", crop=Crop(50, 0, 16))


def test_the_same_input_makes_the_same_bytes_from_a_zip_as_from_a_folder(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")
    (source / "dataset.json").write_text(forms.epigraf())
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        for file in source.iterdir():
            archive.write(file, file.name)
    for number, (given, jobs) in enumerate([(source, 1), (tmp_path / "source.zip", 4)]):
        convert(ConvertOrder(given, tmp_path / f"{number}.zip", jobs=jobs, mirror=True))
    assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()


def test_what_is_ended_leaves_nothing(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")
    seen: list[int] = []

    def end_at_two(done: int, total: int, name: str) -> None:
        seen.append(done)
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(ConvertOrder(source, tmp_path / "out.zip"), end_at_two)
    assert seen == [0, 1, 2]
    assert [file.name for file in tmp_path.iterdir()] == ["source"]


def test_broken_pictures_end_it_or_are_left_out_by_name(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")
    (source / "p2.png").write_bytes((source / "p2.png").read_bytes()[:60])
    with pytest.raises(DataSetError, match=r"p2\.png"):
        convert(ConvertOrder(source, tmp_path / "out.zip"))
    made = convert(ConvertOrder(source, tmp_path / "out.zip", skip=True))
    assert made.count == 3
    assert "p2.png" in made.notes[0]


def test_enlarged_pictures_are_told(tmp_path: Path):
    source = forms.pictures(tmp_path / "source")
    assert "enlarged" in convert(ConvertOrder(source, tmp_path / "out.zip", resolution=32)).notes[0]


CAMERAS = "file,yaw,pitch\np0.png,10,80\n"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", CAMERAS, "nobody says in which unit yaw"),
        ("a.csv", "file,yaw_rad,pitch_rad\np0.png,10,80\n", "line 2: the pose.*degrees"),
        ("a.csv", "file,yaw_rad\np0.png,1\n", "must name columns"),
        ("a.csv", "file,yaw_deg,pitch_deg\np0.png,1\n", "line 2 has 2 values"),
        ("a.csv", "file,yaw_deg,pitch_deg\np0.png,x,80\n", "which is no number"),
        ("a.csv", "file,yaw_deg,pitch_deg\np0.png,nan,80\n", "not finite"),
        ("a.csv", "file,yaw_deg,pitch_deg\np0.png,1,80\np0.png,1,80\n", "a second time"),
        ("a.csv", "file,yaw_deg,pitch_deg\nq.png,1,80\n", "no picture .q.png"),
        ("a.csv", "file,yaw_deg,pitch_deg\n../p0.png,1,80\n", "points out of the data"),
        ("a.csv", "file,yaw_deg,pitch_deg\n", "no line behind"),
        ("t.json", "[]", "expected an object"),
        ("t.json", '{"things": 1}', "holds no poses that are known"),
        ("t.json", '{"frames": []}', "list of cameras"),
        ("t.json", '{"frames": [{"file_path": "p0"}]}', "four rows"),
        ("t.json", '{"frames": [{"file_path": "p0", "transform_matrix": [[1],[1],[1],[1]]}]}', "4 finite numbers"),
    ],
)
def test_files_of_poses_that_cannot_be_used(tmp_path: Path, name: str, text: str, words: str):
    source = forms.pictures(tmp_path / "source")
    (source / name).write_text(text)
    with pytest.raises(DataSetError, match=words) as caught:
        convert(ConvertOrder(source, tmp_path / "out.zip", poses=source / name))
    assert str(source) in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m * [1, 1, -1, 1], "mirrored"),
        (lambda m: m * 3, "no rotation"),
        (lambda m: m * np.nan, "finite"),
        (lambda m: m * [1, 1, 1, 1e9], "million"),
    ],
)
def test_matrices_that_are_no_cameras_are_named(tmp_path: Path, change, words: str):
    source, content = forms.pictures(tmp_path / "source"), forms.nerf()
    content["frames"][2]["transform_matrix"] = change(np.array(content["frames"][2]["transform_matrix"])).tolist()
    (source / "transforms.json").write_text(json.dumps(content))
    with pytest.raises(DataSetError, match=rf"p2.*{words}|{words}.*p2"):
        convert(ConvertOrder(source, tmp_path / "out.zip"))
