"""Laws beside each other: the run's with all its changes, what another would give, and what can be applied."""

from pathlib import Path

import numpy as np
import pytest

from app.runs.law_study import LawKey, read_course, read_laws, schedule_of, settings_of
from app.runs.patches_desk import changes_of, nearest
from core.schedules import BetaSchedule, DecaySchedule, UniformSchedule
from tests.training.toy import toy_config, toy_data
from training.changes import change_now
from training.run_dir import RunDirectory, create_run
from training.steering import steered
from widgets.law_trial import why_not
from widgets.patch_views import LawSettings, PatchesView
from widgets.tick_strip import TickView


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return create_run(tmp_path / "runs", toy_config(toy_data(tmp_path / "toy.zip"), patches__anneal_kimg=10))


def change(run: RunDirectory, kimg: float, **values: float) -> None:
    wish = steered(run.steered_config(), {name.replace("__", "."): value for name, value in values.items()})
    run.append_change(change_now(wish.values, int(1000 * kimg), kimg, 1))


def key(run: RunDirectory, trial: LawSettings | None = None, now: float = 4.0) -> LawKey:
    return LawKey(run.path, (), now, "annealing", trial)


def test_changes_are_part_of_the_law(run: RunDirectory):
    change(run, 2.0, patches__beta_end=2.0)
    change(run, 3.0, optimizer__r1_gamma=0.3)
    config, course = read_course(run.path)
    assert config.patches.beta_end == 2.0
    assert [start for start, _ in course.laws] == [0.0, 2.0], "another setting is no other law"
    assert course.at(1.0).mean(1.0) == BetaSchedule(0.5, 10).mean(1.0)
    assert course.at(2.5) == BetaSchedule(0.5, 10, beta_end=2.0)


def test_the_published_laws_at_the_runs_settings(run: RunDirectory):
    view = read_laws(key(run))
    batch = run.config().loop.batch
    laws = {name: line.course.last for name, line in view.lines.items()}
    assert laws == {
        "run": BetaSchedule(0.5, 10),
        "beta": BetaSchedule(0.5, 10),
        "uniform": UniformSchedule(0.5, 10),
        "graf": DecaySchedule.graf(0.5, batch),
        "gnerf": DecaySchedule.gnerf(0.5, batch, 16),
    }
    assert view.end_kimg == pytest.approx(10.5)
    for line in view.lines.values():
        sums = line.density.sum(axis=0) * (1 - line.course.min_scale) / len(line.density)
        np.testing.assert_allclose(sums, 1, err_msg=line.words)
        np.testing.assert_allclose(line.means, [line.course.mean(kimg) for kimg in line.kimg.tolist()])
    assert 10.0 in view.lines["run"].kimg, "the bend at T must not fall between two points"


def test_what_is_tried_out_counts_from_now_on_if_the_run_can_take_it(run: RunDirectory):
    trial = LawSettings("beta", 20.0, 0.5, 8)
    course = read_laws(key(run, trial)).lines["what if"].course
    assert course.at(3.9) == BetaSchedule(0.5, 10)
    assert course.at(4.0) == BetaSchedule(0.5, 20, beta_end=0.5)
    other = read_laws(key(run, LawSettings("beta", 10.0, 0.8, 4)))
    assert other.lines["what if"].course.laws == ((0.0, BetaSchedule(0.25, 10)),), "that is another run, from the start"
    assert "what if" not in read_laws(key(run, settings_of(run.config()))).lines


@pytest.mark.parametrize("kind", ["beta", "uniform", "graf", "gnerf", "discrete"])
@pytest.mark.parametrize("resolution", [4, 8, 16])
def test_every_kind_and_size_has_a_law(run: RunDirectory, kind, resolution: int):
    law = schedule_of(run.config(), LawSettings(kind, 5.0, 1.5, resolution))
    assert law.min_scale == resolution / 16
    assert law.mean(3.0) <= 1


def test_scales_too_fine_for_a_patch_give_way(tmp_path: Path):
    config = toy_config(toy_data(tmp_path / "toy.zip"), patches__kind="discrete", patches__scales="0.5, 1")
    assert schedule_of(config, LawSettings("discrete", patch_resolution=16)).quantile(np.array([0.1]), 0) == [1.0]


def test_why_a_law_cannot_be_applied(run: RunDirectory):
    view = PatchesView()
    reasons = {
        LawSettings("beta", 10.0, 0.8, 8): "run's own law",
        LawSettings("beta", 10.0, 0.8, 4): "discriminator.patch_resolution",
        LawSettings("uniform", 10.0, 0.8, 8): "patches.kind",
        LawSettings("beta", 10.0, 0.9, 8): "",
    }
    for trial, reason in reasons.items():
        found = why_not(view, read_laws(key(run, trial)), trial)
        assert reason in found
        assert bool(reason) == bool(found)
    wanted = LawSettings("beta", 9.0, 0.8, 8)
    laws = read_laws(key(run, wanted))
    stopped = why_not(PatchesView(blocked="The run is stopped"), laws, wanted)
    other = LawSettings("beta", 9.0, 0.7, 8)
    assert why_not(PatchesView(), laws, other) == "The law is being worked out.", "what is shown is what is applied"
    assert stopped == "The run is stopped"


def test_only_what_differs_is_sent():
    settings = LawSettings("beta", 10.0, 0.8, 8)
    assert changes_of(settings, LawSettings("beta", 10.0, 0.5, 8)) == (("patches.beta_end", 0.5),)
    assert dict(changes_of(settings, LawSettings("beta", 20.0, 0.5, 8))) == {
        "patches.anneal_kimg": 20.0, "patches.beta_end": 0.5
    }  # fmt: skip


def test_a_moment_leads_to_its_nearest_tick():
    view = TickView(np.array([3, 4, 5]), np.array([0.3, 0.4, 0.5]))
    assert nearest(view, 0.0).tick == 3
    assert nearest(view, 0.41).tick == 4
    assert nearest(view, 9.0).tick is None, "the newest is followed"
