"""Behind the Gallery: the files in the pictures folder, listed on a thread while somebody looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.export.file_manager import reveal
from app.export.thumbnails import Thumbnails
from app.paths import pictures_dir
from app.pictures.film import FILM_SUFFIXES
from app.workers.tasks import Tasks
from widgets.gallery import GalleryWindow
from widgets.gallery_view import FIRST_FRAME, CloseGallery, FileKind, GalleryFile, GalleryView, OpenFile, RevealFile
from widgets.notes import Problem
from widgets.picture import Picture

# So many files are shown; the folder is looked at so often.
MOST_FILES, LOOK_S = 240, 2.0
KINDS: dict[str, FileKind] = {
    ".png": "picture",
    **dict.fromkeys(FILM_SUFFIXES, "film"),
    **dict.fromkeys((".glb", ".ply", ".obj"), "mesh"),
    ".json": "session",
}
Listing = tuple[tuple[GalleryFile, ...], int]


class Gallery:
    """The window and what lies behind it.  All methods but `close` need the window's context to be current.

    Args:
        wake: Called from threads when a frame should be drawn.
        clock: Seconds; replaced in tests.
    """

    def __init__(self, wake: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lists: Tasks[Listing] = Tasks("gallery", wake)
        self._reveals: Tasks[None] = Tasks("files", wake)
        self._thumbnails = Thumbnails(wake)
        self._window = GalleryWindow()
        self._listing: Listing | Problem | None = None
        self._look_at = 0.0
        self.open = False

    def toggle(self) -> None:
        """Open or close the window."""
        self.open = not self.open
        self._look_at = 0.0

    def draw(self) -> Path | None:
        """Draw the window, if it is open.  Returns a file that shall be opened."""
        for listing in self._lists.take():
            self._listing = listing
        self._reveals.take()
        if not self.open:
            return None
        folder = pictures_dir()
        if self._clock() >= self._look_at and not self._lists.waiting:
            self._look_at = self._clock() + LOOK_S
            self._lists.submit(f"Listing {folder}…", partial(files_in, folder))
        match self._window.draw(self._view(folder)):
            case OpenFile(path):
                return path
            case RevealFile():
                self._reveals.submit(f"Opening {folder}…", partial(reveal, folder))
            case CloseGallery():
                self.open = False
        return None

    def thumbnail(self, path: Path) -> Picture | None:
        """A small picture of a file that is not written any more; None until it is read, and of what has none."""
        return self._thumbnails.get(path)

    def free_gpu(self) -> None:
        """Free what lies on the GPU."""
        self._thumbnails.free_gpu()

    def close(self) -> None:
        """End the threads."""
        for each in (self._lists, self._reveals, self._thumbnails):
            each.close()

    def _view(self, folder: Path) -> GalleryView:
        if isinstance(self._listing, Problem):
            return GalleryView(folder, problem=self._listing.message)
        files, hidden = self._listing or (None, 0)
        return GalleryView(folder, files, hidden, thumbnail=self._of)

    def _of(self, file: GalleryFile) -> Picture | None:
        shown = file.kind in ("picture", "film")
        return self._thumbnails.get(file.path, file.changed) if shown else None


def files_in(folder: Path) -> Listing:
    """What lies in a folder, but for what is being written.

    Returns:
        (files, the last one first and at most MOST_FILES; how many older ones there are).  Nothing if there is no
        folder.

    Raises:
        OSError: It cannot be read.
    """
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        frames = path.is_dir()
        file = path / FIRST_FRAME if frames else path
        try:
            status = file.stat()
        except OSError:
            continue  # it has just gone, or is another folder
        kind = "film" if frames else KINDS.get(path.suffix.lower(), "file")
        found.append(GalleryFile(file, kind, status.st_size, status.st_mtime))
    found.sort(key=lambda each: (-each.changed, each.path.name))
    return tuple(found[:MOST_FILES]), max(len(found) - MOST_FILES, 0)
