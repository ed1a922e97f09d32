"""A run from its start to its end, and every way of interrupting it."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import torch

from core.checkpoint import load_checkpoint
from core.generator import Sample
from tests.training.toy import TOY_EG3D, toy_data, toy_run
from training.__main__ import train_run
from training.commands import acknowledgements, send_command
from training.config_files import with_values
from training.control import Control
from training.events import PATTERN, read_events
from training.objective import density_roughness, generator_loss
from training.run_dir import RunDirectory
from training.sampler import ShuffledOrder
from training.stats import append_stats
from training.steps import Stepper
from training.telemetry import Telemetry
from training.train_state import Progress
from training.trainer import Trainer


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def final_weights(run: RunDirectory) -> dict[str, torch.Tensor]:
    return weights_of(run.snapshots()[-1].path)


def weights_of(snapshot: Path) -> dict[str, torch.Tensor]:
    checkpoint = load_checkpoint(snapshot)
    assert checkpoint.discriminator is not None
    return {**checkpoint.generator.state_dict(), **checkpoint.discriminator.state_dict()}


def assert_same_weights(one: RunDirectory, other: RunDirectory) -> None:
    ours, theirs = final_weights(one), final_weights(other)
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


def interrupted(run: RunDirectory, steps: int) -> Trainer:
    """Train some steps as the trainer does, then vanish without a word."""
    with run.lock():
        control = Control(run, run.next_start(), 1, Progress())
        trainer = Trainer(run, run.config(), control)
        control.report("running")
        for _ in range(steps):
            trainer._step()
            trainer._record()
        trainer.close()
    return trainer


def test_a_run_leaves_everything_behind(tmp_path):
    run = toy_run(tmp_path)
    assert train_run(run) == 0
    status = run.status()
    assert status is not None
    assert (status.state, status.step, status.kimg) == ("finished", 16, 0.064)
    assert status.device == "cpu, 1 thread"
    assert status.memory_gb is not None
    assert 0.05 < status.memory_gb < 20
    rows = run.stats().rows
    assert [row["Progress/kimg"] for row in rows] == [0.016, 0.032, 0.048, 0.064]
    for name in ("Loss/G/loss", "Loss/D/loss", "Loss/r1_penalty", "Loss/scores/real", "Gradients/G", "timestamp"):
        assert all(np.isfinite(row[name]) for row in rows), name
    assert rows[-1]["Anneal/blur_sigma"] == 0
    assert all(0 <= row["Modulation/switch_scale"] <= 1 for row in rows)
    assert [round(sample.kimg, 3) for sample in run.samples()] == [0, 0.032, 0.064]
    assert [round(snapshot.kimg, 3) for snapshot in run.snapshots()] == [0.048, 0.064]
    (events,) = run.path.glob(PATTERN)
    losses = [event.scalars["Loss/G/loss"] for event in read_events(events) if "Loss/G/loss" in event.scalars]
    assert losses == pytest.approx([row["Loss/G/loss"] for row in rows], rel=1e-6)
    with np.load(run.tick_path(2)) as arrays:
        # Four steps, three draws each (G, D, real), one square per group of four.
        assert arrays["scales"].shape == (12,)
        assert arrays["offsets"].shape == (12, 2)
        assert arrays["sigma/b16.conv1"].shape == (32, 4)
        assert arrays["sigma_places/b16.conv1"].shape == (24, 4)
        assert arrays["sigma_place_offsets"].shape == (24, 2)
        assert set(arrays["gradient_names/D"]) > {"b4.out.weight"}
        assert (arrays["gradient_norms/G"] > 0).any()
    assert not list(run.path.rglob("*.part*"))


def test_a_gradient_that_was_no_number_is_shown_in_its_tick_although_its_step_was_skipped(tmp_path, monkeypatch):
    run, calls = toy_run(tmp_path), []

    def once(logits):
        calls.append(logits)
        loss = generator_loss(logits)
        return loss * float("nan") if len(calls) == 1 else loss

    monkeypatch.setattr("training.steps.generator_loss", once)
    assert train_run(run) == 0
    for tick, broken in ((1, True), (2, False)):
        with np.load(run.tick_path(tick)) as arrays:
            norms = dict(zip(arrays["gradient_names/G"], arrays["gradient_norms/G"], strict=True))
            assert np.isfinite(arrays["gradient_norms/D"]).all()
        assert all(np.isfinite(norm) != broken for norm in norms.values()), norms


def test_gradients_by_layer_are_those_of_the_losses_whatever_penalty_ends_the_step(tmp_path, monkeypatch):
    once = {**TOY_EG3D, "loop__total_kimg": 0.004, "loop__kimg_per_tick": 0.004}
    plain = toy_run(tmp_path, **{**once, "optimizer__density_weight": 0.0, "optimizer__r1_gamma": 0.0})
    penalised = toy_run(tmp_path, **once)
    # Weights must stay where they are, so that D's loss is the same after G's penalty.
    monkeypatch.setattr(torch.optim.Adam, "step", lambda *_: None)
    # Nor may the penalty's random numbers change what D is shown after it.
    step = Stepper._density_step

    def silent(self: Stepper, kimg: float, telemetry: Telemetry) -> None:
        numbers = self.rng.bit_generator.state, torch.get_rng_state()
        step(self, kimg, telemetry)
        self.rng.bit_generator.state = numbers[0]
        torch.set_rng_state(numbers[1])

    monkeypatch.setattr(Stepper, "_density_step", silent)
    assert train_run(plain) == 0
    assert train_run(penalised) == 0
    assert {"Loss/G/reg", "Loss/D/reg"} <= penalised.stats().rows[0].keys()
    with np.load(plain.tick_path(1)) as ours, np.load(penalised.tick_path(1)) as theirs:
        for network in "GD":
            assert (ours[f"gradient_norms/{network}"] > 0).any()
            for what in ("names", "norms"):
                name = f"gradient_{what}/{network}"
                assert np.array_equal(ours[name], theirs[name]), name


def test_penalties_are_recorded_without_the_gain_of_lazy_steps(tmp_path, monkeypatch):
    run = toy_run(tmp_path, **TOY_EG3D, optimizer__r1_gamma=3.0)
    rough: list[float] = []

    def listen(field: Sample, distance: float) -> torch.Tensor:
        roughness = density_roughness(field, distance)
        rough.append(float(roughness.detach()))
        return roughness

    monkeypatch.setattr("training.steps.density_roughness", listen)
    assert train_run(run) == 0
    optimizer, rows = run.config().optimizer, run.stats().rows
    assert (optimizer.density_interval, optimizer.r1_interval, len(rough)) == (2, 4, 8)
    for row, each in zip(rows, np.reshape(rough, (-1, 2)).mean(axis=1), strict=True):
        assert row["Loss/D/reg"] == pytest.approx(3.0 / 2 * row["Loss/r1_penalty"], rel=1e-5)
        assert row["Loss/G/reg"] == pytest.approx(optimizer.density_weight * each, rel=1e-5)


def test_the_average_follows_the_generator_and_w_its_mean(tmp_path):
    run = toy_run(tmp_path)
    trainer = interrupted(run, 3)
    networks = trainer.networks
    pairs = list(zip(networks.average.parameters(), networks.generator.parameters(), strict=True))
    assert any(not torch.equal(kept, value) for kept, value in pairs)
    assert networks.generator.mapping.w_avg.abs().max() > 0
    assert torch.equal(networks.average.mapping.w_avg, networks.generator.mapping.w_avg)


def test_resume_is_exact(tmp_path):
    whole = toy_run(tmp_path)
    assert train_run(whole) == 0
    halves = toy_run(tmp_path, loop__total_kimg=0.028)  # ends between two ticks
    assert train_run(halves) == 0
    halves.write_config(with_values(halves.config(), {"loop.total_kimg": 0.064}))
    assert train_run(halves) == 0
    assert_same_weights(whole, halves)
    status = halves.status()
    assert status is not None
    assert status.start == 2


def test_a_killed_run_goes_on_from_its_last_state_without_a_gap(tmp_path):
    whole, killed = toy_run(tmp_path), toy_run(tmp_path, loop__state_minutes=1e-6)
    assert train_run(whole) == 0
    interrupted(killed, 9)
    # What was written after the last state must not stay: forge it, as if the kill had come later.
    append_stats(killed.stats_path, {"Progress/step": 12, "Progress/kimg": 0.048})
    with killed.stats_path.open("ab") as file:
        file.write(b'{"Progress/step": 13, "Prog')
    killed.tick_path(3).write_bytes(b"from a future that did not happen")
    killed.sample_path(0.048).write_bytes(b"likewise")
    assert train_run(killed) == 0
    kimg = [row["Progress/kimg"] for row in killed.stats().rows]
    assert kimg == [0.016, 0.032, 0.048, 0.064]
    assert [row["Progress/tick"] for row in killed.stats().rows] == [1, 2, 3, 4]
    np.load(killed.tick_path(3)).close()
    assert_same_weights(whole, killed)


def test_a_run_killed_before_its_first_state_starts_over(tmp_path):
    whole, killed = toy_run(tmp_path), toy_run(tmp_path)
    assert train_run(whole) == 0
    interrupted(killed, 5)
    assert not killed.state_path.exists()
    assert train_run(killed) == 0
    assert [row["Progress/tick"] for row in killed.stats().rows] == [1, 2, 3, 4]
    assert_same_weights(whole, killed)


def test_watching_and_recording_do_not_disturb(tmp_path):
    plain = toy_run(tmp_path)
    busy = toy_run(tmp_path, loop__kimg_per_tick=0.004, loop__sample_kimg=0.008, loop__live_seconds=1e-3)
    assert train_run(plain) == 0
    busy.renew_lease(60)
    assert train_run(busy) == 0
    assert not plain.live_path.exists()
    live = load_checkpoint(busy.live_path)
    assert live.discriminator is not None
    assert live.progress["run"] == busy.name
    assert_same_weights(plain, busy)


def test_commands_are_obeyed_and_acknowledged(tmp_path, monkeypatch):
    run = toy_run(tmp_path)
    monkeypatch.setattr("training.control.POLL_S", 0.0)
    for command in ("snapshot", "pause", "resume", "stop"):
        send_command(run.commands_path, command, 1)
    send_command(run.commands_path, "stop", 0)  # left over from a start that is gone
    assert train_run(run) == 0
    status = run.status()
    assert status is not None
    assert status.state == "stopped"
    results = {done.command: done.result for done in acknowledgements(run.commands_path) if done.start == 1}
    assert results == {"snapshot": "a snapshot follows", "pause": "paused", "resume": "running", "stop": "stopping"}
    assert len(run.snapshots()) == 1
    assert train_run(run) == 0
    status = run.status()
    assert status is not None
    assert (status.state, status.start) == ("finished", 2)


@pytest.mark.parametrize(
    ("changes", "tell"),
    [
        ({"poses__kind": "spherical-uniform"}, "spherical-uniform"),
        ({"discriminator__camera_condition": True}, "camera"),
    ],
)
def test_variants_train(tmp_path, changes, tell):
    run = toy_run(tmp_path, discriminator__modulation="output", patches__kind="uniform", data__mirror=True, **changes)
    assert train_run(run) == 0, tell


def test_missing_data_is_said_in_the_status_and_the_log(tmp_path, caplog):
    run = toy_run(tmp_path)
    (tmp_path / "toy.zip").unlink()
    with caplog.at_level(logging.ERROR):
        assert train_run(run) == 1
    status = run.status()
    assert status is not None
    assert status.state == "failed"
    assert "toy.zip" in status.message
    assert "toy.zip" in caplog.text
    toy_data(tmp_path / "toy.zip")
    assert train_run(run) == 0


def test_a_damaged_state_is_named_with_the_way_out(tmp_path):
    run = toy_run(tmp_path)
    assert train_run(run) == 0
    run.state_path.write_bytes(run.state_path.read_bytes()[:2000])
    run.write_config(with_values(run.config(), {"loop.total_kimg": 1.0}))
    assert train_run(run) == 1
    status = run.status()
    assert status is not None
    assert "latest.pt" in status.message
    assert "Delete" in status.message


def test_gradients_that_stay_bad_end_the_run_with_advice(tmp_path, monkeypatch):
    run = toy_run(tmp_path, loop__total_kimg=10)
    monkeypatch.setattr("training.steps.MAX_BAD_STEPS", 3)
    monkeypatch.setattr("training.steps.generator_loss", lambda logits: logits.sum() * float("nan"))
    assert train_run(run) == 1
    status = run.status()
    assert status is not None
    assert "NaN or infinite" in status.message
    assert "learning rate" in status.message


def test_bad_gradients_that_pass_are_counted(tmp_path, monkeypatch):
    run = toy_run(tmp_path)
    calls = iter(range(1000))
    from training.objective import generator_loss

    monkeypatch.setattr(
        "training.steps.generator_loss",
        lambda logits: generator_loss(logits) * (float("nan") if next(calls) == 5 else 1),
    )
    assert train_run(run) == 0
    assert [row.get("Gradients/bad_steps") for row in run.stats().rows] == [None, 1, None, None]
    for value in final_weights(run).values():
        assert torch.isfinite(value).all()


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_bad_step_leaves_weights_and_moments_as_they_were(tmp_path, monkeypatch, bad):
    trainer = interrupted(toy_run(tmp_path), 2)
    stepper, generator = trainer.stepper, trainer.networks.generator
    before = {name: value.clone() for name, value in generator.named_parameters()}
    moments = {key: state["exp_avg_sq"].clone() for key, state in stepper.generator_optimizer.state.items()}
    monkeypatch.setattr("training.steps.generator_loss", lambda logits: generator_loss(logits) * bad)
    stepper._generator_step(0.008, trainer.telemetry)
    assert stepper.bad_steps["Gradients/G"] == 1
    assert all(torch.equal(before[name], value) for name, value in generator.named_parameters())
    for key, state in stepper.generator_optimizer.state.items():
        assert torch.equal(state["exp_avg_sq"], moments[key])
    monkeypatch.setattr("training.steps.generator_loss", generator_loss)
    stepper._generator_step(0.008, trainer.telemetry)
    assert stepper.bad_steps["Gradients/G"] == 0
    assert any(not torch.equal(before[name], value) for name, value in generator.named_parameters())


def test_a_step_is_skipped_by_all_when_the_gradients_of_another_process_are_bad(tmp_path, monkeypatch):
    trainer = interrupted(toy_run(tmp_path), 1)
    stepper, generator = trainer.stepper, trainer.networks.generator
    before = {name: value.clone() for name, value in generator.named_parameters()}

    def sum_with_bad_ones(network: torch.nn.Module) -> None:
        next(value.grad for value in network.parameters() if value.grad is not None).view(-1)[0] = float("inf")

    monkeypatch.setattr(stepper.team, "add_gradients", sum_with_bad_ones)
    stepper._generator_step(0.004, trainer.telemetry)
    assert stepper.bad_steps["Gradients/G"] == 1
    assert all(torch.equal(before[name], value) for name, value in generator.named_parameters())


def test_order_of_pictures_is_a_permutation_in_every_pass():
    order = ShuffledOrder(7, seed=3)
    draws = order.indices(0, 21)
    assert [sorted(draws[start : start + 7]) for start in (0, 7, 14)] == [list(range(7))] * 3
    assert draws[:7] != draws[7:14]
    assert ShuffledOrder(7, seed=3).indices(10, 5) == draws[10:15]


def test_sample_pictures_carry_their_origin(tmp_path):
    from PIL import Image

    run = toy_run(tmp_path)
    assert train_run(run) == 0
    with Image.open(run.samples()[-1].path) as picture:
        assert picture.size == (6 * 16, 4 * 16)
        assert json.loads(json.dumps(picture.info))["kimg"] == "0.064"
    assert (run.path / "samples" / "reals.png").exists()


def test_a_snapshot_and_live_weights_come_during_a_pause_too(tmp_path, monkeypatch):
    run = toy_run(tmp_path, loop__live_seconds=1e-3)
    monkeypatch.setattr("training.control.POLL_S", 0.01)
    run.renew_lease(60)
    send_command(run.commands_path, "pause", 1)
    seen: list[tuple[int, bool]] = []

    def on_look(control: Control, now: float, look=Control._look) -> None:
        look(control, now)
        if control.state == "paused" and len(seen) < 3:
            if not seen:
                send_command(run.commands_path, "snapshot", 1)
            seen.append((len(run.snapshots()), run.live_path.exists()))
            if len(seen) == 3:
                send_command(run.commands_path, "stop", 1)

    monkeypatch.setattr(Control, "_look", on_look)
    assert train_run(run) == 0
    assert seen[-1] == (1, True)


def test_trouble_with_live_weights_does_not_end_the_training(tmp_path, caplog):
    run = toy_run(tmp_path, loop__live_seconds=1e-3)
    run.renew_lease(60)
    run.live_path.mkdir()  # nothing can be renamed to this
    (run.live_path / "in the way").touch()
    assert train_run(run) == 0
    assert "trying again later" in caplog.text


def test_events_of_a_resumed_run_follow_those_of_the_first_start(tmp_path):
    run = toy_run(tmp_path, loop__total_kimg=0.028)
    assert train_run(run) == 0
    run.write_config(with_values(run.config(), {"loop.total_kimg": 0.064}))
    assert train_run(run) == 0
    first, second = sorted(run.path.glob(PATTERN))
    last = max(event.step for event in read_events(first))
    assert min(event.step for event in read_events(second) if event.scalars) > last
    starts = [event.step for event in read_events(second) if not event.scalars]
    assert last not in starts  # TensorBoard voids everything from there on


def test_memory_that_ends_is_said_with_what_to_lower(tmp_path, monkeypatch):
    run = toy_run(tmp_path)

    def greedy(*_arguments: object, **_options: object) -> None:
        torch.empty(2**46)

    monkeypatch.setattr(Trainer, "_step", greedy)
    assert train_run(run) == 1
    status = run.status()
    assert status.state == "failed"
    assert "not enough memory" in status.message
    assert "loop.batch" in status.message
