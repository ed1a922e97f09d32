"""Slow, hung and dead trainers told apart: by faked clocks, and by processes that are really halted."""

import os
import signal
import time

import psutil
import pytest

from tests.training.toy import toy_run
from tests.training.trainers import eventually, fake_trainer, step_of
from training.launch import launch
from training.liveness import Launch, judge
from training.processes import ProcessIdentity, own_identity
from training.run_dir import RunDirectory, RunObserver
from training.status import OFFERED, RunStatus

ELSEWHERE = ProcessIdentity(1, 0.0, "elsewhere")


def status_of(process: ProcessIdentity, state: str = "running", **changes) -> RunStatus:
    values = {"state": state, "start": 1, "heartbeat": time.time(), "pid": process.pid, "host": process.host}
    return RunStatus(**values | {"pid_created": process.created} | changes)


@pytest.mark.parametrize("age", [5, 19])
def test_a_short_silence_is_nothing(age):
    assert judge(status_of(own_identity()), None, age).state == "running"


@pytest.mark.parametrize("state", ["starting", "running", "paused", "stopping"])
def test_a_silence_is_slow_and_keeps_its_buttons(state):
    view = judge(status_of(own_identity(), state), None, 30.0)
    assert (view.state, view.active, view.can_start, view.can_end) == ("slow", True, False, False)
    assert view.offered == OFFERED[state]
    assert "30 s" in view.message


@pytest.mark.parametrize(("age", "state"), [(100, "running"), (181, "slow"), (599, "slow"), (601, "hung")])
def test_long_steps_are_waited_for(age, state):
    # 4 images a step and 15,000 s/kimg: a step takes a minute.
    status = status_of(own_identity(), step=50, kimg=0.2, total_kimg=1, sec_per_kimg=15_000.0)
    assert status.step_s == pytest.approx(60)
    view = judge(status, None, age)
    assert view.state == state
    if state == "slow":
        assert "60 s" in view.message


def test_hung_says_how_to_end_it():
    view = judge(status_of(own_identity()), None, 200.0)
    assert (view.state, view.can_end, view.can_start) == ("hung", True, False)
    assert "3 min" in view.message
    assert "End its process" in view.message
    # On another machine nobody can end it from here, but whoever tries may find it gone.
    far = judge(status_of(ELSEWHERE), None, 200.0)
    assert (far.state, far.can_end, far.can_start) == ("hung", False, True)


def test_a_start_that_does_not_report():
    identity = own_identity()
    states = [judge(None, Launch(1, identity, time.time() - age), age).state for age in (1, 30, 300)]
    assert states == ["starting", "slow", "hung"]
    slow = judge(status_of(identity, "stopped"), Launch(2, identity, time.time() - 30), 30)
    assert (slow.state, slow.start, slow.offered) == ("slow", 2, OFFERED["starting"])


def test_an_observer_sees_a_run_become_slow_hung_and_well_again(tmp_path, monkeypatch):
    run, now = RunDirectory(tmp_path), [1000.0]
    monkeypatch.setattr("training.run_dir.time.monotonic", lambda: now[0])
    observer = RunObserver(run)
    run.write_status(status_of(own_identity()))

    def after(seconds: float) -> str:
        now[0] += seconds
        return observer.look().state

    assert [after(0), after(15), after(10), after(60), after(60)] == ["running", "running", "slow", "slow", "hung"]
    run.write_status(status_of(own_identity(), heartbeat=time.time() + 1))
    assert after(1) == "running"


def test_an_old_status_without_device_and_memory_is_read(tmp_path):
    run = RunDirectory(tmp_path)
    run.write_status(status_of(own_identity()))
    text = run.status_path.read_text()
    lines = [line for line in text.splitlines() if '"device"' not in line and '"memory_gb"' not in line]
    assert len(lines) == len(text.splitlines()) - 2
    run.status_path.write_text("\n".join(lines))
    assert (run.status().device, run.status().memory_gb) == ("", None)


@pytest.mark.process
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no SIGSTOP here")
def test_a_halted_trainer_is_hung_until_it_goes_on(tmp_path):
    run = toy_run(tmp_path)
    pid = launch(run, fake_trainer(tmp_path))
    try:
        eventually(lambda: step_of(run.path) > 3)
        assert not run.status().process.suspended()
        os.kill(pid, signal.SIGSTOP)
        eventually(lambda: run.observe().state == "hung")
        view = run.observe()
        assert f"kill -CONT {pid}" in view.message
        assert view.can_end
        os.kill(pid, signal.SIGCONT)
        eventually(lambda: run.observe().state == "running")
    finally:
        psutil.Process(pid).kill()
    eventually(lambda: run.observe().state == "dead")
    assert run.observe().can_start
