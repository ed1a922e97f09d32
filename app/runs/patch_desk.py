"""Behind the Patch view panel: which files of patches the attached run has, and their pictures as textures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.gl.image_texture import ImageTexture
from app.runs.patch_records import PatchFile, PatchRecord, list_patches, nearest, read_patches
from app.runs.tick_history import TickHistory
from app.runs.train_controller import TrainController
from app.workers.loader import Loader, LoadFailure
from widgets.common import empty_state, icons, sentence
from widgets.picture import Picture
from widgets.seen_patches import SeenPatchesPanel
from widgets.seen_view import Kind, Part, SeenView

# Files that stay in memory, for whoever goes back and forth: about a megabyte each.
KEPT = 8

# A run's folder, and which statistics it had: a new line may have brought a new file.
Listing = tuple[Path, int]


class PatchDesk:
    """Reads what the panel shows on threads; all methods are called on the window's thread, its context current.

    Args:
        train: Knows the attached run.
        ticks: The moment that is looked at.
        wake: Called from threads when something has come.
    """

    def __init__(self, train: TrainController, ticks: TickHistory, wake: Callable[[], None]) -> None:
        self._train, self._ticks = train, ticks
        self._folders: Loader[Listing, tuple[PatchFile, ...]] = Loader(lambda listing: list_patches(listing[0]), wake)
        self._records: Loader[PatchFile, PatchRecord] = Loader(lambda file: read_patches(file.path), wake, KEPT)
        self._files: tuple[Path, tuple[PatchFile, ...]] | None = None
        self._shown: tuple[PatchFile, PatchRecord] | None = None
        self._textures: dict[tuple[Kind, int, Part], ImageTexture] = {}
        self.panel = SeenPatchesPanel()

    def update(self) -> None:
        """Nothing is due while nobody looks."""

    def draw(self) -> None:
        """Draw the panel, and ask for what it lacks."""
        if self._train.trouble:
            trouble = sentence(self._train.trouble)
            empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "This run cannot be read", trouble)
            return
        wish = self.panel.draw(self.view(), self._picture)
        if wish is not None:
            self._ticks.go(wish)

    def view(self) -> SeenView:
        """What the panel shows."""
        run, attached, moment = self._train.run, self._train.attached, self._ticks.view
        name = attached.name if attached is not None else ""
        if run is None or moment.tick is None:
            self._files = self._shown = None
            return SeenView(name, moment, loading=attached is not None and run is None)
        folder = run.item.path / "patches"
        if self._files is not None and self._files[0] != folder:
            self._files = self._shown = None
        listed = self._folders.get((folder, run.curves.version))
        if isinstance(listed, LoadFailure):
            return SeenView(name, moment, problem=listed.message)
        if listed is not None:
            self._files = (folder, listed)
        file = nearest(self._files[1], moment.tick) if self._files is not None else None
        if file is None:
            self._shown = None
            return SeenView(name, moment, loading=self._files is None)
        record = self._records.get(file)
        if isinstance(record, LoadFailure):
            # The panel is about one run: its folder's name says nothing there.
            return SeenView(name, moment, file.tick, problem=record.message.replace(f"{run.item.path}/", ""))
        if record is not None:
            self._shown = (file, record)
        if self._shown is None:
            return SeenView(name, moment, loading=True)
        (file, record), kimg = self._shown, float(np.interp(self._shown[0].tick, moment.ticks, moment.kimg))
        return SeenView(name, moment, file.tick, kimg, record.blur, record.p, record.patches)

    def free_gpu(self) -> None:
        """Free the textures, while the context is still there."""
        for texture in self._textures.values():
            texture.close()
        self._textures.clear()

    def close(self) -> None:
        """End the threads."""
        self._folders.close()
        self._records.close()

    def _picture(self, kind: Kind, index: int, part: Part) -> Picture | None:
        if self._shown is None:
            return None
        key = (kind, index, part)
        if key not in self._textures:
            self._textures[key] = ImageTexture()
        # D's input pixel by pixel; the picture around it is only for orientation.
        return self._textures[key].show(self._shown[1].pixels[kind, part][index], part == "picture")
