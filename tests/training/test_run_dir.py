"""Run folders: numbers, files, cutting back, errors for people."""

import errno
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.config import ConfigError, RunConfig
from training.config_files import with_values
from training.events import PATTERN, EventWriter, read_events
from training.presets import load_preset
from training.run_dir import RunDirectory, create_run, list_runs
from training.run_errors import RunError, explained

CREATE = """
import sys
from pathlib import Path
from training.config_files import load_config
from training.run_dir import create_run
config = load_config(Path(sys.argv[2]))
for _ in range(10):
    print(create_run(Path(sys.argv[1]), config).path.name)
"""


@pytest.fixture
def config() -> RunConfig:
    return with_values(load_preset("tiny"), {"data.path": "/data/shapes.zip", "name": "shapes64"})


def test_a_new_run(tmp_path, config):
    run = create_run(tmp_path / "deep" / "runs", config)
    assert run.name == "00001-shapes64"
    assert run.number == 1
    assert run.config() == config
    assert sorted(path.name for path in run.path.iterdir()) == [
        "commands", "config.yaml", "patches", "samples", "snapshots", "state", "ticks",
    ]  # fmt: skip
    assert (run.status(), run.stats().rows, run.samples(), run.snapshots(), run.next_start()) == (None, [], [], [], 1)
    assert list_runs(run.path.parent) == [run]
    assert not list(run.path.parent.glob(".*"))


def test_numbers_go_on(tmp_path, config):
    for name in ("00007-old", "00003-older", "notes", "00099.txt"):
        (tmp_path / name).mkdir()
    shutil.copy(create_run(tmp_path, config).config_path, tmp_path / "00003-older" / "config.yaml")
    # Only folders with a configuration are runs, but their numbers are taken nevertheless.
    assert [run.name for run in list_runs(tmp_path)] == ["00003-older", "00008-shapes64"]
    assert create_run(tmp_path, config).number == 9


def test_a_left_over_of_a_crash_only_costs_its_number(tmp_path, config):
    (tmp_path / ".00001.part").mkdir()
    assert create_run(tmp_path, config).number == 2


def test_many_at_once_get_numbers_of_their_own(tmp_path, config):
    with ThreadPoolExecutor(8) as pool:
        runs = list(
            pool.map(lambda index: create_run(tmp_path, config.model_copy(update={"name": f"n{index}"})), range(24))
        )
    assert len({run.number for run in runs}) == 24
    assert len(list_runs(tmp_path)) == 24


@pytest.mark.process
def test_processes_at_once_get_numbers_of_their_own(tmp_path, config):
    file = create_run(tmp_path / "first", config).config_path
    command = [sys.executable, "-c", CREATE, str(tmp_path / "runs"), str(file)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    names = [name for process in processes for name in process.communicate(timeout=60)[0].split()]
    assert len({name[:5] for name in names}) == len(names) == 30


def test_a_run_needs_data(tmp_path):
    with pytest.raises(ConfigError, match=r"data\.path"):
        create_run(tmp_path, load_preset("tiny"))


def test_no_folder_no_runs(tmp_path):
    assert list_runs(tmp_path / "absent") == []
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="a file, not a folder"):
        list_runs(tmp_path / "file")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs permissions that bind")
def test_a_read_only_folder_is_said_so(tmp_path, config):
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="permissions"):
        create_run(tmp_path, config)
    tmp_path.chmod(0o700)


def test_a_file_in_the_way_is_said_so(tmp_path, config):
    (tmp_path / "runs").touch()
    with pytest.raises(RunError, match="in the way"):
        create_run(tmp_path / "runs", config)


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "permissions"), (errno.EMFILE, "open")],
)
def test_errors_of_the_system_are_explained(code, words):
    with pytest.raises(RunError, match=words) as caught, explained("write", Path("/runs/1/status.json")):
        raise OSError(code, os.strerror(code))
    assert str(Path("/runs/1/status.json")) in str(caught.value)


@given(kimg=st.integers(0, 30_000_000).map(lambda images: images / 1000))
def test_names_carry_the_time(kimg):
    run = RunDirectory(Path("runs/00001-x"))
    for path in (run.sample_path(kimg), run.snapshot_path(kimg)):
        assert re.fullmatch(r"\d{6}(\.\d{3})?\.(png|safetensors)", path.name)
        assert float(path.name.rpartition(".")[0]) == pytest.approx(kimg)


def test_files_come_in_the_order_of_time(tmp_path, config):
    run = create_run(tmp_path, config)
    times = [0, 0.125, 0.5, 1, 10, 10.008, 200]
    for kimg in reversed(times):
        run.sample_path(kimg).touch()
        run.snapshot_path(kimg).touch()
    (run.path / "samples" / ".000300.abc.part.png").touch()
    (run.path / "samples" / "best.png").touch()
    assert [sample.kimg for sample in run.samples()] == times
    assert [snapshot.kimg for snapshot in run.snapshots()] == times
    assert run.sample_path(200).name == "000200.png"
    assert run.tick_path(123).name == "000123.npz"


def test_cutting_back(tmp_path, config):
    run = create_run(tmp_path, config)
    with EventWriter(run.path, 0) as events:
        for tick in range(1, 7):
            step, kimg = 10 * tick, 0.08 * tick
            run.append_stats({"Progress/step": step, "Progress/tick": tick})
            events.add({"Loss/G/loss": 1.0}, step)
            run.tick_path(tick).touch()
            run.sample_path(kimg).touch()
            run.snapshot_path(kimg).touch()
    run.cut_back(step=40, tick=4, kimg=0.32)
    assert [row["Progress/tick"] for row in run.stats().rows] == [1, 2, 3, 4] == run.ticks()
    assert [sample.kimg for sample in run.samples()] == pytest.approx([0.08, 0.16, 0.24, 0.32])
    assert len(run.snapshots()) == 6
    (path,) = run.path.glob(PATTERN)
    assert [event.step for event in read_events(path) if event.scalars] == [10, 20, 30, 40]
    run.cut_back(step=40, tick=4, kimg=0.32)
    assert len(run.stats().rows) == 4


def test_a_run_that_vanished_is_said_so(tmp_path, config):
    run = create_run(tmp_path, config)
    shutil.rmtree(run.path)
    with pytest.raises(ConfigError, match="no such file"):
        run.config()
    with pytest.raises(RunError, match="moved or deleted"):
        run.append_stats({"Progress/step": 1})
    with pytest.raises(RunError, match="moved or deleted"):
        run.renew_lease()
