"""The short measurement before a training: what it finds, how it fails, and that it ends when nobody waits for it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
import torch

from app.cli import main
from tests.training.toy import toy_config, toy_data
from tests.training.trainers import eventually
from training.config_files import with_values
from training.estimate import Estimate, EstimateError, Probe, fingerprint

pytestmark = pytest.mark.process

# Its first matrix has 64 TB, which no system hands out.
TOO_LARGE = 10**12


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return toy_config(toy_data(tmp_path_factory.mktemp("probe") / "toy.zip"))


def children() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        try:
            if "training.probe" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
        except psutil.Error:
            continue
    return found


def test_time_and_memory_are_measured(config):
    said: list[str] = []
    estimate = Probe(config).measure(said.append)
    assert estimate is not None
    assert (estimate.device, estimate.threads) == ("cpu", 1)
    assert 0.5 < estimate.seconds_per_kimg < 300
    assert 5e7 < estimate.memory_bytes < 3e9
    assert estimate.slowdown >= 1
    assert said[:2] == ["opening the data set", "building the networks"]
    assert any("with R1" in text for text in said), "the lazy penalty is part of it"
    assert not children()


def test_the_disk_is_measured_with_the_states(config):
    estimate = Estimate("cpu", 1, 1.0, 10**9, snapshot_bytes=10_000_000, state_bytes=40_000_000)
    assert estimate.disk_words(5) == "5 snapshots of 10 MB each and 2 states of 40 MB: 130 MB on disk"
    measured = Probe(config).measure(lambda _: None)
    assert measured is not None
    # Weights of G, D and the average; of G and D two averages of gradients each.
    assert 2 * measured.snapshot_bytes < measured.state_bytes < 5 * measured.snapshot_bytes


def test_what_costs_the_same_is_measured_once(config):
    for change in ({"loop.total_kimg": 7}, {"name": "other"}, {"optimizer.generator_lr": 1e-4}, {"loop.seed": 3}):
        assert fingerprint(with_values(config, change)) == fingerprint(config), change
    for change in ({"loop.batch": 8}, {"generator.render.fine_samples": 8}, {"loop.threads": 2}, {"data.mirror": True}):
        assert fingerprint(with_values(config, change)) != fingerprint(config), change


def test_no_data_is_a_message(config, tmp_path: Path):
    with pytest.raises(EstimateError, match=r"gone\.zip"):
        Probe(with_values(config, {"data.path": str(tmp_path / "gone.zip")})).measure(lambda _: None)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the device")
def test_a_device_that_is_not_there_is_a_message(config):
    with pytest.raises(EstimateError, match="no such device"):
        Probe(with_values(config, {"loop.device": "cuda"})).measure(lambda _: None)


def test_too_little_memory_says_what_to_lower(config):
    with pytest.raises(EstimateError, match=r"lower loop\.batch"):
        Probe(with_values(config, {"generator.z_dim": TOO_LARGE})).measure(lambda _: None)


def test_a_killed_one_says_so(config):
    def kill(text: str) -> None:
        for child in children():
            child.kill()

    with pytest.raises(EstimateError, match="lack of memory"):
        Probe(config).measure(kill)


def test_it_can_be_cancelled(config):
    probe = Probe(with_values(config, {"loop.batch": 2048}))
    found: list[Estimate | None] = []
    begun = threading.Event()
    thread = threading.Thread(target=lambda: found.append(probe.measure(lambda _: begun.set())))
    thread.start()
    assert begun.wait(60)
    probe.cancel()
    thread.join(20)
    assert found == [None]
    assert not children()
    assert Probe(config).measure(lambda _: None) is not None, "the next one is not cancelled"


def test_cancelled_before_it_began(config):
    probe = Probe(config)
    probe.cancel()
    assert probe.measure(lambda _: None) is None


def test_it_ends_when_whoever_asked_is_gone(config):
    slow = with_values(config, {"loop.batch": 2048})
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "training.probe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(slow.model_dump_json().encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"progress": "opening the data set"}
        process.stdin.close()
        eventually(lambda: process.poll() is not None)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_from_the_command_line(config, tmp_path: Path, capsys):
    preset = tmp_path / "toy.yaml"
    preset.write_text(json.dumps({"description": "toy", **json.loads(config.model_dump_json(exclude={"data"}))}))
    arguments = ["train", "--preset", str(preset), "--data", str(config.data.path), "--runs", str(tmp_path / "runs")]
    assert main([*arguments, "--estimate"]) == 0
    out, err = capsys.readouterr()
    assert "s/kimg" in out
    assert "GB" in out
    assert "building the networks" in err
    assert not (tmp_path / "runs").exists()
    assert main([*arguments, "--estimate", "--set", f"generator.z_dim={TOO_LARGE}"]) == 1
    assert "lower loop.batch" in capsys.readouterr().err
