"""The tab of samples: the same seeds at the same time, a row for each run."""

from __future__ import annotations

from typing import Any

import dearpygui.dearpygui as dpg
import numpy as np

from app.board.pictures import Strips
from app.board.sample_grid import SEEDS, VIEWS, SampleRow, common_time, sample_rows, sample_times
from app.board.state import BoardState
from app.board_window import tags
from app.board_window.look import rgba, tone
from widgets.notes import Problem

# Pixels along a side of a sample.
TILE = 112
NAME_WIDTH = 130
# Rows beyond that are not drawn: each holds a texture.
MOST_ROWS = 60
EMPTY = "None of the runs that are shown has sample pictures.  Ours have them; of other programs only scalars are read."


class SamplesView:
    """The grid.

    Args:
        state: The board.
        strips: Where pictures come from.
    """

    def __init__(self, state: BoardState, strips: Strips) -> None:
        self._state, self._strips = state, strips
        self._times: tuple[float, ...] = ()
        self._chosen: float | None = None
        self._view = 0
        self._home: int | str = 0
        self._built: object = None
        self._images: list[tuple[SampleRow, int | str, int | str]] = []
        self._held: list[np.ndarray] = []
        self._registry: int | str = 0

    def build(self) -> None:
        """Make the items, inside the tab that is being made."""
        self._registry = dpg.add_texture_registry()
        with dpg.group(horizontal=True):
            dpg.add_slider_int(tag=tags.SAMPLE_TIME, width=260, callback=self._time_chosen, min_value=0, max_value=1)
            dpg.add_combo(
                [f"camera {view + 1}" for view in range(VIEWS)], default_value="camera 1", width=100,
                tag=tags.SAMPLE_VIEW, callback=self._view_chosen,
            )  # fmt: skip
            dpg.add_text(f"seeds 0 to {SEEDS - 1}, the same in every run")
        self._home = dpg.add_child_window(border=False, horizontal_scrollbar=True)

    def update(self) -> None:
        """Show what has changed."""
        runs = self._state.shown[:MOST_ROWS]
        self._times = sample_times(runs)
        kimg = self.kimg
        dpg.configure_item(tags.SAMPLE_TIME, show=kimg is not None)
        dpg.configure_item(tags.SAMPLE_VIEW, show=kimg is not None)
        if kimg is not None:
            dpg.configure_item(
                tags.SAMPLE_TIME, max_value=max(len(self._times) - 1, 1), format=f"{kimg:g} kimg".replace("%", "%%")
            )
            dpg.set_value(tags.SAMPLE_TIME, self._times.index(kimg))
        rows = sample_rows(runs, kimg) if kimg is not None else ()
        looks = tuple((row.run.path, row.sample, row.exact, self._state.colour(row.run.path)) for row in rows)
        wanted = looks, self._view, self._state.settings.theme
        if wanted != self._built:
            self._built = wanted
            self._rebuild(rows)
        self.frame()

    def frame(self) -> None:
        """Once a frame while the tab is seen: put in the pictures that have come."""
        waiting = []
        for row, home, note in self._images:
            assert row.sample is not None
            found = self._strips.get(row.sample.path, self._view)
            if found is None:
                waiting.append((row, home, note))
            elif isinstance(found, Problem):
                dpg.set_value(note, found.message)
            else:
                self._put(found, home)
        self._images = waiting

    @property
    def kimg(self) -> float | None:
        """The time whose pictures are shown; None without any."""
        if self._chosen in self._times:
            return self._chosen
        return common_time(self._state.shown[:MOST_ROWS])

    def _rebuild(self, rows: tuple[SampleRow, ...]) -> None:
        dpg.delete_item(self._home, children_only=True)
        dpg.delete_item(self._registry, children_only=True)
        self._images, self._held = [], []
        if not any(row.sample is not None for row in rows):
            dpg.add_text(EMPTY, parent=self._home, wrap=560)
            return
        quiet = tone(self._state.settings.theme, "quiet")
        for row in rows:
            with dpg.group(horizontal=True, parent=self._home):
                with dpg.child_window(width=NAME_WIDTH, height=TILE + 4, border=False, no_scrollbar=True):
                    dpg.add_text(row.run.name, color=rgba(self._state.colour(row.run.path)), wrap=NAME_WIDTH - 4)
                    if row.sample is not None and not row.exact:
                        dpg.add_text(f"at {row.sample.kimg:g} kimg", color=quiet)
                home = dpg.add_group()
                note = dpg.add_text("no samples yet" if row.sample is None else "", parent=home, color=quiet, wrap=400)
            if row.sample is not None:
                self._images.append((row, home, note))

    def _put(self, pixels: np.ndarray, home: int | str) -> None:
        height, width = pixels.shape[:2]
        flat = np.ascontiguousarray(pixels).ravel()
        self._held.append(flat)  # the texture reads it in every frame
        texture = dpg.add_raw_texture(
            width,
            height,
            flat,
            format=dpg.mvFormat_Float_rgba,
            parent=self._registry,  # type: ignore[arg-type]
        )
        dpg.delete_item(home, children_only=True)
        dpg.add_image(texture, parent=home)

    def _time_chosen(self, _sender: Any, index: int) -> None:
        self._chosen = self._times[min(max(index, 0), len(self._times) - 1)]
        self.update()

    def _view_chosen(self, _sender: Any, value: str) -> None:
        self._view = int(value.rpartition(" ")[2]) - 1
        self.update()
