"""Which panels the window shows, and where: by the View menu, and remembered by the toolkit with the layout."""

from __future__ import annotations

from imgui_bundle import hello_imgui, imgui

from app import layout


class PanelsShown:
    """The docked panels of the present window."""

    def __init__(self) -> None:
        self._before: frozenset[str] | None = None

    @property
    def only_viewport(self) -> bool:
        """Whether the viewport has the window for itself for now."""
        return self._before is not None

    def is_shown(self, name: str) -> bool:
        """Whether a panel is somewhere in the window, be it behind another one."""
        window = _window(name)
        return window is not None and window.is_visible

    def toggle(self, name: str) -> None:
        """Bring a panel to the front; hide it if it is there already."""
        window = _window(name)
        if window is None:
            return
        self._before = None
        if window.is_visible and _in_front(name):
            window.is_visible = False
        else:
            self.show(name)

    def show(self, name: str) -> None:
        """Bring a panel to the front."""
        window = _window(name)
        if window is not None:
            window.is_visible = True
            window.focus_window_at_next_frame = True

    def toggle_only_viewport(self) -> None:
        """Give the window to the viewport, or back to what was there before."""
        if self._before is None:
            self._before = frozenset(name for name in layout.PLACES if self.is_shown(name))
            shown = frozenset({layout.VIEWPORT})
        else:
            shown, self._before = self._before, None
        for name in layout.PLACES:
            window = _window(name)
            if window is not None:
                window.is_visible = name in shown

    def reset(self, scale: float) -> None:
        """The panels of the first start, at their places, for a scale of the interface."""
        self._before = None
        for name in layout.PLACES:
            window = _window(name)
            if window is not None:
                window.is_visible = name not in layout.HIDDEN
        docking = hello_imgui.get_runner_params().docking_params
        docking.docking_splits = layout.splits(scale)
        docking.layout_reset = True


def _window(name: str) -> hello_imgui.DockableWindow | None:
    return hello_imgui.get_runner_params().docking_params.dockable_window_of_name(name)


def _in_front(name: str) -> bool:
    """Whether a panel is not behind another one in its dock."""
    window = imgui.internal.find_window_by_name(name)
    return window is not None and not window.hidden
