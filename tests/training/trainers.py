"""A stand-in for the trainer: a package `training` that obeys commands, put before the real one by PYTHONPATH."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

# Knows nothing of the real package, which it shadows: it speaks to the folder alone, as a trainer elsewhere would.
MAIN = """
import json, os, pathlib, platform, sys, time
import psutil

run = pathlib.Path(sys.argv[1])
me = {"pid": os.getpid(), "pid_created": psutil.Process().create_time(), "host": platform.node()}
old = run / "status.json"
start = json.loads(old.read_text())["start"] + 1 if old.exists() else 1
mode = os.environ.get("FAKE_MODE", "")
print("hello from", os.getcwd(), flush=True)
if mode == "crash":
    raise SystemExit("boom")

def report(state, step, message=""):
    status = {"version": 1, "state": state, "start": start, **me, "heartbeat": time.time(), "step": step,
              "kimg": step / 100, "total_kimg": 1.0, "sec_per_kimg": 2.0, "message": message}
    aside = run / ".status.part"
    aside.write_text(json.dumps(status))
    os.replace(aside, old)

step = 0
while True:
    step += 1
    report("running", step)
    with (run / "stats.jsonl").open("a") as stats:
        row = {"Progress/step": step, "Progress/kimg": step / 100, "Timing/sec_per_kimg": 2.0, "Loss/G/loss": 0.5}
        stats.write(json.dumps(row) + "\\n")
    for path in (run / "commands").glob("*.json"):
        command = json.loads(path.read_text())
        if command["start"] == start and command["command"] != "set" and mode != "deaf":
            report("stopped", step)
            raise SystemExit
    if step == 5 and mode == "finish":
        report("finished", step)
        raise SystemExit
    if step == 5 and mode == "fail":
        report("failed", step, "out of luck: try again")
        raise SystemExit(1)
    time.sleep(0.05)
"""


def fake_trainer(folder: Path, mode: str = "") -> dict[str, str]:
    """Environment under which `python -m training` is the stand-in."""
    package = folder / "fake" / "training"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(MAIN, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(package.parent)]), "FAKE_MODE": mode}


def eventually(true: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def step_of(run: Path) -> int:
    """The step that the stand-in reported last."""
    status = run / "status.json"
    return json.loads(status.read_text())["step"] if status.exists() else 0
