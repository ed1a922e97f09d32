"""Milliseconds per frame of the window: idle, full of a long run, and while training, beside an empty window.

    python -m benchmarks.window [--rounds 3] [--seconds 4] [--points 100000]

Each row opens a window of its own and draws as fast as it can for a while; rows take turns, so that a busy machine is
unfair to all of them alike.  A frame lasts from one swap to the next, its drawing on the GPU included.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.startup import has_display, no_screen
from core.geometry import Geometry

if TYPE_CHECKING:
    from imgui_bundle import hello_imgui

    from app.studio import Studio

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1600, 1000)
# After everything is loaded, before the first frame that counts.
SETTLE_S = 2.0
LOADING_S = 180.0
# After this long without a person the window rests.
RESTING_S = 5.0
TRAINING_S = 600.0
ROWS = {
    "empty": "empty window",
    "idle": "studio, demo at rest",
    "turning": "studio, demo turning",
    "geometry": "Geometry, a surface of 192³ at rest",
    "extracting": "Geometry, one surface of 192³ after the other",
    "full": "all panels, long run",
    "training": "all panels, training on the same cores",
}
# Points along an edge of a grid: the finest that is never put off because it takes long.
FINE = 192
# Every panel in sight at once: nothing hides behind a tab.
PLACES = {"Curves": "bottom", "Patch scales": "bottom 2", "Modulation": "bottom 3", "Log": "bottom 4", "Runs": "left 2"}


class Meter:
    """Marks the swaps of a window for a while, once it is ready.

    Args:
        seconds: How long.
        ready: Whether everything is loaded.
    """

    def __init__(self, seconds: float, ready: Callable[[], bool]) -> None:
        self.marks: list[float] = []
        self._seconds = seconds
        self._ready = ready
        self._began = math.inf
        self._deadline = time.monotonic() + LOADING_S

    def swapped(self) -> None:
        """A frame is on the screen."""
        from imgui_bundle import hello_imgui
        from OpenGL import GL

        # Drawing is finished before the clock is read: else frames only pile up in the driver.
        GL.glFinish()
        now = time.monotonic()
        if math.isinf(self._began) and self._ready():
            self._began = now + SETTLE_S
        if now >= self._began:
            self.marks.append(now)
        if now > self._began + self._seconds or (math.isinf(self._began) and now > self._deadline):
            hello_imgui.get_runner_params().app_shall_exit = True


def window(row: str, seconds: float, source: str, points: int) -> None:
    """Draw one row's window for a while, and print its frame times as JSON: [n] milliseconds."""
    no_screen()
    meter = _empty(seconds) if row == "empty" else _studio(row, seconds, source, points)
    print(json.dumps((np.diff(meter.marks) * 1000).round(3).tolist()), flush=True)


def _empty(seconds: float) -> Meter:
    from imgui_bundle import hello_imgui, imgui, immapp

    meter = Meter(seconds, lambda: True)
    params = hello_imgui.RunnerParams()
    params.callbacks.show_gui = lambda: imgui.text("empty")
    params.callbacks.after_swap = meter.swapped
    params.ini_disable = True
    _unthrottled(params)
    immapp.run(params)
    return meter


def _studio(row: str, seconds: float, source: str, points: int) -> Meter:
    from imgui_bundle import immapp

    from app.layout import addons
    from app.window import build_params, build_studio, first_scene

    studio = build_studio(*first_scene(source or None))
    studio.overlays.exit.ask = False
    studio.stage.turntable.on = row == "turning"
    surfaces = _Surfaces(studio, anew=row == "extracting") if row in ("geometry", "extracting") else None
    least = points if row == "full" else 1 if row == "training" else 0

    def ready() -> bool:
        if surfaces is not None:
            return surfaces.made > 0
        run = studio.train.run
        read = len(run.curves.kimg) if run is not None else 0
        return read >= least and (row == "full" or studio.stage.engine.shown is not None)

    meter = Meter(seconds, ready)
    params = build_params(studio, None)
    _unthrottled(params)
    if row in ("full", "training"):
        _spread(params.docking_params)

    def swapped() -> None:
        meter.swapped()
        studio.after_frame()
        if surfaces is not None:
            surfaces.after_frame()

    params.callbacks.after_swap = swapped
    with contextlib.closing(studio):
        immapp.run(params, addons())
    if surfaces is not None and surfaces.anew:
        print(f"{surfaces.made} surfaces were made meanwhile", file=sys.stderr)
    return meter


