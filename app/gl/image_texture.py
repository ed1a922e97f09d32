"""Pictures from files as textures."""

from __future__ import annotations

import numpy as np
from OpenGL import GL

from app.gl.errors import forget_errors
from app.gl.state import texture_state
from widgets.picture import Picture


class ImageTexture:
    """One picture on the GPU, replaced whenever another one is shown.  Needs a current context in every method."""

    def __init__(self) -> None:
        self._id = int(GL.glGenTextures(1))
        self._shown: tuple[np.ndarray, bool] | None = None
        self._picture: Picture | None = None

    def show(self, pixels: np.ndarray, smooth: bool) -> Picture:
        """Make the texture show `pixels` [height, width, 4], uint8, top row first.

        Args:
            pixels: The same array object is not uploaded twice.
            smooth: Whether enlarged pixels are blended.
        """
        if self._picture is not None and self._shown is not None:
            shown, was_smooth = self._shown
            if shown is pixels and was_smooth == smooth:
                return self._picture
        given = pixels
        height, width = pixels.shape[:2]
        pixels = np.ascontiguousarray(pixels, np.uint8)
        flat, magnified = GL.GL_TEXTURE_2D, GL.GL_LINEAR if smooth else GL.GL_NEAREST
        with texture_state():
            GL.glBindTexture(flat, self._id)
            GL.glTexParameteri(flat, GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR_MIPMAP_LINEAR)
            GL.glTexParameteri(flat, GL.GL_TEXTURE_MAG_FILTER, magnified)
            GL.glTexParameteri(flat, GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_EDGE)
            GL.glTexParameteri(flat, GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE)
            GL.glTexImage2D(flat, 0, GL.GL_RGBA8, width, height, 0, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, pixels)
            GL.glGenerateMipmap(flat)
        self._shown = (given, smooth)
        self._picture = Picture(self._id, width, height)
        return self._picture

    def close(self) -> None:
        """Free the texture."""
        forget_errors()
        if self._id:
            GL.glDeleteTextures([self._id])
            self._id = 0
