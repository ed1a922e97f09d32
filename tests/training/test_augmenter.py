"""Adaptive augmentation in training: how p is steered, exact resume, and that p = 0 is as good as off."""

import math

import numpy as np
import pytest
import torch

from tests.training.test_trainer import assert_same_weights, interrupted
from tests.training.toy import toy_run
from training.__main__ import train_run
from training.augment_config import AugmentConfig
from training.augmenter import Augmenter
from training.config import RunConfig
from training.config_files import config_of, with_values
from training.probe import measure

ALL = {f"augment__{name}": True for name in ("flip", "blit", "geometry", "colour", "filter", "noise", "cutout")}
# The toy's batch of 4 and an interval of 2: p changes by 0.2 every other step.
FAST = {"augment__kind": "adaptive", "augment__interval": 2, "augment__speed_kimg": 0.04, "augment__target": 0.1}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def augmenter(batch: int = 8, **settings: object) -> Augmenter:
    config = AugmentConfig.model_validate({"kind": "adaptive", "speed_kimg": 0.32, **settings})
    return Augmenter(config, batch, np.random.default_rng(0))


def seen(each: Augmenter, *signs: float) -> list[float]:
    """p after each step in which all real pictures got this score."""
    found = []
    for sign in signs:
        each.observe(torch.full((8,), sign))
        found.append(each.p)
    return found


def test_p_rises_while_the_signs_are_above_the_target_and_falls_below_it():
    each = augmenter()  # 8 pictures x 4 steps / 320 pictures = 0.1
    assert seen(each, *[3.0] * 8) == [0, 0, 0, 0.1, 0.1, 0.1, 0.1, 0.2]
    assert seen(each, *[-0.5] * 12)[3::4] == [0.1, 0, 0]
    # Seven of eight right: 0.75 is above 0.6; six of eight: 0.5 is below.
    each = augmenter(interval=1)
    each.observe(torch.tensor([1.0] * 7 + [-1.0]))
    assert each.p == pytest.approx(0.025)
    each.observe(torch.tensor([1.0] * 6 + [-1.0] * 2))
    assert each.p == 0


def test_p_takes_the_planned_time_from_0_to_1_and_stays_a_probability():
    each = augmenter(batch=8, speed_kimg=0.32, interval=4)
    assert seen(each, *[1.0] * 40)[-1] == 1.0
    assert seen(each, *[1.0] * 8)[-1] == 1.0
    assert seen(each, *[-1.0] * 4)[-1] == 0.9  # nothing has piled up beyond 1
    down = seen(each, *[-1.0] * 40)
    assert min(down) == down[-1] == 0.0  # exactly, so that nothing is transformed


def test_exactly_at_the_target_p_stays():
    each = augmenter(interval=1, target=0.5)
    each.p = 0.3
    each.observe(torch.tensor([1.0, 1.0, 1.0, -1.0]))
    assert each.p == 0.3


def test_scores_are_read_only_when_p_is_adjusted_or_a_state_is_kept(monkeypatch):
    read: list[torch.Tensor] = []
    as_float = torch.Tensor.__float__
    monkeypatch.setattr(torch.Tensor, "__float__", lambda self: read.append(self) or as_float(self))
    each = augmenter(interval=4)
    seen(each, *[1.0] * 3)
    assert not read, "each would make a GPU be waited for"
    assert (each.state_dict()["sign_sum"], each.state_dict()["scores"], len(read)) == (24, 24, 3)
    seen(each, 1.0)
    assert (each.p, len(read)) == (0.1, 4)


def test_scores_that_are_no_numbers_do_not_spoil_p():
    each = augmenter(interval=1)
    each.observe(torch.tensor([math.nan] * 8))
    assert each.p == 0


def test_a_fixed_p_stays_and_none_is_none():
    fixed, none = augmenter(kind="fixed", p=0.3), augmenter(kind="none", p=0.3)
    assert seen(fixed, *[1.0] * 8)[-1] == 0.3
    assert seen(none, *[1.0] * 8)[-1] == 0
    images = torch.rand(2, 3, 8, 8)
    assert none(images) is images
    assert fixed(images) is not images


