"""The process that draws an export: `epigraf render`, so that both make the same bytes.

Its arguments come from standard input.  Progress comes as lines of JSON (core/progress.py); other lines are for
people.
"""

from __future__ import annotations

import json
import os
import sys

from app.cli import main
from core.progress import PROGRESS_LINES
from training.errand import end_with_input


def run() -> int:
    """Read one line, a JSON list of arguments, and draw.  Returns the exit code of `epigraf render`."""
    arguments = json.loads(sys.stdin.buffer.readline())
    end_with_input()
    os.environ[PROGRESS_LINES] = "1"
    return main(["render", *arguments])


if __name__ == "__main__":
    sys.exit(run())
