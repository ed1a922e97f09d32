"""A studio in a process of its own that starts a training by clicks and then stays open: to be killed by a test.

python -m tests.app.window_process HOME
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.studio import Studio
from tests import ui
from tests.app import studio_runs


def main(home: Path) -> None:
    """Say "training" on stdout when the trainer runs and is followed; then stay."""
    data = studio_runs.prepare(home)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio_runs.fill_form(ctx, studio, data)
        ui.wait_until(ctx, lambda: studio.train.view().can_start, 30, "a form that can be started")
        ctx.item_click("//Train/###start")
        ui.wait_until(ctx, lambda: studio.train.run is not None, 90, "the run to be attached")
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 90, "the run's generator in the viewport")
        print(f"training {studio.stage.worker.process_id}", flush=True)
        ui.wait_until(ctx, lambda: False, 600, "the end of this process")

    with pytest.MonkeyPatch.context() as patch:
        ui.run_studio(clicks, patch, home, ahead=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
