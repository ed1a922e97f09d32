"""The queue of errands: one after the other, given up at once, and going on whatever goes wrong in one."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from app.workers.errands import Errands
from training.errand import Errand


@dataclass(frozen=True)
class Item:
    """A job as a panel would show it."""

    number: int
    state: str = "waiting"
    text: str = ""


Queue = Errands[Item, Callable[[Errand], None]]


@contextmanager
def queue(woken: Callable[[], None] = lambda: None) -> Iterator[Queue]:
    """Errands whose orders are what is done."""

    def work(item: Item, order: Callable[[Errand], None], errand: Errand) -> None:
        errands.change(item.number, state="working")
        order(errand)
        errands.change(item.number, state="cancelled" if errand.cancelled else "done")

    errands = Queue("no.module", 3, work, woken)
    with closing(errands):
        yield errands


def add(errands: Queue, order: Callable[[Errand], None]) -> int:
    return errands.add(lambda number, _others: (Item(number), order)).number


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def states(errands: Queue) -> dict[int, str]:
    return {item.number: item.state for item in errands.items}


def test_one_that_goes_wrong_fails_and_those_behind_it_are_done():
    def wrong(_errand: Errand) -> None:
        raise KeyError("unforeseen")

    with queue() as errands:
        first, second = add(errands, wrong), add(errands, lambda _errand: None)
        wait(lambda: states(errands) == {first: "failed", second: "done"})
        assert "unforeseen" in errands.items[-1].text


def test_one_that_waits_is_given_up_at_once_and_never_begun():
    go_on, begun = threading.Event(), []
    with queue() as errands:
        first = add(errands, lambda _errand: wait(go_on.is_set))
        second = add(errands, begun.append)
        errands.cancel(second)
        assert states(errands)[second] == "cancelled"
        go_on.set()
        wait(lambda: states(errands)[first] == "done")
    assert begun == []


def test_one_that_has_begun_hears_that_it_is_given_up_and_so_do_all_at_the_end():
    begun = threading.Event()

    def until_cancelled(errand: Errand) -> None:
        begun.set()
        wait(lambda: errand.cancelled)

    with queue() as errands:
        first = add(errands, until_cancelled)
        wait(begun.is_set)
        errands.cancel(first)
        wait(lambda: states(errands)[first] == "cancelled")
        second, third = add(errands, until_cancelled), add(errands, until_cancelled)
    assert states(errands) == {first: "cancelled", second: "cancelled", third: "cancelled"}


def test_the_panel_is_woken_when_a_job_is_over_and_old_ones_leave_its_list():
    woken = threading.Semaphore(0)
    with queue(woken.release) as errands:
        for number in range(1, 6):
            assert add(errands, lambda _errand: None) == number
            wait(lambda each=number: states(errands)[each] == "done")
            assert woken.acquire(timeout=5)
        assert list(states(errands)) == [5, 4, 3]
