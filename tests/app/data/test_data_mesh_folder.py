"""Renderings that are killed, shared among processes, or of other meshes than before: the bytes are the same."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trimesh
from PIL import Image

from app.cli import main
from app.data.mesh_folder import render_folder
from app.data.mesh_parts import Part, PartStore
from app.data.mesh_workers import share_out
from training.data_set import ImageDataSet


@pytest.fixture
def meshes(tmp_path: Path) -> Path:
    folder = tmp_path / "things"
    folder.mkdir()
    for index in range(5):
        trimesh.creation.box((1, 1 + index / 4, 2)).export(folder / f"box{index}.stl")
    (folder / "zz.glb").write_bytes(b"glTF")
    return folder


def words(meshes: Path, out: Path, *more: str) -> list[str]:
    return ["data", "meshes", str(meshes), "--views", "6", "--resolution", "16", "--out", str(out), *more]


@pytest.mark.process
def test_a_killed_rendering_goes_on_and_makes_the_same_bytes(meshes: Path, tmp_path: Path, repository: Path):
    out, store = tmp_path / "killed.zip", PartStore(tmp_path / "killed.zip")
    command = [sys.executable, "-m", "app", *words(meshes, out, "--jobs", "2")]
    with subprocess.Popen(command, cwd=repository, env=os.environ.copy()) as job:
        try:
            deadline = time.monotonic() + 60
            while not store.kept() and time.monotonic() < deadline and job.poll() is None:
                time.sleep(0.005)
        finally:
            job.kill()
    kept = store.kept()
    assert 0 < kept < 6
    assert not out.exists()
    seen: list[int] = []
    dropped = render_folder(
        meshes, out, views=6, resolution=16, on_progress=lambda done, total, name: seen.append(done)
    )
    assert seen[0] >= 6  # what was finished is not rendered again
    assert seen[-1] == 36
    assert [each.name for each in dropped] == ["zz"]
    render_folder(meshes, tmp_path / "whole.zip", views=6, resolution=16)
    assert out.read_bytes() == (tmp_path / "whole.zip").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["killed.zip", "things", "whole.zip"]


def test_an_interrupted_rendering_says_what_it_keeps(meshes: Path, tmp_path: Path, monkeypatch, capsys):
    def interrupted(folder: Path, out: Path, **_: object) -> list[object]:
        PartStore(out).save("key", Part("box0", (b"picture",)))
        raise KeyboardInterrupt

    monkeypatch.setattr("app.data.mesh_folder.render_folder", interrupted)
    assert main(words(meshes, tmp_path / "set.zip")) == 130
    assert "1 finished objects are kept" in capsys.readouterr().out
    assert PartStore(tmp_path / "set.zip").load("key") == Part("box0", (b"picture",))


def test_only_what_has_changed_is_rendered_again(meshes: Path, tmp_path: Path):
    out = tmp_path / "set.zip"

    def end_after_three(done: int, total: int, name: str) -> None:
        if done >= 18:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_folder(meshes, out, views=6, resolution=16, on_progress=end_after_three)
    store = PartStore(out)
    assert store.kept() == 2
    damaged = sorted(store.folder.glob("*.zip"))[0]
    damaged.write_bytes(damaged.read_bytes()[:40])
    trimesh.creation.icosphere(2).export(meshes / "box0.stl")
    main(words(meshes, out, "--preview", str(tmp_path / "sheet.png")))
    render_folder(meshes, tmp_path / "whole.zip", views=6, resolution=16)
    assert out.read_bytes() == (tmp_path / "whole.zip").read_bytes()
    assert not store.folder.exists()
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (6 * 128, 4 * 128)
    with ImageDataSet.open(out) as data:
        assert data.info.objects == ("box0", "box1", "box2", "box3", "box4")


@dataclass(frozen=True)
class Counting:
    """Work of three steps; a task of 13 fails, one of 99 kills its process."""

    def run(self, tasks: Iterator[tuple[int, Callable[[int], None]]]) -> Iterator[None]:
        for task, step in tasks:
            if task == 99:
                os._exit(3)
            if task == 13:
                raise ValueError("thirteen cannot be done")
            for count in (1, 2, 3):
                step(count)
            yield


@pytest.mark.process
def test_workers_share_tasks_and_report_what_fails():
    steps: list[tuple[int, int]] = []
    assert sorted(share_out(Counting(), [1, 2, 3, 4], 2, lambda *step: steps.append(step))) == [1, 2, 3, 4]
    assert sorted(steps) == [(task, count) for task in (1, 2, 3, 4) for count in (1, 2, 3)]
    with pytest.raises(OSError, match="thirteen"):
        list(share_out(Counting(), [1, 13], 1, lambda *_: None))
    with pytest.raises(OSError, match="has ended with 3"):
        list(share_out(Counting(), [99], 1, lambda *_: None))
