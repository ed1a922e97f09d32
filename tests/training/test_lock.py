"""One process owns a run."""

import json
import subprocess
import sys
import threading
import time

import pytest

from training.liveness import RunView
from training.lock import RunLock, RunLockedError, claims, owner
from training.processes import ProcessIdentity, own_identity
from training.run_dir import RunDirectory
from training.run_errors import RunError
from training.status import RunStatus

HOLD = """
import sys
from pathlib import Path
from training.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
# Takes the lock as often as it can for a while; a file that must not exist yet proves that it is alone.
CONTEND = """
import os, sys, time
from pathlib import Path
from training.lock import RunLock, RunLockedError
run, deadline, taken = Path(sys.argv[1]), time.monotonic() + 1, 0
while time.monotonic() < deadline:
    try:
        with RunLock(run):
            os.close(os.open(run / "inside", os.O_CREAT | os.O_EXCL))
            time.sleep(0.002)
            os.unlink(run / "inside")
            taken += 1
    except RunLockedError:
        pass
print(taken)
"""


def claim(folder, process: ProcessIdentity, name: str = "old") -> None:
    content = {"version": 1, "pid": process.pid, "created": process.created, "host": process.host}
    (folder / f"lock.{name}.json").write_text(json.dumps(content))


@pytest.mark.process
def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunLockedError, match=f"process {holder.pid}"):
            RunLock(tmp_path).acquire()
        found = owner(tmp_path)
        assert found is not None
        assert found.pid == holder.pid
        holder.kill()
    assert owner(tmp_path) is None
    with RunLock(tmp_path):
        ((_, identity),) = claims(tmp_path)
        assert identity.pid == own_identity().pid
    assert claims(tmp_path) == []


@pytest.mark.process
def test_contenders_never_meet(tmp_path):
    claim(tmp_path, ProcessIdentity(2**22 + 1, 0.0, own_identity().host))
    processes = [
        subprocess.Popen([sys.executable, "-c", CONTEND, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    taken = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(map(int, taken)) > 0
    assert claims(tmp_path) == []


def test_the_same_pid_with_another_creation_time_is_a_left_over(tmp_path):
    me = own_identity()
    claim(tmp_path, ProcessIdentity(me.pid, me.created - 1000, me.host))
    with RunLock(tmp_path):
        assert len(claims(tmp_path)) == 1


def test_a_lock_is_not_taken_twice(tmp_path):
    with RunLock(tmp_path), pytest.raises(RunLockedError):
        RunLock(tmp_path).acquire()


def foreign_status(process: ProcessIdentity, state: str = "running", beat: float = 1.0) -> RunStatus:
    return RunStatus(
        state=state, start=1, pid=process.pid, pid_created=process.created, host=process.host, heartbeat=beat
    )


def test_another_machine_with_a_beating_heart_keeps_its_run(tmp_path):
    run, foreign = RunDirectory(tmp_path), ProcessIdentity(1, 5.0, "elsewhere")
    claim(tmp_path, foreign)
    run.write_status(foreign_status(foreign))
    over = threading.Event()

    def beat() -> None:
        count = 1.0
        while not over.wait(0.1):
            count += 1
            run.write_status(foreign_status(foreign, beat=count))

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        with pytest.raises(RunLockedError, match=r"elsewhere.*delete lock\.old\.json"):
            RunLock(tmp_path, foreign_watch_s=1.0).acquire()
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_another_machine_that_is_silent_loses_it(tmp_path, state):
    run, foreign = RunDirectory(tmp_path), ProcessIdentity(1, 5.0, "elsewhere")
    claim(tmp_path, foreign)
    run.write_status(foreign_status(foreign, state))
    began = time.monotonic()
    with RunLock(tmp_path, foreign_watch_s=0.5):
        assert len(claims(tmp_path)) == 1
    assert time.monotonic() - began < 3


def test_another_machine_that_has_not_reported_is_believed(tmp_path):
    claim(tmp_path, ProcessIdentity(1, 5.0, "elsewhere"))
    with pytest.raises(RunLockedError):
        RunLock(tmp_path, foreign_watch_s=0.1).acquire()


def test_a_strange_lock_is_named(tmp_path):
    (tmp_path / "lock.x.json").write_text("{}")
    with pytest.raises(RunError, match=r"lock\.x\.json.*delete"):
        RunLock(tmp_path).acquire()
    assert isinstance(RunDirectory(tmp_path).observe(), RunView)


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(RunError, match="moved or deleted"):
        RunLock(tmp_path / "absent").acquire()


def test_a_process_of_another_container_keeps_its_run_while_its_heart_beats(tmp_path):
    hidden = ProcessIdentity(2**22 + 1, 0.0, own_identity().host)
    claim(tmp_path, hidden)
    run = RunDirectory(tmp_path)

    def beat() -> None:
        run.write_status(
            RunStatus(
                state="running", start=1, pid=hidden.pid, pid_created=hidden.created, host=hidden.host,
                heartbeat=time.time(),
            )
        )  # fmt: skip

    beat()
    stop = threading.Event()

    def keep_beating() -> None:
        while not stop.wait(0.3):
            beat()

    heart = threading.Thread(target=keep_beating)
    heart.start()
    try:
        with pytest.raises(RunLockedError):
            RunLock(tmp_path).acquire()
    finally:
        stop.set()
        heart.join()
    with RunLock(tmp_path):  # the heart has stopped: what is left is removed
        assert len(claims(tmp_path)) == 1
