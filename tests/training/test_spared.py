"""A training goes on without what it records, where memory is too short for that."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch

from tests.training.test_trainer import assert_same_weights
from tests.training.toy import toy_run
from training import recorder
from training.__main__ import train_run
from training.spared import spared

WANTING = (
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory"),
    RuntimeError("DefaultCPUAllocator: not enough memory"),
)


@pytest.mark.parametrize("error", WANTING, ids=lambda error: type(error).__name__)
def test_short_memory_is_told_and_others_errors_are_raised(error: Exception, caplog: pytest.LogCaptureFixture):
    def make() -> int:
        raise error

    with caplog.at_level(logging.WARNING):
        assert spared("samples", make) is None
    assert "not enough memory for samples" in caplog.text
    assert spared("samples", lambda: 3) == 3
    with pytest.raises(RuntimeError, match="size"):
        spared("samples", lambda: torch.ones(2) @ torch.ones(3))


def test_a_run_ends_with_the_same_weights_without_what_memory_forbade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    torch.set_num_threads(1)
    whole, short = toy_run(tmp_path / "whole"), toy_run(tmp_path / "short")
    assert train_run(whole) == 0

    def refuse(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(recorder, "sighting_arrays", refuse)
    monkeypatch.setattr(recorder, "sample_grid", refuse)
    monkeypatch.setattr(recorder.ReliefGauge, "measure", refuse)
    assert train_run(short) == 0
    assert not list(short.patches_folder.glob("*.npz"))
    assert [[name for name in row if name.startswith("Geometry/")] for row in short.stats().rows] == [[]] * 4
    assert len(whole.stats().rows) == 4
    assert_same_weights(whole, short)
