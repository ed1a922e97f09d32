"""Processes with one order: whatever becomes of them, who waits for them hears it."""

import pytest

from training.errand import Errand


class Late(Errand):
    """Hands its order to a process that has ended by then."""

    def _start(self):
        process = super()._start()
        assert process is not None
        process.wait()
        return process


@pytest.mark.process
def test_one_that_ends_without_hearing_its_order_has_said_why():
    errand = Late("this")  # prints a poem, and reads nothing
    said = b"".join(errand.lines("an order")).decode()
    assert said.startswith("The Zen of Python")
    assert errand.code == 0


@pytest.mark.process
def test_one_that_is_cancelled_before_it_starts_says_nothing():
    errand = Errand("this")
    errand.cancel()
    assert list(errand.lines("")) == []
    assert errand.code is None
