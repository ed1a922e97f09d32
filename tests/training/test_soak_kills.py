"""A campaign: a trainer killed again and again at random moments ends with the weights of one that was left alone."""

import os
import random
import signal
import time

import psutil
import pytest
import torch

from tests.training.test_process import wait_for
from tests.training.test_trainer import assert_same_weights
from tests.training.toy import toy_run
from training.__main__ import train_run
from training.launch import launch

KILLS = 12
CHANGES = {"loop__total_kimg": 6.0, "loop__kimg_per_tick": 0.04, "loop__sample_kimg": 0.4, "loop__snapshot_kimg": 1.0}


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_kills_at_random_moments_change_nothing(tmp_path):
    torch.set_num_threads(1)
    alone, killed = toy_run(tmp_path, **CHANGES), toy_run(tmp_path, loop__state_minutes=0.005, **CHANGES)
    assert train_run(alone) == 0
    rng = random.Random(0)
    for start in range(1, KILLS + 1):
        launch(killed)
        status = wait_for(killed, lambda now, start=start: now.start == start and now.state == "running", "training")
        time.sleep(rng.uniform(0.0, 3.0))  # in a step, in a write, in a rename
        with_pid = psutil.Process(status.pid)
        os.kill(status.pid, signal.SIGKILL)
        with_pid.wait(10)
        kimg = [row["Progress/kimg"] for row in killed.stats().rows]
        assert kimg == sorted(set(kimg)), f"after kill {start}"
        while killed.observe().state != "dead" and not killed.observe().can_start:
            time.sleep(0.2)
    launch(killed)
    wait_for(killed, lambda now: now.state == "finished", "the end")
    assert [row["Progress/tick"] for row in killed.stats().rows] == [row["Progress/tick"] for row in alone.stats().rows]
    assert_same_weights(alone, killed)
