"""Seconds until the board shows many long runs, and milliseconds per frame, beside an empty Dear PyGui window.

    python -m benchmarks.board [--runs 50] [--ticks 20000] [--seconds 6]

All in one run: runs are written by a script, then an empty window and the board draw as fast as they can.  Opened is
the board when every run is read and every line of every run is drawn.  Beside the clock stands what the processor has
worked for a frame: that is the same on a busy machine.  Without a display, Xvfb is used.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.runs.scalars import KIMG

if TYPE_CHECKING:
    from app.board_window.window import Board

ROOT = Path(__file__).resolve().parent.parent
SCALARS = (
    "Loss/G/loss", "Loss/D/loss", "Loss/scores/real", "Loss/scores/fake", "Loss/r1_penalty", "Patch/scale_mean",
    "Timing/sec_per_kimg", "Resources/cpu_mem_gb",
)  # fmt: skip
# Lines of one run are written again with other losses: a million different ones would take longer than all else.
DIFFERENT = 5
SETTLE_S, PATIENCE_S = 1.0, 150.0
ROWS = {"empty": "empty window", "board": "board, at rest", "moving": "board, every frame another zoom"}


def write_runs(root: Path, count: int, ticks: int) -> int:
    """Make runs of so many ticks.  Returns their bytes."""
    from app.form.form_checks import SHAPES
    from app.paths import asset
    from training.config_files import with_values
    from training.config_fit import fitted
    from training.presets import load_preset
    from training.run_dir import create_run
    from training.status import RunStatus

    base, texts, written = (
        fitted(load_preset("tiny"), asset(SHAPES)),
        [_lines(seed, ticks) for seed in range(DIFFERENT)],
        0,
    )
    for index in range(count):
        run = create_run(root, with_values(base, {"name": f"run{index}", "loop.seed": index}))
        written += run.stats_path.write_bytes(texts[index % DIFFERENT])
        run.write_status(
            RunStatus(
                state="finished", start=1, pid=1, pid_created=0, host="elsewhere", heartbeat=time.time(), step=ticks,
                tick=ticks, kimg=ticks / 10, total_kimg=ticks / 10, sec_per_kimg=90,
            )
        )  # fmt: skip
    return written


def _lines(seed: int, ticks: int) -> bytes:
    rng = np.random.default_rng(seed)
    walks = np.cumsum(rng.normal(0, 0.01, (ticks, len(SCALARS))), axis=0) + rng.normal(1, 0.1, (ticks, len(SCALARS)))
    lines = (
        {
            KIMG: tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick, "Progress/start": 1,
            **dict(zip(SCALARS, values, strict=True)), "Timing/total_sec": 9.0 * tick, "timestamp": 1.7e9 + 10 * tick,
        }
        for tick, values in enumerate(walks.round(6).tolist(), 1)
    )  # fmt: skip
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def draw_empty(seconds: float) -> None:
    """Draw an empty window for a while, and print its frame times, milliseconds, as JSON."""
    import dearpygui.dearpygui as dpg

    from app.board_window.window import SIZE

    dpg.create_context()
    with dpg.window(tag="main"):
        dpg.add_text("empty")
    dpg.create_viewport(title="empty", width=SIZE[0], height=SIZE[1], vsync=False)
    dpg.setup_dearpygui()
    dpg.show_viewport()
    dpg.set_primary_window("main", True)
    marks: list[tuple[float, float]] = []
    end = time.perf_counter() + SETTLE_S + seconds
    while dpg.is_dearpygui_running() and time.perf_counter() < end:
        dpg.render_dearpygui_frame()
        marks.append((time.perf_counter(), time.process_time()))
    dpg.destroy_context()
    print(json.dumps(_after(marks, marks[0][0] + SETTLE_S)))


def draw_board(runs: Path, seconds: float, began: float, moving: bool) -> None:
    """Open the board, wait until it is complete, and print how long that took and its frame times, as JSON."""
    import dearpygui.dearpygui as dpg

    from app.board_window.window import run_board

    found: dict[str, object] = {}
    marks: list[tuple[float, float]] = []

    def start(board: Board) -> Callable[[], None]:
        dpg.set_viewport_vsync(False)

        def after_frame() -> None:
            now = time.perf_counter()
            marks.append((now, time.process_time()))
            if "table" not in found and board.state.runs:
                found["table"] = time.time() - began
            if "opened" not in found and board.complete and len(marks) > 2:
                opening = _after(marks, 0.0)["frames"]
                found.update({"opened": time.time() - began, "opening frames": opening, "since": now})
            since = found.get("since")
            if isinstance(since, float) and now > since + SETTLE_S + seconds:
                dpg.stop_dearpygui()
            elif since is None and time.time() - began > PATIENCE_S:
                raise SystemExit(f"the board was not complete after {PATIENCE_S:g} s")
            elif moving and since is not None:
                zoom(len(marks))

        return after_frame

    with tempfile.TemporaryDirectory() as home:
        run_board(runs, Path(home), start)
    since = found["since"]
    assert isinstance(since, float)
    print(json.dumps({**found, **_after(marks, since + SETTLE_S)}))


def zoom(step: int) -> None:
    """Show another part of the x axis in all plots that are seen, so that every line is thinned anew."""
    import dearpygui.dearpygui as dpg

    plots = [item for item in dpg.get_all_items() if dpg.get_item_type(item) == "mvAppItemType::mvPlot"]
    for plot in plots:
        if dpg.is_item_visible(plot):
            axis = dpg.get_item_children(plot, 1)[0]
            dpg.set_axis_limits(axis, step % 100, 1000 + 10 * (step % 100))


def _after(marks: list[tuple[float, float]], begin: float) -> dict[str, list[float]]:
    """Milliseconds of each frame after a moment, by the clock and of the processor."""
    counted = np.array([mark for mark in marks if mark[0] >= begin]).reshape(-1, 2)
    times = (np.diff(counted, axis=0) * 1000).round(3)
    return {"frames": times[:, 0].tolist(), "cpu": times[:, 1].tolist()}


@contextlib.contextmanager
def display() -> Iterator[dict[str, str]]:
    """An environment with a display: that of this machine, or Xvfb's."""
    if os.environ.get("DISPLAY"):
        yield dict(os.environ)
        return
    if shutil.which("Xvfb") is None:
        raise SystemExit("there is no display, and no Xvfb: apt-get install xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24"], pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield {**os.environ, "DISPLAY": f":{told.readline().strip()}"}
    finally:
        server.terminate()
        server.wait()


