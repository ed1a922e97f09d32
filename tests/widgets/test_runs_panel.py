"""The Runs panel by mouse and keys: order, filter, columns, buttons by state, and what it says without runs."""

from dataclasses import replace
from pathlib import Path

import pytest
from imgui_bundle import ImVec2, imgui

from app.style import apply_metrics, apply_theme
from tests import ui
from training.liveness import RunView
from training.processes import own_identity
from training.status import RunStatus
from widgets.notes import Problem
from widgets.run_table import TITLES, columns_for
from widgets.runs import RunsPanel
from widgets.runs_view import (
    AskContinue,
    AskDelete,
    AskEnd,
    AskWarmStart,
    AttachRun,
    ResumeRun,
    RevealRun,
    RunItem,
    RunsView,
    SendCommand,
)
from widgets.train_view import Browse, DismissProblem

pytestmark = pytest.mark.ui
FOLDER = Path("/data/runs")
NOW = 1_800_000_000.0


def item(number: int, label: str, state: str, kimg: float = 10.0, seen: float = 100.0, **changes) -> RunItem:
    me = own_identity()
    said = {"slow": "running", "hung": "running", "dead": "running"}.get(state, state)
    status = RunStatus(
        state=said, start=1, pid=me.pid, pid_created=NOW - 9000, host=me.host, heartbeat=NOW - seen, step=100,
        kimg=kimg, total_kimg=50, sec_per_kimg=12.5,
    )  # fmt: skip
    message = f"it is {state}, since nobody came" if state in ("slow", "hung", "dead", "failed") else ""
    view = RunView(state, status, 1, 0.0, message, me)
    return RunItem(FOLDER / f"{number:05d}-{label}", view, "", NOW - seen, "tiny", 1_234_567 * number, **changes)


RUNS = (
    item(5, "eel", "running", 20, 1), item(4, "dog", "hung", 5, 300), item(3, "cat", "dead", 40, 4000),
    item(2, "bee", "stopped", 30, 90_000), item(1, "ape", "finished", 50, 400_000),
)  # fmt: skip


class Bench:
    """A window with nothing but the panel."""

    def __init__(self, view: RunsView, size: tuple[int, int] = (320, 600), light: bool = False) -> None:
        self.panel, self.view, self.size, self.light = RunsPanel(), view, size, light
        self.asked: list = []

    def gui(self) -> None:
        apply_theme("light" if self.light else "dark")
        imgui.set_next_window_pos(ImVec2(0, 0), imgui.Cond_.appearing)
        imgui.set_next_window_size(ImVec2(*self.size), imgui.Cond_.appearing)
        imgui.begin("Runs")
        for intent in self.panel.draw(self.view):
            self.asked.append(intent)
            if isinstance(intent, AttachRun):
                self.view = replace(self.view, attached=intent.path)
        imgui.end()

    def order(self) -> list[str]:
        return [run.label for run in self.panel.listed]

    def run(self, clicks) -> None:
        def settled(ctx: ui.Context) -> None:
            ctx.yield_(3)
            clicks(ctx)

        ui.run_gui(self.gui, settled, lambda: apply_metrics(1.0), size=(1280, 640))


def full(**changes) -> RunsView:
    return RunsView(**{"folder": str(FOLDER), "listed": True, "runs": RUNS} | changes)


def row(run: RunItem) -> str:
    return f"//Runs/**/###run {run.name}"


def press(ctx: ui.Context, *keys: imgui.Key) -> None:
    for key in keys:
        ctx.key_press(key)
        ctx.yield_(2)


def test_newest_first_and_sorted_by_columns(tmp_path: Path):
    bench = Bench(full(), size=(1200, 600))

    def header(ctx: ui.Context, column: str) -> list[str]:
        ctx.item_click(f"//Runs/**/{TITLES[column]}")
        ctx.yield_(2)
        return bench.order()

    def clicks(ctx: ui.Context) -> None:
        ctx.yield_(3)
        assert bench.order() == ["eel", "dog", "cat", "bee", "ape"]
        ui.capture(ctx, tmp_path / "wide.png")
        assert header(ctx, "name") == ["ape", "bee", "cat", "dog", "eel"]
        assert header(ctx, "name") == ["eel", "dog", "cat", "bee", "ape"]
        assert header(ctx, "number") == ["eel", "dog", "cat", "bee", "ape"]
        assert header(ctx, "number") == ["ape", "bee", "cat", "dog", "eel"]
        assert header(ctx, "state") == ["eel", "dog", "cat", "bee", "ape"]
        assert header(ctx, "progress") == ["ape", "cat", "bee", "eel", "dog"]
        assert header(ctx, "age") == ["eel", "dog", "cat", "bee", "ape"]
        assert header(ctx, "age") == ["ape", "bee", "cat", "dog", "eel"]
        assert header(ctx, "size") == ["eel", "dog", "cat", "bee", "ape"]

    bench.run(clicks)


