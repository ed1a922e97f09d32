"""launch.json: what the launcher knows of a start before the trainer has reported."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from core.files import write_text
from training.liveness import Launch
from training.processes import ProcessIdentity
from training.run_errors import RunError, explained, read_bytes

FILE = "launch.json"


def write_launch(run: Path, launch: Launch) -> None:
    """Write down a start.  Raises RunError."""
    with explained("write", run / FILE):
        write_text(run / FILE, json.dumps({"version": 1, **asdict(launch)}) + "\n")


def read_launch(run: Path) -> Launch | None:
    """The last start that a launcher wrote down, if any.  Raises RunError."""
    content = read_bytes(run / FILE)
    if content is None:
        return None
    try:
        values = json.loads(content)
        process = ProcessIdentity(**values["process"])
        return Launch(int(values["start"]), process, float(values["time"]))
    except (ValueError, TypeError, KeyError) as error:
        raise RunError(f"{run / FILE}: is no record of a start that this program understands; delete it") from error
