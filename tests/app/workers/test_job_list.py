"""Old jobs leave the list when they are over, and only then."""

from collections import deque

from app.workers.job_list import add_job
from widgets.export_view import ExportItem, ExportState


def item(number: int, state: ExportState) -> ExportItem:
    return ExportItem(number, f"{number}.png", state)


def test_the_oldest_that_are_over_go():
    items: deque[ExportItem] = deque()
    states: tuple[ExportState, ...] = ("waiting", "done", "failed", "waiting", "drawing", "done")
    for number, state in enumerate(states):
        add_job(items, item(number, state), most=3)
    assert [each.number for each in items] == [4, 3, 0], "what is not over stays, although there are three"
    add_job(items, item(6, "waiting"), most=3)
    assert [each.number for each in items] == [6, 4, 3, 0]
