"""The Curves panel in the studio's window: every control, files that are really written, and very long runs."""

import csv
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import ImVec2
from PIL import Image

from app.runs.curve_export import table_columns
from app.settings import Look
from app.studio import Studio
from tests import ui
from tests.app.curve_runs import rich_run
from widgets.curve_groups import GROUPS, known_groups

pytestmark = pytest.mark.ui


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("app.runs.run_panels.pictures_dir", lambda: tmp_path / "pictures")
    return tmp_path


def curves_of(studio: Studio):
    run = studio.train.run
    return run.curves if run is not None else None


def wait_for_run(ctx: ui.Context, studio: Studio, ticks: int) -> None:
    ui.wait_until(ctx, lambda: (curves := curves_of(studio)) is not None and len(curves.kimg) == ticks, 60, "the run")
    ctx.yield_(3)


def point_at(ctx: ui.Context, x: float, y: float) -> None:
    """Move the mouse into the first of two plots beside each other, given as parts of its width and height."""
    plots = ctx.window_info("//Curves/plots").window
    ctx.mouse_move_to_pos(ImVec2(plots.pos.x + x * plots.size.x / 2, plots.pos.y + y * plots.size.y))
    ctx.yield_(3)


def point_away(ctx: ui.Context) -> None:
    """Move the mouse to where nothing follows it."""
    ctx.mouse_move_to_pos(ImVec2(640, 300))
    ctx.yield_(3)


