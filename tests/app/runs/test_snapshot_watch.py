"""What there is to know of a run's snapshots, read again only when something has changed."""

import json
import os
from pathlib import Path

import pytest

from app.runs.snapshot_watch import SnapshotWatch
from training.evaluation_report import Evaluation, Measurement, evaluation_path, save_evaluation
from training.run_dir import RunDirectory


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = RunDirectory(tmp_path)
    (tmp_path / "snapshots").mkdir()
    for kimg in (5, 10.5):
        run.snapshot_path(kimg).write_bytes(b"weights")
    os.utime(run.snapshot_path(5), (1.7e9, 1.7e9))
    return run


def figure(name: str, label: str, value: float | None, better="lower") -> Measurement:
    return Measurement(name=name, label=label, value=value, count=10, better=better, protocol="")


def look(watch: SnapshotWatch, run: RunDirectory):
    return watch.look(run.snapshots())


def test_snapshots_with_their_figures(run):
    watch = SnapshotWatch(run)
    first = look(watch, run)
    assert [(each.name, each.kimg, each.figure, each.best) for each in first] == [
        ("000005.safetensors", 5, "", False),
        ("000010.500.safetensors", 10.5, "", False),
    ]
    assert first[0].written == 1.7e9
    assert look(watch, run) is first, "nothing was read again"
    measurements = (
        figure("relief", "relief", 0.3, "higher"),
        figure("kid", "KID", None),
        figure("fid2k_full", "FID, 2k", 31.25),
        figure("frechet_random", "Fréchet", 2.5),
    )
    report = Evaluation(checkpoint="a", data="b", resolution=64, measurements=measurements)
    save_evaluation(evaluation_path(run.path, 5), report)
    assert [each.figure for each in look(watch, run)] == ["FID, 2k 31.25", ""]
    best = {"metric": "frechet_random", "value": 2.25, "kimg": 10.5, "snapshot": "000010.500.safetensors"}
    (run.path / "best.json").write_text(json.dumps(best))
    found = look(watch, run)
    assert [each.best for each in found] == [False, True]
    assert [each.figure for each in found] == ["Fréchet, random features 2.5", "Fréchet, random features 2.25"]


def test_a_broken_report_leaves_the_rest(run, caplog):
    evaluation_path(run.path, 5).parent.mkdir()
    evaluation_path(run.path, 5).write_text("{")
    assert [each.figure for each in look(SnapshotWatch(run), run)] == ["", ""]
    assert "no evaluation" in caplog.text


def test_snapshots_come_and_go(run):
    watch = SnapshotWatch(run)
    look(watch, run)
    run.snapshot_path(5).unlink()
    run.snapshot_path(20).write_bytes(b"weights")
    assert [each.kimg for each in look(watch, run)] == [10.5, 20]
