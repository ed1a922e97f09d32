"""Evaluations in the real window: a snapshot is measured by clicks, its figures are read and copied."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from imgui_bundle import imgui

from app.settings import Look
from app.studio import Studio
from tests import ui
from tests.app import studio_runs
from tests.app.runs.test_evaluations import report
from training.best import BestSnapshot, write_best
from training.evaluation_job import EvaluationJob
from training.evaluation_report import evaluation_path, load_evaluation, save_evaluation

pytestmark = [pytest.mark.ui, pytest.mark.process]


def test_a_snapshot_is_measured_and_a_flat_one_is_marked(tmp_path: Path, monkeypatch):
    run = studio_runs.ended_run(tmp_path)
    write_best(run.path, BestSnapshot(metric="frechet_random", value=31.2, kimg=4, snapshot="000004.safetensors"))
    run.append_stats(
        {"Progress/kimg": 4.1, "Progress/step": 1025, "Metrics/relief": 0.05, "Metrics/flatness_alarm": 1.0}
    )

    orders = []

    def measure(self: EvaluationJob, heard: Callable[[float, str], None]) -> bool:
        """Instead of a process (tests/app/runs/test_evaluations.py has that)."""
        orders.append(self._order)
        heard(0.4, "generating pictures")
        while not measured.wait(0.02):
            pass
        save_evaluation(self._order.report, report(0.05, alarm="the shapes are all but flat: check the poses"))
        return True

    measured = threading.Event()
    monkeypatch.setattr(EvaluationJob, "run", measure)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ctx.window_focus("//Runs")
        ui.wait_until(ctx, lambda: bool(studio.train.runs_view().runs), 30, "the run")
        ctx.item_click("//Runs/**/###attach")
        ui.wait_until(ctx, lambda: "relief 0.050" in studio.train.view().warning, 30, "the alarm")
        assert sum("all but flat" in line.text for line in studio.messages.lines) == 1
        ctx.item_click("//Runs/**/###evaluate")
        ui.wait_until(ctx, lambda: bool((view := studio.train.evaluations.view()) and view.moments), 30, "snapshots")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "before.png")
        ctx.set_ref("//###evaluations")
        ctx.item_input("##pictures")
        ctx.key_chars_replace_enter("8")
        ctx.item_click("###measure")
        ui.wait_until(ctx, lambda: bool(orders), 30, "the order")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "busy.png")
        measured.set()
        ui.wait_until(ctx, lambda: load_evaluation(evaluation_path(run.path, 4)) is not None, 30, "the report")

        def shown() -> bool:
            view = studio.train.evaluations.view()
            return view is not None and view.measured is None and view.moments[0].report is not None

        ui.wait_until(ctx, shown, 30, "the figures")
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "dark.png")
        ctx.item_click("###copy report")
        assert "floor" in imgui.get_clipboard_text()
        studio.set_look(Look("light", 1.0))
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "light.png")
        ctx.window_close("//###evaluations")
        ui.wait_until(ctx, lambda: studio.train.evaluations.view() is None, 10, "the end of the window")

    ui.run_studio(clicks, monkeypatch, tmp_path)
    [order] = orders
    assert (order.settings.pictures, order.snapshot, order.data) == (8, run.snapshot_path(4), tmp_path / "toy.zip")
