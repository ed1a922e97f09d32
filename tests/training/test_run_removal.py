"""Deleting runs: whole, at once, and never a living one."""

import os
import shutil
import time

import pytest

from tests.training.toy import toy_run
from training.processes import own_identity
from training.run_dir import list_runs
from training.run_errors import RunError
from training.run_removal import ASIDE, delete_run, folder_size
from training.status import RunStatus


def test_a_size_counts_all_files(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"x" * 100)
    (tmp_path / "a" / "b" / "two").write_bytes(b"x" * 23)
    assert folder_size(tmp_path) == 123
    assert folder_size(tmp_path / "absent") == 0


def test_a_run_that_somebody_holds_is_kept(tmp_path):
    run = toy_run(tmp_path)
    with run.lock(), pytest.raises(RunError, match="is being trained by"):
        delete_run(run)
    assert run.config_path.is_file()
    assert not list(run.path.parent.glob(f"{ASIDE}*"))


def test_a_status_that_nobody_understands_does_not_keep_a_run_for_ever(tmp_path):
    run = toy_run(tmp_path)
    run.status_path.write_text('{"version": 99}')
    delete_run(run)
    assert not list(run.path.parent.iterdir())


def test_a_living_run_is_kept(tmp_path):
    run, me = toy_run(tmp_path), own_identity()
    status = RunStatus(state="paused", start=1, pid=me.pid, pid_created=me.created, host=me.host, heartbeat=time.time())
    run.write_status(status)
    with pytest.raises(RunError, match="is paused; stop its training"):
        delete_run(run)
    assert list_runs(run.path.parent) == [run]


def test_half_a_run_is_never_shown_and_what_is_left_is_said(tmp_path, monkeypatch):
    run = toy_run(tmp_path)
    whole = shutil.rmtree

    def broken(path, ignore_errors=False):
        (path / "config.yaml").unlink()
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("training.run_removal.shutil.rmtree", broken)
    with pytest.raises(RunError, match="could not be deleted as a whole") as caught:
        delete_run(run)
    assert ASIDE in str(caught.value)
    assert list_runs(run.path.parent) == []
    # The next deletion takes the rest along.
    monkeypatch.setattr("training.run_removal.shutil.rmtree", whole)
    delete_run(toy_run(tmp_path))
    assert not list(run.path.parent.iterdir())


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_to_a_run_is_removed_and_the_run_stays(tmp_path):
    run = toy_run(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    run.path.rename(elsewhere)
    run.path.symlink_to(elsewhere, target_is_directory=True)
    delete_run(run)
    assert (elsewhere / "config.yaml").is_file()
    assert not list(run.path.parent.iterdir())
