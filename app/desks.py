"""Panels that are made when somebody first looks at them, and cost nothing until then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol


class PanelDesk(Protocol):
    """What stands behind one panel.  All methods are called on the window's thread, with its context current."""

    def update(self) -> None:
        """Once a frame, before the panel may be drawn, whether it is seen or not."""
        ...

    def draw(self) -> None:
        """The panel is seen: draw it, and ask for what it lacks."""
        ...

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        ...

    def close(self) -> None:
        """End threads and processes."""
        ...


class Desks:
    """The desks of one window.

    Args:
        makers: What makes each, by the panel's name; it may load what takes long to load.

    Attributes:
        open: Whether the first frame is over: before it nothing is made.
    """

    def __init__(self, makers: Mapping[str, Callable[[], PanelDesk]]) -> None:
        self._makers, self._made = makers, dict[str, PanelDesk]()
        self.open = False

    @property
    def panels(self) -> dict[str, Callable[[], None]]:
        """What draws each panel."""
        return {name: partial(self._draw, name) for name in self._makers}

    def find(self, name: str) -> PanelDesk | None:
        """A panel's desk; None while nobody has looked at it."""
        return self._made.get(name)

    def update(self) -> None:
        """Once a frame, before anything is drawn."""
        for desk in self._made.values():
            desk.update()

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        for desk in self._made.values():
            desk.free_gpu()

    def close(self) -> None:
        """End threads and processes."""
        for desk in self._made.values():
            desk.close()

    def _draw(self, name: str) -> None:
        if not self.open:
            return
        if name not in self._made:
            self._made[name] = self._makers[name]()
        self._made[name].draw()
