"""What tests of the window need of runs: a tiny data set, a preset of a minute, and an end for every trainer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml

from app.studio import Studio
from tests import ui
from tests.training.toy import TOY, toy_data
from training.run_dir import list_runs

PRESET = "minute"
# Long enough for any test, with something new to see all the time.
CHANGES: dict[str, Any] = {
    "loop.total_kimg": 1000,
    "loop.kimg_per_tick": 0.1,
    "loop.sample_kimg": 0.5,
    "loop.snapshot_kimg": 500,
    "loop.state_minutes": 0.02,
    "loop.live_seconds": 0.5,
}


def prepare(home: Path) -> Path:
    """Put the preset where the studio looks for presets of its user.  Returns the path of a tiny data set."""
    folder = home / "epigraf-studio" / "presets"
    folder.mkdir(parents=True, exist_ok=True)
    tree: dict[str, Any] = {"description": "Only for tests: sees something within seconds"}
    for name, value in {**TOY, **CHANGES}.items():
        *groups, leaf = name.split(".")
        branch = tree
        for group in groups:
            branch = branch.setdefault(group, {})
        branch[leaf] = value
    del tree["name"]
    (folder / f"{PRESET}.yaml").write_text(yaml.safe_dump(tree))
    data = home / "toy.zip"
    return data if data.exists() else toy_data(data)


def runs_dir(home: Path) -> Path:
    """Where the studio of a test keeps runs."""
    return home / "epigraf-studio" / "runs"


@contextmanager
def no_trainer_left(home: Path) -> Iterator[None]:
    """Kill every trainer of the runs of a test, whatever happens."""
    try:
        yield
    finally:
        for run in list_runs(runs_dir(home)):
            status = run.status()
            if status is not None and psutil.pid_exists(status.pid):
                process = psutil.Process(status.pid)
                if "training" in " ".join(process.cmdline()):
                    process.kill()


def step_of(studio: Studio) -> int:
    """Step of the attached run as the window shows it."""
    run = studio.train.run
    return run.item.view.status.step if run is not None and run.item.view.status is not None else 0


def state_of(studio: Studio) -> str:
    """State of the attached run as the window shows it; empty without one."""
    run = studio.train.run
    return run.item.view.state if run is not None else ""


def fill_form(ctx: ui.Context, studio: Studio, data: Path, name: str = "test") -> None:
    """Fill in the Train panel, by clicks; Start is left to press."""
    ui.wait_until(ctx, lambda: bool(studio.train.view().presets), 20, "the presets")
    ctx.set_ref("//Train")
    ctx.combo_click(f"##preset/{PRESET}")
    ctx.combo_click("##data/Own zip or folder")
    ctx.item_click("##path")
    ctx.key_chars_replace_enter(str(data))
    ctx.item_click("##name")
    ctx.key_chars_replace_enter(name)
