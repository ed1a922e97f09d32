"""Reading and writing data sets: round trips, poses, mirrored copies, scaling."""

import io
import json
import math
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.camera import Camera, cam2world, pixel_directions
from training.data_format import StudioBlock
from training.data_set import DataSetError, ImageDataSet
from training.data_writer import writing

STUDIO = StudioBlock(name="test", fov=30.0, radius=1.0, scale=0.25, near=0.74, far=1.26, cube_scale=0.35,
                     background="white", protocol="objects", objects=("a", "b"))  # fmt: skip


def random_pictures(count: int, side: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), np.uint8)


def write_set(path: Path, pictures: np.ndarray, picture_format: str = "png") -> np.ndarray:
    rng = np.random.default_rng(1)
    angles = np.stack([rng.uniform(-math.pi, math.pi, len(pictures)), rng.uniform(0, math.pi, len(pictures)),
                       np.zeros(len(pictures))], axis=1)  # fmt: skip
    with writing(path, picture_format) as writer:
        for index, picture in enumerate(pictures):
            writer.add(picture, tuple(angles[index].tolist()), index % 2)
        writer.describe(STUDIO)
    return angles


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    side=st.integers(1, 20),
    count=st.integers(1, 6),
    zipped=st.booleans(),
    picture_format=st.sampled_from(["png", "webp"]),
    seed=st.integers(0, 9),
)
def test_what_is_written_is_read(tmp_path_factory, side, count, zipped, picture_format, seed):
    path = tmp_path_factory.mktemp("set") / ("data.zip" if zipped else "data")
    pictures = random_pictures(count, side, seed)
    angles = write_set(path, pictures, picture_format)
    with ImageDataSet.open(path) as data:
        assert len(data) == count == data.info.count
        assert data.info.resolution == side
        assert all(np.array_equal(data.image(i), pictures[i]) for i in range(count))
        np.testing.assert_array_equal(data.all_angles, angles)
        assert [data.angles(i) for i in range(count)] == [tuple(a) for a in angles.tolist()]
        assert [data.label(i) for i in range(count)] == [i % 2 for i in range(count)]
        assert data.all_labels is not None
        assert data.all_labels.tolist() == [i % 2 for i in range(count)]
    with ImageDataSet.open(path, mirrored=True) as data:
        assert data.all_labels is not None
        assert data.all_labels.tolist() == [data.label(i) for i in range(2 * count)]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_info(tmp_path):
    write_set(tmp_path / "data.zip", random_pictures(4, 8))
    write_set(tmp_path / "data", random_pictures(4, 8))
    with ImageDataSet.open(tmp_path / "data.zip") as zipped, ImageDataSet.open(tmp_path / "data") as folder:
        info = zipped.info
        assert (info.name, info.fov, info.radius, info.near, info.far) == ("test", 30.0, 1.0, 0.74, 1.26)
        assert (info.cube_scale, info.scale, info.background) == (0.35, 0.25, "white")
        assert (info.has_poses, info.label_count, info.objects) == (True, 2, ("a", "b"))
        assert info.fingerprint == folder.info.fingerprint


def test_fingerprint_changes_with_the_poses(tmp_path):
    write_set(tmp_path / "data", random_pictures(3, 8))
    before = ImageDataSet.open(tmp_path / "data").info.fingerprint
    description = json.loads((tmp_path / "data/dataset.json").read_text())
    description["camera_angles"][0][1] = [0.0, 1.0, 0.0]
    (tmp_path / "data/dataset.json").write_text(json.dumps(description))
    assert ImageDataSet.open(tmp_path / "data").info.fingerprint != before


def test_the_same_input_makes_the_same_zip(tmp_path):
    write_set(tmp_path / "a.zip", random_pictures(3, 8))
    write_set(tmp_path / "b.zip", random_pictures(3, 8))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_mirrored_copies_double_the_set(tmp_path):
    angles = write_set(tmp_path / "data", random_pictures(3, 8))
    data = ImageDataSet.open(tmp_path / "data", mirrored=True)
    assert (len(data), data.info.count) == (6, 3)
    for i in range(3):
        np.testing.assert_array_equal(data.image(i + 3), data.image(i)[:, ::-1])
        assert data.angles(i + 3) == (-angles[i, 0], angles[i, 1], -angles[i, 2])
        assert data.label(i + 3) == data.label(i)
    with pytest.raises(IndexError):
        data.image(6)


@given(yaw=st.floats(-3, 3), pitch=st.floats(0.1, 3.0))
def test_a_flipped_picture_is_the_reflected_world_seen_with_negated_yaw(yaw, pitch):
    rays = pixel_directions(5, 30.0) @ Camera(yaw, pitch).matrix[:3, :3].T
    mirrored = pixel_directions(5, 30.0) @ cam2world(np.array([-yaw]), np.array([pitch]), 1.0)[0, :3, :3].T
    np.testing.assert_allclose(mirrored, rays[:, ::-1] * [1, 1, -1], atol=1e-12)


