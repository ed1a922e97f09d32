"""How the board looks: font, the two themes of the Studio, and a theme for each kind of line."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import dearpygui.dearpygui as dpg

from widgets.grounds import GROUNDS
from widgets.palette import TONES, Colour, Theme, Tone

# The Studio's font: the file lies beside the toolkit, which itself must not be loaded here.
FONT_HOME, FONT_FILE, FONT_SIZE = "imgui_bundle", "assets/fonts/Roboto/Roboto-Regular.ttf", 15
SMOOTH_WIDTH, POINTED_WIDTH, THIN_WIDTH = 1.6, 3.0, 1.0
RAW_ALPHA, BAND_ALPHA = 0.28, 0.2
MARK_SIZE = 5.0
MARKS = {
    "start": "mvPlotMarker_Up",
    "pause": "mvPlotMarker_Square",
    "resume": "mvPlotMarker_Right",
    "set": "mvPlotMarker_Diamond",
    "best": "mvPlotMarker_Asterisk",
    "flat": "mvPlotMarker_Cross",
}
MARK_WORDS = {
    "start": "new start (up)",
    "pause": "pause (square)",
    "resume": "resumed (right)",
    "set": "settings changed (diamond)",
    "best": "best snapshot (star)",
    "flat": "flat shapes (cross)",
}


def rgba(colour: Colour, alpha: float | None = None) -> tuple[int, int, int, int]:
    """A colour as Dear PyGui wants it: 0 to 255."""
    red, green, blue, opacity = colour
    parts = (red, green, blue, opacity if alpha is None else alpha)
    return tuple(round(255 * part) for part in parts)  # type: ignore[return-value]


def tone(theme: Theme, name: Tone) -> tuple[int, int, int, int]:
    """The colour of a meaning."""
    return rgba(TONES[theme][name])


def text_colour(theme: Theme) -> tuple[int, int, int, int]:
    """Of ordinary text."""
    return rgba(GROUNDS[theme].text)


def load_font() -> None:
    """Use the Studio's font where its file is there; else the toolkit's own stays."""
    found = importlib.util.find_spec(FONT_HOME)
    path = Path(found.origin).parent / FONT_FILE if found is not None and found.origin else None
    if path is not None and path.is_file():
        with dpg.font_registry():
            dpg.bind_font(dpg.add_font(str(path), FONT_SIZE))


def bind_theme(theme: Theme) -> None:
    """Give the whole window the colours of a theme."""
    with dpg.theme() as whole, dpg.theme_component(dpg.mvAll):
        for target, colour in _window_colours(theme).items():
            dpg.add_theme_color(target, rgba(colour), category=dpg.mvThemeCat_Core)
        for target, colour in _plot_colours(theme).items():
            dpg.add_theme_color(target, rgba(colour), category=dpg.mvThemeCat_Plots)
        for target, numbers in _lengths().items():
            dpg.add_theme_style(target, *numbers, category=dpg.mvThemeCat_Core)
    grounds = GROUNDS[theme]
    with dpg.theme_component(dpg.mvButton, enabled_state=False, parent=whole):
        dpg.add_theme_color(dpg.mvThemeCol_Text, rgba(grounds.disabled), category=dpg.mvThemeCat_Core)
        for name in ("Button", "ButtonHovered", "ButtonActive"):
            target = getattr(dpg, f"mvThemeCol_{name}")
            dpg.add_theme_color(target, rgba(grounds.field[0], 0.4), category=dpg.mvThemeCat_Core)
    dpg.bind_theme(whole)


def _window_colours(theme: Theme) -> dict[int, Colour]:
    grounds, accent = GROUNDS[theme], TONES[theme]["accent"]
    parts = {
        "Text": grounds.text, "TextDisabled": grounds.disabled, "WindowBg": grounds.ground, "ChildBg": grounds.ground,
        "PopupBg": grounds.popup, "Border": grounds.edge, "TitleBg": grounds.deep, "TitleBgActive": grounds.deep,
        "MenuBarBg": grounds.deep, "CheckMark": accent, "SliderGrab": grounds.grab[0],
        "SliderGrabActive": grounds.grab[1], "Separator": grounds.edge, "TableHeaderBg": grounds.header[0],
        "TableBorderStrong": grounds.edge, "TableBorderLight": grounds.edge, "TableRowBg": grounds.ground,
        "TableRowBgAlt": (*grounds.field[0][:3], 0.35), "Tab": grounds.field[0], "TabHovered": grounds.header[1],
        "TabActive": grounds.selected, "ScrollbarBg": grounds.ground, "TextSelectedBg": grounds.selected,
        "PlotHistogram": (*accent[:3], 0.75), "ResizeGrip": grounds.edge,
    }  # fmt: skip
    triples = {
        "FrameBg": ("FrameBg", "FrameBgHovered", "FrameBgActive", grounds.field),
        "Button": ("Button", "ButtonHovered", "ButtonActive", grounds.button),
        "Header": ("Header", "HeaderHovered", "HeaderActive", grounds.header),
        "Scroll": ("ScrollbarGrab", "ScrollbarGrabHovered", "ScrollbarGrabActive", grounds.scroll),
    }
    for *names, values in triples.values():
        parts |= dict(zip(names, values, strict=True))
    return {getattr(dpg, f"mvThemeCol_{name}"): colour for name, colour in parts.items()}


def _plot_colours(theme: Theme) -> dict[int, Colour]:
    grounds = GROUNDS[theme]
    return {
        dpg.mvPlotCol_FrameBg: grounds.ground,
        dpg.mvPlotCol_PlotBg: grounds.deep,
        dpg.mvPlotCol_PlotBorder: grounds.edge,
        dpg.mvPlotCol_AxisText: grounds.text,
        dpg.mvPlotCol_AxisGrid: grounds.grid,
        dpg.mvPlotCol_TitleText: grounds.text,
        dpg.mvPlotCol_InlayText: grounds.text,
    }


def _lengths() -> dict[int, tuple[float, ...]]:
    return {
        dpg.mvStyleVar_WindowPadding: (10, 8),
        dpg.mvStyleVar_FramePadding: (8, 4),
        dpg.mvStyleVar_ItemSpacing: (8, 6),
        dpg.mvStyleVar_CellPadding: (5, 2),
        dpg.mvStyleVar_FrameRounding: (3,),
        dpg.mvStyleVar_TabRounding: (3,),
        dpg.mvStyleVar_ScrollbarSize: (12,),
        dpg.mvStyleVar_GrabMinSize: (4,),
        dpg.mvStyleVar_GrabRounding: (1,),
        dpg.mvStyleVar_ChildBorderSize: (0,),
        dpg.mvStyleVar_WindowBorderSize: (0,),
    }


class LineThemes:
    """Themes of lines, bands and marks: one for each colour and kind, made when it is first needed."""

    def __init__(self) -> None:
        self._themes: dict[tuple[object, ...], int | str] = {}

    def smooth(self, colour: Colour, pointed: bool, crowded: bool) -> int | str:
        """Of a line; the pointed one is bold, and those of a crowd are thin."""
        width = POINTED_WIDTH if pointed else THIN_WIDTH if crowded else SMOOTH_WIDTH
        return self._line(dpg.mvLineSeries, colour, 1.0, width)

    def raw(self, colour: Colour) -> int | str:
        """Of a line as measured, behind the smoothed one."""
        return self._line(dpg.mvLineSeries, colour, RAW_ALPHA, THIN_WIDTH)

    def crosshair(self, theme: Theme) -> int | str:
        """Of the line through all plots."""
        return self._line(dpg.mvInfLineSeries, TONES[theme]["quiet"], 1.0, 1.0)

    def band(self, colour: Colour) -> int | str:
        """Of the band around a mean."""
        key = ("band", colour)
        if key not in self._themes:
            with dpg.theme() as made, dpg.theme_component(dpg.mvShadeSeries):
                dpg.add_theme_color(dpg.mvPlotCol_Fill, rgba(colour, BAND_ALPHA), category=dpg.mvThemeCat_Plots)
                dpg.add_theme_color(dpg.mvPlotCol_Line, rgba(colour, 0), category=dpg.mvThemeCat_Plots)
            self._themes[key] = made
        return self._themes[key]

    def mark(self, kind: str, theme: Theme) -> int | str:
        """Of the marks for one kind of event."""
        key = ("mark", kind, theme)
        if key not in self._themes:
            colour, marker = text_colour(theme), getattr(dpg, MARKS[kind])
            with dpg.theme() as made, dpg.theme_component(dpg.mvScatterSeries):
                dpg.add_theme_style(dpg.mvPlotStyleVar_Marker, marker, category=dpg.mvThemeCat_Plots)
                dpg.add_theme_style(dpg.mvPlotStyleVar_MarkerSize, MARK_SIZE, category=dpg.mvThemeCat_Plots)
                for target in (dpg.mvPlotCol_MarkerFill, dpg.mvPlotCol_MarkerOutline):
                    dpg.add_theme_color(target, colour, category=dpg.mvThemeCat_Plots)
            self._themes[key] = made
        return self._themes[key]

    def _line(self, kind: int, colour: Colour, alpha: float, width: float) -> int | str:
        key = (kind, colour, alpha, width)
        if key not in self._themes:
            with dpg.theme() as made, dpg.theme_component(kind):
                dpg.add_theme_color(dpg.mvPlotCol_Line, rgba(colour, alpha), category=dpg.mvThemeCat_Plots)
                dpg.add_theme_style(dpg.mvPlotStyleVar_LineWeight, width, category=dpg.mvThemeCat_Plots)
            self._themes[key] = made
        return self._themes[key]
