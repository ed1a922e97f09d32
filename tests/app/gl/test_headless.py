import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.gl import headless
from app.gl.headless import HeadlessError, open_context

ROOT = Path(__file__).resolve().parents[3]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="EGL is the way of Linux")


def run_fresh(statements: str) -> str:
    """Run in a process whose environment says nothing about PyOpenGL or a display."""
    hidden = ("PYOPENGL_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    code = f"import os, sys\nsys.path.insert(0, {str(ROOT)!r})\n{statements}"
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=120, check=False, env=environment
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_contexts_come_and_go():
    for _ in range(3):
        with open_context() as context:
            assert context.renderer
            assert tuple(int(part) for part in context.version.split()[0].split(".")[:2]) >= (3, 3)


@linux
def test_the_environment_is_left_as_it_was():
    run_fresh(
        "from app.gl.headless import open_context\n"
        "open_context().close()\n"
        "assert 'PYOPENGL_PLATFORM' not in os.environ\n"
        "import OpenGL.platform\n"
        "assert type(OpenGL.platform.PLATFORM).__name__ == 'EGLPlatform'"
    )


@linux
def test_it_works_after_opengl_was_imported_for_a_window():
    run_fresh(
        "import OpenGL.GL\n"
        "from app.gl.headless import open_context\n"
        "from app.gl.volume_renderer import VolumeRenderer\n"
        "with open_context():\n"
        "    VolumeRenderer().close()"
    )


@linux
def test_without_a_display_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(headless, "_displays", lambda egl: iter(()))
    with pytest.raises(HeadlessError, match=r"no OpenGL 3\.3 context without a window .*libegl1"):
        open_context()


@linux
def test_a_version_that_does_not_exist_is_refused_with_the_reasons():
    with pytest.raises(HeadlessError, match=r"no OpenGL 9\.9 context .*EGL"):
        open_context((9, 9))
