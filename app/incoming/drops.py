"""Files that are dropped on the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Handler = Callable[[Sequence[str]], None]


def accept_drops(handler: Handler) -> None:
    """Call `handler` with the paths whenever something is dropped on the window; needs the open window."""
    import glfw  # only after imgui_bundle, so that both use the GLFW it brings
    from imgui_bundle import glfw_utils

    def dropped(_window: Any, paths: Sequence[str]) -> None:
        handler(paths)

    glfw.set_drop_callback(glfw_utils.glfw_window_hello_imgui(), dropped)
