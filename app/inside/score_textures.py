"""Pictures and the colours of their scores on the GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from widgets.diverging import diverging
from widgets.picture import Picture
from widgets.score_view import Kind

if TYPE_CHECKING:  # PyOpenGL waits until after the first frame
    from app.gl.image_texture import ImageTexture


# Cells of a map are so many pixels of its texture, along a side of all of them: the screen blends neighbouring pixels.
OVERLAY_PIXELS = 264


class ScoreTextures:
    """Two textures for each kind of picture.  All methods need the window's context to be current."""

    def __init__(self) -> None:
        self._textures: dict[tuple[Kind, str], ImageTexture] = {}
        self._made: dict[tuple[Kind, str], tuple[np.ndarray, float, Picture]] = {}

    def picture(self, kind: Kind, pixels: np.ndarray) -> Picture:
        """A picture [R, R, 3], uint8, rows from the top.  The same array object is not uploaded twice."""
        return self._show((kind, "picture"), pixels, 0.0)

    def overlay(self, kind: Kind, scores: np.ndarray, limit: float) -> Picture:
        """The colours of scores [rows from the top, columns]; `limit` is that of the last colour."""
        return self._show((kind, "overlay"), scores, limit)

    def free_gpu(self) -> None:
        """Free the textures."""
        for texture in self._textures.values():
            texture.close()
        self._textures, self._made = {}, {}

    def _show(self, slot: tuple[Kind, str], source: np.ndarray, limit: float) -> Picture:
        made = self._made.get(slot)
        if made is None or made[0] is not source or made[1] != limit:
            from app.gl.image_texture import ImageTexture

            opaque = ((0, 0), (0, 0), (0, 1))
            pixels = (
                _enlarged(diverging(source, limit))
                if slot[1] == "overlay"
                else np.pad(source, opaque, constant_values=255)
            )
            texture = self._textures.setdefault(slot, ImageTexture())
            made = self._made[slot] = source, limit, texture.show(pixels, False)
        return made[2]


def _enlarged(colours: np.ndarray) -> np.ndarray:
    """Each cell of [n, n, 4] as a square of equal pixels."""
    times = max(OVERLAY_PIXELS // len(colours), 1)
    return colours.repeat(times, axis=0).repeat(times, axis=1)
