"""The table of runs: cells, filter, order, differences, and the files that it becomes."""

import csv
import io
import math
from pathlib import Path

import numpy as np
import pytest

from app.board.ablation import ablation
from app.board.facts import NOTHING, columns_for, default_columns
from app.board.folders import FoundRun
from app.board.runs import BoardRun, best, is_better_higher, metric_names
from app.board.series import PlotSetup
from app.board.settings import BoardSettings, load_settings, save_settings
from app.board.state import BoardState
from app.board.switching import switching
from app.board.table import Filter, Order, differences, make_table
from app.board.table_export import ablation_sheet, as_csv, as_latex, as_markdown, as_text, full_sheet, run_sheet
from app.runs.scalars import KIMG
from tests.app.board.runs import own_run, read_all, stylegan_run

FID = "Metrics/fid50k_full"


def made(name: str, fid: list[float], hours: float = 1.0, /, **settings: object) -> BoardRun:
    """A run with a metric at 0, 1, 2 … kimg and some settings."""
    columns = {
        KIMG: np.arange(len(fid), dtype=float), FID: np.array(fid), "Timing/total_sec": np.full(len(fid), 3600 * hours)
    }  # fmt: skip
    named = {key.replace("__", "."): value for key, value in settings.items()}
    return BoardRun(FoundRun(Path("/runs") / name, "studio", name), "stopped", settings=named, columns=columns)


def texts(run: BoardRun) -> dict[str, str]:
    return {column.key: column.cell(run).text for column in columns_for([run])}


def test_cells_of_our_run_and_of_another_programs(tmp_path: Path):
    own_run(tmp_path, "mine", discriminator__patch_resolution=8)
    stylegan_run(tmp_path / "runs" / "theirs")
    runs = read_all(tmp_path / "runs")
    mine, theirs = texts(runs["00001-mine"]), texts(runs["theirs"])
    assert mine == mine | {
        "state": "stopped", "data": "toy", "schedule": "beta 0.05", "discriminator": "hyper", "patch": "8",
        "gamma": "0.05", "kimg": "4", "speed": "3.6e+03", "hours": "4.00", "memory": "0.6",
        "best frechet_random": "2.5", "last frechet_random": "2.5",
    }  # fmt: skip
    assert theirs == theirs | {
        "data": "cats256", "gamma": "6.5", "kimg": "40", "speed": "12.5", "hours": "20.00", "schedule": NOTHING,
        "best fid50k_full": "30", "last fid50k_full": "35", "seed": "3", "batch": "32",
    }  # fmt: skip
    shown = default_columns(columns_for(runs.values()))
    assert "seed" not in shown
    assert shown[-2:] == ("best fid50k_full", "last fid50k_full")


def test_best_is_the_lowest_or_highest_as_the_metric_means_it():
    run = made("a", [5.0, 2.0, math.nan, 3.0])
    assert (best(run, FID).value, best(run, FID).kimg) == (2.0, 1.0)
    columns = {KIMG: np.arange(2.0), "Metrics/coverage": np.array([0.2, 0.6])}
    assert best(BoardRun(run.found, columns=columns), "Metrics/coverage").value == 0.6
    assert not is_better_higher("Metrics/wasserstein_64")
    assert metric_names([BoardRun(run.found, columns={"Metrics/kid2000": np.ones(1), FID: np.ones(1)})])[0] == FID


def test_columns_of_metrics_say_what_they_are_and_their_unit():
    columns = {KIMG: np.arange(2.0), "Metrics/reprojection_picture": np.array([9.0, 4.0]), "Metrics/own": np.ones(2)}
    run = BoardRun(made("a", [1.0]).found, columns=columns)
    found = {column.key: column for column in columns_for([run])}
    assert "1/255" in found["best reprojection_picture"].hint
    assert found["best reprojection_picture"].cell(run).text == "4"
    assert found["last own"].hint == "Last value of own"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Filter("hyp"), ["hyper-1", "hyper-2"]),
        (Filter("STANDARD stopped"), ["plain"]),  # words of any column, all of them
        (Filter("^hyper-[13-9]", regex=True), ["hyper-1"]),
        (Filter("nothing like that"), []),
        (Filter("  "), ["hyper-1", "hyper-2", "plain"]),
    ],
)
def test_filter_by_words_and_by_regular_expression(wanted: Filter, names: list[str]):
    runs = [made("hyper-1", [1.0]), made("hyper-2", [2.0]), made("plain", [3.0], discriminator__kind="standard")]
    table = make_table(runs, columns_for(runs), wanted, Order())
    assert [row.run.name for row in table.rows] == names
    assert not table.problem


def test_bad_regular_expression_is_said_and_hides_nothing():
    table = make_table([made("a", [1.0])], (), Filter("a(", regex=True), Order())
    assert len(table.rows) == 1
    assert table.problem == "no regular expression at character 2: missing ), unterminated subpattern"


def test_order_puts_what_is_not_known_last_whichever_way():
    runs = [made("run2", [3.0]), made("run10", [1.0]), made("run1", [math.nan])]
    columns = columns_for(runs)

    def names(order: Order) -> list[str]:
        return [row.run.name for row in make_table(runs, columns, Filter(), order).rows]

    assert names(Order()) == ["run1", "run2", "run10"]
    assert names(Order(descending=True)) == ["run10", "run2", "run1"]
    assert names(Order("best fid50k_full")) == ["run10", "run2", "run1"]
    assert names(Order("best fid50k_full", descending=True)) == ["run2", "run10", "run1"]