def test_scaling_down_is_the_mean_of_squares(tmp_path):
    pictures = random_pictures(1, 16)
    write_set(tmp_path / "data.zip", pictures)
    data = ImageDataSet.open(tmp_path / "data.zip", 4)
    mean = pictures[0].reshape(4, 4, 4, 4, 3).mean(axis=(1, 3))
    assert data.resolution == 4
    assert np.abs(data.image(0) - mean).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("resolution", [5, 32, 0])
def test_other_resolutions_are_refused(tmp_path, resolution):
    write_set(tmp_path / "data.zip", random_pictures(1, 16))
    with pytest.raises(DataSetError, match=r"data.zip.*16 pixels.*Choose one of 8, 16"):
        ImageDataSet.open(tmp_path / "data.zip", resolution)


@pytest.mark.parametrize(("background", "expected"), [("white", 255), ("black", 0), ("as-is", 255)])
def test_transparency_is_laid_on_the_background(tmp_path, background, expected):
    Image.fromarray(np.zeros((8, 8, 4), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "dataset.json").write_text(json.dumps({"studio": {"background": background}}))
    assert (ImageDataSet.open(tmp_path).image(0) == expected).all()


def test_palette_and_grey_pictures_become_rgb(tmp_path):
    Image.new("L", (4, 4), 77).save(tmp_path / "grey.png")
    Image.new("RGB", (4, 4), (9, 8, 7)).convert("P").save(tmp_path / "palette.png")
    (tmp_path / "dataset.json").write_text("{}")
    data = ImageDataSet.open(tmp_path)
    assert [data.image(i).shape for i in range(2)] == [(4, 4, 3)] * 2
    assert (data.image(0) == 77).all()


def test_a_mac_zip_and_pictures_of_several_kinds(tmp_path):
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as archive:
        for name in ("b/x.webp", "a.jpg", "c.png"):
            buffer = io.BytesIO()
            Image.new("RGB", (4, 4)).save(buffer, {"webp": "webp", "jpg": "jpeg", "png": "png"}[name[-4:].strip(".")])
            archive.writestr(name, buffer.getvalue())
        archive.writestr("__MACOSX/._c.png", b"no picture")
        archive.writestr(".DS_Store", b"")
        archive.writestr("dataset.json", '{"camera_angles": {"a.jpg": [0,1,0], "b/x.webp": [0,1,0], "c.png": [0,1,0]}}')
    data = ImageDataSet.open(tmp_path / "mac.zip")
    assert data.names == ("a.jpg", "b/x.webp", "c.png")
    assert data.label(0) is None
    assert data.info.name == "mac"


def test_threads_read_at_once(tmp_path):
    pictures = random_pictures(40, 8)
    write_set(tmp_path / "data.zip", pictures)
    data, barrier = ImageDataSet.open(tmp_path / "data.zip"), threading.Barrier(4)

    def read(_: int) -> bool:
        barrier.wait()
        return all(np.array_equal(data.image(i), pictures[i]) for i in range(40))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(4)))


@pytest.mark.parametrize("name", ["data.zip", "data"])
def test_an_error_leaves_what_was_there(tmp_path, name):
    write_set(tmp_path / name, random_pictures(2, 8))
    before = ImageDataSet.open(tmp_path / name).info

    def interrupted() -> None:
        with writing(tmp_path / name, overwrite=True) as writer:
            writer.add(random_pictures(1, 4)[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert ImageDataSet.open(tmp_path / name).info == before


@pytest.mark.parametrize("name", ["data.zip", "data"])
def test_overwriting_is_asked_for(tmp_path, name):
    write_set(tmp_path / name, random_pictures(2, 8))
    with pytest.raises(DataSetError, match=r"exists already.*--force"), writing(tmp_path / name):
        pass
    with writing(tmp_path / name, overwrite=True) as writer:
        writer.add(random_pictures(1, 4)[0])
        writer.describe(STUDIO)
    data = ImageDataSet.open(tmp_path / name)
    assert (len(data), data.info.has_poses, data.label(0)) == (1, False, None)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_folder_that_is_no_data_set_is_never_replaced(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear")
    with pytest.raises(DataSetError, match="will not be replaced"), writing(tmp_path / "home", overwrite=True):
        pass
    assert (tmp_path / "home/letter.txt").exists()


def test_an_empty_set_is_not_written(tmp_path):
    with pytest.raises(DataSetError, match="no picture"), writing(tmp_path / "data.zip") as writer:
        writer.describe(STUDIO)
    assert not list(tmp_path.iterdir())
