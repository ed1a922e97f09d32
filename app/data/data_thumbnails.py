"""Small pictures of a data set as textures: those that are seen are read on a thread, the nearest to the top first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from widgets.picture import Picture

if TYPE_CHECKING:  # PyOpenGL and PIL wait until somebody looks at the panel
    from app.gl.image_texture import ImageTexture

# Pixels along a side; so many are kept, and so many textures are made a frame.
SIDE, MOST, AT_ONCE = 96, 600, 24


class DataThumbnails:
    """Reads pictures of one data set at a time.

    All methods but `close` need the window's context to be current.

    Args:
        wake: Called from the thread when a frame should be drawn.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Condition()
        self._path: Path | None = None
        self._wanted: list[int] = []
        self._asked: list[int] = []
        self._pixels: OrderedDict[int, np.ndarray | None] = OrderedDict()
        self._textures: OrderedDict[int, ImageTexture] = OrderedDict()
        self._made, self._closing = 0, False
        self._thread: threading.Thread | None = None

    def show(self, path: Path | None) -> None:
        """Once a frame, before pictures are asked for: which data set is seen; what the last frame lacked is read."""
        with self._lock:
            if path != self._path:
                self._path, self._asked = path, []
                self._pixels.clear()
                self.free_gpu()
            self._wanted, self._asked, self._made = self._asked, [], 0
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="data thumbnails", daemon=True)
                self._thread.start()
            self._lock.notify()

    def get(self, index: int) -> Picture | None:
        """A picture of the shown data set; None until it is read, and of one that cannot be."""
        with self._lock:
            if index not in self._pixels:
                self._asked.append(index)
                return None
            pixels = self._pixels[index]
            self._pixels.move_to_end(index)
        if pixels is None or (index not in self._textures and self._made >= AT_ONCE):
            return None
        from app.gl.image_texture import ImageTexture

        if index not in self._textures:
            self._textures[index] = ImageTexture()
            self._made += 1
        self._textures.move_to_end(index)
        while len(self._textures) > MOST:
            self._textures.popitem(last=False)[1].close()
        return self._textures[index].show(pixels, True)

    def free_gpu(self) -> None:
        """Free the textures."""
        for texture in self._textures.values():
            texture.close()
        self._textures.clear()

    def close(self) -> None:
        """End the thread."""
        with self._lock:
            self._closing = True
            self._lock.notify()
        if self._thread is not None:
            self._thread.join()

    def _serve(self) -> None:
        from training.data_format import DataSetError
        from training.data_set import ImageDataSet

        data: ImageDataSet | None = None
        opened: Path | None = None
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._closing or (self._wanted and self._path is not None))
                if self._closing:
                    break
                path, index = self._path, self._wanted.pop(0)
            assert path is not None
            try:
                if data is None or opened != path:
                    if data is not None:
                        data.close()
                    data, opened = ImageDataSet.open(path), path
                pixels = small(data.image(index))
            except (DataSetError, IndexError):
                pixels = None  # the list of findings says why
            with self._lock:
                if path == self._path:
                    self._pixels[index] = pixels
                while len(self._pixels) > MOST:
                    self._pixels.popitem(last=False)
            self._wake()
        if data is not None:
            data.close()


def small(pixels: np.ndarray) -> np.ndarray:
    """A picture [R, R, 3] uint8, at most SIDE pixels large, with full opacity.  [s, s, 4], uint8."""
    from PIL import Image

    image = Image.fromarray(pixels).convert("RGBA")
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(image)
