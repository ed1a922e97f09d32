"""What every test runs under: one thread per numerical library, no screen, and none of the person's settings."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# Read when the libraries are first imported, so it must stand here, before any test module is collected.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(name, "1")
if sys.platform.startswith("linux"):
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

# Processes share two cores with a window here: the time of one example says nothing.
settings.register_profile("studio", deadline=None)
settings.load_profile("studio")


@pytest.fixture(scope="session", autouse=True)
def own_settings():
    """Keep the settings, sessions and layouts of the person who runs the tests out of them."""
    with tempfile.TemporaryDirectory(prefix="epigraf-tests-") as home, pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, home)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parent.parent
