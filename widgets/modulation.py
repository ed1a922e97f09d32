"""The Modulation panel: how D scales its filters with scale and place of a patch (EpiGRAF, Section 3.2, Figure 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from imgui_bundle import ImVec2, imgui

from widgets import sigma_counts, sigma_place
from widgets.choices import choose, flow, flow_choose
from widgets.common import button, coloured, em, empty_state, error_box, icon_button, icons, text_colour
from widgets.modulation_map import Order, Range, Shown, colour_range, filter_order, shown
from widgets.scale_words import number
from widgets.segments import segments
from widgets.sigma_map import Cell, SigmaMap, small_map, tiled
from widgets.sigma_views import (
    AT_TICK,
    NOTHING,
    SNAPSHOT,
    TICK,
    VIEWPORT,
    Format,
    ModulationMode,
    ModulationView,
    SaveSigma,
    SigmaSetup,
)  # fmt: skip
from widgets.time_view import Snapshot
from widgets.toolbar import text_button_width, tool

Tab = Literal["layers", "counts", "place"]
TABS: dict[Tab, str] = {"layers": "Layers", "counts": "Counts", "place": "Position"}
MIN_HEIGHT = 7.0
SMALL = (4.6, 2.6)
# Share of the width that the small maps take, and from how many font sizes on they do.
SMALL_SHARE, MIN_BESIDE = 0.34, 30.0
PICTURE_SHARE = 0.4
ORDERS: dict[Order, str] = {"filter": "by number", "mean": "by mean σ", "change": "by change", "kind": "by kind"}
RANGES: dict[Range, str] = {"layer": "this layer", "all": "all layers", "full": "0 to 2", "frozen": "frozen"}
FORMATS: dict[Format, str] = {
    ".png": "PNG picture", ".svg": "SVG drawing", ".pdf": "PDF page", ".csv": "CSV table", ".npz": "NPZ arrays",
}  # fmt: skip
MODES: dict[ModulationMode, str] = {
    "input": "σ scales the inputs of this convolution",
    "output": "σ scales the outputs of this convolution",
}
NO_MODULATION = (
    "This discriminator has no modulation",
    "Its filters are not told which scale and place of the image they see (kinds standard and scale-specific), or it "
    "judges whole pictures (dual).",
)


class ModulationPanel:
    """Draws its views; what one looks at is kept here.

    Attributes:
        setup: What the desk reads and asks for follows from it.
        hover: What is under the mouse, if anything is.
        tab: Which view is in front.
        again: Whether what has failed shall be asked again.
    """

    def __init__(self) -> None:
        self.setup = SigmaSetup()
        self.hover: Cell | None = None
        self.tab: Tab = "layers"
        self.again = False
        self._map = SigmaMap()
        self._layer = ""
        self._order: Order = "filter"
        self._range: Range = "layer"
        # Of sigma and of differences, which have colours of their own.
        self._frozen: dict[bool, tuple[float, float]] = {}

    def draw(self, view: ModulationView) -> SaveSigma | None:
        """Draw the panel.  Returns what somebody wants to save."""
        self.hover, self.again = None, False
        self.tab = segments(self.tab, TABS)
        self.setup = replace(self.setup, at_place=self.tab == "place")
        if self.tab == "place":
            return self._place(view)
        self._choose_sources(view)
        if view.problem:
            self.again = error_box("modulation", view.problem, retry=True, dismiss=False) == "retry"
        if view.first is None:
            _nothing(view)
            return None
        if not view.first.layers:
            empty_state(icons.ICON_FA_TABLE_CELLS, *NO_MODULATION)
            return None
        if self.tab == "counts":
            sigma_counts.draw(view, view.first)
            return None
        return self._layers(view, shown(view.first, view.second))

    def _choose_sources(self, view: ModulationView) -> None:
        setup, sources = self.setup, view.sources
        if not sources:
            return
        first = setup.first if setup.first in sources else next(iter(sources))
        tip = "Whose σ: of the tick that is looked at, of the checkpoint in the viewport, or of a snapshot"
        first = flow_choose("first", first, {key: sources[key] for key in sources}, 9, tip, "σ of")
        second = setup.second
        if self.tab == "layers":
            rest = {key: name for key, name in sources.items() if key != TICK}
            if second.startswith(AT_TICK):
                rest[second] = second
            second = second if second in rest else NOTHING
            tip = "Subtract another σ: differences are shown then. Keep a tick with the pin and go to another one"
            second = flow_choose("second", second, {NOTHING: "nothing", **rest}, 9, tip, "minus")
            tip = "Subtract the tick that is looked at now"
            if icon_button(icons.ICON_FA_THUMBTACK, "pin", tip, first == TICK and view.tick is not None):
                second = f"{AT_TICK}{view.tick}"
        self.setup = replace(setup, first=first, second=second)

    def _layers(self, view: ModulationView, drawn: Shown) -> SaveSigma | None:
        names = list(drawn.layers)
        self._layer = self._layer if self._layer in names else names[0]
        self._choose_layer(names)
        self._choose_look(drawn)
        saved = self._save_menu(view, drawn)
        if view.second is not None and view.first is not None and not view.first.fits(view.second):
            coloured("The two have different layers or scales: there is no difference between them.", "warning")
        colours = self._colours(drawn, self._layer)
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        beside = room.x >= em(MIN_BESIDE)
        width = room.x * (1 - SMALL_SHARE) if beside else room.x
        caption = self._caption(drawn)
        caption_height = imgui.calc_text_size(caption, False, width).y + spacing.y
        height = max(room.y - caption_height, em(MIN_HEIGHT))
        order = self._order_of(drawn, self._layer)
        imgui.begin_group()
        self.hover = self._map.draw(drawn, self._layer, order, self._order, colours, ImVec2(width, height))
        with text_colour("quiet"):
            imgui.push_text_wrap_pos(imgui.get_cursor_pos_x() + width)
            imgui.text(caption)
            imgui.pop_text_wrap_pos()
        imgui.end_group()
        if beside:
            imgui.same_line()
            imgui.begin_child("small maps", ImVec2(0, height + caption_height))
            self._small_maps(drawn)
            imgui.end_child()
        return saved

    def _small_maps(self, drawn: Shown) -> None:
        room, gap = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        name_height = imgui.get_text_line_height_with_spacing() + 2 * gap.y
        least = em(SMALL[0]), em(SMALL[1])
        columns, width, height = tiled(len(drawn.layers), (room.x, room.y), least, (gap.x, name_height))
        for index, name in enumerate(drawn.layers):
            if index % columns:
                imgui.same_line()
            size = ImVec2(width, height)
            colours = self._colours(drawn, name)
            if small_map(drawn, name, self._order_of(drawn, name), colours, size, name == self._layer):
                self._layer = name

    def _choose_layer(self, names: list[str]) -> None:
        flow(8)
        tip = "Modulated layer, in the order of the forward pass"
        index = names.index(choose("layer", self._layer, {name: name for name in names}, 7, tip))
        last = len(names) - 1
        if icon_button(icons.ICON_FA_CHEVRON_LEFT, "previous layer", "Previous layer (left arrow)", index > 0):
            index -= 1
        if icon_button(icons.ICON_FA_CHEVRON_RIGHT, "next layer", "Next layer (right arrow)", index < last):
            index += 1
        if imgui.is_window_hovered() and not imgui.get_io().want_text_input:
            index += imgui.is_key_pressed(imgui.Key.right_arrow) - imgui.is_key_pressed(imgui.Key.left_arrow)
        self._layer = names[min(max(index, 0), last)]

    def _choose_look(self, drawn: Shown) -> None:
        tip = "Order of the rows: by change, what grows most with s comes first and what shrinks most comes last"
        self._order = flow_choose("order", self._order, ORDERS, 7, tip, "rows")
        tip = (
            "Which σ the first and the last colour stand for; a σ of 1 changes nothing.\n"
            "Frozen: as they are now, whatever is shown"
        )
        before = self._colours(drawn, self._layer)
        chosen = flow_choose("range", self._range, RANGES, 7, tip, "colours:")
        if chosen == "frozen" and self._range != "frozen":
            self._frozen = {drawn.signed: before}
        self._range = chosen

    def _colours(self, drawn: Shown, layer: str) -> tuple[float, float]:
        if self._range != "frozen":
            return colour_range(drawn.layers, layer, self._range, signed=drawn.signed)
        kept = self._frozen.get(drawn.signed)
        # Those of a difference are free until somebody freezes them, too.
        return kept if kept is not None else colour_range(drawn.layers, layer, "all", signed=drawn.signed)

    def _order_of(self, drawn: Shown, layer: str) -> np.ndarray:
        return filter_order(drawn.layers[layer], self._order, drawn.kinds[layer])

    def _save_menu(self, view: ModulationView, drawn: Shown) -> SaveSigma | None:
        tip = "Export σ as a picture of publication size, or as numbers, into the pictures folder"
        if _export_button(not view.saving, view.saving or tip):
            imgui.open_popup("export sigma as")
        if not imgui.begin_popup("export sigma as"):
            return None
        chosen: SaveSigma | None = None
        for suffix, title in FORMATS.items():
            for names, which in (((self._layer,), "this layer"), (tuple(drawn.layers), "all layers")):
                if imgui.menu_item(f"{title}, {which}###{suffix} {which}", "", False)[0]:
                    orders = {name: self._order_of(drawn, name) for name in names}
                    chosen = SaveSigma(suffix, names, orders, self._saved_colours(drawn, names), self.tab == "place")
        imgui.end_popup()
        return chosen

    def _saved_colours(self, drawn: Shown, names: tuple[str, ...]) -> tuple[float, float]:
        """As they are shown; several layers share one bar, so that all of them count."""
        if self._range == "layer" and len(names) > 1:
            return colour_range(drawn.layers, self._layer, "all", signed=drawn.signed)
        return self._colours(drawn, self._layer)

    def _caption(self, drawn: Shown) -> str:
        filters = drawn.layers[self._layer].shape[1]
        where = "centred patches" if self.tab != "place" else "patches at this place"
        words = f"{drawn.title}; {filters} filters, {where}"
        if drawn.base.mode is not None:
            words = f"{MODES[drawn.base.mode]}; {words}"
        return words if self._map.step == 1 else f"{words}; 1 row in {self._map.step} drawn: the wheel zooms in"

    def _place(self, view: ModulationView) -> SaveSigma | None:
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        known = view.place.sigma
        drawn = shown(known, None) if known is not None and known.layers else None
        saved: SaveSigma | None = None
        if drawn is not None:
            names = list(drawn.layers)
            self._layer = self._layer if self._layer in names else names[0]
            self._choose_layer(names)
            self._choose_look(drawn)
            saved = self._save_menu(view, drawn)
            room = imgui.get_content_region_avail()
        imgui.begin_group()
        left = room.x * PICTURE_SHARE
        place = sigma_place.draw(view.place, self.setup.place, left, room.y)
        self.setup = replace(self.setup, place=place)
        imgui.end_group()
        taken = imgui.get_item_rect_size().x + spacing.x
        imgui.same_line()
        imgui.begin_group()
        said = sigma_place.draw_problem(view.place)
        self.again = said == "retry"
        if said is None and drawn is not None:
            caption = self._caption(drawn)
            width = room.x - taken
            height = room.y - imgui.calc_text_size(caption, False, width).y - spacing.y
            size, order = ImVec2(width, max(height, em(MIN_HEIGHT))), self._order_of(drawn, self._layer)
            self.hover = self._map.draw(drawn, self._layer, order, self._order, self._colours(drawn, self._layer), size)
            coloured(caption, "quiet")
        imgui.end_group()
        return saved


def _export_button(enabled: bool, tooltip: str) -> bool:
    """Its icon alone stays in the line where the words do not."""
    end = imgui.get_cursor_screen_pos().x + imgui.get_content_region_avail().x
    words = f"{icons.ICON_FA_FILE_EXPORT}  Export"
    room = end - imgui.get_item_rect_max().x - imgui.get_style().item_spacing.x
    if room < text_button_width(words):
        return tool(icons.ICON_FA_FILE_EXPORT, "export sigma", tooltip, enabled)
    imgui.same_line()
    return button(f"{words}###export sigma", enabled, tooltip)


def tick_title(tick: int, kimg: float) -> str:
    """What a tick is called."""
    return f"tick {tick} at {number(kimg)} kimg"


def source_names(ticks: int, viewport: bool, snapshots: Sequence[Snapshot]) -> dict[str, str]:
    """What sigma can be shown of, by key.

    Args:
        ticks: How many ticks there are.
        viewport: Whether the viewport shows a checkpoint.
        snapshots: Those of the run.
    """
    names = {TICK: "this tick"} if ticks else {}
    if viewport:
        names[VIEWPORT] = "viewport"
    return names | {f"{SNAPSHOT}{each.name}": f"snapshot {number(each.kimg)}" for each in snapshots}


def _nothing(view: ModulationView) -> None:
    if view.problem:
        return
    if view.busy:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Loading", "σ is being read or computed.")
    elif view.run:
        hint = "σ is measured at the end of each tick of the training. Position asks the checkpoint in the viewport."
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first tick", hint)
    else:
        hint = "Start a training in Train, or choose a run there: see how its discriminator tells scales apart."
        empty_state(icons.ICON_FA_TABLE_CELLS, "No modulation yet", hint)
