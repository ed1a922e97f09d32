"""A disk that fills up: the training waits, says so, loses nothing, and comes out the same."""

import errno
import os
from pathlib import Path

import pytest
import torch

from core import files
from tests.training.test_trainer import assert_same_weights
from tests.training.toy import toy_run
from training import full_disk
from training.__main__ import train_run
from training.commands import acknowledgements, send_command
from training.control import Control
from training.events import PATTERN, EventWriter, read_events
from training.liveness import RunView
from training.run_dir import RunDirectory
from training.run_errors import DiskFullError, explained
from training.stats import append_stats, read_stats
from training.status import TrainerState
from training.train_state import _write
from training.trainer import Trainer

CHANGES = {"loop__state_minutes": 1e-6, "loop__kimg_per_tick": 0.012}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(full_disk, "RETRY_S", 0.01)
    monkeypatch.setattr("training.control.POLL_S", 0.0)


@pytest.fixture
def said(monkeypatch) -> list[tuple[str, str]]:
    """What a trainer reports."""
    reports: list[tuple[str, str]] = []

    def report(control: Control, state, message: str = "", really=Control.report) -> None:
        reports.append((state, message))
        really(control, state, message)

    monkeypatch.setattr(Control, "report", report)
    return reports


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Disk:
    """A disk that has no room for a file when it comes first, nor the second time; then somebody has freed some."""

    def __init__(self, monkeypatch, run: RunDirectory, failures: int = 2) -> None:
        self.run, self.failures = run, failures
        self.failed: dict[str, int] = {}
        self.on = False
        monkeypatch.setattr(Trainer, "train", lambda trainer: self._train(trainer))
        monkeypatch.setattr(files, "replace_with_retries", self._replace)
        monkeypatch.setattr("training.run_dir.append_stats", self._append)
        monkeypatch.setattr(EventWriter, "add", lambda *given: self._add(*given))

    def check(self, path: Path) -> None:
        """Refuse to write a file of the run, for some time."""
        count = self.failed.get(str(path), 0)
        if self.on and path.is_relative_to(self.run.path) and count < self.failures:
            self.failed[str(path)] = count + 1
            raise full()

    def _train(self, trainer: Trainer, really=Trainer.train) -> TrainerState:
        self.on = True
        return really(trainer)

    def _replace(self, source: Path, target: Path, really=files.replace_with_retries) -> None:
        self.check(target)
        really(source, target)

    def _append(self, path: Path, row) -> None:
        with explained("write", path):
            self.check(path)
        append_stats(path, row)

    def _add(self, writer: EventWriter, scalars, step, really=EventWriter.add) -> None:
        with explained("write", writer.path):
            self.check(writer.path)
        really(writer, scalars, step)


def test_a_full_disk_pauses_the_run_and_changes_nothing(tmp_path, monkeypatch, said):
    alone, run = toy_run(tmp_path, **CHANGES), toy_run(tmp_path, **CHANGES)
    assert train_run(alone) == 0
    said.clear()
    disk = Disk(monkeypatch, run)
    assert train_run(run) == 0
    hit = {Path(path).suffix for path in disk.failed}
    assert {".npz", ".png", ".safetensors", ".pt", ".jsonl", ".json"} <= hit
    assert any("tfevents" in path for path in disk.failed)
    assert_same_weights(alone, run)
    assert [row["Progress/kimg"] for row in run.stats().rows] == [row["Progress/kimg"] for row in alone.stats().rows]
    assert [row["Loss/G/loss"] for row in run.stats().rows] == [row["Loss/G/loss"] for row in alone.stats().rows]
    last = sorted(run.path.glob(PATTERN))[-1]
    assert len([event for event in read_events(last) if event.scalars]) == len(run.stats().rows)
    assert [sample.kimg for sample in run.samples()] == [sample.kimg for sample in alone.samples()]
    assert not list(run.path.rglob("*.part*"))
    pauses = [message for state, message in said if state == "paused"]
    assert any("latest.pt cannot be written" in message for message in pauses)
    assert any("000000.064.safetensors needs about" in message for message in pauses), "there is one of its kind"
    assert all("the disk is full" in message and "Free some space" in message for message in pauses)
    assert said[-1] == ("finished", "")
    assert ("stopping", "writing the last snapshot") in said[-3:], "it goes on with what it was about"


