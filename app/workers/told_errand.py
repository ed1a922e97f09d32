"""An errand that says how far it is: its lines of progress told apart from those for people."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from core.progress import TOLD
from training.errand import Errand, ErrandError

# The last lines of a process say what came of it, or why nothing did.
LAST_LINES = 12


@dataclass(frozen=True)
class Ended:
    """What a process has ended with.

    Attributes:
        done: Whether all went well.
        lines: The last ones for people.
    """

    done: bool
    lines: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why it failed, for people."""
        return "\n".join(self.lines).removeprefix("epigraf: ") or "the process has ended without a word"


def carry_out(errand: Errand, order: str, on_progress: Callable[[str, int, int], None]) -> Ended:
    """Run an errand to its end.

    Args:
        errand: It; may be cancelled from another thread.
        order: Its line.
        on_progress: Called with what is being done, steps done and steps in all.
    """
    said: deque[str] = deque(maxlen=LAST_LINES)
    try:
        for line in errand.lines(order):
            text = line.decode(errors="replace").strip()
            if text.startswith(TOLD):
                told = json.loads(text.removeprefix(TOLD))
                on_progress(told["doing"], told["done"], told["total"])
            elif text:
                said.append(text)
    except ErrandError as error:
        said.append(str(error))
    return Ended(errand.code == 0 and not errand.cancelled, tuple(said))
