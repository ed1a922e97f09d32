"""Each of the usual mistakes is told, and a sound set gets no warning."""

import math
from pathlib import Path

import numpy as np
import pytest

from training.data_check import check
from training.data_findings import FindingKind, covers_sphere, findings, picture_findings, pose_findings
from training.data_format import StudioBlock
from training.data_set import ImageDataSet
from training.data_survey import Survey, load_survey, save_survey, survey
from training.data_writer import writing
from training.likenesses import copies, near_pairs, tiny_picture

COUNT = 400


def faces(yaw: float = 0.0, pitch: float = math.pi / 2, spread: float = 0.3) -> np.ndarray:
    """Poses like those of FFHQ (Appendix, Table 5)."""
    rng = np.random.default_rng(0)
    return np.stack([rng.normal(yaw, spread, COUNT), rng.normal(pitch, 0.2, COUNT), np.zeros(COUNT)], axis=1)


def around() -> np.ndarray:
    rng = np.random.default_rng(0)
    pitch = np.arccos(rng.uniform(-1, 1, COUNT))
    return np.stack([rng.uniform(-math.pi, math.pi, COUNT), pitch, np.zeros(COUNT)], axis=1)


def kinds(angles: np.ndarray, warns: bool = True) -> set[FindingKind]:
    return {each.kind for each in pose_findings(angles) if each.warns == warns}


def test_sound_poses_get_no_warning():
    for angles in (faces(), around(), faces(spread=0.8)):
        assert not kinds(angles)
    assert kinds(faces(), warns=False) == {"narrow"}
    assert not kinds(around(), warns=False)
    assert covers_sphere(around())
    assert not covers_sphere(faces())


def half_filled_in() -> np.ndarray:
    angles = around()
    angles[::2] = [0.0, math.pi / 2, 0.0]
    return angles


def rolled() -> np.ndarray:
    angles = faces()
    angles[7, 2] = 0.2
    return angles


@pytest.mark.parametrize(
    ("angles", "kind", "words"),
    [
        (np.tile([0.3, 1.2, 0.0], (COUNT, 1)), "equal poses", "all poses are the same"),
        (half_filled_in(), "shared pose", "200 of 400"),
        (np.round(faces(spread=2)), "degrees", "whole numbers"),
        (np.abs(faces(pitch=0.2)), "elevation", "from the horizon"),
        (faces(yaw=math.pi), "half turn", "--turn 180"),
        (faces(yaw=math.pi / 2), "side", "at the side, around yaw"),
        (rolled(), "rolled", "1 picture is rolled"),
    ],
)
def test_each_mistake_of_poses_is_told(angles: np.ndarray, kind: FindingKind, words: str):
    found = [each for each in pose_findings(angles) if each.kind == kind]
    assert len(found) == 1
    assert words in str(found[0])
    assert found[0].warns


def noise(count: int, side: int = 16) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, side, side, 3), np.uint8)


def surveyed(path: Path, pictures: np.ndarray, angles: np.ndarray | None = None, **studio: object) -> Survey:
    with writing(path, overwrite=True) as writer:
        for index, picture in enumerate(pictures):
            yaw, pitch, roll = (0.0, 1.5, 0.0) if angles is None else angles[index].tolist()
            writer.add(picture, (yaw, pitch, roll))
        writer.describe(StudioBlock.model_validate(studio))
    with ImageDataSet.open(path) as data:
        return survey(data)


def test_copies_are_told_with_the_pictures_concerned(tmp_path: Path):
    pictures, angles = noise(20), around()[:20]
    pictures[7] = pictures[2]
    pictures[9] = pictures[3]
    angles[9] = angles[3]
    found = {each.kind: each for each in picture_findings(surveyed(tmp_path / "a.zip", pictures, angles), angles)}
    assert set(found) == {"copies", "copies with other poses"}
    assert found["copies"].pictures == (2, 7, 3, 9)
    assert found["copies with other poses"].pictures == (2, 7)


