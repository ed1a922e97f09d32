"""One worker for several who ask: each has a desk of its own, and gets the answers to what was asked there."""

from __future__ import annotations

from typing import Protocol

from app.workers.worker_messages import Failure, GaveWay, Progress, Result

Event = Result | Progress | Failure | GaveWay
# Answers to older requests than these last ones do not come any more.
MOST_OUTSTANDING = 512
OF = " of "


def plain_kind(kind: str) -> str:
    """The kind of a request, whichever desk it comes from."""
    return kind.partition(OF)[0]


class Asked(Protocol):
    """What a desk needs of app.workers.worker.Worker."""

    @property
    def busy(self) -> bool:
        """Whether a request is running or waiting."""
        ...

    def request(self, kind: str, payload: object) -> int:
        """Ask; the latest of a kind wins."""
        ...

    def cancel(self, kind: str) -> None:
        """Forget what was asked."""
        ...

    def take(self) -> tuple[Event, ...]:
        """What has come."""
        ...


class WorkerShare:
    """Hands the events of a worker to the desk that asked for them.  All methods are called on one thread."""

    def __init__(self, worker: Asked) -> None:
        self.worker = worker
        self._desks: dict[str, Desk] = {}
        self._owners: dict[int, Desk] = {}

    def desk(self, name: str) -> Desk:
        """The desk of a name, made when it is first asked for: requests of different desks never replace each other."""
        if name not in self._desks:
            self._desks[name] = Desk(self, name)
        return self._desks[name]

    def own(self, number: int, desk: Desk) -> None:
        """Remember who asked for a request."""
        self._owners[number] = desk
        self._owners = {old: owner for old, owner in self._owners.items() if old > number - MOST_OUTSTANDING}

    def sort(self) -> None:
        """Take what has come, and lay it on the desks; what concerns the worker itself concerns all."""
        for event in self.worker.take():
            owner = self._owners.get(event.number)
            for desk in self._desks.values() if event.number == 0 else [owner] if owner is not None else []:
                desk.events.append(event)


class Desk:
    """One who asks; to be used like the worker itself.

    Attributes:
        events: What has come and was not taken yet.
    """

    def __init__(self, share: WorkerShare, name: str) -> None:
        self._share, self._name = share, name
        self.events: list[Event] = []

    @property
    def busy(self) -> bool:
        """Whether the worker has something to do, for whomever."""
        return self._share.worker.busy

    def request(self, kind: str, payload: object) -> int:
        """Ask; the latest of a kind wins at each desk."""
        number = self._share.worker.request(self._kind(kind), payload)
        self._share.own(number, self)
        return number

    def cancel(self, kind: str) -> None:
        """Forget what was asked of this kind at this desk."""
        self._share.worker.cancel(self._kind(kind))

    def take(self) -> tuple[Event, ...]:
        """What has come for this desk since the last call, in order."""
        self._share.sort()
        events, self.events = tuple(self.events), []
        return events

    def _kind(self, kind: str) -> str:
        return f"{kind}{OF}{self._name}" if self._name else kind
