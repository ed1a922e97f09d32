"""An OpenGL context without a window: for tests, benchmarks and `epigraf render`.

On Linux EGL gives one on a GPU, or on Mesa's software renderer, with no display server. Elsewhere a hidden window does.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

log = logging.getLogger(__name__)

MINIMUM_VERSION = (3, 3)
# Not named in PyOpenGL; from the registry of EGL extensions.
_PLATFORM_DEVICE = 0x313F
_PLATFORM_SURFACELESS_MESA = 0x31DD
_CONTEXT_MAJOR, _CONTEXT_MINOR, _CONTEXT_PROFILE, _PROFILE_CORE = 0x3098, 0x30FB, 0x30FD, 1
_MAX_DEVICES = 32
_BINDING_SWITCH = "PYOPENGL_PLATFORM"
_ADVICE = "On Debian or Ubuntu install libegl1 and libgl1 (and, for a GPU, its driver with EGL)."


class HeadlessError(OSError):
    """No OpenGL context could be made; the message says what is missing."""


class HeadlessContext:
    """A current OpenGL core context with no window; a context manager that closes itself.

    It belongs to the thread that made it.

    Attributes:
        renderer: The driver's name of what draws, such as "llvmpipe (LLVM 15.0.6, 256 bits)".
        version: The driver's OpenGL version text.
    """

    def __init__(self, make_current: Callable[[], None], release: Callable[[], None]) -> None:
        """Take functions that make the context current and destroy it; use `open_context`."""
        self._make_current = make_current
        self._release: Callable[[], None] | None = release
        self.make_current()
        gl = importlib.import_module("OpenGL.GL")
        self.renderer = gl.glGetString(gl.GL_RENDERER).decode()
        self.version = gl.glGetString(gl.GL_VERSION).decode()
        log.info("OpenGL without a window: %s, %s", self.renderer, self.version)

    def make_current(self) -> None:
        """Make it the current context of this thread."""
        self._make_current()

    def close(self) -> None:
        """Destroy the context and all that was made in it."""
        if self._release is not None:
            self._release()
            self._release = None

    def __enter__(self) -> HeadlessContext:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_context(version: tuple[int, int] = MINIMUM_VERSION) -> HeadlessContext:
    """Make an OpenGL core context of at least this version and make it current.

    Raises:
        HeadlessError: This machine has no way to draw without a window; the message says what to install.
    """
    if sys.platform.startswith("linux"):
        return _egl_context(version)
    return _hidden_window_context(version)


@contextmanager
def _binding_through_egl() -> Iterator[None]:
    """Let PyOpenGL choose EGL if this is where it is imported first; the environment is left as it was."""
    if "OpenGL.GL" in sys.modules or _BINDING_SWITCH in os.environ:
        yield
        return
    os.environ[_BINDING_SWITCH] = "egl"
    try:
        yield
    finally:
        del os.environ[_BINDING_SWITCH]


def _egl_context(version: tuple[int, int]) -> HeadlessContext:
    try:
        with _binding_through_egl():
            egl = importlib.import_module("OpenGL.EGL")
            importlib.import_module("OpenGL.GL")
    except (ImportError, AttributeError, OSError) as error:
        raise HeadlessError(
            f"drawing without a window needs the EGL and OpenGL libraries ({error}). {_ADVICE}"
        ) from error
    failures = []
    for name, display in _displays(egl):
        try:
            return _context_on(egl, display, version)
        except egl.EGLError as error:
            reason = getattr(error, "description", None) or error
            failures.append(f"{name}: {reason}")
            log.debug("no context through %s: %s", name, error)
    tried = "; ".join(failures) or "no EGL display was offered"
    wanted = ".".join(map(str, version))
    raise HeadlessError(f"no OpenGL {wanted} context without a window ({tried}). {_ADVICE}")


def _displays(egl: Any) -> Iterator[tuple[str, Any]]:
    """EGL displays from the most to the least wanted: GPUs, Mesa's surfaceless platform, other devices."""
    get_display = _extension(egl, "eglGetPlatformDisplayEXT", ctypes.c_void_p, (ctypes.c_uint, ctypes.c_void_p))
    if get_display is None:
        return
    devices = _devices(egl)
    hardware = [device for device, software in devices if not software]
    rest = [device for device, software in devices if software]
    candidates = [("EGL device", _PLATFORM_DEVICE, device) for device in hardware]
    candidates.append(("EGL surfaceless", _PLATFORM_SURFACELESS_MESA, None))
    candidates += [("EGL software device", _PLATFORM_DEVICE, device) for device in rest]
    for name, platform, device in candidates:
        display = get_display(platform, device, None)
        if display:
            yield name, ctypes.c_void_p(display)