def test_pictures_that_look_the_same_are_found_among_many(tmp_path: Path):
    pictures = noise(300, 34)
    near = np.clip(pictures[17].astype(int) + np.random.default_rng(2).integers(-3, 4, pictures[17].shape), 0, 255)
    pictures[250] = near
    seen = surveyed(tmp_path / "a.zip", pictures)
    assert near_pairs(seen.tiny).tolist() == [[17, 250]]
    [note] = [each for each in picture_findings(seen, None) if each.kind == "near copies"]
    assert note.pictures == (17, 250)
    assert not note.warns


def test_objects_on_white_are_not_taken_for_each_other():
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    discs = [np.where(x**2 + y**2 < 0.3, grey, 255).astype(np.uint8) for grey in (0, 120)]
    pictures = [np.stack([disc] * 3, axis=-1) for disc in discs]
    assert not len(near_pairs(np.stack([tiny_picture(each) for each in pictures])))


def test_mirrored_copies_must_have_mirrored_poses(tmp_path: Path):
    pictures, angles = noise(10), faces()[:10]
    both = np.concatenate([pictures, pictures[:, :, ::-1]])
    right = np.concatenate([angles, angles * [-1, 1, -1]])
    found = picture_findings(surveyed(tmp_path / "a.zip", both, right), right)
    assert [each.kind for each in found] == ["mirrored copies"]
    assert not found[0].warns
    wrong = np.concatenate([angles, angles])
    told = {each.kind: each for each in picture_findings(surveyed(tmp_path / "a.zip", both, wrong), wrong)}
    assert told["wrong mirror"].warns
    assert "10 mirrored copies" in told["wrong mirror"].text


def test_a_box_that_is_too_small_is_told_and_a_large_one_is_not(tmp_path: Path):
    rays = {"fov": 30, "radius": 1, "near": 0.74, "far": 1.26}
    for half, told in ((0.2, {"cut off": True}), (0.3, {"frustum": False}), (0.5, {})):
        seen = surveyed(tmp_path / "a.zip", noise(20), around()[:20], cube_scale=half, scale=0.25, **rays)
        with ImageDataSet.open(tmp_path / "a.zip") as data:
            found = {each.kind: each.warns for each in findings(data.info, data.all_angles, seen)}
        assert {kind: warns for kind, warns in found.items() if kind in ("cut off", "frustum")} == told


def test_how_far_objects_reach_is_measured_where_corners_are_plain(tmp_path: Path):
    y, x = np.mgrid[-1:1:65j, -1:1:65j]
    disc = np.where((x**2 + y**2 <= 0.5**2)[..., None], 30, 255).astype(np.uint8)
    seen = surveyed(tmp_path / "a.zip", np.stack([np.repeat(disc, 3, axis=-1), noise(1, 65)[0]]))
    assert seen.extent[0] == pytest.approx(0.5, abs=1e-6)
    assert np.isnan(seen.extent[1])


def test_a_survey_is_kept_for_its_data_set_alone(tmp_path: Path):
    found = surveyed(tmp_path / "a.zip", noise(3))
    kept = tmp_path / "kept" / "a.npz"
    save_survey(kept, found, "mark")
    again = load_survey(kept, "mark")
    assert again is not None
    for name in ("digests", "mirrored", "tiny", "brightness", "extent"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    assert again.broken == ()
    assert load_survey(kept, "other") is None
    kept.write_bytes(b"no survey")
    assert load_survey(kept, "mark") is None
    assert load_survey(tmp_path / "absent.npz", "mark") is None


def test_groups_of_copies():
    assert copies(np.array([5, 3, 5, 9, 3, 5], np.uint64)) == ((0, 2, 5), (1, 4))
    assert copies(np.array([], np.uint64)) == ()


def test_few_pictures_get_advice(tmp_path: Path):
    surveyed(tmp_path / "a.zip", noise(20))
    assert any("ADA" in warning for warning in check(tmp_path / "a.zip").warnings)
    surveyed(tmp_path / "a.zip", noise(220), around()[:220])
    report = check(tmp_path / "a.zip")
    assert any("ADA" in note for note in report.notes)
    assert "note" in report.text()
