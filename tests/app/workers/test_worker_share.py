"""One worker for several: each gets what it asked for, and nobody's request replaces another's."""

from app.workers.worker_messages import Failure, Progress, Result
from app.workers.worker_share import MOST_OUTSTANDING, WorkerShare


class FakeWorker:
    def __init__(self):
        self.asked: list[tuple[str, object]] = []
        self.cancelled: list[str] = []
        self.events: list = []
        self.busy = False

    def request(self, kind: str, payload: object) -> int:
        self.asked.append((kind, payload))
        return len(self.asked)

    def cancel(self, kind: str) -> None:
        self.cancelled.append(kind)

    def take(self) -> tuple:
        events, self.events = tuple(self.events), []
        return events


def test_each_desk_gets_what_it_asked_for():
    worker = FakeWorker()
    share = WorkerShare(worker)
    one, two = share.desk(""), share.desk("b")
    first, second = one.request("bake", "x"), two.request("bake", "y")
    assert worker.asked == [("bake", "x"), ("bake of b", "y")]
    answer = Result(second, "bake of b", "volume", ())
    worker.events = [Progress(first, 0.5, "baking"), answer, Progress(99, 0.1, "nobody's")]
    assert one.take() == (Progress(first, 0.5, "baking"),)
    assert two.take() == (answer,)
    assert one.take() == two.take() == ()
    two.cancel("bake")
    assert worker.cancelled == ["bake of b"]
    assert share.desk("b") is two


def test_a_worker_that_cannot_work_is_told_at_every_desk():
    worker = FakeWorker()
    share = WorkerShare(worker)
    desks = [share.desk(name) for name in "ab"]
    worker.events = [Failure(0, "A library is missing")]
    assert [desk.take() for desk in desks] == [(Failure(0, "A library is missing"),)] * 2


def test_what_was_asked_long_ago_is_forgotten():
    worker = FakeWorker()
    share = WorkerShare(worker)
    desk = share.desk("")
    first = desk.request("bake", 0)
    for _ in range(MOST_OUTSTANDING):
        last = desk.request("bake", 0)
    worker.events = [Progress(first, 0.5, ""), Progress(last, 0.5, "")]
    assert [event.number for event in desk.take()] == [last]
