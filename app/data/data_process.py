"""The process behind the Data panel: `epigraf data …`, so that panel and shell make the same bytes, and its surveys.

Its order comes from standard input, a JSON list of words.  Progress comes as lines of JSON (core/progress.py).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from app.cli import main
from core.progress import PROGRESS_LINES, ProgressLine
from training.errand import end_with_input, say

SURVEY = "survey"


def run() -> int:
    """Read the order and carry it out.  Returns the exit code."""
    words = json.loads(sys.stdin.buffer.readline())
    end_with_input()
    os.environ[PROGRESS_LINES] = "1"
    if words[0] == SURVEY:
        return keep_survey(Path(words[1]), Path(words[2]))
    return main(["data", *words])


def keep_survey(path: Path, file: Path) -> int:
    """Read all pictures of a data set, and write what they tell into a file."""
    from training.data_set import ImageDataSet
    from training.data_survey import save_survey, survey
    from training.priority import PROBE_NICENESS, step_back

    step_back(PROBE_NICENESS)
    try:
        with ImageDataSet.open(path) as data, ProgressLine("reading") as line:
            save_survey(file, survey(data, line.update), data.info.fingerprint)
    except (ValueError, OSError) as error:
        say(" ".join(str(error).split()))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run())