def test_the_state_goes_on_in_the_middle_of_an_interval():
    whole, half = augmenter(), augmenter()
    signs = [0.9, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    expected = seen(whole, *signs)
    begun = seen(half, *signs[:6])
    other = augmenter()
    other.load_state_dict(half.state_dict())
    assert begun + seen(other, *signs[6:]) == expected
    fixed = augmenter(kind="fixed", p=0.3)
    fixed.load_state_dict(whole.state_dict())
    assert fixed.p == 0.3


def test_resume_is_exact_with_augmentation(tmp_path):
    whole, killed = toy_run(tmp_path, **FAST, **ALL), toy_run(tmp_path, **FAST, **ALL, loop__state_minutes=1e-6)
    assert train_run(whole) == 0
    trainer = interrupted(killed, 9)  # in the middle of an interval
    assert trainer.stepper.augmenter.state_dict()["steps"] == 1
    assert train_run(killed) == 0
    assert_same_weights(whole, killed)
    p = [[row["Augment/p"] for row in run.stats().rows] for run in (whole, killed)]
    assert p[0] == p[1]
    assert max(p[0]) > 0


def test_at_p_zero_training_is_the_same_as_without(tmp_path):
    plain, asleep = toy_run(tmp_path), toy_run(tmp_path, **FAST | {"augment__target": 1})
    fixed, other = toy_run(tmp_path, augment__kind="fixed", augment__p=0), toy_run(tmp_path, augment__kind="fixed")
    for run in (plain, asleep, fixed, other):
        assert train_run(run) == 0
    assert_same_weights(plain, asleep)
    assert_same_weights(plain, fixed)
    with pytest.raises(AssertionError):
        assert_same_weights(plain, other)
    assert {row["Augment/p"] for row in asleep.stats().rows} == {0}
    assert {row["Augment/p"] for row in other.stats().rows} == {0.2}
    assert "Augment/p" not in plain.stats().rows[0]


@pytest.mark.parametrize("changes", [{"augment__kind": "fixed", "augment__p": 1, **ALL}, {**FAST, **ALL}])
def test_ten_steps(tmp_path, changes):
    run = toy_run(tmp_path, **changes, loop__total_kimg=0.04)
    assert train_run(run) == 0
    rows = run.stats().rows
    assert run.status().step == 10
    for name in ("Loss/G/loss", "Loss/D/loss", "Loss/r1_penalty", "Gradients/G", "Gradients/D", "Gradients/R1"):
        assert all(np.isfinite(row[name]) for row in rows if name in row), name
    assert not any("Gradients/bad_steps" in row for row in rows)


def test_a_state_from_before_there_was_augmentation_is_read(tmp_path):
    run = toy_run(tmp_path, loop__total_kimg=0.028)
    assert train_run(run) == 0
    state = torch.load(run.state_path, weights_only=True)
    del state["augment"]
    torch.save(state, run.state_path)
    whole = toy_run(tmp_path)
    assert train_run(whole) == 0
    run.write_config(with_values(run.config(), {"loop.total_kimg": 0.064}))
    assert train_run(run) == 0
    assert_same_weights(whole, run)


def test_the_probe_measures_with_augmentation(tmp_path, monkeypatch):
    asked: list[float] = []

    def spy(images: torch.Tensor, _families: object, p: float, *_: object) -> torch.Tensor:
        asked.append(p)
        return images

    monkeypatch.setattr("training.augmenter.augment", spy)
    monkeypatch.setattr("training.probe._say", lambda **_message: None)
    measure(toy_run(tmp_path, augment__kind="adaptive").config())
    assert asked
    assert min(asked) > 0.4


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({}, []),
        ({"kind": "adaptive"}, []),
        ({"kind": "adaptive", "speed_kimg": 30_000}, ["augment.speed_kimg"]),
        ({"kind": "none", "speed_kimg": 30_000, "flip": True}, []),
        ({"kind": "fixed", "p": 0}, ["augment.p"]),
        ({"kind": "fixed", "p": 0.9}, ["augment.p"]),
        ({"kind": "fixed", "flip": True}, ["augment.flip"]),
        ({"kind": "fixed", "blit": False, "geometry": False, "colour": False}, ["augment.kind"]),
    ],
)
def test_advice(settings, fields):
    config = config_of({"augment": settings, "poses": {"kind": "custom"}}, "here")
    assert [note.field for note in config.advice() if note.field.startswith("augment.")] == fields


def test_flips_are_fine_without_camera_angles():
    config = config_of({"augment": {"kind": "adaptive", "flip": True}, "poses": {"kind": "spherical-uniform"}}, "here")
    assert not [note for note in config.advice() if note.field.startswith("augment.")]


def test_without_a_word_there_is_none():
    assert RunConfig().augment.kind == "none"
    assert RunConfig().augment.families == ("blit", "geometry", "colour")