def test_the_filter_looks_at_names_states_and_presets(tmp_path: Path):
    bench = Bench(full())

    def typed(ctx: ui.Context, text: str) -> list[str]:
        ctx.item_click("//Runs/##filter")
        ctx.key_chars_replace(text)
        ctx.yield_(2)
        return bench.order()

    def clicks(ctx: ui.Context) -> None:
        assert typed(ctx, "00003") == ["cat"]
        assert typed(ctx, "DEAD cat") == ["cat"]
        assert typed(ctx, "tiny hung") == ["dog"]
        assert typed(ctx, "bee") == ["bee"]
        ctx.item_click("//Runs/**/###delete")
        assert bench.asked == [AskDelete(RUNS[3].path)], "the buttons are about a run that can be seen"
        typed(ctx, "elephant")
        ui.capture(ctx, tmp_path / "nothing.png")
        assert typed(ctx, "tiny") == ["eel", "dog", "cat", "bee", "ape"]

    bench.run(clicks)


def test_keys_move_attach_and_ask_for_deletion(tmp_path: Path):
    bench = Bench(full())

    def clicks(ctx: ui.Context) -> None:
        ctx.item_click(row(RUNS[1]))
        assert bench.asked == [AttachRun(RUNS[1].path)]
        press(ctx, imgui.Key.down_arrow, imgui.Key.down_arrow)
        assert bench.asked == [AttachRun(RUNS[1].path)], "moving attaches nothing"
        ui.capture(ctx, tmp_path / "moved.png")
        press(ctx, imgui.Key.enter)
        assert bench.asked[1:] == [AttachRun(RUNS[3].path)]
        press(ctx, imgui.Key.delete)
        assert bench.asked[2:] == [AskDelete(RUNS[3].path)]
        press(ctx, imgui.Key.up_arrow, imgui.Key.up_arrow, imgui.Key.up_arrow, imgui.Key.delete)
        assert bench.asked[3:] == [], "living runs are not deleted"
        # In the filter, Delete is about its text.
        ctx.item_click("//Runs/##filter")
        press(ctx, imgui.Key.delete)
        assert bench.asked[3:] == []

    bench.run(clicks)


@pytest.mark.parametrize(
    ("run", "button", "intent"),
    [
        (RUNS[0], "pause", SendCommand("pause", RUNS[0].path)),
        (RUNS[0], "stop", SendCommand("stop", RUNS[0].path)),
        (RUNS[0], "snapshot", SendCommand("snapshot", RUNS[0].path)),
        (RUNS[0], "detach", AttachRun(None)),
        (RUNS[0], "warm", AskWarmStart(RUNS[0].path)),
        (RUNS[1], "end details", AskEnd(RUNS[1].path)),
        (RUNS[2], "resume", ResumeRun(RUNS[2].path)),
        (RUNS[2], "resume details", ResumeRun(RUNS[2].path)),
        (RUNS[3], "delete", AskDelete(RUNS[3].path)),
        (RUNS[4], "resume", AskContinue(RUNS[4].path)),
        (item(7, "pig", "paused"), "resume", SendCommand("resume", FOLDER / "00007-pig")),
        (item(7, "pig", "slow"), "pause", SendCommand("pause", FOLDER / "00007-pig")),
    ],
)
def test_buttons_by_state(run: RunItem, button: str, intent):
    bench = Bench(full(runs=(run,)))

    def clicks(ctx: ui.Context) -> None:
        ctx.item_click(row(run))
        ctx.yield_(2)
        ctx.item_click(f"//Runs/**/###{button}")
        assert bench.asked == [AttachRun(run.path), intent]

    bench.run(clicks)


