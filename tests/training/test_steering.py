"""Changes of settings while a run trains: which may be made, what is kept of them, and that resume knows them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from app.cli import main
from tests.training.test_trainer import assert_same_weights, interrupted
from tests.training.toy import toy_run
from tests.training.trainers import eventually, fake_trainer
from training.__main__ import train_run
from training.changes import Change, with_changes
from training.commands import acknowledgements, send_command
from training.config import ConfigError
from training.config_files import setting_names
from training.control import Control
from training.run_dir import RunDirectory
from training.run_errors import RunError
from training.setting_schema import flat_values
from training.steering import STEERABLE, steered
from training.train_state import Progress
from training.trainer import Trainer

CHANGES = {
    "optimizer.generator_lr": 0.01,
    "optimizer.discriminator_lr": 0.0005,
    "optimizer.r1_gamma": 0.0,
    "augment.target": 0.1,
    "patches.beta_end": 0.3,
    "patches.anneal_kimg": 0.03,
    "loop.total_kimg": 0.064,
    "loop.kimg_per_tick": 0.008,
}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def adaptive_run(tmp_path, **changes) -> RunDirectory:
    return toy_run(tmp_path, **{"augment__kind": "adaptive", "loop__total_kimg": 0.048, **changes})


def steered_at(run: RunDirectory, values: dict, steps: int, more: int) -> Trainer:
    """Train some steps, change settings as the trainer does when it is told to, train on, and vanish."""
    with run.lock():
        control = Control(run, run.next_start(), 1, Progress())
        trainer = Trainer(run, run.config(), control)
        control.report("running")
        for step in range(steps + more):
            if step == steps:
                send_command(run.commands_path, "set", control.start, values)
                control._poll_at = 0.0
            control.poll(lambda: None)
            trainer._step()
            trainer._record()
        trainer.close()
    return trainer


def test_every_steerable_setting_exists_and_the_trainer_minds_it():
    assert set(STEERABLE) <= set(setting_names())
    assert len(set(STEERABLE)) == len(STEERABLE)


def test_a_change_counts_from_the_next_step_and_is_recorded(tmp_path):
    run = adaptive_run(tmp_path)
    trainer = steered_at(run, CHANGES, 5, 2)
    stepper, settings = trainer.stepper, trainer.config.optimizer
    assert {name: flat_values(trainer.config)[name] for name in CHANGES} == CHANGES
    for optimizer, expected in (
        (stepper.generator_optimizer, settings.generator_adam),
        (stepper.discriminator_optimizer, settings.discriminator_adam),
    ):
        [group] = optimizer.param_groups
        assert {name: group[name] for name in expected} == expected
    assert stepper.discriminator_optimizer.param_groups[0]["lr"] == 0.0005  # without R1 nothing is scaled
    assert stepper.generated.schedule.beta_end == 0.3
    [change] = run.changes()
    assert (change.step, change.kimg, change.start) == (5, 0.02, 1)
    assert change.values["optimizer.generator_lr"] == (0.0025, 0.01)
    assert set(change.values) == set(CHANGES)
    [answer] = acknowledgements(run.commands_path)
    assert (answer.command, answer.step) == ("set", 5)
    assert "optimizer.generator_lr 0.0025 → 0.01" in answer.result
    status = run.status()
    assert status is not None
    assert status.total_kimg == 0.064
    assert run.steered_config() == trainer.config
    assert run.config().optimizer.generator_lr == 0.0025, "what the run began with stays"


def test_a_changed_run_that_is_killed_goes_on_as_one_that_was_not(tmp_path):
    whole, killed = adaptive_run(tmp_path), adaptive_run(tmp_path)
    for run, more in ((whole, 11), (killed, 3)):
        steered_at(run, CHANGES, 5, more)
    # The change has saved a state, so what was acknowledged outlives a kill; steps since then are done again.
    assert train_run(killed) == 0
    assert train_run(whole) == 0
    assert_same_weights(whole, killed)
    assert [change.step for change in killed.changes()] == [5]
    rows = [[row[name] for name in ("Progress/kimg", "Loss/G/loss", "Augment/p")] for row in whole.stats().rows]
    assert rows == [
        [row[name] for name in ("Progress/kimg", "Loss/G/loss", "Augment/p")] for row in killed.stats().rows
    ]
    unchanged = adaptive_run(tmp_path, loop__total_kimg=0.064)
    assert train_run(unchanged) == 0
    with pytest.raises(AssertionError):
        assert_same_weights(whole, unchanged)


def test_changes_beyond_the_restored_state_are_cut_back_with_the_statistics(tmp_path):
    run = adaptive_run(tmp_path, loop__state_minutes=1e-6)
    interrupted(run, 6)
    for step in (6, 7):
        run.append_change(Change(step, step * 0.004, 1, 0.0, {"loop.total_kimg": (0.048, 0.05 + step)}))
    with run.changes_path.open("ab") as file:
        file.write(b'{"Progress/step": 6, "val')
    trainer = interrupted(run, 0)
    assert [change.step for change in run.changes()] == [6]
    assert trainer.config.loop.total_kimg == 6.05


def test_what_cannot_be_changed_is_refused_by_name(tmp_path):
    config = toy_run(tmp_path).config()
    for values, words in [
        ({"optimizer.generator_lr": -1}, "optimizer.generator_lr: must be greater than 0"),
        ({"loop.batch": 8}, "loop.batch cannot change while a run goes on; these can: optimizer.generator_lr"),
        ({"optimizer.lr": 1}, "optimizer.lr is unknown; did you mean"),
        ({"loop.total_kimg": 0.01}, "0.02 kimg are done already"),
        ({"augment.target": 0.5}, "augment.target has no effect: augment.kind is none"),
        ({"optimizer.r1_gamma": "strong"}, "must be a number"),
    ]:
        with pytest.raises(ConfigError) as refused:
            steered(config, values, 0.02)
        assert words in str(refused.value)
        assert [problem.fields for problem in refused.value.problems] == [tuple(values)]


def test_a_refused_change_changes_nothing_and_says_why(tmp_path):
    run = adaptive_run(tmp_path)
    trainer = steered_at(run, {"optimizer.r1_gamma": 0.5, "loop.seed": 3}, 2, 1)
    assert trainer.config == run.config()
    assert run.changes() == ()
    [answer] = acknowledgements(run.commands_path)
    assert answer.result.startswith("refused: loop.seed cannot change")
    assert steered_at(run, {"optimizer.r1_gamma": 0.05}, 0, 1).config == run.config()
    assert acknowledgements(run.commands_path)[-1].result == "nothing to change: it is so already"
    assert run.changes() == ()


def test_a_damaged_record_is_named(tmp_path):
    run = toy_run(tmp_path)
    run.changes_path.write_text(json.dumps({"Progress/step": 3}) + "\n")
    with pytest.raises(RunError, match=r"changes\.jsonl: holds a line that is no change"):
        run.steered_config()
    assert with_changes(run.config(), (), "nowhere") == run.config()


def test_a_finished_run_goes_on_with_a_greater_length_as_if_it_had_been_planned(tmp_path):
    whole, continued = toy_run(tmp_path), toy_run(tmp_path, loop__total_kimg=0.028)
    assert train_run(whole) == train_run(continued) == 0
    continued.set_at_start({"loop.total_kimg": 0.064})
    assert train_run(continued) == 0
    assert_same_weights(whole, continued)
    status = continued.status()
    assert status is not None
    assert (status.state, status.kimg, status.total_kimg) == ("finished", 0.064, 0.064)
    assert [row["Progress/tick"] for row in continued.stats().rows] == [1, 2, 3, 4]
    assert [(change.step, change.values) for change in continued.changes()] == [
        (7, {"loop.total_kimg": (0.028, 0.064)})
    ]


@contextmanager
def looking(control: Control) -> Iterator[None]:
    """A trainer that looks for commands again and again, on a thread."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            control._poll_at = 0.0
            control.poll(lambda: None)

    trainer = threading.Thread(target=look)
    trainer.start()
    try:
        yield
    finally:
        over.set()
        trainer.join()


