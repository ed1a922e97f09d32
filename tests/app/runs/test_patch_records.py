"""Files of seen patches as panels read them: whole ones as they are, torn and foreign ones as a message."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.runs.patch_records import PatchFile, list_patches, nearest, read_patches
from app.runs.tick_files import TickError
from tests.app.studio_runs import patch_arrays


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.savez_compressed(tmp_path / "000004.npz", **patch_arrays(4))
    return tmp_path / "000004.npz"


def test_what_was_written_is_read(path: Path):
    arrays, record = patch_arrays(4), read_patches(path)
    assert (record.blur, record.p) == pytest.approx((float(arrays["blur"]), float(arrays["p"])))
    for kind in ("real", "fake"):
        patches = record.patches[kind]
        assert [patch.row for patch in patches] == arrays["rows"].tolist()
        assert [patch.score for patch in patches] == pytest.approx(arrays[f"{kind}/scores"].tolist())
        assert patches[1].offset == pytest.approx(arrays[f"{kind}/offsets"][1].tolist())
        assert np.array_equal(record.pixels[kind, "patch"][1][..., :3], arrays[f"{kind}/patches"][1])
        assert (record.pixels[kind, "picture"][0][..., 3] == 255).all()
    assert record.patches["real"][0].angles is not None
    assert record.patches["fake"][0].angles is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(cut=st.floats(0, 1), flip=st.floats(0, 1))
def test_torn_and_damaged_files_are_said_or_still_whole(path: Path, cut: float, flip: float):
    whole = path.read_bytes()
    broken = path.with_name("broken.npz")
    content = bytearray(whole[: int(cut * len(whole))] if cut < 0.9 else whole)
    if content:
        content[int(flip * (len(content) - 1))] ^= 0x55
    broken.write_bytes(content)
    try:
        record = read_patches(broken)
    except TickError:
        with pytest.raises(TickError, match=r"broken\.npz"):
            read_patches(broken)
    else:
        assert len(record.patches["real"]) == len(record.pixels["real", "patch"])


@pytest.mark.parametrize(
    "changes",
    [
        {"real/scales": None},
        {"fake/patches": np.zeros((3, 8, 8, 3), np.float32)},
        {"fake/patches": np.zeros((2, 8, 8, 3), np.uint8)},
        {"real/pictures": np.zeros((3, 8, 8), np.uint8)},
        {"real/offsets": np.zeros((3, 3))},
        {"rows": np.array(["a", "b", "c"])},
        {"real/scales": np.array([0.5, np.nan, 1.0])},
        {"blur": np.zeros(2)},
    ],
)
def test_foreign_content_is_refused_with_the_file_s_name(tmp_path: Path, changes: dict[str, np.ndarray | None]):
    arrays = {name: value for name, value in (patch_arrays(1) | changes).items() if value is not None}
    np.savez(tmp_path / "000001.npz", **arrays)
    with pytest.raises(TickError, match=r"000001\.npz: it"):
        read_patches(tmp_path / "000001.npz")


def test_scores_that_are_no_numbers_are_shown(tmp_path: Path):
    np.savez(tmp_path / "1.npz", **(patch_arrays(1) | {"real/scores": np.array([np.nan, np.inf, 0.5])}))
    assert np.isnan(read_patches(tmp_path / "1.npz").patches["real"][0].score)


def test_the_nearest_file_before_a_moment(tmp_path: Path):
    for name in ("000004.npz", "000008.npz", "000011.npz", ".000012.1.part.npz", "notes.npz"):
        (tmp_path / name).touch()
    files = list_patches(tmp_path)
    assert [file.tick for file in files] == [4, 8, 11]
    found = [nearest(files, tick) for tick in (1, 4, 7, 8, 10, 99)]
    assert [file.tick for file in found if file is not None] == [4, 4, 4, 8, 8, 11]
    assert nearest((), 3) is None
    assert list_patches(tmp_path / "absent") == ()
    assert files[0] == PatchFile(4, tmp_path / "000004.npz", (tmp_path / "000004.npz").stat().st_mtime_ns)
