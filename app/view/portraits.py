"""Pictures of favourites: one is taken while its favourite is shown, and read when the list is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.export.thumbnails import SIDE, Thumbnails
from app.view.favourites import Favourites
from app.workers.tasks import Tasks
from core.scene import Scene
from widgets.latent_view import Favourite
from widgets.picture import Picture

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

# What the viewport shows of the Scene's sample, [height, width, 4], once it is there.
Snap = Callable[[], "np.ndarray | None"]


class Portraits:
    """Takes and shows them.  All methods but `close` need the window's context to be current.

    Args:
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._thumbnails = Thumbnails(wake)
        self._tasks: Tasks[Path] = Tasks("portraits", wake)
        self._asked: set[Path] = set()
        self._taken: set[Path] = set()

    def of(self, favourites: Favourites, favourite: Favourite) -> Picture | None:
        """The picture of a favourite; None where there is none, or none yet."""
        path = favourites.portrait(favourite.latent)
        # Read again once it was taken: before, it was not there.
        return self._thumbnails.get(path, float(path in self._taken))

    def take(self, favourites: Favourites, scene: Scene, snap: Snap) -> None:
        """Take the picture of the favourite that is shown, if it has none yet."""
        self._taken.update(path for path in self._tasks.take() if isinstance(path, Path))
        shown = next((each for each in favourites.all if each.latent == scene.latent), None)
        path = favourites.portrait(scene.latent)
        if shown is None or path in self._asked:
            return
        pixels = snap()
        if pixels is not None:
            self._asked.add(path)
            self._tasks.submit(f"Keeping a picture of {shown.name}…", partial(_keep, path, pixels, scene))

    def forget(self, path: Path) -> None:
        """The favourite of this picture is forgotten; one that is kept again gets a new picture."""
        self._asked.discard(path)
        self._taken.discard(path)

    def free_gpu(self) -> None:
        """Free what lies on the GPU."""
        self._thumbnails.free_gpu()

    def close(self) -> None:
        """End the threads."""
        self._thumbnails.close()
        self._tasks.close()


def _keep(path: Path, pixels: np.ndarray, scene: Scene) -> Path:
    """Write the middle of a picture, small, with its Scene, unless there is one.  Returns its path; raises OSError."""
    import numpy as np
    from PIL import Image

    from app.pictures.picture_file import save_picture

    if path.is_file():
        return path
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = Image.fromarray(np.ascontiguousarray(pixels[top : top + side, left : left + side, :3]))
    save_picture(path, np.asarray(middle.resize((SIDE, SIDE), Image.Resampling.LANCZOS)), scene)
    return path
