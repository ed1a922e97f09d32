"""OpenGL's error flag, where other code shares the context."""

from __future__ import annotations

from OpenGL import GL

# Drivers keep one flag per kind of error; a lost context reports errors for ever.
MOST_FLAGS = 16


def forget_errors() -> None:
    """Clear errors that the toolkit has left behind (its file dialog does), or our next call would be blamed."""
    for _ in range(MOST_FLAGS):
        if GL.glGetError() == GL.GL_NO_ERROR:
            return
