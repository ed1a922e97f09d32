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

# What opens windows and starts processes takes seconds; all else takes milliseconds.
LONG_MARKS = ("ui", "process")

# Processes share two cores with a window here: the time of one example says nothing.  The same examples every time, so
# that a change fails for what it does; `make explore` looks for new ones.
settings.register_profile("studio", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("EPIGRAF_EXAMPLES", "studio"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, in both halves: so many are given to each of two processes, which then share out the rest.

    Modules stay together, for the sake of what their tests share.

    They also share the machine with whatever else it does: one that fails gets a second try.  Each such is listed at
    the end of the run, and is a race to be mended.
    """
    for item in items:
        if any(item.get_closest_marker(mark) for mark in LONG_MARKS):
            item.add_marker(pytest.mark.flaky(reruns=1))
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    groups = list(modules.values())
    is_long = [any(item.get_closest_marker(mark) for item in group for mark in LONG_MARKS) for group in groups]
    long, short = ([g for g, is_it in zip(groups, is_long, strict=True) if is_it is kind] for kind in (True, False))
    ordered = (*long[0::2], *short[0::2], *long[1::2], *short[1::2])
    items[:] = [item for group in ordered for item in group]


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