class _Surfaces:
    """Shows the Geometry panel, and wants another sample's surface as soon as one is there.

    Args:
        studio: The window.
        anew: Whether another one is wanted.
    """

    def __init__(self, studio: Studio, anew: bool) -> None:
        self.studio, self.anew, self.made, self._frames, self._shown = studio, anew, 0, 0, ""

    def after_frame(self) -> None:
        """A frame is on the screen."""
        from app import layout
        from app.geometry.geometry_desk import GeometryDesk

        studio, stage = self.studio, self.studio.stage
        self._frames += 1
        if self._frames == 3:
            studio.panels_shown.show(layout.GEOMETRY)
            stage.scene = replace(stage.scene, geometry=Geometry(resolution=FINE))
        desk = studio.desks.find(layout.GEOMETRY)
        side = desk.surfaces.sides["a"] if isinstance(desk, GeometryDesk) else None
        if side is None or not side.is_complete or side.surface.answer is None:
            return
        grid = side.surface.answer.request.grid.path
        if grid == self._shown:
            return
        self._shown, self.made = grid, self.made + 1
        if self.anew:
            stage.set_seed(stage.scene.latent.seed + 1)


def rest(seconds: float, source: str) -> None:
    """Open the studio as people do, leave it alone, and print the share of one processor that it takes."""
    from imgui_bundle import hello_imgui, immapp

    from app.layout import addons
    from app.window import build_params, build_studio, first_scene

    studio = build_studio(*first_scene(source))
    params = build_params(studio, None)
    marks: list[tuple[float, float]] = []

    def swapped() -> None:
        studio.after_frame()
        if studio.stage.engine.shown is not None or (studio.train.run is not None and studio.train.run.curves.run):
            marks.append((time.monotonic(), time.process_time()))
        if marks and marks[-1][0] > marks[0][0] + RESTING_S + seconds:
            hello_imgui.get_runner_params().app_shall_exit = True

    params.callbacks.after_swap = swapped
    with contextlib.closing(studio):
        immapp.run(params, addons())
    resting = [mark for mark in marks if mark[0] > marks[0][0] + RESTING_S]
    (first, used), (last, used_up) = resting[0], resting[-1]
    print(json.dumps([(used_up - used) / (last - first)]), flush=True)


def _unthrottled(params: hello_imgui.RunnerParams) -> None:
    """Draw all the time, without waiting for anything."""
    params.app_window_params.window_geometry.size = SIZE
    params.fps_idling.enable_idling = False
    params.fps_idling.vsync_to_monitor = False
    params.fps_idling.fps_max = 0.0


def _spread(docking: hello_imgui.DockingParams) -> None:
    """Give every panel a place of its own."""
    from imgui_bundle import hello_imgui, imgui

    split, right, down = hello_imgui.DockingSplit, imgui.Dir.right, imgui.Dir.down
    docking.docking_splits += [
        split("left", "left 2", down, 0.4),
        split("bottom", "bottom 3", right, 0.5),
        split("bottom", "bottom 2", right, 0.4),
        split("bottom 3", "bottom 4", right, 0.5),
    ]
    for panel in docking.dockable_windows:
        panel.dock_space_name = PLACES.get(panel.label, panel.dock_space_name)


