"""Looking and training share a machine by a simple rule."""

import platform
import time
from pathlib import Path

import pytest

from app.sharing import Sharing, sharing
from training.liveness import RunView
from training.status import RunStatus
from widgets.runs_view import RunItem


def item(state: str, device: str, host: str = platform.node(), gpus: tuple[int, ...] = ()) -> RunItem:
    status = RunStatus(
        state="paused" if state == "paused" else "running", start=1, pid=1, pid_created=0.0, host=host,
        heartbeat=time.time(), device=device, gpus=gpus,
    )  # fmt: skip
    return RunItem(Path("/runs/00001-a"), RunView(state, status, 1, 0.0, "", status.process))


def test_the_pause_makes_work_a_share_of_the_time():
    assert Sharing(0.5).pause_s(4.0) == 4.0
    assert Sharing(0.25).pause_s(4.0) == 12.0
    assert Sharing(1.0).pause_s(4.0) == 0.0
    with pytest.raises(ValueError, match="share"):
        Sharing(0.0)


@pytest.mark.parametrize(
    ("runs", "training", "gpu"),
    [
        ([], False, False),
        ([item("running", "cpu, 2 threads")], True, False),
        ([item("running", "NVIDIA H200")], True, True),
        ([item("paused", "NVIDIA H200")], False, True),
        ([item("dead", "NVIDIA H200"), item("finished", "NVIDIA H200")], False, False),
        ([item("running", "NVIDIA H200", host="elsewhere")], False, False),
        ([item("paused", "NVIDIA H200"), item("running", "")], True, True),
    ],
)
def test_who_else_needs_the_machine(runs, training, gpu):
    assert sharing(runs, 0.5) == Sharing(0.5, training, gpu)


def test_the_gpus_of_all_trainers_are_left_to_them_if_all_say_which():
    one, two = item("running", "NVIDIA H200", gpus=(7,)), item("paused", "2 x NVIDIA H200", gpus=(2, 3))
    assert sharing([one, two, item("running", "cpu, 2 threads")], 0.5).gpus == (2, 3, 7)
    assert sharing([one, item("running", "NVIDIA H200")], 0.5) == Sharing(0.5, training=True, gpu_taken=True)