@pytest.mark.parametrize(("run", "button"), [(RUNS[0], "delete"), (RUNS[3], "stop"), (RUNS[4], "snapshot")])
def test_what_makes_no_sense_is_grey(run: RunItem, button: str):
    bench = Bench(full(runs=(run,), attached=run.path))

    def clicks(ctx: ui.Context) -> None:
        ctx.yield_(2)
        ctx.item_click(f"//Runs/**/###{button}")
        ctx.yield_(2)
        assert bench.asked == []

    bench.run(clicks)


def test_the_menu_of_a_row(tmp_path: Path):
    bench = Bench(full(file_manager=False))

    def choose(ctx: ui.Context, run: RunItem, entry: str) -> None:
        ctx.item_click(row(run), 1)
        ctx.yield_(2)
        if entry == "folder":
            ui.capture(ctx, tmp_path / "menu.png")
        ctx.item_click(f"//$FOCUSED/###menu {entry}")
        ctx.yield_(2)

    def clicks(ctx: ui.Context) -> None:
        choose(ctx, RUNS[3], "attach")
        choose(ctx, RUNS[1], "end")
        choose(ctx, RUNS[2], "folder")
        assert bench.asked == [AttachRun(RUNS[3].path), AskEnd(RUNS[1].path), RevealRun(RUNS[2].path)]
        assert imgui.get_clipboard_text() == str(RUNS[2].path), "there is no file manager"
        choose(ctx, RUNS[4], "copy")
        assert imgui.get_clipboard_text() == str(RUNS[4].path)
        ctx.item_click("//Runs/**/###more")
        ctx.item_click("//$FOCUSED/###menu folder")
        assert bench.asked[3:] == [RevealRun(RUNS[4].path)], "the buttons follow the menu"

    bench.run(clicks)


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("loading", RunsView(str(FOLDER))),
        ("empty", RunsView(str(FOLDER), listed=True)),
        ("unreadable", RunsView(str(FOLDER), problem="cannot read /data/runs: you may not write or read there")),
        ("no-folder", RunsView()),
    ],
)
@pytest.mark.parametrize("light", [False, True])
def test_without_runs_it_says_why_and_what_to_do(tmp_path: Path, name: str, view: RunsView, light: bool):
    bench = Bench(view, light=light)

    def clicks(ctx: ui.Context) -> None:
        ctx.yield_(2)
        ui.capture(ctx, tmp_path / f"{name}.png")
        ctx.item_click("//Runs/###open run")
        assert bench.asked == [Browse("open folder")]

    bench.run(clicks)


def test_troubles_are_shown_and_dismissed(tmp_path: Path):
    bench = Bench(full(trouble=Problem("the run could not be deleted"), work="Deleting 00003-cat…"))

    def clicks(ctx: ui.Context) -> None:
        ctx.item_click(row(RUNS[2]))
        ui.capture(ctx, tmp_path / "trouble.png")
        ctx.item_click("//Runs/**/Dismiss##runs")
        assert bench.asked[1:] == [DismissProblem()]

    bench.run(clicks)


def test_runs_from_elsewhere_say_where(tmp_path: Path):
    far = replace(RUNS[2], path=Path("/mnt/cluster/00003-cat"), elsewhere=True)
    bench = Bench(full(runs=(far, *RUNS)), size=(520, 400))

    def clicks(ctx: ui.Context) -> None:
        ctx.item_click("//Runs/**/" + r"###run \/mnt\/cluster\/00003-cat")
        ui.capture(ctx, tmp_path / "elsewhere.png")
        assert bench.asked == [AttachRun(far.path)]

    bench.run(clicks)


def test_columns_come_with_room():
    assert columns_for(12) == {"state", "name"}
    assert columns_for(20) == {"state", "name", "progress", "age"}
    assert columns_for(100) == {
        "state", "number", "name", "progress", "age", "speed", "preset", "started", "size", "host",
    }  # fmt: skip


def test_three_hundred_runs_stay_fluid(tmp_path: Path):
    states = ("running", "paused", "dead", "stopped", "finished", "slow")
    many = tuple(item(number, f"run{number}", states[number % 6]) for number in range(300, 0, -1))
    bench = Bench(full(runs=many))

    def clicks(ctx: ui.Context) -> None:
        ctx.item_click(row(many[0]))
        press(ctx, *[imgui.Key.down_arrow] * 60, imgui.Key.enter)
        assert bench.asked[-1] == AttachRun(many[60].path), "the table scrolls along"
        ui.capture(ctx, tmp_path / "many.png")

    bench.run(clicks)