def test_the_command_says_what_became_of_it(tmp_path, capsys):
    run = toy_run(tmp_path)
    change = ["set", str(run.path), "optimizer.generator_lr=0.001", "--wait", "20"]
    assert main(change) == 2
    assert "no trainer runs (the run is new)" in capsys.readouterr().err
    assert main(["set", str(run.path), "optimizer.generator_lr"]) == 2
    assert "expected key=value" in capsys.readouterr().err
    control = Control(run, 1, 1, Progress(step=12))
    control.report("starting")
    assert main(change) == 2
    assert "while it is starting" in capsys.readouterr().err
    control.report("running")
    assert main([*change[:2], "loop.batch=16"]) == 2
    assert "cannot change while a run goes on" in capsys.readouterr().err
    assert main([*change[:3], "--wait", "0"]) == 0
    assert "has not answered within 0 s" in capsys.readouterr().out
    for result, code in (("it is done", 0), ("refused: no", 1)):
        control.steer = lambda values, result=result: f"{result} {values['optimizer.generator_lr']}"
        with looking(control):
            assert main(change) == code
        assert f"step 12: {result} 0.001" in capsys.readouterr().out


@pytest.mark.process
def test_resuming_takes_changes_with_it(tmp_path, monkeypatch, capsys):
    run = toy_run(tmp_path, loop__total_kimg=0.016)
    assert train_run(run) == 0
    for name, value in fake_trainer(tmp_path, "finish").items():
        monkeypatch.setenv(name, value)
    resume = ["train", "--resume", str(run.path), "--detach"]
    assert main([*resume, "--kimg", "0.032", "--set", "generator.w_dim=4"]) == 2
    assert "generator.w_dim cannot change" in capsys.readouterr().err
    assert main([*resume, "--kimg", "0.032", "--set", "optimizer.r1_gamma=1", "--threads", "2"]) == 0
    eventually(lambda: not run.observe().active)
    assert run.config().loop.threads == 2
    monkeypatch.undo()
    trainer = Trainer(run, run.config(), control := Control(run, 2, 1, Progress()))
    control.poll(lambda: None)
    trainer.close()
    assert (trainer.config.loop.total_kimg, trainer.config.optimizer.r1_gamma) == (0.032, 1)
