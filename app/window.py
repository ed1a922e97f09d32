"""The studio's window: opens it, or says in one sentence why it cannot be opened."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import imgui_bundle
from imgui_bundle import hello_imgui, immapp

from app import layout
from app.paths import asset, config_dir, default_runs_dir, user_path
from app.settings import load_settings
from app.studio import Studio
from core.scene import Scene, Source
from widgets.train_view import TrainForm

LAYOUT_FILE = "window.ini"
EXIT_NO_WINDOW = 2
# Set in the second attempt, which asks for the oldest OpenGL that will do.
MINIMAL_OPENGL = "EPIGRAF_MINIMAL_OPENGL"
HEADLESS = "Without a window, use `epigraf train`, `epigraf data` and `epigraf render` (epigraf --help)."


class WindowError(OSError):
    """The window cannot be opened; the message says what is missing and what to do."""


def run_studio(source: str | None = None) -> int:
    """Open the studio and stay until it is closed.

    Args:
        source: A checkpoint or the folder of a run to show instead of the demo.

    Returns:
        The exit code: 0, or 2 when no window could be opened.
    """
    try:
        scene, run = first_scene(source)
        require_display()
        studio = build_studio(scene, run)
        if source is not None and is_pickle(source):
            studio.openings.drop((source,))
    except (WindowError, ValueError) as error:
        sys.stderr.write(f"epigraf: {error}\n")
        return EXIT_NO_WINDOW
    params = build_params(studio, config_dir() / LAYOUT_FILE)
    params.app_window_params.window_geometry.size = layout.first_size(screen_size())
    try:
        with studio.messages.listening(), contextlib.closing(studio):
            immapp.run(params, layout.addons())
    except RuntimeError as error:
        # Nothing was drawn yet: no OpenGL of the version that was asked for.  The toolkit cannot try again by itself.
        if studio.opened:
            raise
        if MINIMAL_OPENGL not in os.environ:
            return try_minimal_opengl(source)
        sys.stderr.write(f"epigraf: {opengl_sentence(error)}\n")
        return EXIT_NO_WINDOW
    return 0


def build_studio(scene: Scene, run: Path | None = None) -> Studio:
    """The studio behind a window that is yet to be opened."""
    form = TrainForm(runs_dir=str(default_runs_dir()))
    studio = Studio(scene, load_settings(config_dir(), form), config_dir())
    if run is not None:
        studio.train.attach(run)
    return studio


def build_params(studio: Studio, layout_file: Path | None) -> hello_imgui.RunnerParams:
    """The window of a studio; the layout is kept in `layout_file`, if any."""
    use_own_assets()
    params = layout.runner_params(studio.panels, layout_file, studio.apply_look, studio.look.scale)
    if MINIMAL_OPENGL in os.environ:
        params.renderer_backend_options.open_gl_options = layout.opengl_options(minimal=True)
    params.callbacks.pre_new_frame = studio.before_frame
    params.callbacks.before_swap = studio.before_swap
    params.callbacks.after_swap = studio.after_frame
    params.callbacks.show_menus = studio.draw_menus
    params.callbacks.show_status = studio.draw_status
    params.callbacks.show_gui = studio.draw_overlays
    params.callbacks.before_exit = studio.free_gpu
    params.callbacks.confirm_exit = studio.may_close
    return params


def use_own_assets() -> None:
    """Let the toolkit find the icon of the program, in app_settings/, before its own."""
    hello_imgui.set_assets_folder(str(asset("")))
    hello_imgui.add_assets_search_path(str(Path(imgui_bundle.__file__).parent / "assets"))


def first_scene(source: str | None) -> tuple[Scene, Path | None]:
    """What is shown first, and the run that is attached, if any.  Raises ValueError."""
    if source is None or is_pickle(source):
        return Scene(), None
    path = user_path(source).resolve()
    if (path / "config.yaml").is_file():
        return Scene(), path
    if path.is_dir() and (runs := sorted(each.parent for each in path.glob("*/config.yaml"))):
        raise ValueError(f"{path} is a folder of runs: open one of them, as {runs[-1]}")
    if path.is_dir():
        raise ValueError(f"{path} is not the folder of a run: it has no config.yaml")
    if not path.is_file():
        raise ValueError(f"there is no checkpoint or run {path}")
    return Scene(source=Source("checkpoint", str(path))), None


def is_pickle(source: str) -> bool:
    """Whether a source is a published network, which is to be imported once the window is open."""
    return source.lower().endswith(".pkl")


def require_display() -> None:
    """Raise WindowError if there is no display to open a window on."""
    import glfw  # only after imgui_bundle, so that both use the GLFW it brings

    messages: list[str] = []
    previous = glfw.set_error_callback(lambda _code, text: messages.append(text.decode(errors="replace")))
    try:
        opened = glfw.init()
    finally:
        glfw.set_error_callback(previous)
    if not opened:
        raise WindowError(display_sentence(messages[-1] if messages else ""))


def screen_size() -> tuple[int, int]:
    """What the desktop leaves free of the first screen, screen coordinates; zeros where there is none."""
    import glfw

    screen = glfw.get_primary_monitor()
    return glfw.get_monitor_workarea(screen)[2:] if screen else (0, 0)


def display_sentence(reason: str) -> str:
    """Why there is no window, for people."""
    found = f" ({reason})" if reason else ""
    if sys.platform.startswith("linux"):
        way_out = "Log in to a desktop, use `ssh -X`, or run under `xvfb-run`."
    else:
        way_out = "Log in to the desktop of this machine."
    return f"no window can be opened here: there is no display{found}. {way_out} {HEADLESS}"


def opengl_sentence(error: RuntimeError) -> str:
    """Why OpenGL does not work, for people."""
    if sys.platform.startswith("linux"):
        way_out = "Install the graphics driver, or software OpenGL: apt-get install libgl1 libegl1 libgl1-mesa-dri."
    else:
        way_out = "Install the newest graphics driver."
    reason = " ".join(str(error).split())
    return f"the window needs OpenGL 3.3, which this display does not offer ({reason}). {way_out} {HEADLESS}"


def try_minimal_opengl(source: str | None) -> int:
    """Open the window in a fresh process that asks for OpenGL 3.3.  Returns its exit code."""
    command = [sys.executable, "-P", "-m", "app", *(["--open", source] if source is not None else [])]
    return subprocess.run(command, env={**os.environ, MINIMAL_OPENGL: "1"}, check=False).returncode
