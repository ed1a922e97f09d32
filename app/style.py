"""How the window looks: colours, spacing and corners, in multiples of the font size."""

from __future__ import annotations

from imgui_bundle import ImVec2, ImVec4, imgui, implot

from widgets.common import vec4
from widgets.palette import TONES, hex_colour

GROUND = hex_colour("1d2026")  # of panels
DEEP = hex_colour("16181d")  # between panels, title bars
FIELD = hex_colour("2a2e37")  # of what can be typed or dragged
FIELD_HOVERED = hex_colour("343a46")
FIELD_ACTIVE = hex_colour("3e4554")
EDGE = hex_colour("31353f")
TEXT = hex_colour("dde1e8")
SELECTED = hex_colour("35506f")  # what is chosen or full

Col = imgui.Col_
FAINT_ACCENT = (*TONES["accent"][:3], 0.35)
COLOURS: dict[imgui.Col_, tuple[float, float, float, float]] = {
    Col.text: TEXT,
    Col.text_disabled: hex_colour("6d7480"),
    Col.window_bg: GROUND,
    Col.child_bg: (0, 0, 0, 0),
    Col.popup_bg: hex_colour("23272f"),
    Col.border: EDGE,
    Col.border_shadow: (0, 0, 0, 0),
    Col.frame_bg: FIELD,
    Col.frame_bg_hovered: FIELD_HOVERED,
    Col.frame_bg_active: FIELD_ACTIVE,
    Col.title_bg: DEEP,
    Col.title_bg_active: DEEP,
    Col.title_bg_collapsed: DEEP,
    Col.menu_bar_bg: DEEP,
    Col.scrollbar_bg: (0, 0, 0, 0),
    Col.scrollbar_grab: FIELD_ACTIVE,
    Col.scrollbar_grab_hovered: hex_colour("4d5566"),
    Col.scrollbar_grab_active: hex_colour("5c6679"),
    Col.check_mark: TONES["accent"],
    Col.slider_grab: hex_colour("96653a"),  # the value is written across it
    Col.slider_grab_active: hex_colour("ad7542"),
    Col.button: hex_colour("323844"),
    Col.button_hovered: hex_colour("3d4453"),
    Col.button_active: hex_colour("4a5265"),
    Col.header: hex_colour("2d3440"),
    Col.header_hovered: hex_colour("384252"),
    Col.header_active: hex_colour("435064"),
    Col.separator: EDGE,
    Col.separator_hovered: FAINT_ACCENT,
    Col.separator_active: TONES["accent"],
    Col.resize_grip: (0, 0, 0, 0),
    Col.resize_grip_hovered: FAINT_ACCENT,
    Col.resize_grip_active: TONES["accent"],
    Col.tab: DEEP,
    Col.tab_hovered: FIELD_HOVERED,
    Col.tab_selected: GROUND,
    Col.tab_selected_overline: TONES["accent"],
    Col.tab_dimmed: DEEP,
    Col.tab_dimmed_selected: GROUND,
    Col.tab_dimmed_selected_overline: EDGE,
    Col.docking_preview: FAINT_ACCENT,
    Col.docking_empty_bg: DEEP,
    Col.plot_histogram: SELECTED,
    Col.text_selected_bg: SELECTED,
    Col.nav_cursor: TONES["accent"],
    Col.modal_window_dim_bg: (0, 0, 0, 0.45),
}


def apply_style() -> None:
    """Set colours and metrics of the current context."""
    style = imgui.get_style()
    for name, colour in COLOURS.items():
        style.set_color_(name, vec4(colour))
    style.window_padding = ImVec2(10, 8)
    style.frame_padding = ImVec2(8, 4)
    style.item_spacing = ImVec2(8, 6)
    style.item_inner_spacing = ImVec2(4, 4)
    style.cell_padding = ImVec2(6, 3)
    style.indent_spacing = 16
    style.scrollbar_size = 12
    style.grab_min_size = 10
    style.window_border_size = 0
    style.child_border_size = 0
    style.popup_border_size = 1
    style.frame_border_size = 0
    style.tab_bar_border_size = 0
    style.docking_separator_size = 3
    style.window_rounding = style.popup_rounding = 4
    style.frame_rounding = style.child_rounding = style.tab_rounding = 3
    style.grab_rounding = style.scrollbar_rounding = 3
    style.disabled_alpha = 0.45
    style.separator_text_padding = ImVec2(0, 4)


def apply_plot_style() -> None:
    """Set colours and metrics of plots; needs ImPlot's context."""
    implot.style_colors_dark()
    style = implot.get_style()
    style.plot_padding = ImVec2(6, 4)
    style.legend_padding = ImVec2(5, 4)
    style.legend_inner_padding = ImVec2(4, 3)
    style.label_padding = ImVec2(4, 3)
    style.plot_border_size = 0
    style.fit_padding = ImVec2(0, 0.12)
    clear = ImVec4(0, 0, 0, 0)
    style.set_color_(implot.Col_.frame_bg, clear)
    style.set_color_(implot.Col_.plot_bg, vec4(DEEP))
    style.set_color_(implot.Col_.legend_bg, vec4((*DEEP[:3], 0.75)))
    style.set_color_(implot.Col_.legend_border, clear)
    style.set_color_(implot.Col_.axis_text, vec4(TONES["quiet"]))
    style.set_color_(implot.Col_.axis_grid, ImVec4(1, 1, 1, 0.22))
    style.set_color_(implot.Col_.title_text, vec4(TEXT))
