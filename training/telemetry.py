"""What happened since the last tick: means, counts, drawn patches.  Reading along must not disturb the training."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from training.team import Team

if TYPE_CHECKING:  # which imports this
    from training.seen_patches import Sighting

# D's scores of a tick that are written, of each kind.
MOST_SCORES = 512
# Beyond it there are no numbers of half precision.
LARGEST_SCORE = 65_000.0


class Telemetry:
    """Collects between two ticks, and is emptied by each.

    Attributes:
        seconds: Time spent training since the last tick.
        images: Pictures seen since the last tick.
        records: Whether anything is recorded: steps compute nothing for the record alone where it is not.
        sighting: What D was shown in the last step; none before the first one since the last tick.
        norms: Of the last gradients that G and D learned from, penalties not counted, by network: names of parameters,
            and norms [parameters] where they were computed.  Empty before the first step since the last tick.
    """

    records = True

    def __init__(self) -> None:
        self.seconds, self.images = 0.0, 0
        self._sums: dict[str, float] = defaultdict(float)
        self._numbers: dict[str, float] = defaultdict(float)
        self._counts: dict[str, int] = defaultdict(int)
        self.broken: dict[str, float] = {}
        self._latest: dict[str, float] = {}
        # Sums that may still be on an accelerator: reading each at once would make every step wait for it.
        self._pending: list[tuple[str, Tensor]] = []
        self._scales: list[np.ndarray] = []
        self._offsets: list[np.ndarray] = []
        self._scores: dict[str, list[Tensor]] = defaultdict(list)
        self.sighting: Sighting | None = None
        self.norms: dict[str, tuple[list[str], Tensor]] = {}

    def add_mean(self, name: str, part: Tensor | float, weight: float) -> None:
        """Add to a mean: part of a batch's mean, scalar, and which part of the batch it is, in (0, 1]."""
        if isinstance(part, Tensor):
            self._pending.append((name, part.detach()))
        else:
            self._sums[name] += part
        self._numbers[name] += weight

    def add(self, name: str, value: Tensor | float) -> None:
        """Add to a mean: a number, or all elements of a tensor."""
        if isinstance(value, Tensor):
            self._pending.append((name, value.detach().sum()))
            self._numbers[name] += value.numel()
        else:
            self._sums[name] += value
            self._numbers[name] += 1

    def add_time(self, seconds: float, images: int) -> None:
        """Count a step's time and pictures."""
        self.seconds += seconds
        self.images += images

    def count(self, name: str) -> None:
        """Count an event."""
        self._counts[name] += 1

    def add_broken(self, norms: dict[str, float]) -> None:
        """Remember gradients that were no numbers, of a step that was skipped: their norms, by parameter."""
        self.broken.update(norms)

    def keep_norms(self, network: str, names: list[str], norms: Tensor) -> None:
        """Remember the norms of a network's gradients, G or D, in place of those of the step before."""
        self.norms[network] = names, norms

    def keep(self, name: str, value: float) -> None:
        """Remember the last value of something that has no mean."""
        self._latest[name] = value

    def add_patches(self, scales: np.ndarray, offsets: np.ndarray) -> None:
        """Remember drawn patches: scales [n] and offsets [n, 2]."""
        self._scales.append(scales)
        self._offsets.append(offsets)

    def add_scores(self, kind: str, scores: Tensor) -> None:
        """Remember D's scores of this process's patches of a step, [share]; kind: real or fake."""
        self._scores[kind].append(scores.detach())

    def scores(self) -> dict[str, np.ndarray]:
        """D's scores by kind, in the order of their steps., [n] each, float16."""
        return {kind: _half(parts) for kind, parts in sorted(self._scores.items())}

    def scalars(self) -> dict[str, float]:
        """Means, counts and last values so far."""
        self._settle()
        means = {name: total / self._numbers[name] for name, total in self._sums.items()}
        return {**means, **self._counts, **self._latest}

    def patches(self) -> tuple[np.ndarray, np.ndarray]:
        """Drawn scales [n] and offsets [n, 2], float32."""
        if not self._scales:
            return np.empty(0, np.float32), np.empty((0, 2), np.float32)
        return np.concatenate(self._scales).astype(np.float32), np.concatenate(self._offsets).astype(np.float32)

    def state_dict(self) -> dict[str, Any]:
        """What the next tick reports of the time so far, for exact resume: numbers and tensors only."""
        self._settle()
        scales = np.concatenate(self._scales) if self._scales else np.empty(0)
        offsets = np.concatenate(self._offsets) if self._offsets else np.empty((0, 2))
        return {
            "sums": dict(self._sums),
            "numbers": dict(self._numbers),
            "counts": dict(self._counts),
            "broken": dict(self.broken),
            "latest": dict(self._latest),
            "scales": torch.from_numpy(scales),
            "offsets": torch.from_numpy(offsets),
            "scores": {kind: torch.from_numpy(values) for kind, values in self.scores().items()},
            "seconds": self.seconds,
            "images": self.images,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` gave.  Raises KeyError."""
        self.clear()
        self._sums.update(state["sums"])
        self._numbers.update(state["numbers"])
        self._counts.update(state["counts"])
        self.broken.update(state.get("broken", {}))  # states of before know nothing of it
        self._latest.update(state["latest"])
        self.add_patches(state["scales"].numpy(), state["offsets"].numpy())
        for kind, scores in state.get("scores", {}).items():  # states of before scores were kept lack them
            self.add_scores(kind, scores)
        self.add_time(state["seconds"], state["images"])

    def unite(self, team: Team) -> None:
        """Bring means together in the first process; patches and counts are the same in all."""
        self._settle()
        names = team.share(sorted(self._sums), list[str])
        values = [self._sums[name] for name in names] + [self._numbers[name] for name in names]
        totals = team.totals(values)
        sums, numbers = dict(zip(names, totals, strict=False)), dict(zip(names, totals[len(names) :], strict=True))
        self._sums.clear()
        self._numbers.clear()
        if team.leads:
            self._sums.update(sums)
            self._numbers.update(numbers)

    def forget_all_but_time(self) -> None:
        """Keep no more than the time, where another process holds what was counted so far."""
        seconds, images = self.seconds, self.images
        self.clear()
        self.add_time(seconds, images)

    def _settle(self) -> None:
        """Read the sums that were left where they were computed, in the order in which they came."""
        for name, total in self._pending:
            self._sums[name] += float(total)
        self._pending.clear()

    def clear(self) -> None:
        """Forget everything, for the next tick."""
        self.__init__()


class Silence(Telemetry):
    """Hears nothing but the time: a training that nobody records, to measure what recording costs and changes."""

    records = False

    def add_mean(self, name: str, part: Tensor | float, weight: float) -> None:
        """Nothing is recorded."""

    def add(self, name: str, value: Tensor | float) -> None:
        """Nothing is recorded."""

    def count(self, name: str) -> None:
        """Nothing is recorded."""

    def add_broken(self, norms: dict[str, float]) -> None:
        """Nothing is recorded."""

    def keep_norms(self, network: str, names: list[str], norms: Tensor) -> None:
        """Nothing is recorded."""

    def keep(self, name: str, value: float) -> None:
        """Nothing is recorded."""

    def add_patches(self, scales: np.ndarray, offsets: np.ndarray) -> None:
        """Nothing is recorded."""


def thinned(values: np.ndarray, most: int = MOST_SCORES) -> np.ndarray:
    """At most so many of values [n], evenly spread over their order."""
    return values if len(values) <= most else values[np.linspace(0, len(values) - 1, most).round().astype(np.int64)]


def _half(parts: list[Tensor]) -> np.ndarray:
    """Scores as they are written, [n]."""
    values = torch.cat([part.to("cpu", torch.float32) for part in parts])
    return values.clamp(-LARGEST_SCORE, LARGEST_SCORE).to(torch.float16).numpy()
