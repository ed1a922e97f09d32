"""Workers: answers, arrays, latest wins, errors as data, restart, and a clean end."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import psutil
import pytest

from app.workers.worker import Worker
from app.workers.worker_buffers import SHARED_FOLDER, WindowBuffers
from app.workers.worker_child import Settings
from app.workers.worker_messages import Failure, GaveWay, Progress, Result
from tests.app.workers.test_loader import wait_for

pytestmark = pytest.mark.process
ENTRY = "tests.app.worker_handlers:TestHandler"


@pytest.fixture(scope="module")
def shared_worker():
    worker = Worker(Settings(ENTRY, threads=1), wake=lambda: None)
    yield worker
    worker.close()


@pytest.fixture
def worker():
    worker = Worker(Settings(ENTRY, threads=1), wake=lambda: None)
    yield worker
    worker.close()


def events_until_idle(worker: Worker, seconds: float = 20) -> list:
    deadline = time.monotonic() + seconds
    events = []
    while worker.busy:
        assert time.monotonic() < deadline, f"the worker is still busy; so far {events}"
        time.sleep(0.005)
    events.extend(worker.take())
    return events


def results(events: list) -> list[Result]:
    return [event for event in events if isinstance(event, Result)]


def failures(events: list) -> list[Failure]:
    return [event for event in events if isinstance(event, Failure)]


def test_answers_a_request(shared_worker):
    number = shared_worker.request("math", ("square", 7))
    [result] = results(events_until_idle(shared_worker))
    assert (result.number, result.kind, result.value, result.arrays) == (number, "math", 49, ())


@pytest.mark.parametrize("size", [1, 1000, 300_000, 1_000_000])
def test_arrays_arrive_whole(shared_worker, size):
    shared_worker.request("array", ("array", size))
    [result] = results(events_until_idle(shared_worker))
    np.testing.assert_array_equal(result.arrays[0], np.arange(size, dtype=np.float32))
    np.testing.assert_array_equal(result.arrays[1], np.full(3, size))


def test_buffers_are_reused_only_after_they_were_taken(shared_worker):
    shared_worker.request("array", ("arrays", 200_000, 12))
    answers = results(events_until_idle(shared_worker))
    assert [answer.value for answer in answers] == list(range(12))
    assert all((answer.arrays[0] == answer.value).all() for answer in answers)


def test_without_shared_memory_the_pipe_serves(tmp_path):
    class NoRoom(WindowBuffers):
        def _has_room(self, size: int) -> bool:
            return False

    worker = Worker(Settings(ENTRY), wake=lambda: None, buffers=NoRoom())
    try:
        worker.request("array", ("array", 500_000))
        [result] = results(events_until_idle(worker))
        np.testing.assert_array_equal(result.arrays[0], np.arange(500_000, dtype=np.float32))
    finally:
        worker.close()


def test_latest_of_a_kind_wins(shared_worker):
    shared_worker.request("math", ("slow", 20))
    for value in range(50):
        last = shared_worker.request("math", ("square", value))
    assert [(result.number, result.value) for result in results(events_until_idle(shared_worker))] == [(last, 49 * 49)]


def test_kinds_do_not_replace_each_other(shared_worker):
    shared_worker.request("a", ("square", 2))
    shared_worker.request("b", ("square", 3))
    assert {result.value for result in results(events_until_idle(shared_worker))} == {4, 9}


def test_cancel(shared_worker):
    shared_worker.request("math", ("slow", 20))
    shared_worker.cancel("math")
    assert results(events_until_idle(shared_worker, seconds=5)) == []


def test_progress_is_told(shared_worker):
    shared_worker.request("math", ("slow", 0.05))
    events = events_until_idle(shared_worker)
    assert any(isinstance(event, Progress) and event.text == "sleeping" for event in events)


def test_errors_are_data_and_the_process_lives(shared_worker):
    shared_worker.request("warm", ("square", 1))
    events_until_idle(shared_worker)
    process = shared_worker.process_id
    number = shared_worker.request("math", ("fail", "the file\nis broken"))
    [failure] = failures(events_until_idle(shared_worker))
    assert (failure.number, failure.message) == (number, "the file is broken")
    assert "Traceback" in failure.detail
    assert shared_worker.process_id == process


def test_our_mistake_is_told_and_not_repeated(worker):
    worker.request("math", ("mistake",))
    [failure] = failures(events_until_idle(worker))
    assert failure.message == "TypeError: our mistake"
    worker.request("math", ("square", 3))
    assert [result.value for result in results(events_until_idle(worker))] == [9]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_process_is_started_again_and_asked_again(worker, tmp_path):
    number = worker.request("math", ("die", str(tmp_path / "died")))
    [result] = results(events_until_idle(worker))
    assert (result.number, result.value) == (number, "survived")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_request_that_kills_each_time_fails(worker):
    worker.request("math", ("always die",))
    [failure] = failures(events_until_idle(worker))
    assert "twice" in failure.message
    worker.request("math", ("square", 3))
    assert [result.value for result in results(events_until_idle(worker))] == [9]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_killed_while_idle(worker):
    worker.request("math", ("square", 2))
    events_until_idle(worker)
    os.kill(worker.process_id, signal.SIGKILL)
    worker.request("math", ("square", 3))
    assert [result.value for result in results(events_until_idle(worker))] == [9]


def test_low_priority_and_few_threads(shared_worker):
    shared_worker.request("nice", ("nice",))
    [result] = results(events_until_idle(shared_worker))
    assert result.value == (os.nice(0) + 5, "1")


def test_missing_library_is_told():
    worker = Worker(Settings("tests.app.no_such_module:Handler"), wake=lambda: None)
    try:
        worker.request("math", ("square", 1))
        messages = [failure.message for failure in failures(events_until_idle(worker))]
        assert any("no_such_module" in message for message in messages)
    finally:
        worker.close()


@pytest.mark.parametrize("payload", [("stuck",), ("array", 1_000_000), ("square", 1)])
def test_close_leaves_nothing(payload):
    worker = Worker(Settings(ENTRY), wake=lambda: None)
    worker.request("math", payload)
    deadline = time.monotonic() + 20
    while worker.process_id is None or (payload[0] != "stuck" and worker.busy):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process = psutil.Process(worker.process_id)
    names = [block.name for block in worker._buffers._blocks]
    started = time.monotonic()
    worker.close()
    assert time.monotonic() - started < 1.5
    assert not process.is_running()
    assert process.pid not in [child.pid for child in multiprocessing.active_children()]
    for name in names:
        with pytest.raises(FileNotFoundError):
            SharedMemory(name=name)


def test_no_warning_at_exit(repository: Path):
    """The resource tracker of Python writes to stderr when shared memory was not removed."""
    code = (
        "import time\n"
        "from app.workers.worker import Worker\n"
        "from app.workers.worker_child import Settings\n"
        "if __name__ == '__main__':\n"
        f"    worker = Worker(Settings({ENTRY!r}), wake=lambda: None)\n"
        "    worker.request('math', ('array', 1_000_000))\n"
        "    while worker.busy: time.sleep(0.01)\n"
        "    assert len(worker.take()) == 1\n"
        "    worker.close()\n"
        "print('modules', 'torch' in __import__('sys').modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "modules False\n", "")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_window_takes_its_worker_along(repository: Path):
    code = (
        "import time\n"
        "from app.workers.worker import Worker\n"
        "from app.workers.worker_child import Settings\n"
        "if __name__ == '__main__':\n"
        f"    worker = Worker(Settings({ENTRY!r}), wake=lambda: None)\n"
        "    worker.request('math', ('square', 1))\n"
        "    while worker.busy: time.sleep(0.01)\n"
        "    print(worker.process_id, flush=True)\n"
        "    time.sleep(60)\n"
    )
    window = subprocess.Popen([sys.executable, "-c", code], cwd=repository, stdout=subprocess.PIPE, text=True)
    child = psutil.Process(int(window.stdout.readline()))
    window.kill()
    window.wait()
    window.stdout.close()
    gone, _ = psutil.wait_procs([child], timeout=5)
    assert gone


def test_blocks_that_are_gone_already_do_not_disturb_the_end():
    buffers = WindowBuffers()
    given = buffers.provide(4096)
    if not given.buffers or not SHARED_FOLDER.exists():
        pytest.skip("no shared memory in a folder here")
    for buffer in given.buffers:
        (SHARED_FOLDER / buffer.name).unlink(missing_ok=True)  # as the tracker of a process that was ended does
    buffers.close()
    assert not buffers._blocks


def test_what_gives_way_is_begun_last_and_given_up_first():
    worker = Worker(Settings(ENTRY, threads=1, yielding=frozenset({"later"})), wake=lambda: None)
    try:
        worker.request("later", ("slow", 60))
        assert not worker.busy, "it does not count"
        wait_for(lambda: any(isinstance(event, Progress) for event in worker.take()), 20)
        number = worker.request("math", ("square", 3))
        events = events_until_idle(worker)
        answers = results(events)
        assert GaveWay(number - 1) in events
        assert [(answer.number, answer.value) for answer in answers] == [(number, 9)]
        slow = worker.request("array", ("slow", 0.2))
        worker.request("later", ("square", 4))
        last = worker.request("math", ("square", 5))
        found: list[int] = []
        wait_for(lambda: found.extend(each.number for each in results(list(worker.take()))) or len(found) == 3, 20)
        assert found == [slow, last, last - 1]
    finally:
        worker.close()


def test_what_gives_way_does_so_to_others_only():
    """Two that give way to each other would give each other up for ever."""
    worker = Worker(Settings(ENTRY, threads=1, yielding=frozenset({"later", "much later"})), wake=lambda: None)
    try:
        first = worker.request("later", ("slow", 0.2))
        wait_for(lambda: any(isinstance(event, Progress) for event in worker.take()), 20)
        second = worker.request("much later", ("square", 4))
        found: list[int] = []
        wait_for(lambda: found.extend(each.number for each in results(list(worker.take()))) or len(found) == 2, 20)
        assert found == [first, second]
    finally:
        worker.close()
