"""How many cores a process may use: as the system lets it, not as many as the machine has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from training import cores
from training.cores import usable_cores


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 64 cores, of which this process may use 16."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(16)), raising=False)
    monkeypatch.setattr(cores, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(cores, "OWN_CGROUPS", tmp_path / "own")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_affinity_counts(machine):
    assert usable_cores() == 16


def test_without_affinity_all_count(machine, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    assert usable_cores() == 64


@pytest.mark.parametrize(
    ("limit", "found"),
    [("200000 100000", 2), ("150000 100000", 2), ("1000 100000", 1), ("max 100000", 16), ("6400000 100000", 16)],
)
def test_the_quota_of_a_container_counts(machine, limit, found):
    write(machine / "own", "0::/\n")
    write(machine / "cgroup" / "cpu.max", limit)
    assert usable_cores() == found


def test_the_smallest_quota_of_all_groups_above_counts(machine):
    write(machine / "own", "0::/slice/job/step\n")
    write(machine / "cgroup" / "slice" / "cpu.max", "800000 100000")
    write(machine / "cgroup" / "slice" / "job" / "cpu.max", "300000 100000")
    write(machine / "cgroup" / "slice" / "job" / "step" / "cpu.max", "max 100000")
    write(machine / "cpu.max", "100000 100000")  # above all groups: none of ours
    assert usable_cores() == 3


@pytest.mark.parametrize(("quota", "found"), [("400000", 4), ("-1", 16)])
@pytest.mark.parametrize("folder", ["cpu,cpuacct", "cpu"])
def test_the_first_version_of_control_groups_counts(machine, folder, quota, found):
    write(machine / "own", "5:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/\n")
    write(machine / "cgroup" / folder / "cpu.cfs_quota_us", quota)
    write(machine / "cgroup" / folder / "cpu.cfs_period_us", "100000")
    assert usable_cores() == found
