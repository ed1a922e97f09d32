"""Several processes that train one run: as one would, commanded through its folder, resumed, and bereaved."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from tests.training.teams import ended, team_of, train_together, wait_together
from tests.training.test_pieces import EVERYTHING, EXPERTS, assert_alike, small_run
from tests.training.test_trainer import assert_same_weights
from training.__main__ import train_run
from training.commands import acknowledgements, send_command
from training.config import ConfigError
from training.distributed import Place, own_device
from training.launch import environment_for, launch, launcher
from training.parallel_config import ParallelConfig
from training.run_dir import RunDirectory
from training.status import RunStatus

pytestmark = pytest.mark.process
PATIENCE_S = 240


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def eventually(run: RunDirectory, true: Callable[[RunStatus], bool]) -> RunStatus:
    """Wait until the status of a run says something."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        status = run.status()
        if status is not None and true(status):
            return status
        assert time.monotonic() < deadline, (status, run.log_path.read_text())
        time.sleep(0.02)


def endless_run(tmp_path, **changes: Any) -> RunDirectory:
    """A run that ends when it is told to."""
    rarely = {"loop__total_kimg": 1000, "loop__kimg_per_tick": 1000, "loop__snapshot_kimg": 1000}
    return small_run(tmp_path, **{**rarely, **changes})


def test_two_processes_learn_what_one_does(tmp_path):
    one, two = small_run(tmp_path, **EVERYTHING), small_run(tmp_path, **EVERYTHING)
    assert train_run(one) == 0
    assert train_together(two, 2) == [0, 0]
    assert_alike(one, two)
    assert [row.keys() for row in one.stats().rows] == [row.keys() for row in two.stats().rows]
    for tick in one.ticks():
        with np.load(one.tick_path(tick)) as ours, np.load(two.tick_path(tick)) as theirs:
            assert np.array_equal(ours["scales"], theirs["scales"])  # of all samples, not of one share
    assert [file.path.name for file in one.snapshots()] == [file.path.name for file in two.snapshots()]


def test_two_processes_with_a_network_for_each_scale_learn_what_one_does(tmp_path):
    changes = {**EXPERTS, "discriminator__camera_condition": True, "loop__total_kimg": 0.024}
    one, two = small_run(tmp_path, **changes), small_run(tmp_path, **changes)
    assert train_run(one) == 0
    assert train_together(two, 2) == [0, 0]
    assert_alike(one, two)


def test_shares_may_differ_and_augmentation_hears_all_scores(tmp_path):
    changes = {"augment__kind": "adaptive", "augment__target": 0.1, "augment__speed_kimg": 0.05, "augment__interval": 2}
    one, three = small_run(tmp_path, **changes), small_run(tmp_path, **changes, parallel__micro_batch=2)
    assert train_run(one) == 0
    assert train_together(three, 3) == [0, 0, 0]
    assert_alike(one, three)
    assert [row["Augment/p"] for row in one.stats().rows] == [row["Augment/p"] for row in three.stats().rows]


def test_a_run_goes_on_with_as_many_processes_exactly_and_with_others_alike(tmp_path):
    whole, halves = small_run(tmp_path), small_run(tmp_path, loop__total_kimg=0.016)  # ends in the midst of a tick
    assert train_together(whole, 2) == [0, 0]
    assert train_together(halves, 2) == [0, 0]
    alone = small_run(tmp_path, loop__total_kimg=0.016)
    assert train_run(alone) == 0
    for run in (halves, alone):
        run.set_at_start({"loop.total_kimg": 0.048})
        assert train_together(run, 2) == [0, 0]
    assert_same_weights(whole, halves)
    losses = [[row["Loss/D/loss"] for row in run.stats().rows] for run in (whole, halves)]
    assert losses[0] == losses[1]
    assert_alike(whole, alone)
    assert "1 of these processes trained until now, 2 go on" in alone.log_path.read_text()
    assert "of these processes" not in halves.log_path.read_text()


def test_all_obey_what_the_first_one_is_told(tmp_path):
    run = endless_run(tmp_path)
    processes = team_of(run, 2)
    eventually(run, lambda status: status.state == "running" and status.step > 1)
    run.send("set", {"optimizer.generator_lr": 0.001})
    run.send("pause")
    paused = eventually(run, lambda status: status.state == "paused")
    run.send("snapshot")
    assert eventually(run, lambda _: bool(run.snapshots())).step == paused.step
    run.send("resume")
    eventually(run, lambda status: status.step > paused.step)
    run.send("stop")
    assert ended(processes) == [0, 0]
    status = eventually(run, lambda status: status.state == "stopped")
    results = [done.result for done in acknowledgements(run.commands_path)]
    assert results[1:] == ["paused", "a snapshot follows", "running", "stopping"]
    assert results[0].endswith("0.001")
    assert [round(1000 * file.kimg / 8) for file in run.snapshots()] == [paused.step, status.step]
    assert (status.pid, status.device) == (processes[0].pid, "2 x cpu, 1 thread")


