"""What stands on the screen, read back from the window's framebuffer."""

from __future__ import annotations

import numpy as np
from OpenGL import GL

from app.gl.errors import forget_errors


def read_screen(
    area: tuple[float, float, float, float], scale: tuple[float, float], size: tuple[float, float]
) -> np.ndarray:
    """Pixels of a part of the window.  Call it after a frame was drawn and before buffers are swapped.

    Args:
        area: Left, top, right, bottom, in the toolkit's pixels, y downwards.
        scale: Pixels of the framebuffer per pixel of the toolkit, across and down.
        size: Of the window, in the toolkit's pixels.

    Returns:
        [height, width, 3], uint8, top row first; empty where the area lies outside of the window.
    """
    left, right = (round(min(max(x, 0), size[0]) * scale[0]) for x in (area[0], area[2]))
    top, bottom = (round(min(max(y, 0), size[1]) * scale[1]) for y in (area[1], area[3]))
    width, height = right - left, bottom - top
    if width <= 0 or height <= 0:
        return np.zeros((0, 0, 3), np.uint8)
    forget_errors()
    bound = int(GL.glGetIntegerv(GL.GL_READ_FRAMEBUFFER_BINDING))
    buffer, alignment = (
        int(GL.glGetIntegerv(GL.GL_PIXEL_PACK_BUFFER_BINDING)),
        int(GL.glGetIntegerv(GL.GL_PACK_ALIGNMENT)),
    )
    try:
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, 0)
        GL.glBindBuffer(GL.GL_PIXEL_PACK_BUFFER, 0)
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
        y = round(size[1] * scale[1]) - bottom  # the framebuffer's first row is the lowest
        content = GL.glReadPixels(left, y, width, height, GL.GL_RGB, GL.GL_UNSIGNED_BYTE)
    finally:
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, alignment)
        GL.glBindBuffer(GL.GL_PIXEL_PACK_BUFFER, buffer)
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, bound)
    return np.frombuffer(content, np.uint8).reshape(height, width, 3)[::-1].copy()
