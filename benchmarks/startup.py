"""Time to the first frame of the studio beside an empty window of the same toolkit, in turns.

    python -m benchmarks.startup [--rounds 7]

Time runs from before the process is started until its first frame is swapped; both windows have the same size.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL = 2.0
# Must not be loaded by the window, neither at its start nor later.
FORBIDDEN = ("torch", "vtk", "vtkmodules", "pyvista", "dearpygui")
SETTLE_S = 2.0
ROOT = Path(__file__).resolve().parent.parent


def has_display() -> bool:
    """Whether a window can come up on a screen."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def no_screen() -> None:
    """Without a display, take GLFW's null platform and EGL."""
    import imgui_bundle  # noqa: F401, I001 - first, so that both use the GLFW it brings
    import glfw

    if not has_display():
        glfw.init_hint(glfw.PLATFORM, glfw.PLATFORM_NULL)
        glfw.init()
        glfw.window_hint(glfw.CONTEXT_CREATION_API, glfw.EGL_CONTEXT_API)


def window(kind: str) -> None:
    """Open a window, report its first frame, let it settle, report its modules, and close it."""
    from imgui_bundle import hello_imgui, imgui, immapp

    no_screen()
    first: list[float] = []

    def swapped() -> None:
        if not first:
            first.append(time.monotonic())
            print("first frame", flush=True)
        elif time.monotonic() - first[0] > SETTLE_S or kind == "empty":
            hello_imgui.get_runner_params().app_shall_exit = True

    if kind == "empty":
        params = hello_imgui.RunnerParams()
        params.app_window_params.window_geometry.size = (1280, 800)
        params.callbacks.show_gui = lambda: imgui.text("empty")
        params.callbacks.after_swap = swapped
        params.ini_disable = True
        immapp.run(params)
    else:
        from app.layout import addons
        from app.window import build_params, build_studio, first_scene

        studio = build_studio(*first_scene(None))
        params = build_params(studio, None)

        # The first frame is told before the studio begins with what waits for it.
        params.callbacks.after_swap = lambda: (swapped(), studio.after_frame())[1]
        try:
            immapp.run(params, addons())
        finally:
            studio.close()
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), flush=True)


def measure(kind: str, home: Path) -> tuple[float, list[str]]:
    """Seconds to the first frame, and the modules that were loaded in the end."""
    environment = {**os.environ, **{f"XDG_{name}_HOME": str(home) for name in ("CONFIG", "DATA", "STATE")}}
    # As on anybody's machine from the second start on, Python's own compilations are at hand.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.setdefault("PYOPENGL_PLATFORM", "egl" if sys.platform.startswith("linux") else "")
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.startup", "--window", kind],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    seconds = time.perf_counter() - started
    if line != "first frame\n":
        raise SystemExit(f"the {kind} window did not open")
    modules = json.loads(process.stdout.readlines()[-1])
    if process.wait() != 0:
        raise SystemExit(f"the {kind} window ended with {process.returncode}")
    return seconds, modules


def main() -> int:
    """Measure in turns and print a table.  Returns 0 if the goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="starts of each window")
    parser.add_argument("--window", choices=("empty", "studio"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.window:
        window(args.window)
        return 0
    times: dict[str, list[float]] = {"empty": [], "studio": []}
    loaded: list[str] = []
    with tempfile.TemporaryDirectory() as home:
        for round_ in range(args.rounds + 1):
            for kind, values in times.items():
                seconds, modules = measure(kind, Path(home))
                if round_ > 0:  # the first one warms up
                    values.append(seconds)
                loaded = modules
    print(f"time to the first frame, {args.rounds} starts in turns")
    print(f"{'window':8} {'min s':>8} {'median s':>9}")
    for kind, values in times.items():
        print(f"{kind:8} {min(values):8.3f} {statistics.median(values):9.3f}")
    ratios = [function(times["studio"]) / function(times["empty"]) for function in (min, statistics.median)]
    print(f"{'ratio':8} {ratios[0]:8.2f} {ratios[1]:9.2f}   (goal: at most {GOAL:g})")
    heavy = sorted(set(loaded) & set(FORBIDDEN))
    print(f"of {', '.join(FORBIDDEN)} the studio's process has loaded: {', '.join(heavy) or 'nothing'}")
    return 0 if ratios[1] <= GOAL and not heavy else 1


if __name__ == "__main__":
    sys.exit(main())
