"""Part of a batch: what one process computes of it, or one piece of that."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Share:
    """Consecutive samples of a batch.

    Attributes:
        start: The first sample.
        stop: One past the last sample.
        whole: Samples in the batch.
    """

    start: int
    stop: int
    whole: int

    @classmethod
    def all_of(cls, batch: int) -> Share:
        """The whole of a batch."""
        return cls(0, batch, batch)

    @property
    def rows(self) -> slice:
        """Its samples, of the batch's."""
        return slice(self.start, self.stop)

    @property
    def weight(self) -> float:
        """Its part of the batch, in (0, 1]."""
        return len(self) / self.whole

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the batch."""
        return len(self) == self.whole

    def __len__(self) -> int:
        """Number of its samples."""
        return self.stop - self.start

    def pieces(self, size: int) -> list[Share]:
        """Cut it into pieces of `size` samples; the last may be smaller."""
        cuts = [*range(self.start, self.stop, size), self.stop]
        return [Share(start, stop, self.whole) for start, stop in pairwise(cuts)]

    def within(self, other: Share) -> slice:
        """Its samples, counted from where another share begins that contains it."""
        return slice(self.start - other.start, self.stop - other.start)


def shares(batch: int, group: int, processes: int) -> list[Share]:
    """Deal a batch out to processes, in whole groups; the first get more where it does not come out even.

    Args:
        batch: Samples, a multiple of the group.
        group: Samples that must stay together, for minibatch-std.
        processes: How many there are.

    Returns:
        One share for each process.

    Raises:
        ValueError: There are fewer groups than processes.
    """
    groups = batch // group
    if groups < processes:
        raise ValueError(
            f"{processes} processes cannot share a batch of {batch}: it has {groups} minibatch-std "
            f"group{'' if groups == 1 else 's'} of {group}, and each process needs one. Use at most {groups} "
            "processes, a larger loop.batch or a smaller discriminator.group_size"
        )
    cuts = [group * (groups * index // processes) for index in range(processes + 1)]
    return [Share(start, stop, batch) for start, stop in pairwise(cuts)]