def test_settings_that_most_runs_do_not_have_are_marked():
    runs = [
        made(name, [1.0], optimizer__r1_gamma=gamma, x__on=True)
        for name, gamma in zip("abc", (0.05, 0.05, 1.0), strict=True)
    ]
    columns = columns_for(runs)
    rows = make_table(runs, columns, Filter(), Order()).rows
    marked = {row.run.name: [c.key for c, differs in zip(columns, row.differs, strict=True) if differs] for row in rows}
    assert marked == {"a": [], "b": [], "c": ["gamma"]}
    assert [(each.name, each.values, each.usual) for each in differences(runs)] == [
        ("optimizer.r1_gamma", ("0.05", "0.05", "1"), "0.05")
    ]


def test_table_2_has_a_row_for_each_configuration_with_its_seeds():
    runs = [
        made("a", [9.0, 8.0], 2.0, discriminator__kind="hyper", loop__seed=0, name="a"),
        made("b", [9.5, 6.0], 4.0, discriminator__kind="hyper", loop__seed=1, name="b"),
        made("c", [11.0, 10.0], 3.0, discriminator__kind="standard", loop__seed=0, name="c"),
        made("d", [math.nan], 3.0, discriminator__kind="scale-specific", loop__seed=0, name="d"),
    ]
    table = ablation(runs, FID)
    assert table.settings == ("discriminator.kind",)
    first, second, third = table.rows
    assert (first.varied, first.value, first.hours, len(first.runs), first.best) == (("hyper",), 7.0, 3.0, 2, True)
    assert first.spread == pytest.approx(math.sqrt(2))
    assert first.value_text == "7 ± 1.4"
    assert (second.varied, second.value, second.best) == (("standard",), 10.0, False)
    assert third.value_text == NOTHING
    assert ablation_sheet(table).rows[0] == ("hyper", "7 ± 1.4", "1", "3.00", "2")
    assert ablation_sheet(table).heads[:2] == ("Discriminator: Kind", "FID at 50,000 ± standard deviation (n - 1)")
    assert ablation_sheet(ablation(runs[2:], FID)).heads[1] == "FID at 50,000", "one run of each has no spread"
    assert ablation([], FID).rows == ()


def test_tables_as_csv_markdown_and_latex_hold_the_same_cells():
    runs = [made("a_1", [1.23456789], optimizer__r1_gamma=0.5), made("b|2", [math.nan])]
    columns = [column for column in columns_for(runs) if column.key in ("gamma", "best fid50k_full")]
    table = make_table(runs, columns, Filter(), Order())
    rows = list(csv.reader(io.StringIO(as_csv(full_sheet(table)))))
    assert rows == [["run", "γ", "best fid50k_full"], ["a_1", "0.5", "1.23456789"], ["b|2", "", ""]]
    markdown = as_markdown(run_sheet(table)).splitlines()
    assert markdown == [
        "| run | γ | FID at 50,000, best |", "| --- | ---: | ---: |", "| a_1 | 0.5 | 1.235 |", r"| b\|2 | – | – |",
    ]  # fmt: skip
    latex = as_latex(run_sheet(table))
    assert r"run & $\gamma$ & FID at 50,000, best \\" in latex
    assert r"a\_1 & 0.5 & 1.235 \\" in latex
    assert r"\begin{tabular}{lrr}" in latex
    with pytest.raises(ValueError, match=r"\.csv, \.md, \.tex"):
        as_text(run_sheet(table), ".xls")


def test_state_follows_choices_and_keeps_colours_when_runs_come_and_go():
    state = BoardState(BoardSettings())
    first, second = made("b", [1.0]), made("c", [2.0])
    state.see([first, second])
    colour = state.colour(second.path)
    state.see([made("a", [3.0]), first, second])
    assert state.colour(second.path) == colour != state.colour(first.path)
    state.paint(second.path, (1.0, 0.5, 0.0, 1.0))
    assert state.colour(second.path) == pytest.approx((1.0, 0.5, 0.0, 1.0), abs=1 / 255)
    state.show([first], False)
    assert [run.name for run in state.shown] == ["a", "c"]
    state.search(Filter("c"))
    assert [run.name for run in state.shown] == ["c"]
    state.toggle_column("gamma")
    assert "gamma" not in {column.key for column in state.table.columns}
    state.point(first.path)
    state.see([second])
    assert state.pointed_run is None


def test_settings_survive_and_nonsense_does_not(tmp_path: Path):
    settings = BoardSettings(
        theme="light", columns=("state", "kimg"), order=Order("kimg", True), scalars=("Loss/G/loss",), metric=FID,
        plots=PlotSetup("wall clock", 0.9, log_y=True, clip=False, grouped=True), colours={"/runs/a": "ff8000"},
        hidden=("/runs/b",),
    )  # fmt: skip
    save_settings(tmp_path, settings)
    assert load_settings(tmp_path) == settings
    (tmp_path / "board.json").write_text(
        '{"version": 1, "theme": "pink", "plots": {"axis": "years", "smoothing": 7}, "colours": {"a": "red"}}'
    )
    assert load_settings(tmp_path) == BoardSettings()
    (tmp_path / "board.json").write_text("[")
    assert load_settings(tmp_path) == BoardSettings()
    assert load_settings(tmp_path / "absent") == BoardSettings()


def test_shares_of_switching_filters_are_the_last_ones_that_are_known():
    silent = made("a", [1.0])
    columns = {"Modulation/switch_scale": np.array([0.1, 0.4, math.nan]), "Modulation/always_on": np.array([0.9, 0.5])}
    found = switching([silent, BoardRun(made("b", [1.0]).found, columns=columns)])
    assert [(shares.run.name, shares.values[0], shares.values[2]) for shares in found] == [("b", 0.4, 0.5)]
    assert math.isnan(found[0].values[1])
    assert switching([silent]) == ()