def measure(row: str, args: argparse.Namespace, source: str, home: Path) -> list[float]:
    """Frame times of one window, milliseconds."""
    environment = {**os.environ, **{f"XDG_{name}_HOME": str(home) for name in ("CONFIG", "DATA", "STATE")}}
    environment.setdefault("PYOPENGL_PLATFORM", "egl" if sys.platform.startswith("linux") else "")
    numbers = ["--seconds", str(args.seconds), "--points", str(args.points)]
    command = [sys.executable, "-m", "benchmarks.window", "--row", row, "--source", source, *numbers]
    process = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode != 0:
        raise SystemExit(f"the window of the row {row!r} ended with {process.returncode}")
    times = json.loads(process.stdout.splitlines()[-1])
    if not times:
        raise SystemExit(f"the window of the row {row!r} was not ready within {LOADING_S:g} s")
    return times


@contextlib.contextmanager
def trained_run(home: Path) -> Iterator[Path]:
    """A run that trains on all cores meanwhile; yields its folder."""
    from app.form.form_checks import SHAPES
    from app.paths import asset
    from training.config_files import with_values
    from training.config_fit import fitted
    from training.launch import launch
    from training.presets import load_preset
    from training.run_dir import create_run

    config = with_values(fitted(load_preset("tiny"), asset(SHAPES)), {"name": "trains", "loop.kimg_per_tick": 0.1})
    run = create_run(home / "runs", config)
    launch(run)
    deadline = time.monotonic() + TRAINING_S
    while not run.ticks():
        if time.monotonic() > deadline or not run.observe().active:
            raise SystemExit(f"the training does not get going: {run.observe().message}")
        time.sleep(0.5)
    try:
        yield run.path
    finally:
        run.send("stop")
        while run.observe().active:
            time.sleep(0.2)


def main() -> int:
    """Measure in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="windows of each row")
    parser.add_argument("--seconds", type=float, default=4, help="that each window is measured")
    parser.add_argument("--points", type=int, default=100_000, help="ticks of the long run")
    parser.add_argument("--row", choices=(*ROWS, "resting"), help=argparse.SUPPRESS)
    parser.add_argument("--source", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.row == "resting":
        rest(args.seconds, args.source)
        return 0
    if args.row:
        window(args.row, args.seconds, args.source, args.points)
        return 0
    from app.paths import asset
    from app.source_files import DEMO_CHECKPOINT

    times: dict[str, list[float]] = {row: [] for row in ROWS}
    with tempfile.TemporaryDirectory() as home:
        long = _long_run(Path(home), args.points)
        calm = {"empty": "", "idle": "", "turning": "", "geometry": "", "extracting": "", "full": long}
        for _ in range(args.rounds):
            for row, source in calm.items():
                times[row] += measure(row, args, source, Path(home))
        with trained_run(Path(home)) as run:
            for _ in range(args.rounds):
                times["training"] += measure("training", args, str(run), Path(home))
        report(times, args)
        if not has_display():
            print("idle: not measured, since GLFW's null platform never waits (run this under xvfb-run)")
            return 0
        shares = [measure("resting", args, source, Path(home))[0] for source in (str(asset(DEMO_CHECKPOINT)), long)]
        print(f"idle, share of one processor: {shares[0]:.1%} with a checkpoint, {shares[1]:.1%} with the long run")
    return 0


def _long_run(home: Path, points: int) -> str:
    from app.form.form_checks import SHAPES
    from app.paths import asset
    from benchmarks._long_run import long_run
    from training.config_fit import fitted
    from training.presets import load_preset

    return str(long_run(home / "runs", fitted(load_preset("tiny"), asset(SHAPES)), points).path)


def report(times: dict[str, list[float]], args: argparse.Namespace) -> None:
    """Print mean and 95th percentile of every row, and their ratios to the empty window's."""
    print(f"{SIZE[0]} x {SIZE[1]}, {os.cpu_count()} processors, {args.rounds} windows a row, {args.points} points")
    print(f"{'window':40} {'frames':>7} {'mean ms':>8} {'p95 ms':>8} {'x empty':>8}")
    base = float(np.mean(times["empty"]))
    for row, values in times.items():
        mean, high = float(np.mean(values)), float(np.percentile(values, 95))
        print(f"{ROWS[row]:40} {len(values):7} {mean:8.2f} {high:8.2f} {mean / base:8.2f}")


if __name__ == "__main__":
    sys.exit(main())
