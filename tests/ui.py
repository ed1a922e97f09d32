"""Drives real windows without a screen: GLFW's null platform, EGL, and the Dear ImGui Test Engine.

    def test_button(tmp_path):
        def clicks(ctx):
            ctx.item_click("//Panel/Go")
            image = ui.capture(ctx, tmp_path / "window.png")

        ui.run_gui(draw_my_panel, clicks)

Test functions run on a thread of the test engine, so they must make no GL calls; assertions in them reach pytest.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# PyOpenGL chooses its platform once, when OpenGL is first imported.
os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

# imgui_bundle goes first, so that both use the GLFW it brings.
from imgui_bundle import hello_imgui, imgui, immapp  # noqa: I001
from imgui_bundle.immapp import testing
import glfw
import numpy as np
import pytest
from PIL import Image

from app import layout, window
from app.studio import Studio
from app.view.view_controller import ViewController
from app.workers.worker import Worker
from core.scene import Scene
from widgets.picture import Picture

Context = imgui.test_engine.TestContext
WINDOW_SIZE = (1280, 800)
# Of a pixel of the viewport's picture in tests that do not look at it closely.
COARSE = 3


@contextmanager
def no_screen() -> Iterator[None]:
    """Make the next window live on GLFW's null platform with an EGL context.  GLFW forgets this at each exit."""
    if not sys.platform.startswith("linux"):
        pytest.skip("windows without a screen need EGL, which is tested on Linux")
    glfw.init_hint(glfw.PLATFORM, glfw.PLATFORM_NULL)
    if not glfw.init():
        pytest.fail("GLFW's null platform does not start; install libegl1 and libgl1")
    glfw.window_hint(glfw.CONTEXT_CREATION_API, glfw.EGL_CONTEXT_API)
    try:
        yield
    finally:
        glfw.terminate()
        glfw.init_hint(glfw.PLATFORM, glfw.ANY_PLATFORM)


def run_params(
    params: hello_imgui.RunnerParams,
    clicks: Callable[[Context], None],
    addons: immapp.AddOnsParams | None = None,
) -> None:
    """Open a window of these parameters, run `clicks` in it, close it.  Raises what failed in there."""
    params.fps_idling.vsync_to_monitor = False
    params.callbacks.register_tests = _be_patient
    with no_screen():
        testing.run(test_function=clicks, runner_params=params, add_ons_params=addons or immapp.AddOnsParams())


def _be_patient() -> None:
    """The engine kills tests after a minute, ours end by `wait_until`; and it takes Python's signal handlers away.

    Without Python's rule for closed pipes, a worker that goes away would take the window with it.  With
    EPIGRAF_FAULTS=FILE a crash in C writes the stacks of all threads there.
    """
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    faults = os.environ.get("EPIGRAF_FAULTS")
    if faults:
        # Open until the process ends: a crash has no time to open it.
        faulthandler.enable(Path(faults).open("a"))  # noqa: SIM115
    io = imgui.test_engine.get_io(hello_imgui.get_imgui_test_engine())
    io.config_watchdog_warning = io.config_watchdog_kill_test = 600.0


def run_gui(
    gui: Callable[[], None],
    clicks: Callable[[Context], None],
    post_init: Callable[[], None] | None = None,
    before_exit: Callable[[], None] | None = None,
    size: tuple[int, int] = WINDOW_SIZE,
) -> None:
    """Run `clicks` against a plain window that calls `gui` once a frame.

    Args:
        gui: Opens its own ImGui windows.
        clicks: The test.
        post_init: Called once when the GL context is current: make GL objects here.
        before_exit: Called once while the context is still there: free them here.
        size: Of the window, pixels.
    """
    params = hello_imgui.RunnerParams()
    params.ini_disable = True
    params.app_window_params.window_geometry.size = size
    params.imgui_window_params.default_imgui_window_type = hello_imgui.DefaultImGuiWindowType.no_default_window
    options = hello_imgui.OpenGlOptions()
    options.major_version, options.minor_version = 3, 3
    options.use_core_profile, options.use_forward_compat = True, True
    options.anti_aliasing_samples = 0
    params.renderer_backend_options.open_gl_options = options
    params.callbacks.show_gui = gui
    if post_init is not None:
        params.callbacks.post_init = post_init
    if before_exit is not None:
        params.callbacks.before_exit = before_exit
    run_params(params, clicks, immapp.AddOnsParams(with_implot=True))


def capture(ctx: Context, path: Path, window: str | None = None) -> np.ndarray:
    """Photograph the whole window, or one ImGui window by its title.  Returns [height, width, 3], uint8."""
    testing.capture(ctx, str(path), window=window)
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def wait_until(ctx: Context, condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Draw frames until `condition`; fail with `what` when it takes longer than `seconds`.

    The thread sleeps between frames, so that a trainer beside the window gets the processor.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        # The engine only records a click that has found nothing, and goes on.
        assert not ctx.is_error(), f"an earlier step failed (see the log above), so this will not come: {what}"
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for: {what}")
        time.sleep(0.03)
        ctx.yield_()


def _coarse(picture: Callable[..., Picture | None]) -> Callable[..., Picture | None]:
    """Software OpenGL takes up to a second for a picture with all its pixels, which few tests look at."""

    def drawn(self: ViewController, scene: Scene, width: int, height: int, moving: bool) -> Picture | None:
        return picture(self, scene, max(width // COARSE, 1), max(height // COARSE, 1), moving)

    return drawn


def run_studio(
    clicks: Callable[[Context, Studio], None],
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    source: str | None = None,
    layout_file: Path | None = None,
    *,
    turning: bool = False,
    fine: bool = False,
    ahead: bool = False,
) -> None:
    """Run `clicks` in the real studio.

    Args:
        clicks: What is done there.
        monkeypatch: Of the test.
        home: Settings and runs live below it.
        source: What is opened, if not the demo.
        layout_file: Where the layout is kept, if anywhere.
        turning: Let the demo turn, as it does for people: software OpenGL draws little else then.
        fine: Draw the viewport's picture with all its pixels, and not COARSE times fewer along each side.
        ahead: Start the model worker ahead of the first request, as for people: it loads torch, often for nothing.
    """
    if not fine:
        monkeypatch.setattr(ViewController, "picture", _coarse(ViewController.picture))
    if not ahead:
        monkeypatch.setattr(Worker, "start", lambda _: None)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home))
    studio = window.build_studio(*window.first_scene(source))
    studio.stage.turntable.on = studio.stage.turntable.on and turning
    with studio.messages.listening(), contextlib.closing(studio):
        params = window.build_params(studio, layout_file)
        run_params(params, lambda ctx: clicks(ctx, studio), layout.addons())
