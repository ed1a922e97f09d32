"""How looking and training share one machine (docs/design.md, Sharing).

What a person asks for is computed at once.  What the window does by itself, which is to follow live weights and to
fetch neighbours ahead, takes no more than a share of the time while a trainer works on this machine; and the worker
leaves its GPUs to it, for another one or for the processor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from widgets.runs_view import RunItem

DEFAULT_SHARE = 0.5
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Sharing:
    """Who else needs this machine.

    Attributes:
        share: The part of the time that looking takes at most, in [0.05, 1].
        training: Whether a trainer works on this machine.
        gpu_taken: Whether it does so on a GPU.
        gpus: Which ones, as far as trainers say; the worker takes another one if there is one.
    """

    share: float = DEFAULT_SHARE
    training: bool = False
    gpu_taken: bool = False
    gpus: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not LEAST_SHARE <= self.share <= 1:
            raise ValueError(f"sharing: the share must lie in [{LEAST_SHARE}, 1], got {self.share}")

    def pause_s(self, seconds: float) -> float:
        """How long to rest after so many seconds of work, so that they are no more than the share of both."""
        return seconds * (1 - self.share) / self.share


def sharing(runs: Iterable[RunItem], share: float) -> Sharing:
    """What the trainers of these runs leave to the window; those on other machines need nothing of this one."""
    active = [each.view.status for each in runs if each.view.active and each.view.status is not None]
    here = [status for status in active if status.process.is_local]
    # A paused trainer takes no time, but keeps its memory on the GPU.
    on_gpu = [status for status in here if status.device and not status.device.startswith("cpu")]
    told = all(status.gpus for status in on_gpu)
    gpus = tuple(sorted({gpu for status in on_gpu for gpu in status.gpus})) if told else ()
    return Sharing(share, any(status.state != "paused" for status in here), bool(on_gpu), gpus)