def measure(row: str, runs: Path, seconds: float, environment: dict[str, str]) -> dict[str, object]:
    """What one window has printed."""
    command = [sys.executable, "-m", "benchmarks.board", "--row", row, "--seconds", str(seconds)]
    command += ["--folder", str(runs), "--began", str(time.time())]
    ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if ended.returncode != 0:
        raise SystemExit(f"the window of the row {row!r} ended with {ended.returncode}")
    return json.loads(ended.stdout.splitlines()[-1])


def report(found: dict[str, dict[str, object]], args: argparse.Namespace, written: int) -> None:
    """Print a table."""
    opened, table = found["board"]["opened"], found["board"]["table"]
    print(f"{args.runs} runs x {args.ticks} ticks, {written / 1e6:.0f} MB, {os.cpu_count()} processors")
    print(f"opening, process start included: table after {table:.1f} s, all curves of all runs after {opened:.1f} s")
    slow = np.percentile(np.array(found["board"]["opening frames"]), 95)
    print(f"meanwhile 95 % of frames took less than {slow:.0f} ms")
    print(f"{'window':40} {'frames':>7} {'mean ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'x empty':>8}")
    base = float(np.mean(found["empty"]["cpu"]))
    for row, name in ROWS.items():
        values, cpu = np.array(found[row]["frames"]), float(np.mean(found[row]["cpu"]))
        high = np.percentile(values, 95)
        print(f"{name:40} {len(values):7} {values.mean():8.2f} {high:8.2f} {cpu:8.2f} {cpu / base:8.2f}")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--ticks", type=int, default=20_000, help="of each run")
    parser.add_argument("--seconds", type=float, default=6, help="that each window is measured")
    parser.add_argument("--row", choices=tuple(ROWS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.row == "empty":
        draw_empty(args.seconds)
        return 0
    if args.row:
        draw_board(args.folder, args.seconds, args.began, moving=args.row == "moving")
        return 0
    with tempfile.TemporaryDirectory() as home, display() as environment:
        runs = Path(home) / "runs"
        written = write_runs(runs, args.runs, args.ticks)
        report({row: measure(row, runs, args.seconds, environment) for row in ROWS}, args, written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
