"""Alarms come for what they are about, say since when, and stay silent for healthy and for very young trainings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.health_alarms import (
    DIVERSITY_FAKE,
    DIVERSITY_REAL,
    KIMG,
    LASTING,
    NEVER_TICKS,
    RELIEF,
    SCORE_FAKE,
    SCORE_REAL,
    SIGN_FAKE,
    SIGN_REAL,
    WINDOW,
    P,
    alarms,
    diversity_ratio,
    lately,
    stretch,
)  # fmt: skip

TICKS = 200
NAMES = (SIGN_REAL, SIGN_FAKE, SCORE_REAL, SCORE_FAKE, DIVERSITY_REAL, DIVERSITY_FAKE, RELIEF, P, "Gradients/bad_steps")


def healthy(ticks: int = TICKS, seed: int = 0) -> dict[str, np.ndarray]:
    """A training that goes well, with the swings of single ticks."""
    rng = np.random.default_rng(seed)

    def around(value: float, swing: float) -> np.ndarray:
        return value + rng.normal(0, swing, ticks)

    return {
        KIMG: 0.2 * np.arange(1, ticks + 1),
        SIGN_REAL: around(0.5, 0.2).clip(-1, 1), SIGN_FAKE: around(-0.5, 0.2).clip(-1, 1),
        SCORE_REAL: around(0.8, 0.5), SCORE_FAKE: around(-0.8, 0.5),
        DIVERSITY_REAL: around(0.2, 0.02), DIVERSITY_FAKE: around(0.16, 0.03), RELIEF: around(0.4, 0.03),
    }  # fmt: skip


def changed(start: int, **values: float) -> dict[str, np.ndarray]:
    """The same, but that from a tick on other values are there."""
    names = {"sr": SIGN_REAL, "sf": SIGN_FAKE, "r": SCORE_REAL, "f": SCORE_FAKE, "d": DIVERSITY_FAKE, "relief": RELIEF}
    columns = healthy()
    for short, value in values.items():
        columns[names[short]][start:] = value
    return columns


APART = {"sr": 1.0, "sf": -1.0, "r": 6.0, "f": -6.0}


def kinds(columns: dict[str, np.ndarray]) -> list[str]:
    return [alarm.kind for alarm in alarms(columns)]


def with_p(columns: dict[str, np.ndarray], values: np.ndarray | float) -> dict[str, np.ndarray]:
    return {**columns, P: np.broadcast_to(values, len(columns[KIMG])).astype(float)}


@given(st.integers(0, TICKS), st.integers(0, 20))
def test_a_healthy_training_is_left_alone(ticks: int, seed: int):
    assert kinds(healthy(ticks, seed)) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (changed(0, **APART), ["beaten"]),
        (changed(100, **APART), ["overfit"]),
        (with_p(changed(100, **APART), 0.2), ["overfit"]),
        (with_p(changed(100, **APART), np.linspace(0, 0.9, TICKS)), []),
        (with_p(changed(100, sr=0.8), np.linspace(0, 2, TICKS).clip(0, 1)), ["overfit"]),
        (with_p(healthy(), 1.0), []),
        (changed(100, **{**APART, "r": 1.0, "f": -1.0}), []),
        (changed(100, d=0.01), ["collapse"]),
        (changed(0, d=0.03), []),
        (changed(0, d=0.01), ["collapse"]),
        (changed(100, relief=0.05), ["flat"]),
        (changed(100, relief=0.2), []),
        (changed(0, relief=float("nan")), []),
        (changed(100, relief=0.02, d=0.0, **APART), ["overfit", "collapse", "flat"]),
    ],
    ids=[
        "D wins at once", "D overfits without ADA", "with a fixed p", "while ADA adapts", "ADA at its end",
        "p of 1 with balance", "sure but close", "collapse", "never diverse, but not collapsed", "never diverse",
        "flat", "not flat", "fog", "several",
    ],
)  # fmt: skip
def test_table(columns: dict[str, np.ndarray], expected: list[str]):
    assert kinds(columns) == expected


def test_when_it_began_and_what_there_is_to_try():
    (alarm,) = alarms(changed(100, relief=0.05))
    assert 0.2 * 101 <= alarm.since_kimg <= 0.2 * (101 + WINDOW), "a mean over some ticks sees it a little later"
    assert "0.050" in alarm.figures
    assert any("discriminator.camera_condition" in text for text in alarm.advice)


def test_advice_names_settings_that_exist():
    from training.config import RunConfig
    from training.setting_schema import flat_values

    known, named = set(flat_values(RunConfig())), set()
    columns = changed(100, relief=0.02, d=0.0, **APART) | {"Gradients/bad_steps": np.ones(TICKS)}
    for found in (columns, changed(0, **APART), with_p(columns, 1.0)):
        for alarm in alarms(found):
            words = " ".join(alarm.advice).replace(",", " ").replace(":", " ").split()
            named |= {word.strip(".)(") for word in words if "." in word.strip(".") and word[0].islower()}
    assert len(named) > 5
    assert named <= known


@pytest.mark.parametrize("kind", ["beaten", "collapse", "flat"])
def test_nothing_is_said_before_it_has_lasted(kind: str):
    columns = changed(0, relief=0.02, d=0.001, **APART)
    needed = NEVER_TICKS if kind == "collapse" else 0
    said = [
        count for count in range(TICKS) if kind in kinds({name: column[:count] for name, column in columns.items()})
    ]
    assert LASTING + needed <= said[0] <= LASTING + needed + WINDOW
    assert said == list(range(said[0], TICKS))


def test_bad_gradients_are_said_at_once_and_only_while_they_last():
    counts = np.full(10, np.nan)
    counts[[3, 8, 9]] = 2, 1, 4
    columns = {KIMG: np.arange(1.0, 11), "Gradients/bad_steps": counts}
    (alarm,) = alarms(columns)
    assert (alarm.kind, alarm.since_kimg) == ("gradients", 9.0)
    assert alarm.figures.startswith("4 bad steps in the last tick, 7 in all")
    columns["Gradients/bad_steps"][9] = np.nan
    assert alarms(columns) == ()


@given(st.integers(0, 60).flatmap(lambda n: arrays(float, (len(NAMES), n), elements=st.floats(width=32))))
def test_whatever_is_in_the_statistics_nothing_breaks(values: np.ndarray):
    columns = {KIMG: np.arange(values.shape[1], dtype=float)}
    for alarm in alarms(columns | dict(zip(NAMES, np.abs(values), strict=True))):
        assert alarm.title
        assert alarm.advice
    assert alarms({}) == alarms({KIMG: np.empty(0)}) == ()


@given(arrays(float, st.integers(1, 40), elements=st.one_of(st.just(np.nan), st.floats(-9, 9))), st.integers(1, 12))
def test_lately_is_the_mean_of_what_is_known(values: np.ndarray, window: int):
    found = lately(values, window)
    for place in range(len(values)):
        part = values[max(place + 1 - window, 0) : place + 1]
        known = part[np.isfinite(part)]
        if len(known) >= window / 2:
            assert found[place] == pytest.approx(known.mean(), abs=1e-9)
        else:
            assert np.isnan(found[place])


def test_stretches():
    assert [stretch(np.array(list(text)) == "x") for text in ("xx", ".xx", "xx.", "", "x.xxx")] == [2, 2, 0, 0, 3]


def test_white_patches_say_nothing_of_diversity():
    columns = {KIMG: np.arange(2.0), DIVERSITY_REAL: np.array([1e-5, 0.2]), DIVERSITY_FAKE: np.array([0.1, 0.1])}
    assert np.isnan(diversity_ratio(columns)[0])
    assert diversity_ratio(columns)[1] == pytest.approx(0.5)
