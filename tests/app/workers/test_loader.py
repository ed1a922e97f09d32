"""The loader: latest wins, failures are values, nothing blocks."""

import threading
import time
from collections.abc import Callable

import pytest

from app.workers.loader import Loader, LoadFailure


def wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_reads_once_and_keeps():
    reads = []

    def read(key: int) -> int:
        reads.append(key)
        return key * 2

    woken = threading.Event()
    loader = Loader(read, woken.set)
    assert loader.get(4) is None
    wait_for(lambda: loader.get(4) == 8)
    assert woken.is_set()
    assert loader.get(4) == 8
    assert reads == [4]
    loader.close()


def test_skips_what_was_asked_in_between():
    gate, reads = threading.Event(), []

    def read(key: int) -> int:
        reads.append(key)
        gate.wait(5)
        return key

    loader = Loader(read, lambda: None)
    for key in range(10):
        loader.get(key)
        if key == 0:
            wait_for(lambda: reads == [0])
    gate.set()
    wait_for(lambda: loader.get(9) == 9)
    assert reads == [0, 9]
    loader.close()


@pytest.mark.parametrize("error", [ValueError("bad\nfile"), OSError("bad file")])
def test_failures_are_values(error: Exception):
    def read(key: int) -> int:
        raise error

    loader = Loader(read, lambda: None)
    wait_for(lambda: loader.get(1) is not None)
    assert loader.get(1) == LoadFailure("bad file")
    loader.close()


def test_failures_are_tried_again(monkeypatch):
    monkeypatch.setattr("app.workers.loader.RETRY_S", 0.01)
    answers = [ValueError("not yet")]

    def read(key: int) -> int:
        if answers:
            raise answers.pop()
        return key

    loader = Loader(read, lambda: None)
    wait_for(lambda: isinstance(loader.get(1), LoadFailure))
    wait_for(lambda: loader.get(1) == 1)
    loader.close()


def test_keeps_only_a_few():
    reads = []
    loader = Loader(lambda key: reads.append(key) or key, lambda: None, keep=2)
    for key in (1, 2, 3, 1):
        wait_for(lambda key=key: loader.get(key) == key)
    assert reads == [1, 2, 3, 1]
    loader.close()