def test_the_state_of_a_run_that_waits_is_seen_and_it_obeys(tmp_path, monkeypatch, said):
    run = toy_run(tmp_path, loop__total_kimg=1.0, **CHANGES)
    seen: list[RunView] = []
    disk = Disk(monkeypatch, run, failures=10**9)

    def on_hold(control: Control, message: str, seconds: float, really=Control.hold) -> bool:
        if not seen:
            disk.on = False
            send_command(run.commands_path, "snapshot", 1)
            disk.on = True
        go_on = really(control, message, seconds)
        seen.append(run.observe())
        if len(seen) == 3:
            disk.on = False
            send_command(run.commands_path, "stop", 1)
            disk.on = True
        return go_on

    monkeypatch.setattr(Control, "hold", on_hold)
    assert train_run(run) == 1
    assert [view.state for view in seen[:3]] == ["paused"] * 3
    assert "the disk is full" in seen[0].message
    status = run.status()
    assert status is not None
    assert status.state == "failed"
    assert "the disk is full: free some space, then go on" in status.message
    assert acknowledgements(run.commands_path) == [], "there was no room for an answer"
    disk.on = False
    assert [command.command for command in run.next_commands(1)] == ["snapshot", "stop"]


def test_half_a_line_is_taken_back(tmp_path, monkeypatch):
    with EventWriter(tmp_path, 0) as writer:
        writer.add({"a": 1.0}, 1)
        raw = writer._file

        class Short:
            """A file on a disk with room for five more bytes."""

            def write(self, content: bytes) -> int:
                return raw.write(content[:5])

            def __getattr__(self, name: str):
                return getattr(raw, name)

        monkeypatch.setattr(writer, "_file", Short())
        with pytest.raises(DiskFullError, match="the disk is full"):
            writer.add({"a": 2.0}, 2)
        monkeypatch.setattr(writer, "_file", raw)
        writer.add({"a": 3.0}, 3)
    assert [event.scalars for event in read_events(writer.path) if event.scalars] == [{"a": 1.0}, {"a": 3.0}]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_libraries_say_that_the_disk_is_full(tmp_path, monkeypatch):
    """torch and safetensors wrap what the system says in errors of their own."""
    run = toy_run(tmp_path, loop__total_kimg=0.004)
    assert train_run(run) == 0
    with pytest.raises(OSError, match="No space left") as caught, Path("/dev/full").open("wb", buffering=0) as device:
        _write({"a": torch.zeros(100_000)}, device)
    assert caught.value.errno == errno.ENOSPC
    error = files.system_error(ValueError("I/O error: No space left on device (os error 28)"), tmp_path / "x")
    assert error.errno == errno.ENOSPC
    assert files.system_error(ValueError("no idea"), tmp_path / "x").errno is None


def test_a_status_is_written_in_place_where_there_is_no_room(tmp_path):
    path = tmp_path / "status.json"
    path.write_text('{"long": "line"}\n')
    files.overwrite(path, "{}\n")
    assert path.read_text().rstrip() == "{}"
    files.overwrite(path, '{"much longer": "than before"}')
    assert read_stats(path).rows == []  # no newline: it was replaced whole
    assert path.read_text() == '{"much longer": "than before"}'


def test_a_share_of_the_disk_is_told_from_the_disk(tmp_path):
    with pytest.raises(DiskFullError) as caught, explained("write", tmp_path / "x.png"):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
    assert full_disk.said(caught.value).startswith("paused because your share of the disk is used up: x.png cannot be")
