"""Sample pictures from files to textures: one for the samples of a run, one for the real ones beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.workers.loader import Loader, LoadFailure
from widgets.picture import LoadedPicture
from widgets.samples import Filter, Slot

if TYPE_CHECKING:  # PyOpenGL waits until after the first frame
    from app.gl.image_texture import ImageTexture


class SamplePictures:
    """Reads pictures on threads and shows them.  All methods but `close` need the window's context to be current.

    Args:
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        # A thread each: the last one asked for wins, and both are asked for in every frame.
        self._loaders: dict[Slot, Loader[Path, np.ndarray]] = {
            "sample": Loader(read_picture, wake, keep=16),
            "reals": Loader(read_picture, wake, keep=2),
        }
        self._textures: dict[Slot, ImageTexture] = {}
        self.shown: dict[Slot, np.ndarray] = {}

    def start(self) -> None:
        """Make the textures: after the first frame."""
        from app.gl.image_texture import ImageTexture

        self._textures = {"sample": ImageTexture(), "reals": ImageTexture()}

    def forget(self) -> None:
        """Another run is shown: its pictures must not be taken for those of the last one."""
        self.shown.clear()

    def get(self, slot: Slot, path: Path, smooth: Filter) -> LoadedPicture:
        """The picture of a file; while it is being read, the one before stays."""
        pixels = self._loaders[slot].get(path)
        if slot not in self._textures:
            return LoadedPicture(loading=True)
        if isinstance(pixels, LoadFailure):
            return LoadedPicture(problem=f"{path.name} cannot be shown: {pixels.message}")
        if pixels is not None:
            self.shown[slot] = pixels
        last = self.shown.get(slot)
        if last is None:
            return LoadedPicture(loading=True)
        return LoadedPicture(self._textures[slot].show(last, smooth == "linear"), loading=pixels is None)

    def free_gpu(self) -> None:
        """Free the textures."""
        for texture in self._textures.values():
            texture.close()
        self._textures = {}

    def close(self) -> None:
        """End the threads."""
        for loader in self._loaders.values():
            loader.close()


def read_picture(path: Path) -> np.ndarray:
    """A picture file.  Returns [height, width, 4], uint8.  Raises OSError if it is none, or broken."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))
