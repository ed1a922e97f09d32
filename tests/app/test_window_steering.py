"""Changes while training, in the real window: the form, its answers, the marks, and going on past the end."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.studio import Studio
from core.scene import Source
from tests import ui
from tests.app import studio_runs
from training.changes import change_now
from training.commands import pending_commands
from training.control import Control
from training.retention import is_shown
from training.run_dir import RunDirectory
from training.steering import REFUSED, steered, words_of
from training.train_state import Progress

pytestmark = [pytest.mark.ui, pytest.mark.process]


@contextmanager
def trainer_of(run: RunDirectory) -> Iterator[Control]:
    """Answers for a run as its trainer would, without training."""
    control = Control(run, 1, 10, Progress(step=1000, images=4000, tick=40))
    closing = threading.Event()

    def steer(values: Mapping[str, Any]) -> str:
        if values.get("optimizer.r1_gamma") == 7:
            return f"{REFUSED}seven is no good"
        wish = steered(run.steered_config(), values)
        run.append_change(change_now(wish.values, 1000, 4.0, 1))
        return words_of(wish.values)

    def work() -> None:
        while not closing.wait(0.05):
            control.poll(lambda: None)

    control.steer = steer
    control.report("running")
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield control
    finally:
        closing.set()
        thread.join()
        control.report("stopped")


def fill(ctx: ui.Context, name: str, text: str) -> None:
    ctx.item_click(f"//Train/###steer {name}")
    ctx.key_chars_replace_enter(text)
    ctx.yield_(2)


def test_settings_are_changed_while_a_run_trains(tmp_path: Path, monkeypatch):
    run = studio_runs.ended_run(tmp_path)
    for tick in (41, 42):
        row = {"Progress/kimg": tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick, "Gradients/bad_steps": 2}
        run.append_stats(row)

    def view(studio: Studio):
        return studio.train.view().steering

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio_runs.state_of(studio) == "running", 30, "the run")
        ctx.window_focus("//Train")
        ui.wait_until(ctx, lambda: bool(view(studio).settings.groups), 30, "its settings")
        ctx.item_open("//Train/###steer")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "form.png")
        assert not view(studio).can_apply
        assert "in 2 steps of the last tick, 4 in all" in studio.train.view().warning
        fill(ctx, "optimizer.generator_lr", "-3")
        ui.wait_until(ctx, lambda: "optimizer.generator_lr" in view(studio).settings.notes, 30, "a word beside it")
        assert not view(studio).can_apply
        ui.capture(ctx, tmp_path / "refused.png")
        fill(ctx, "optimizer.generator_lr", "0.001")
        fill(ctx, "optimizer.r1_gamma", "7")
        ui.wait_until(ctx, lambda: view(studio).can_apply, 30, "two changes that can be made")
        ctx.item_click("//Train/###apply changes")
        ui.wait_until(ctx, lambda: view(studio).answer.kind == "bad", 30, "a refusal")
        assert view(studio).answer.text == "seven is no good"
        assert len(view(studio).changes) == 2, "what was filled in stays"
        fill(ctx, "optimizer.r1_gamma", "0.1")
        ui.wait_until(ctx, lambda: view(studio).can_apply, 30, "two changes that can be made")
        ctx.item_click("//Train/###apply changes")
        ui.wait_until(ctx, lambda: view(studio).answer.kind == "good", 30, "the answer")
        assert view(studio).answer.text.startswith("Counts from step 1000 on: optimizer.generator_lr 0.0025 → 0.001")
        ui.wait_until(ctx, lambda: any(event.kind == "set" for event in studio.train.run.curves.events), 30, "a mark")
        [mark] = [event for event in studio.train.run.curves.events if event.kind == "set"]
        assert (mark.kimg, mark.text.partition(", 2")[0]) == (4.0, "G LR 0.0025 → 0.001, R1 γ 0.05 → 0.1")
        ui.wait_until(ctx, lambda: view(studio).settings.defaults.get("optimizer.r1_gamma") == 0.1, 30, "new values")
        assert view(studio).changes == ()
        ctx.window_focus("//Curves")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "applied.png")
        control.report("finished")
        ui.wait_until(ctx, lambda: "Resume it first" in view(studio).blocked, 30, "why nothing can be changed")
        ctx.window_focus("//Train")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "blocked.png")
        go_on(ctx, studio)

    def go_on(ctx: ui.Context, studio: Studio) -> None:
        ctx.item_click("//Train/###resume")
        ui.wait_until(ctx, lambda: studio.train.offer is not None, 30, "the question how far")
        ctx.yield_(3)
        ctx.item_click("//$FOCUSED/##length")
        ctx.key_chars_replace("3")
        ctx.yield_(2)
        ui.capture(ctx, tmp_path / "too-short.png")
        ctx.key_chars_replace("24")
        ctx.yield_(2)
        ui.capture(ctx, tmp_path / "continue.png")
        ctx.item_click("//$FOCUSED/###continue yes")
        ui.wait_until(ctx, lambda: bool(launched), 30, "the trainer")
        assert studio.train.offer is None
        snapshot = run.snapshots()[-1].path

        def marked() -> bool:
            # Again and again, since the run that just goes on shows itself once more.
            studio.show_source(Source("checkpoint", str(snapshot)))
            return is_shown(snapshot, snapshot)

        ui.wait_until(ctx, marked, 30, "a mark beside the snapshot that is shown")

    launched: list[RunDirectory] = []
    monkeypatch.setattr("training.launch.launch", launched.append)
    with trainer_of(run) as control:
        ui.run_studio(clicks, monkeypatch, tmp_path)
    assert run.steered_config().optimizer.generator_lr == 0.001
    [wish] = pending_commands(run.commands_path, 2)
    assert (wish.command, wish.values) == ("set", {"loop.total_kimg": 24})
