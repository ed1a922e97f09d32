"""A picture of one ImGui window alone, whatever lies above it on the screen."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, imgui
from OpenGL import GL

from app.gl.state import drawing_state
from app.gl.textures import PictureTarget


def window_picture(name: str) -> np.ndarray | None:
    """Draw a window of the last frame once more, into a picture.  Call it between rendering and the swap of buffers.

    Args:
        name: Of the window; it must fill its ground itself.

    Returns:
        [height, width, 3], uint8, top row first; None if the frame holds no such window.

    Raises:
        RuntimeError: The GPU cannot draw a picture of this size.
    """
    frame = imgui.get_draw_data()
    lists = [each for each in frame.cmd_lists if each._owner_name == name]
    if not lists:
        return None
    window = imgui.internal.find_window_by_name(name)
    scale = frame.framebuffer_scale
    width, height = max(round(window.size.x * scale.x), 1), max(round(window.size.y * scale.y), 1)
    data = imgui.ImDrawData()
    data.valid, data.owner_viewport = True, frame.owner_viewport
    data.display_pos, data.framebuffer_scale = window.pos, scale
    data.display_size = ImVec2(width / scale.x, height / scale.y)
    for each in lists:
        data.add_draw_list(each)
    target = PictureTarget("screen")
    try:
        with drawing_state():
            target.bind(width, height)
            GL.glClearColor(0, 0, 0, 1)
            GL.glClear(GL.GL_COLOR_BUFFER_BIT)
            imgui.backends.opengl3_render_draw_data(data)
        return target.read_bytes()[..., :3]
    finally:
        target.close()
