"""Which part of the x axis plots show: all of it until somebody zooms; the same in all plots while they are linked."""

from __future__ import annotations

from imgui_bundle import imgui, implot

SHARED = ""


class XRanges:
    """Ends of x axes, kept where ImPlot can change them.

    Attributes:
        linked: Whether all plots show the same part.
    """

    def __init__(self) -> None:
        self.linked = True
        self._boxes: dict[str, tuple[implot.BoxedValue, implot.BoxedValue]] = {}
        self._held: set[str] = set()  # plots that somebody has zoomed or moved, or SHARED
        self._free_y: set[str] = set()  # likewise, for the y axis

    def set_linked(self, linked: bool, span: tuple[float, float]) -> None:
        """Link or unlink; what was seen together stays seen, what was not begins anew."""
        if linked == self.linked:
            return
        self.linked = linked
        if linked:
            self.fit()
        elif SHARED in self._held:
            low, high = self._ends(SHARED, span)
            self._boxes = {
                title: (implot.BoxedValue(low.value), implot.BoxedValue(high.value)) for title in self._boxes
            }
            self._held = set(self._boxes)

    def fit(self) -> None:
        """Show all of every plot again."""
        self._held.clear()
        self._free_y.clear()

    def setup(self, title: str, span: tuple[float, float]) -> None:
        """Set up the x axis of the current plot, between begin_plot and setup_finish."""
        self._boxes.setdefault(title, (implot.BoxedValue(span[0]), implot.BoxedValue(span[1])))
        implot.setup_axis_links(implot.ImAxis_.x1, *self._ends(SHARED if self.linked else title, span))

    def seen(self, title: str) -> tuple[float, float]:
        """The part of the x axis that a plot shows."""
        low, high = self._boxes[SHARED if self.linked else title]
        return low.value, high.value

    def fits_y(self, title: str) -> bool:
        """Whether the y axis of a plot follows what is seen."""
        return title not in self._free_y

    def release_y(self) -> None:
        """Let all y axes follow again: their scale has changed."""
        self._free_y.clear()

    def watch(self, title: str) -> None:
        """Notice whether the current plot is taken in hand; between its setup and end_plot."""
        over_x, over_y = implot.is_axis_hovered(implot.ImAxis_.x1), implot.is_axis_hovered(implot.ImAxis_.y1)
        inside = implot.is_plot_hovered()
        if not (inside or over_x or over_y):
            return
        key = SHARED if self.linked else title
        if imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
            self._held.discard(key)
            self._free_y.discard(title)
        elif imgui.get_io().mouse_wheel or imgui.is_mouse_dragging(0) or imgui.is_mouse_dragging(1):
            if inside or over_x:
                self._held.add(key)
            if inside or over_y:
                self._free_y.add(title)

    def _ends(self, key: str, span: tuple[float, float]) -> tuple[implot.BoxedValue, implot.BoxedValue]:
        low, high = self._boxes.setdefault(key, (implot.BoxedValue(span[0]), implot.BoxedValue(span[1])))
        if key not in self._held:
            low.value, high.value = span
        return low, high
