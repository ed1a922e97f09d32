"""How the window looks: the two themes' colours, spacing and corners."""

from __future__ import annotations

from imgui_bundle import ImVec2, hello_imgui, imgui, implot

from widgets.common import vec4
from widgets.grounds import GROUNDS
from widgets.palette import TONES, Colour, Theme

Col = imgui.Col_
CLEAR: Colour = (0, 0, 0, 0)
# Pixels at a scale of 1, by their names in ImGui's style.
LENGTHS = {
    "indent_spacing": 16,
    "scrollbar_size": 12,
    # A thin line: it often stands in the middle of the value, and a click anywhere in the slider moves it.
    "grab_min_size": 4,
    "docking_separator_size": 3,
    "grab_rounding": 1,
    **dict.fromkeys(("window_rounding", "popup_rounding"), 4),
    **dict.fromkeys(("frame_rounding", "child_rounding", "tab_rounding", "scrollbar_rounding"), 3),
}
SIZES = {
    "window_padding": (10, 8),
    "frame_padding": (8, 4),
    "item_spacing": (8, 6),
    "item_inner_spacing": (4, 4),
    "cell_padding": (6, 3),
    "separator_text_padding": (0, 4),
}


def colours(theme: Theme) -> dict[imgui.Col_, Colour]:
    """The colour of every part of a theme's window."""
    grounds, accent = GROUNDS[theme], TONES[theme]["accent"]
    faint = (*accent[:3], 0.35)
    return {
        Col.text: grounds.text,
        Col.text_disabled: grounds.disabled,
        Col.window_bg: grounds.ground,
        Col.child_bg: CLEAR,
        Col.popup_bg: grounds.popup,
        Col.border_shadow: CLEAR,
        Col.menu_bar_bg: grounds.deep,
        Col.scrollbar_bg: CLEAR,
        Col.check_mark: accent,
        Col.checkbox_selected_bg: grounds.field[0],
        Col.input_text_cursor: grounds.text,
        Col.tree_lines: grounds.edge,
        Col.separator_hovered: faint,
        Col.separator_active: accent,
        Col.resize_grip: CLEAR,
        Col.resize_grip_hovered: faint,
        Col.resize_grip_active: accent,
        Col.tab_hovered: grounds.field[1],
        Col.tab_selected_overline: accent,
        Col.tab_dimmed_selected_overline: grounds.edge,
        Col.docking_preview: faint,
        Col.docking_empty_bg: grounds.deep,
        Col.nav_cursor: accent,
        Col.drag_drop_target: accent,
        Col.table_row_bg: CLEAR,
        Col.table_row_bg_alt: CLEAR,
        Col.table_header_bg: grounds.deep,
        Col.modal_window_dim_bg: grounds.dim,
        Col.slider_grab: grounds.grab[0],
        Col.slider_grab_active: grounds.grab[1],
        **dict.fromkeys((Col.border, Col.separator, Col.table_border_strong, Col.table_border_light), grounds.edge),
        **dict.fromkeys((Col.title_bg, Col.title_bg_active, Col.title_bg_collapsed, Col.tab), grounds.deep),
        **dict.fromkeys((Col.tab_dimmed,), grounds.deep),
        **dict.fromkeys((Col.tab_selected, Col.tab_dimmed_selected), grounds.ground),
        **dict.fromkeys((Col.plot_histogram, Col.text_selected_bg), grounds.selected),
        **_triple((Col.frame_bg, Col.frame_bg_hovered, Col.frame_bg_active), grounds.field),
        **_triple((Col.button, Col.button_hovered, Col.button_active), grounds.button),
        **_triple((Col.header, Col.header_hovered, Col.header_active), grounds.header),
        **_triple((Col.scrollbar_grab, Col.scrollbar_grab_hovered, Col.scrollbar_grab_active), grounds.scroll),
    }


def _triple(
    names: tuple[imgui.Col_, imgui.Col_, imgui.Col_], values: tuple[Colour, Colour, Colour]
) -> dict[imgui.Col_, Colour]:
    return dict(zip(names, values, strict=True))


def apply_theme(theme: Theme) -> None:
    """Set the colours of the current context, and of its plots if there are any."""
    style = imgui.get_style()
    for name, colour in colours(theme).items():
        style.set_color_(name, vec4(colour))
    if implot.get_current_context() is not None:
        _apply_plot_theme(theme)


def _apply_plot_theme(theme: Theme) -> None:
    grounds = GROUNDS[theme]
    if theme == "dark":
        implot.style_colors_dark()
    else:
        implot.style_colors_light()
    style = implot.get_style()
    style.set_color_(implot.Col_.frame_bg, vec4(CLEAR))
    style.set_color_(implot.Col_.plot_bg, vec4(grounds.deep))
    style.set_color_(implot.Col_.legend_bg, vec4((*grounds.deep[:3], 0.75)))
    style.set_color_(implot.Col_.legend_border, vec4(CLEAR))
    style.set_color_(implot.Col_.legend_text, vec4(grounds.text))
    style.set_color_(implot.Col_.axis_text, vec4(TONES[theme]["quiet"]))
    style.set_color_(implot.Col_.inlay_text, vec4(TONES[theme]["quiet"]))
    style.set_color_(implot.Col_.axis_grid, vec4(grounds.grid))
    style.set_color_(implot.Col_.title_text, vec4(grounds.text))


def apply_metrics(scale: float = 1.0) -> None:
    """Set font size, spacing and corners of the current context for a scale of the interface, 1 for none."""
    style = imgui.get_style()
    style.font_scale_main = scale
    pixels = scale * hello_imgui.get_dpi_aware_params().dpi_window_size_factor
    for name, value in LENGTHS.items():
        setattr(style, name, value * pixels)
    for name, (x, y) in SIZES.items():
        setattr(style, name, ImVec2(x * pixels, y * pixels))
    style.popup_border_size = 1
    style.window_border_size = style.child_border_size = style.frame_border_size = style.tab_bar_border_size = 0
    style.disabled_alpha = 0.45


def apply_plot_metrics(scale: float = 1.0) -> None:
    """Set spacing of plots for a scale of the interface; needs ImPlot's context."""
    style = implot.get_style()
    style.plot_padding = ImVec2(6 * scale, 4 * scale)
    style.legend_padding = ImVec2(5 * scale, 4 * scale)
    style.legend_inner_padding = ImVec2(4 * scale, 3 * scale)
    style.label_padding = ImVec2(4 * scale, 3 * scale)
    style.plot_border_size = 0
    style.fit_padding = ImVec2(0, 0.12)
