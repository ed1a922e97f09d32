"""What a window showed survives its crash, and only that."""

from __future__ import annotations

import json
import subprocess
import sys

from app.autosave import FOLDER, Autosave
from core.history import Work
from core.scene import Latent, Scene
from core.timeline import Keyframe, Timeline

SCENE = Scene(latent=Latent(seed=11))
WORK = Work(SCENE, Timeline((Keyframe(0.0, SCENE), Keyframe(2.0, Scene()))))


def crashed(folder, scene: Scene, number: int = 1) -> None:
    """A window of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    (folder / FOLDER).mkdir(exist_ok=True)
    content = {"created": float(number), "scene": json.loads(scene.to_json())}
    (folder / FOLDER / f"{process.pid}.json").write_text(json.dumps(content))


def test_a_window_that_lives_or_was_closed_leaves_nothing(tmp_path):
    window, other = Autosave(tmp_path), Autosave(tmp_path)
    window.keep(WORK)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    assert other.orphan() is None
    window.close()
    assert not list((tmp_path / FOLDER).iterdir())
    window.close()


def test_what_a_dead_window_showed_is_found_once(tmp_path):
    crashed(tmp_path, SCENE)
    assert Autosave(tmp_path).orphan() == Work(SCENE)
    assert Autosave(tmp_path).orphan() is None
    assert not list((tmp_path / FOLDER).iterdir())


def test_the_number_of_a_process_may_be_anothers_by_now(tmp_path):
    window = Autosave(tmp_path)
    window.keep(WORK)
    (path,) = (tmp_path / FOLDER).iterdir()
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "created": content["created"] - 1000}))
    assert Autosave(tmp_path).orphan() == WORK


def test_damaged_files_and_empty_windows_are_swept_away(tmp_path):
    crashed(tmp_path, Scene())
    (tmp_path / FOLDER / "1.json").write_text("{")
    (tmp_path / FOLDER / "x.json").write_text('{"created": 1, "scene": {"version": 99}}')
    assert Autosave(tmp_path).orphan() is None
    assert not list((tmp_path / FOLDER).iterdir())


def test_it_is_written_when_it_has_changed_and_not_too_often(tmp_path):
    now = [100.0]
    window = Autosave(tmp_path, lambda: now[0])
    window.keep(WORK)
    (path,) = (tmp_path / FOLDER).iterdir()
    path.unlink()
    window.keep(WORK)
    now[0] += 0.5
    window.keep(Work(Scene()))
    assert not path.exists()
    now[0] += 5
    window.keep(Work(Scene()))
    assert path.exists()


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    window = Autosave(tmp_path / "file", iter(range(0, 1000, 10)).__next__)
    window.keep(WORK)
    window.keep(Work(Scene()))
    assert len(caplog.records) == 1
    assert "cannot be kept" in caplog.text