def test_lines_follow_the_controls(home: Path, monkeypatch):
    run = rich_run(home)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        wait_for_run(ctx, studio, 300)
        panel = studio.run_panels.curves
        ctx.set_ref("//Curves")
        raw = ui.capture(ctx, home / "raw.png", "Curves").astype(int)
        ctx.item_input_value("##smoothing", 0.9)
        assert panel.setup.smoothing == pytest.approx(0.9)
        point_away(ctx)
        smooth = ui.capture(ctx, home / "smooth.png", "Curves").astype(int)
        assert (np.abs(raw - smooth).max(axis=2) > 40).mean() > 0.005
        for axis, last in (("steps", 300 * 25), ("hours", 300 * 0.65 / 3600), ("kimg", 30)):
            ctx.combo_click(f"##axis/{axis}")
            ctx.yield_(2)
            assert panel.setup.axis == axis
            assert panel.plots.span[1] == pytest.approx(last)
        ctx.item_check("log")
        ctx.yield_(2)
        assert panel.setup.log
        ui.capture(ctx, home / "log.png", "Curves")
        ctx.item_uncheck("log")
        ctx.item_click("###all")
        ctx.yield_(2)
        lines = len([name for group in GROUPS for name, _ in group.lines])
        ui.capture(ctx, home / "all.png", "Curves")
        assert panel.shows_all
        before = panel.plots.cache.computed
        ctx.yield_(5)
        assert panel.plots.cache.computed == before <= 8 * lines, "nothing is computed again"

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_marks_and_values_under_the_mouse(home: Path, monkeypatch):
    run = rich_run(home)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        wait_for_run(ctx, studio, 300)
        events = [(event.kind, round(event.kimg, 1)) for event in curves_of(studio).events]
        assert events == [("pause", 7.5), ("resume", 7.5), ("start", 15.0)]
        ctx.set_ref("//Curves")
        point_away(ctx)
        marked = ui.capture(ctx, home / "marked.png", "Curves").astype(int)
        ctx.item_click("###marks")
        point_away(ctx)
        plain = ui.capture(ctx, home / "plain.png", "Curves").astype(int)
        assert (np.abs(marked - plain).max(axis=2) > 40).any()
        ctx.item_click("###marks")
        point_at(ctx, 0.55, 0.5)
        assert ctx.window_info("//##Tooltip_00").id_ != 0, "the values under the mouse"
        ui.capture(ctx, home / "values.png")

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_plots_zoom_together_until_unlinked(home: Path, monkeypatch):
    run = rich_run(home)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        wait_for_run(ctx, studio, 300)
        ranges = studio.run_panels.curves.plots.ranges
        ctx.set_ref("//Curves")
        whole = ranges.seen("Losses")
        assert whole == ranges.seen("Scores of D") == pytest.approx((0.1, 30))
        point_at(ctx, 0.5, 0.5)
        ctx.mouse_wheel_y(2)
        ctx.yield_(2)
        closer = ranges.seen("Losses")
        assert closer[1] - closer[0] < 0.95 * (whole[1] - whole[0])
        assert ranges.seen("Scores of D") == closer
        ui.capture(ctx, home / "zoomed.png", "Curves")
        ctx.item_click("###fit")
        ctx.yield_(2)
        assert ranges.seen("Losses") == ranges.seen("Scores of D") == whole
        ctx.item_click("###link")
        point_at(ctx, 0.5, 0.5)
        ctx.mouse_wheel_y(2)
        ctx.yield_(2)
        assert ranges.seen("Losses") != whole
        assert ranges.seen("Scores of D") == whole
        point_at(ctx, 0.5, 0.5)
        ctx.mouse_double_click()
        ctx.yield_(3)
        assert ranges.seen("Losses") == whole

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_numbers_and_pictures_are_kept(home: Path, monkeypatch):
    run = rich_run(home)
    pictures = home / "pictures"

    def export(ctx: ui.Context, studio: Studio, kind: str, suffix: str, count: int) -> Path:
        ctx.item_click("//Curves/###export")
        ctx.item_click(f"//$FOCUSED/###{kind}")
        ui.wait_until(ctx, lambda: len(list(pictures.glob(f"[!.]*{suffix}"))) == count, 10, f"a file of {kind}")
        ui.wait_until(ctx, lambda: any(f"Saved {pictures}" in line.text for line in studio.messages.lines), 5, "a word")
        return max(pictures.glob(f"[!.]*{suffix}"), key=lambda path: path.stat().st_mtime_ns)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        wait_for_run(ctx, studio, 300)
        view = curves_of(studio)
        with export(ctx, studio, "csv all", ".csv", 1).open(newline="") as file:
            header, *rows = list(csv.reader(file))
        assert set(header) == set(view.columns)
        table = np.array([[float(cell) for cell in row] for row in rows])
        np.testing.assert_array_equal(table, np.stack([view.columns[name] for name in header], axis=1))
        with export(ctx, studio, "csv shown", ".csv", 2).open(newline="") as file:
            header = next(csv.reader(file))
        known = [name for group in known_groups(view.columns) for name, _ in group.lines]
        assert header == list(table_columns(view, known))
        path = export(ctx, studio, "png", ".png", 1)
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        assert pixels.shape[0] > 400, "all plots, however small the panel"
        assert pixels.shape[1] > 800
        assert pixels[: len(pixels) // 10, : pixels.shape[1] // 4].max() > 100, "the run's name is at the top"
        for part in np.array_split(pixels, 2):
            assert len(np.unique(part.reshape(-1, 3), axis=0)) > 50, "lines in both rows"

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_a_folder_that_cannot_be_written_is_said_in_the_panel(home: Path, monkeypatch):
    run = rich_run(home)
    (home / "pictures").write_text("a file where a folder should be")

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        wait_for_run(ctx, studio, 300)
        ctx.item_click("//Curves/###export")
        ctx.item_click("//$FOCUSED/###csv all")
        ui.wait_until(ctx, lambda: ctx.item_exists("//Curves/**/Dismiss##curves"), 10, "a word on the folder")
        ui.capture(ctx, home / "refused.png", "Curves")
        ctx.item_click("//Curves/**/Dismiss##curves")
        ctx.yield_(2)
        assert not ctx.item_exists("//Curves/**/Dismiss##curves")

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_a_hundred_thousand_points_stay_fluid(home: Path, monkeypatch):
    run = rich_run(home, ticks=100_000)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(
            ctx, lambda: (curves := curves_of(studio)) is not None and len(curves.kimg) > 0, 60, "first curves"
        )
        assert curves_of(studio).loading, "they are there before all is read"
        wait_for_run(ctx, studio, 100_000)
        ctx.set_ref("//Curves")
        ctx.item_input_value("##smoothing", 0.99)
        ctx.item_click("###all")
        plots = studio.run_panels.curves.plots
        plots_window = ctx.window_info("//Curves/plots").window
        ctx.scroll_to_bottom(plots_window.id_)
        ctx.yield_(2)
        ctx.scroll_to_top(plots_window.id_)
        point_at(ctx, 0.5, 0.5)
        ctx.mouse_wheel_y(3)
        ctx.yield_(2)
        low, high = plots.ranges.seen("Losses")
        assert high - low < 9_500
        before = plots.cache.computed
        ctx.yield_(10)
        assert plots.cache.computed == before
        ui.capture(ctx, home / "long.png", "Curves")

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_in_the_light_and_large(home: Path, monkeypatch):
    run = rich_run(home)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = Look("light", 1.5)
        wait_for_run(ctx, studio, 300)
        ctx.set_ref("//Curves")
        ctx.item_input_value("##smoothing", 0.9)
        ctx.item_click("###all")
        ctx.item_click("//Samples/###reals")
        ctx.yield_(5)
        ui.capture(ctx, home / "large.png")
        ctx.window_focus("//Log")
        ui.capture(ctx, home / "large-log.png")

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))