def test_a_signal_to_any_process_stops_all(tmp_path):
    run = endless_run(tmp_path)
    processes = team_of(run, 2)
    eventually(run, lambda status: status.step > 1)
    assert processes[1].pid is not None
    os.kill(processes[1].pid, signal.SIGTERM)
    assert ended(processes) == [0, 0]
    assert eventually(run, lambda status: status.ended).state == "stopped"


def test_a_process_that_is_killed_ends_the_others_with_an_explanation(tmp_path):
    run = endless_run(tmp_path)
    processes = team_of(run, 2)
    eventually(run, lambda status: status.step > 1)
    processes[1].kill()
    assert ended(processes) == [1, -signal.SIGKILL]
    status = eventually(run, lambda status: status.ended)
    assert status.state == "failed"
    assert status.message.startswith("another process of this training is gone")
    assert "Resume goes on" in status.message
    assert run.observe().can_start


def test_a_process_that_fails_says_why(tmp_path):
    run = endless_run(tmp_path)
    assert ended(team_of(run, 2, fails=1)) == [1, 1]
    status = eventually(run, lambda status: status.ended)
    assert status.message.startswith("process 2 of 2: its disk is on fire")


def test_a_process_that_sees_the_state_late_waits_for_it(tmp_path):
    """One that began at step 0 instead would add the gradients of other weights to those of all."""
    alone, run = small_run(tmp_path, loop__total_kimg=0.016), small_run(tmp_path, loop__total_kimg=0.016)
    for each, blind in ((alone, 0), (run, 3)):
        assert train_run(each) == 0
        each.set_at_start({"loop.total_kimg": 0.032})
        assert train_together(each, 2, blind) == [0, 0]
    assert_same_weights(alone, run)
    assert "WARNING [1] the first process goes on from step 2, here none is to be seen: waiting" in log_of(run)


def test_a_process_that_sees_another_state_ends_all_with_an_explanation(tmp_path):
    run = small_run(tmp_path, loop__total_kimg=0.016)
    assert train_run(run) == 0
    run.set_at_start({"loop.total_kimg": 0.032})
    assert train_together(run, 2, blind=100) == [1, 1]
    status = run.status()
    assert status is not None
    assert status.state == "failed"
    assert status.message.startswith("process 2 of 2: ")
    assert "the first process goes on from step 2" in status.message
    assert "All processes need the same folder" in status.message
    assert status.step == 2


@pytest.mark.parametrize(("told", "codes"), [(True, [0, 0]), (False, [1, 1])])
def test_the_first_process_may_be_alone_for_longer_than_the_others_have_patience(told, codes):
    assert wait_together(patience_s=4, alone_s=7, told=told) == codes


def test_metrics_and_everything_asked_for_are_done_alone(tmp_path):
    run = small_run(tmp_path, metrics__interval=1, metrics__pictures=8, loop__keep_snapshots=1, **EVERYTHING)
    for command in ("snapshot", "evaluate"):
        send_command(run.commands_path, command, 1)
    assert train_together(run, 2) == [0, 0]
    assert all("Metrics/frechet_random" in row for row in run.stats().rows)
    assert [done.result for done in acknowledgements(run.commands_path)] == ["a snapshot follows", "metrics follow"]


def log_of(run: RunDirectory) -> str:
    return run.log_path.read_text(encoding="utf-8")


def test_more_processes_than_groups_are_refused(tmp_path):
    run = small_run(tmp_path)
    assert train_together(run, 5) == [1] * 5
    status = run.status()
    assert status is not None
    assert "5 processes cannot share a batch of 8: it has 4 minibatch-std groups of 2" in status.message


def test_a_device_for_each_process(monkeypatch):
    place = Place(rank=1, size=2, local_rank=1, local_size=2)
    assert own_device(torch.device("cpu"), place) == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ConfigError, match="2 processes on this machine need as many GPUs, but it shows 1"):
        own_device(torch.device("cuda"), place)
    with pytest.raises(ConfigError, match="several processes cannot share mps"):
        own_device(torch.device("mps"), place)
    chosen = []
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    assert own_device(torch.device("cuda"), place) == torch.device("cuda", 1)
    assert chosen == [1]


def test_the_launcher_shows_each_process_its_gpus():
    two = ParallelConfig.model_validate({"gpus": "3, 1"})
    assert launcher(two.process_count) == ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    assert environment_for(two)["CUDA_VISIBLE_DEVICES"] == "3,1"
    one = ParallelConfig.model_validate({"gpus": 2})
    assert launcher(one.process_count) == []
    assert environment_for(one)["CUDA_VISIBLE_DEVICES"] == "2"
    assert "CUDA_VISIBLE_DEVICES" not in environment_for(ParallelConfig())


def test_a_launched_team_is_watched_over_and_ended_as_a_whole(tmp_path):
    run = endless_run(tmp_path, parallel__processes=2)
    launched = launch(run)
    status = eventually(run, lambda status: status.state == "running" and status.step > 1)
    tree = [psutil.Process(launched), *psutil.Process(launched).children(recursive=True)]
    assert len(tree) == 3
    assert status.pid in [process.pid for process in tree[1:]]
    assert status.process.kill()
    _, alive = psutil.wait_procs(tree, timeout=PATIENCE_S)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
