"""The Inversion window of a studio: its form, what it has begun, and its pictures on the GPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.scene import Scene
from widgets.inversion_view import (
    CancelSearch,
    ChoosePicture,
    CloseInversion,
    InversionForm,
    InversionView,
    KeepFound,
    LookAt,
    ShowFound,
    StartSearch,
)
from widgets.latent_view import Favourite
from widgets.picture import Picture

if TYPE_CHECKING:  # loaded when the window is first opened
    import numpy as np

    from app.gl.image_texture import ImageTexture
    from app.inversion.inversions import Inversions

Slot = Literal["given", "found"]
# What the studio does for the window: show a Scene, keep a favourite, or ask for a file.
Wish = Scene | Favourite | Literal["choose"]


class Inverting:
    """What lies behind the window.  All methods are called on the window's thread, with its context current.

    Args:
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._textures: dict[Slot, ImageTexture] = {}
        self._shown = 0
        self.open = False
        self.form = InversionForm()

    @cached_property
    def inversions(self) -> Inversions:
        """The searches of this window."""
        from app.inversion.inversions import Inversions

        return Inversions(self._wake)

    def toggle(self) -> None:
        """Open or close the window; searches go on."""
        self.open = not self.open

    def offer(self, picture: Path) -> None:
        """Open the window for a picture."""
        self.open, self.form = True, replace(self.form, picture=str(picture))

    def draw(self, scene: Scene, generator: str, *, gpu_taken: bool) -> Wish | None:
        """Draw the window, if it is open.

        Args:
            scene: What is shown.
            generator: Its generator, for people; empty while there is none.
            gpu_taken: Whether a trainer has the GPU of this machine.

        Returns:
            What is wanted of the studio.
        """
        if not self.open:
            return None
        from widgets import inversion

        seen = self.inversions.seen(self._shown)
        given, found = self._picture("given", seen.given), self._picture("found", seen.found)
        items = self.inversions.items
        self.form, intent = inversion.draw(InversionView(self.form, items, self._shown, given, found, generator))
        match intent:
            case ChoosePicture():
                return "choose"
            case StartSearch():
                self._shown = self.inversions.start(self.form, scene, generator, "cpu" if gpu_taken else "auto")
            case CloseInversion():
                self.open = False
            case LookAt(number):
                self._shown = number
            case CancelSearch(number):
                self.inversions.cancel(number)
            case ShowFound() | KeepFound():
                return self._of_found(intent, scene)
            case None:
                pass
        return None

    def free_gpu(self) -> None:
        """Free the textures."""
        for texture in self._textures.values():
            texture.close()
        self._textures = {}

    def close(self) -> None:
        """Give up what is being looked for, and end the threads."""
        if "inversions" in self.__dict__:
            self.inversions.close()

    def _of_found(self, intent: ShowFound | KeepFound, scene: Scene) -> Scene | Favourite | None:
        shown = self.inversions.shown(intent.number, scene)
        item = next((item for item in self.inversions.items if item.number == intent.number), None)
        if shown is None or item is None or isinstance(intent, ShowFound):
            return shown
        self.inversions.keep(intent.number)
        return Favourite(item.picture.stem, shown.latent)

    def _picture(self, slot: Slot, pixels: np.ndarray | None) -> Picture | None:
        if pixels is None:
            return None
        from app.gl.image_texture import ImageTexture

        if slot not in self._textures:
            self._textures[slot] = ImageTexture()
        return self._textures[slot].show(pixels, smooth=False)
