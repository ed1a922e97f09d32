"""`python -m training.evaluation_process`: measures what standard input describes (training/evaluation_job.py).

Reads an order as one line of JSON, writes lines of JSON: progress, then done or an error.  The report goes into the
file that the order names.  It ends when its standard input is closed.
"""

from __future__ import annotations

import sys
import time

from core.memory import is_out_of_memory
from training.device import choose_device
from training.errand import end_with_input
from training.evaluate import evaluate
from training.evaluation_job import EvaluationOrder, say
from training.evaluation_report import save_evaluation
from training.priority import PROBE_NICENESS, go_first_when_memory_ends, step_back

# Seconds between two words about progress.
SAY_S = 0.1
NO_MEMORY = "there is not enough memory for this: pause the training first, or measure fewer pictures"


class _Progress:
    """Says how far it is, but not more often than somebody can read."""

    def __init__(self) -> None:
        self._next, self._doing = 0.0, ""

    def __call__(self, fraction: float, doing: str) -> None:
        now = time.monotonic()
        if now >= self._next or doing != self._doing:
            self._next, self._doing = now + SAY_S, doing
            say(fraction=fraction, doing=doing)


def main() -> int:
    """Measure what standard input asks for.  Returns the exit status."""
    step_back(PROBE_NICENESS)
    go_first_when_memory_ends()
    line = sys.stdin.buffer.readline()
    end_with_input()
    try:
        order = EvaluationOrder.model_validate_json(line)
        say(fraction=0.0, doing="loading the snapshot")
        device = str(choose_device(order.device))
        compared = order.resolution, order.poses
        found = evaluate(order.snapshot, order.data, order.settings, device, _Progress(), *compared)
        save_evaluation(order.report, found)
    except (ValueError, OSError, RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and not is_out_of_memory(error):
            raise
        say(error=NO_MEMORY if is_out_of_memory(error) else " ".join(str(error).split()))
        return 1
    say(done=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