def _devices(egl: Any) -> list[tuple[int, bool]]:
    """EGL devices as (handle, whether it is a software renderer)."""
    pointer = ctypes.c_void_p
    query = _extension(egl, "eglQueryDevicesEXT", ctypes.c_uint, (ctypes.c_int, pointer))
    describe = _extension(egl, "eglQueryDeviceStringEXT", ctypes.c_char_p, (pointer, ctypes.c_int), last=False)
    if query is None or describe is None:
        return []
    handles, count = (ctypes.c_void_p * _MAX_DEVICES)(), ctypes.c_int()
    if not query(_MAX_DEVICES, ctypes.cast(handles, pointer), ctypes.cast(ctypes.pointer(count), pointer)):
        return []
    extensions = [(handle, describe(handle, egl.EGL_EXTENSIONS) or b"") for handle in handles[: count.value]]
    return [(int(handle), b"EGL_MESA_device_software" in text) for handle, text in extensions if handle]


def _extension(egl: Any, name: str, result: Any, arguments: tuple[Any, ...], last: bool = True) -> Any | None:
    """A function of an EGL extension, or None; `last` adds the pointer argument that closes most of them."""
    address = ctypes.cast(egl.eglGetProcAddress(name.encode()), ctypes.c_void_p).value
    if not address:
        return None
    closing = (ctypes.c_void_p,) if last else ()
    return ctypes.CFUNCTYPE(result, *arguments, *closing)(address)


def _context_on(egl: Any, display: Any, version: tuple[int, int]) -> HeadlessContext:
    major, minor = ctypes.c_int(), ctypes.c_int()
    egl.eglInitialize(display, major, minor)
    egl.eglBindAPI(egl.EGL_OPENGL_API)
    wanted = [egl.EGL_SURFACE_TYPE, egl.EGL_PBUFFER_BIT, egl.EGL_RENDERABLE_TYPE, egl.EGL_OPENGL_BIT, egl.EGL_NONE]
    configs, count = (ctypes.c_void_p * 1)(), ctypes.c_int()
    egl.eglChooseConfig(display, (ctypes.c_int * len(wanted))(*wanted), configs, 1, count)
    config = configs[0] if count.value else None  # a context without a configuration is allowed by most drivers
    attributes = [_CONTEXT_MAJOR, version[0], _CONTEXT_MINOR, version[1], _CONTEXT_PROFILE, _PROFILE_CORE, egl.EGL_NONE]
    handle = egl.eglCreateContext(display, config, None, (ctypes.c_int * len(attributes))(*attributes))

    def make_current() -> None:
        egl.eglBindAPI(egl.EGL_OPENGL_API)
        egl.eglMakeCurrent(display, None, None, handle)

    def release() -> None:
        # The display stays initialised: others in this process may share it.
        egl.eglMakeCurrent(display, None, None, None)
        egl.eglDestroyContext(display, handle)

    return HeadlessContext(make_current, release)


def _hidden_window_context(version: tuple[int, int]) -> HeadlessContext:
    try:
        # First, so that both use the GLFW that imgui_bundle brings.
        importlib.import_module("imgui_bundle")
        glfw = importlib.import_module("glfw")
    except ImportError as error:
        raise HeadlessError(f"drawing needs GLFW and imgui-bundle ({error}); install epigraf-studio again") from error
    if not glfw.init():
        raise HeadlessError("GLFW does not start: is there a desktop session?")
    glfw.default_window_hints()
    glfw.window_hint(glfw.VISIBLE, False)
    glfw.window_hint(glfw.CONTEXT_VERSION_MAJOR, version[0])
    glfw.window_hint(glfw.CONTEXT_VERSION_MINOR, version[1])
    glfw.window_hint(glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE)
    glfw.window_hint(glfw.OPENGL_FORWARD_COMPAT, True)
    window = glfw.create_window(16, 16, "epigraf", None, None)
    glfw.default_window_hints()
    if not window:
        raise HeadlessError(f"no OpenGL {version[0]}.{version[1]} context: the graphics driver is missing or too old")
    return HeadlessContext(lambda: glfw.make_context_current(window), lambda: glfw.destroy_window(window))
