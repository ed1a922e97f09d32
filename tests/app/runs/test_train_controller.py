"""What becomes of the Train panel's form: bad paths, advice, runs that are found alive.  Without a window."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app import dialogs
from app.form.form_checks import check_folder
from app.paths import user_path
from app.runs.train_controller import TrainController
from app.window import first_scene
from tests.app import studio_runs
from tests.app.workers.test_loader import wait_for
from tests.training.toy import toy_data
from training.run_dir import list_runs
from widgets.train_view import StartRun, TrainForm

NOBODY = "~nobody-of-this-name/runs"


@contextmanager
def controller(form: TrainForm, follow_living: bool = True) -> Iterator[TrainController]:
    controller = TrainController(form, lambda: None, follow_living)
    controller.start()
    try:
        yield controller
    finally:
        controller.close()


def settle(controller: TrainController, condition: Callable[[], bool]) -> None:
    """Update like a window does until something holds."""

    def ready() -> bool:
        controller.update()
        return condition()

    wait_for(ready, 20)


def test_a_home_of_nobody_is_a_value_error():
    with pytest.raises(ValueError, match="nobody-of-this-name"):
        user_path(NOBODY)
    assert user_path("~") == Path.home()
    with pytest.raises(ValueError, match="nobody-of-this-name"):
        first_scene(NOBODY)


def test_a_remembered_folder_of_nobody_is_explained(tmp_path: Path):
    run = studio_runs.ended_run(tmp_path, ticks=1)
    with controller(TrainForm(runs_dir=NOBODY)) as train:
        settle(train, lambda: train.view().form.folder.kind == "bad")
        assert "nobody-of-this-name" in train.view().form.folder.text
        assert train.view().problem is None
        assert not train.view().can_start
        train.edit(TrainForm(runs_dir=str(run.path.parent)), ())
        settle(train, lambda: len(train.view().runs) == 1 and train.view().form.folder.kind == "none")


def test_typed_paths_of_nobody_are_explained(tmp_path: Path):
    with controller(TrainForm(runs_dir=str(tmp_path))) as train:
        form = TrainForm("tiny", "own", NOBODY, NOBODY)
        train.edit(form, ())
        settle(train, lambda: train.view().form.folder.kind == "bad")
        assert train.view().form.data.kind == "bad"
        assert "nobody-of-this-name" in train.view().form.data.text
        train.edit(train.form, (StartRun(form),))
        settle(train, lambda: train.view().problem is not None)
        assert "nobody-of-this-name" in train.view().problem.message


def test_the_dialog_begins_at_a_folder_that_is_there(tmp_path: Path):
    assert dialogs.start_folder(str(tmp_path / "not" / "there")) == tmp_path
    assert dialogs.start_folder("") == dialogs.start_folder(NOBODY) == Path.home()


def test_a_missing_drive_ends_the_search(monkeypatch):
    asked = []

    def exists(path: Path) -> bool:
        asked.append(path)
        assert len(asked) < 20, "the search does not end"
        return False

    with monkeypatch.context() as patch:
        patch.setattr(Path, "exists", exists)
        note = check_folder("/x/y")
    assert note.kind == "bad"
    assert "There is no" in note.text


def test_advice_is_shown_and_stops_nobody(tmp_path: Path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    data = studio_runs.prepare(tmp_path)
    form = TrainForm(studio_runs.PRESET, "own", str(data), str(tmp_path / "runs"))
    with controller(form) as train:
        settle(train, lambda: "generator.render.cube_scale" in train.view().form.settings.notes)
        [note] = train.view().form.settings.notes["generator.render.cube_scale"]
        assert note.kind == "warning"
        assert "“Half box”" in note.text
        settle(train, lambda: train.view().can_start)
        train.edit(TrainForm(studio_runs.PRESET, "own", str(tmp_path), str(tmp_path)), ())
        settle(train, lambda: train.view().form.data.kind == "bad")
        assert not train.view().can_start


def test_data_that_does_not_fit_the_preset_is_told_before_the_start(tmp_path: Path):
    data = toy_data(tmp_path / "toy.zip")
    form = TrainForm("cats256", "own", str(data), str(tmp_path))
    with controller(form) as train:
        settle(train, lambda: "discriminator.image_resolution" in train.view().form.settings.notes)
        [note] = train.view().form.settings.notes["discriminator.image_resolution"]
        assert note.kind == "bad"
        assert "16 pixels" in note.text
        assert not train.view().can_start
        assert "Image size" in train.view().form.blocked
        train.edit(replace(form, changes=(("discriminator.image_resolution", 16),)), ())
        settle(train, lambda: "“Patch size” (64)" in str(train.view().form.settings.notes))


def test_a_run_is_called_after_its_preset_unless_somebody_types_a_name(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("training.launch.launch", lambda run: 1)
    data, runs = studio_runs.prepare(tmp_path), tmp_path / "runs"
    form = TrainForm(studio_runs.PRESET, "own", str(data), str(runs))
    with controller(form) as train:
        settle(train, lambda: train.view().can_start)
        assert train.view().form.preset.run_name == studio_runs.PRESET
        for name in ("", "mine"):
            train.edit(replace(form, name=name), (StartRun(replace(form, name=name)),))
            settle(train, lambda: not train.view().waiting)
        train.edit(replace(form, name="a/b"), ())
        settle(train, lambda: train.view().form.name.kind == "bad")
    names = [run.config().name for run in list_runs(runs)]
    assert sorted(names) == ["mine", studio_runs.PRESET]


@pytest.mark.parametrize("paused", [True, False])
def test_a_run_may_wait_before_its_first_step(tmp_path: Path, monkeypatch, paused: bool):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    told: list[list[str]] = []
    monkeypatch.setattr(
        "training.launch.launch",
        lambda run: told.append([command.command for command in run.next_commands(run.next_start())]),
    )
    form = TrainForm(studio_runs.PRESET, "own", str(studio_runs.prepare(tmp_path)), str(tmp_path / "runs"))
    with controller(form) as train:
        settle(train, lambda: train.view().can_start)
        train.edit(form, (StartRun(form, paused),))
        settle(train, lambda: bool(told))
    assert told == [["pause"] if paused else []]


@pytest.mark.parametrize("follow", [True, False])
def test_a_living_run_does_not_replace_an_opened_checkpoint(tmp_path: Path, follow: bool):
    run = studio_runs.ended_run(tmp_path, ticks=1)
    status = {"state": "running", "heartbeat": time.time() + 60, "pid": os.getpid()}
    run.write_status(run.status().model_copy(update=status))
    with controller(TrainForm(runs_dir=str(run.path.parent)), follow_living=follow) as train:
        settle(train, lambda: train.run is not None)
        assert train.attached == run.path
        assert train.follow is follow
        assert (train.source is not None) is follow
