"""`python -m training.inversion_process`: finds the sample of a picture (training/inversion_job.py).

Reads an order as one line of JSON, writes lines of JSON: how far it is, then what was found or an error.  It ends when
its standard input is closed.
"""

from __future__ import annotations

import json
import sys
import time

from core.memory import is_out_of_memory
from training.errand import end_with_input, say
from training.inversion_job import InversionOrder, InversionWord
from training.invert import invert
from training.priority import PROBE_NICENESS, go_first_when_memory_ends, step_back

# Seconds between two words about progress.
SAY_S = 0.2
NO_MEMORY = "there is not enough memory for this: compare fewer pixels, or close other programs"


class _Progress:
    """Says how far it is, but not more often than somebody can look."""

    def __init__(self) -> None:
        self._next, self._doing = 0.0, ""

    def __call__(self, word: InversionWord) -> None:
        now = time.monotonic()
        if now >= self._next or word.doing != self._doing or word.done == word.total:
            self._next, self._doing = now + SAY_S, word.doing
            say(json.dumps({"word": word.model_dump(mode="json", exclude_defaults=True)}))


def main() -> int:
    """Find what standard input asks for.  Returns the exit status."""
    step_back(PROBE_NICENESS)
    go_first_when_memory_ends()
    line = sys.stdin.buffer.readline()
    end_with_input()
    try:
        result = invert(InversionOrder.model_validate_json(line), _Progress())
    except (ValueError, OSError, RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and not is_out_of_memory(error):
            raise
        say(json.dumps({"error": NO_MEMORY if is_out_of_memory(error) else " ".join(str(error).split())}))
        return 1
    say(json.dumps({"result": result.model_dump(mode="json")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
