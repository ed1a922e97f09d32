"""Small pictures of files as textures: portraits of favourites, and what was exported."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.workers.loader import Loader, LoadFailure
from widgets.picture import Picture

if TYPE_CHECKING:  # PyOpenGL and PIL wait until after the first frame
    from PIL import Image

    from app.gl.image_texture import ImageTexture

# Pixels along the longer side; so many are kept.
SIDE, MOST = 192, 96
FILMS = frozenset({".mp4"})

Key = tuple[Path, float]


class Thumbnails:
    """Reads small pictures on a thread and shows them.

    All methods but `close` need the window's context to be current.

    Args:
        wake: Called from the thread when a frame should be drawn.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._loader: Loader[Key, np.ndarray] = Loader(lambda key: read_thumbnail(key[0]), wake, keep=MOST)
        self._textures: OrderedDict[Key, ImageTexture] = OrderedDict()

    def get(self, path: Path, stamp: float = 0.0) -> Picture | None:
        """The picture of a file; None while it is being read, and of what has none.

        Args:
            path: A picture or a film.
            stamp: Tells one content of the file from another, as its time of change does.
        """
        key = path, stamp
        pixels = self._loader.get(key)
        if pixels is None or isinstance(pixels, LoadFailure):
            return None
        from app.gl.image_texture import ImageTexture

        if key not in self._textures:
            self._textures[key] = ImageTexture()
        self._textures.move_to_end(key)
        while len(self._textures) > MOST:
            self._textures.popitem(last=False)[1].close()
        return self._textures[key].show(pixels, True)

    def free_gpu(self) -> None:
        """Free the textures."""
        for texture in self._textures.values():
            texture.close()
        self._textures.clear()

    def close(self) -> None:
        """End the thread."""
        self._loader.close()


def read_thumbnail(path: Path) -> np.ndarray:
    """A picture, or the first one of a film, at most SIDE pixels large.

    Returns:
        [height, width, 4], uint8, top row first.

    Raises:
        OSError: It is none, or broken.
    """
    from PIL import Image

    if path.suffix.lower() in FILMS:
        image = _first_of_film(path)
    else:
        with Image.open(path) as opened:
            opened.draft("RGB", (SIDE, SIDE))
            # Depths in 16 bits would be cut off at 255, not scaled.
            image = opened.point(lambda value: value / 257).convert("L") if opened.mode == "I;16" else opened.copy()
    image = image.convert("RGBA")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _first_of_film(path: Path) -> Image.Image:
    import av

    try:
        with av.open(str(path)) as container:
            return next(container.decode(video=0)).to_image()
    except (av.FFmpegError, StopIteration) as error:
        raise OSError(f"{path.name} cannot be read as a film ({error})") from error
