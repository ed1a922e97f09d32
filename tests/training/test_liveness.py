"""Life and death of trainers, seen from outside."""

import os
import subprocess
import sys
import time

import pytest

from training.lease import LeaseWatch, renew_lease
from training.liveness import Launch, judge
from training.processes import ProcessIdentity, identity_of, own_identity
from training.run_dir import RunDirectory, RunObserver
from training.run_errors import RunError
from training.status import OFFERED, RunStatus


def status_of(process: ProcessIdentity, state: str = "running", start: int = 1, beat: float | None = None) -> RunStatus:
    return RunStatus(state=state, start=start, pid=process.pid, pid_created=process.created, host=process.host,
                     heartbeat=time.time() if beat is None else beat)  # fmt: skip


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    identity = identity_of(process.pid)
    assert identity is not None
    yield process, identity
    process.kill()
    process.wait()


def test_processes(sleeper):
    process, identity = sleeper
    assert identity.alive()
    # The same pid with another creation time is another process.
    assert ProcessIdentity(identity.pid, identity.created - 60, identity.host).alive() is False
    assert ProcessIdentity(identity.pid, identity.created, "elsewhere").alive() is None
    assert not ProcessIdentity(identity.pid, identity.created - 60, identity.host).kill()
    assert identity.kill()
    # Killed and not yet collected: a zombie is not alive.
    deadline = time.monotonic() + 5
    while identity.alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert identity.alive() is False
    process.wait()
    assert identity.alive() is False
    assert identity_of(process.pid) is None


def test_a_kill_is_seen(sleeper, tmp_path):
    process, identity = sleeper
    run = RunDirectory(tmp_path)
    run.write_status(status_of(identity))
    assert run.observe().state == "running"
    process.kill()
    process.wait()
    assert run.observe().state == "running"  # a heartbeat this young is believed
    run.write_status(status_of(identity, beat=time.time() - 30))
    view = run.observe()
    assert view.state == "dead"
    assert view.can_start
    assert not view.offered
    assert "log.txt" in view.message


@pytest.mark.parametrize("state", ["starting", "running", "paused", "stopping"])
def test_alive_states_are_believed(sleeper, state):
    view = judge(status_of(sleeper[1], state), None, age=1.0)
    assert view.state == state
    assert view.active
    assert view.offered == OFFERED[state]


@pytest.mark.parametrize("state", ["stopped", "finished", "failed"])
def test_ended_states_outlive_their_process(state):
    view = judge(status_of(ProcessIdentity(2**22 + 1, 0.0, own_identity().host), state), None, age=1e6)
    assert view.state == state
    assert view.can_start


def test_no_heartbeat_for_long_is_hung(sleeper):
    view = judge(status_of(sleeper[1]), None, age=200.0)
    assert view.state == "hung"
    assert view.active
    assert "stop" in view.offered
    # On another machine nothing but the heartbeat can be judged.
    assert judge(status_of(ProcessIdentity(1, 0.0, "elsewhere")), None, age=15.0).state == "running"
    assert judge(status_of(ProcessIdentity(1, 0.0, "elsewhere")), None, age=30.0).state == "slow"
    silent = judge(status_of(ProcessIdentity(1, 0.0, "elsewhere")), None, age=200.0)
    assert silent.state == "hung"
    # Whether it may be taken over is then found out by whoever tries.
    assert silent.can_start
    assert not view.can_start


def test_new_and_launched(sleeper):
    process, identity = sleeper
    assert judge(None, None, age=float("inf")).state == "new"
    launched = Launch(2, identity, time.time())
    old = status_of(identity, "stopped", start=1)
    assert [judge(status, launched, age=9.0).state for status in (None, old)] == ["starting", "starting"]
    assert judge(status_of(identity, "running", start=2), launched, age=1.0).state == "running"
    assert judge(old, Launch(2, identity, time.time() - 500), age=9.0).state == "hung"
    process.kill()
    process.wait()
    view = judge(old, launched, age=9.0)
    assert view.state == "dead"
    assert view.start == 2


def test_a_failed_second_start_does_not_hide_the_first(sleeper):
    gone = Launch(2, ProcessIdentity(2**22 + 1, 0.0, own_identity().host), time.time())
    assert judge(status_of(sleeper[1]), gone, age=1.0).state == "running"
    assert judge(status_of(sleeper[1], "stopped"), gone, age=1.0).state == "dead"


def test_an_observer_trusts_changes_more_than_clocks(tmp_path):
    run = RunDirectory(tmp_path)
    elsewhere = ProcessIdentity(1, 0.0, "elsewhere")
    observer = RunObserver(run)
    # Its clock is an hour behind: at the first look it seems hung, after a change it does not.
    run.write_status(status_of(elsewhere, beat=time.time() - 3600))
    assert observer.look().state == "hung"
    run.write_status(status_of(elsewhere, beat=time.time() - 3598))
    view = observer.look()
    assert view.state == "running"
    assert view.age < 1
    # An hour ahead: silence is noticed nevertheless.
    ahead = RunObserver(run, hung_after=0.05)
    run.write_status(status_of(elsewhere, beat=time.time() + 3600))
    assert ahead.look().state == "running"
    time.sleep(0.1)
    assert ahead.look().state == "hung"


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"version": 7}', b'{"version": 1, "state": "dancing"}'])
def test_a_strange_status_is_named(tmp_path, content):
    run = RunDirectory(tmp_path)
    run.status_path.write_bytes(content)
    with pytest.raises(RunError, match=r"status\.json"):
        run.observe()


def test_time_left(sleeper):
    status = status_of(sleeper[1]).model_copy(update={"kimg": 10.0, "total_kimg": 60.0, "sec_per_kimg": 100.0})
    assert status.eta_s == 5000
    assert status.model_copy(update={"state": "finished"}).eta_s is None
    assert status.model_copy(update={"sec_per_kimg": None}).eta_s is None


def test_leases(tmp_path):
    path = tmp_path / "lease.json"
    watch = LeaseWatch(path)
    assert not watch.watched()
    renew_lease(path, 0.15)
    assert watch.watched()
    time.sleep(0.2)
    assert not watch.watched()
    renew_lease(path, 30)
    assert watch.watched()
    assert LeaseWatch(path).watched()
    path.unlink()
    assert not watch.watched()


def test_a_lease_of_another_clock_counts_once_it_changes(tmp_path, monkeypatch):
    path = tmp_path / "lease.json"
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now - 3600)
        renew_lease(path, 10)
    watch = LeaseWatch(path)
    assert not watch.watched()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now - 3595)
        renew_lease(path, 10)
    assert watch.watched()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"seconds": "x", "renewed": 1}'])
def test_a_strange_lease_means_nobody(tmp_path, content):
    path = tmp_path / "lease.json"
    path.write_bytes(content)
    assert not LeaseWatch(path).watched()


def test_own_identity():
    assert own_identity().pid == os.getpid()
    assert own_identity().alive()
