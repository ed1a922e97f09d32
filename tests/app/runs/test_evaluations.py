"""Behind the window of evaluations: what of a run was measured, and measuring in a process of its own."""

import time
from pathlib import Path

import pytest

from app.runs.evaluations import Evaluations, read_moments
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from tests.training.toy import toy_run
from training.best import BestSnapshot, write_best
from training.evaluation_report import Evaluation, Measurement, evaluation_path, save_evaluation
from training.run_dir import RunDirectory
from widgets.evaluation_view import CancelMeasure, CloseEvaluations, EvaluationView, Measure


def report(relief: float = 0.3, alarm: str = "") -> Evaluation:
    measured = Measurement(
        name="relief", label="Relief", value=relief, spread=0.1, floor=None, count=12, better="neither", protocol="How."
    )
    return Evaluation(checkpoint="a", data="b/toy.zip", resolution=16, alarm=alarm, measurements=(measured,))


@pytest.fixture
def run(tmp_path) -> RunDirectory:
    run = toy_run(tmp_path, metrics__pictures=8)
    save_checkpoint(run.snapshot_path(2), EpigrafGenerator(run.config().generator), None, {"kimg": 2})
    return run


def until(evaluations: Evaluations, true) -> EvaluationView:
    deadline = time.monotonic() + 60
    while True:
        view = evaluations.view()
        if view is not None and true(view):
            return view
        assert time.monotonic() < deadline, view
        time.sleep(0.02)


def test_moments_are_those_with_a_snapshot_or_a_report(run: RunDirectory):
    run.snapshot_path(3.5).touch()
    save_evaluation(evaluation_path(run.path, 3.5), report())
    save_evaluation(evaluation_path(run.path, 1), report(0.05, alarm="all flat"))
    write_best(run.path, BestSnapshot(metric="fid2000", value=12.345, kimg=2, snapshot="000002.safetensors"))
    newest, best, gone = read_moments(run.path).moments
    assert (newest.kimg, newest.snapshot, newest.best) == (3.5, run.snapshot_path(3.5), "")
    assert (best.report, best.best) == (None, "FID at 2000, 12.35")
    assert (gone.kimg, gone.snapshot) == (1, None)
    assert newest.report is not None
    assert gone.report is not None
    [figure] = newest.report.figures
    assert (figure.value, figure.floor, figure.better, figure.alarming) == ("0.3 ± 0.1", "–", "", False)
    assert (gone.report.figures[0].alarming, gone.report.alarm) == (True, "all flat")
    assert newest.report.about.startswith("Against toy.zip, 16 px")


def test_what_a_trainer_measures_meanwhile_appears(run: RunDirectory, monkeypatch):
    monkeypatch.setattr("app.runs.evaluations.READ_S", 0.05)
    evaluations = Evaluations(lambda: None)
    evaluations.open(run.path)
    until(evaluations, lambda view: not view.loading)
    save_evaluation(evaluation_path(run.path, 2), report())
    until(evaluations, lambda view: view.moments[0].report is not None)
    evaluations.close()


@pytest.mark.process
def test_a_snapshot_is_measured_in_a_process_of_its_own(run: RunDirectory):
    evaluations = Evaluations(lambda: None)
    try:
        evaluations.open(run.path)
        [moment] = until(evaluations, lambda view: not view.loading).moments
        assert moment.report is None
        assert moment.snapshot is not None
        evaluations.handle(Measure(run.path, 2, moment.snapshot, 8, "", 50_000))
        view = until(evaluations, lambda view: view.measured is None and view.moments[0].report is not None)
        assert view.problem == ""
        assert view.moments[0].report is not None
        assert "Coverage" in {figure.label for figure in view.moments[0].report.figures}
    finally:
        evaluations.close()


@pytest.mark.process
def test_what_went_wrong_is_said_and_what_is_cancelled_leaves_nothing(run: RunDirectory):
    evaluations = Evaluations(lambda: None)
    try:
        evaluations.open(run.path)
        until(evaluations, lambda view: not view.loading)
        wish = Measure(run.path, 2, run.snapshot_path(2), 8, str(run.path / "absent.pth"), 8)
        evaluations.handle(wish)
        evaluations.handle(wish)  # one at a time
        view = until(evaluations, lambda view: bool(view.problem))
        assert "absent.pth: cannot be read" in view.problem
        evaluations.handle(Measure(run.path, 2, run.snapshot_path(2), 8, "", 50_000))
        assert until(evaluations, lambda view: view.measured == 2).problem == ""
        evaluations.handle(CancelMeasure())
        assert until(evaluations, lambda view: view.measured is None).problem == ""
        assert not evaluation_path(run.path, 2).exists()
        evaluations.handle(CloseEvaluations())
        assert evaluations.view() is None
    finally:
        evaluations.close()


def test_a_run_that_is_gone_is_said(tmp_path: Path):
    evaluations = Evaluations(lambda: None)
    evaluations.open(tmp_path / "gone")
    view = until(evaluations, lambda view: bool(view.problem))
    assert view.moments == ()
    assert not view.loading
    evaluations.close()
