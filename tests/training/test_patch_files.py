"""Which files of seen patches stay while a run grows."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.training.toy import toy_run
from training import recorder
from training.__main__ import train_run
from training.patch_files import KEPT, is_kept, patch_ticks, prune_patches, stride
from training.run_removal import delete_run


@given(st.integers(1, 10**7))
def test_at_most_so_many_stay_evenly_spread_and_the_newest_always(newest: int):
    step = stride(newest)
    evenly = newest // step
    assert evenly <= KEPT
    assert step == 1 or evenly >= KEPT // 2, "no fewer than half of what may stay"
    assert is_kept(newest, newest)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_what_stays_now_was_kept_before(tick: int, newest: int):
    """So removing tick by tick ends where the rule says, whenever the trainer was started."""
    if tick < newest and is_kept(tick, newest + 1):
        assert is_kept(tick, newest)


def test_a_long_run_keeps_the_rule_and_leaves_other_files_alone(tmp_path: Path):
    others = ["notes.txt", "best.npz", ".000002.1234.part.npz", "000001.npz.bak"]
    for name in others:
        (tmp_path / name).touch()
    for tick in range(1, 600):
        (tmp_path / f"{tick:06d}.npz").touch()
        prune_patches(tmp_path, tick)
    assert patch_ticks(tmp_path) == [*range(8, 600, 8), 599]
    assert all((tmp_path / name).exists() for name in others)
    assert patch_ticks(tmp_path / "absent") == []


def test_a_deleted_run_takes_its_patches_along(tmp_path: Path):
    torch.set_num_threads(1)
    run = toy_run(tmp_path, loop__total_kimg=0.016)
    assert train_run(run) == 0
    assert patch_ticks(run.patches_folder) == [1]
    delete_run(run)
    assert not list(run.path.parent.rglob("*.npz"))


def test_files_that_cannot_be_removed_do_not_end_a_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog):
    """On Windows a file that somebody looks at cannot be removed."""

    def held(*_: object) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    torch.set_num_threads(1)
    run = toy_run(tmp_path)
    monkeypatch.setattr(recorder, "prune_patches", held)
    assert train_run(run) == 0
    assert len(patch_ticks(run.patches_folder)) == len(run.stats().rows) > 1
    assert "cannot remove old files in" in caplog.text


def test_resume_cuts_back_patches(tmp_path: Path):
    run = toy_run(tmp_path)
    for tick in (1, 2, 3):
        run.patches_path(tick).touch()
    run.cut_back(step=8, tick=2, kimg=0.032)
    assert patch_ticks(run.patches_folder) == [1, 2]


@pytest.mark.parametrize(("newest", "step"), [(1, 1), (128, 1), (129, 2), (256, 2), (257, 4), (1000, 8)])
def test_strides(newest: int, step: int):
    assert stride(newest) == step
