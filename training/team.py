"""The processes that train one run together: which of them we are, and what they tell each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from torch import Tensor, nn

Value = TypeVar("Value")


class TeamError(RuntimeError):
    """Another process of the training is gone or does not answer."""


class Team:
    """A process that trains alone: what it tells the others is what it knows itself.

    Attributes:
        rank: Which of the processes we are, from 0; the first owns the run's folder.
        size: How many there are.
    """

    rank = 0
    size = 1

    @property
    def leads(self) -> bool:
        """Whether we own the run's folder, and speak for all."""
        return self.rank == 0

    def any(self, flag: bool) -> bool:
        """Whether a flag is set in any process.  Raises TeamError."""
        return flag

    def share(self, value: Value, kind: type[Value]) -> Value:
        """What the first process has; what the others have counts for nothing.

        Args:
            value: Ours.
            kind: What it is, of plain values and models: it travels as JSON, since a pickle could run code.

        Raises:
            TeamError: Another process is gone.
        """
        return value

    def totals(self, values: Sequence[float]) -> list[float]:
        """Sums over the processes, of equally many values in each.  Raises TeamError."""
        return list(values)

    def add_gradients(self, network: nn.Module) -> None:
        """Leave the sums over the processes at a network's parameters.  Raises TeamError."""

    def align(self, tensors: Iterable[Tensor]) -> None:
        """Give all processes the values that the first one has.  Raises TeamError."""

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """Around what the first process does by itself, which may take longer than the others have patience.

        All enter it in the same places; inside, nothing is told to all but `still_here`.  Raises TeamError.
        """
        yield

    def still_here(self) -> None:
        """Of the first process, again and again while it is alone: let the others wait on.  Raises TeamError."""

    def farewell(self, words: str) -> None:
        """Leave behind why we go, for the others to say."""

    def last_words(self) -> str:
        """Why another process has gone; empty if it said nothing."""
        return ""

    def leave(self) -> None:
        """Cut the ties."""
