"""The Performance panel: where the time and the memory of a picture go."""

from __future__ import annotations

from imgui_bundle import imgui

from widgets.common import button, em, icons, row, text_colour
from widgets.performance_view import Group, PerformanceView

LEAST_PERCENT = 5
COPY = "All of this as text, with settings and versions"
# Widths in font sizes: of a column of figures, and of the labels in it.
COLUMN, LABEL = 11.0, 6.0


def draw(view: PerformanceView) -> float:
    """Draw the panel.  Returns the share of the time that looking shall take at most while a trainer works here."""
    wide = imgui.get_content_region_avail().x
    columns = max(1, min(len(view.groups), int(wide / em(COLUMN))))
    if not imgui.begin_table("groups", columns, imgui.TableFlags_.no_saved_settings):
        return view.share
    for index, group in enumerate(view.groups):
        if index < columns:
            imgui.table_next_column()
        _group(group)
        if index == 0 and button(f"{icons.ICON_FA_COPY}  Copy report###copy report", tooltip=COPY):
            imgui.set_clipboard_text(view.report)
    share = _sharing(view)
    imgui.end_table()
    return share


def _group(group: Group) -> None:
    """A table of two columns: what, how much."""
    imgui.separator_text(group.title)
    if not imgui.begin_table(group.title, 2, imgui.TableFlags_.no_saved_settings):
        return
    imgui.table_setup_column("label", imgui.TableColumnFlags_.width_fixed, em(LABEL))
    imgui.table_setup_column("value", imgui.TableColumnFlags_.width_stretch)
    for figure in group.figures:
        imgui.table_next_row()
        imgui.table_next_column()
        with text_colour("quiet"):
            imgui.text(figure.label)
        if figure.help:
            imgui.set_item_tooltip(figure.help)
        imgui.table_next_column()
        imgui.text_wrapped(figure.value)
    imgui.end_table()


def _sharing(view: PerformanceView) -> float:
    imgui.separator_text("Looking beside training")
    row("At most", "The part of the time that looking takes by itself while a trainer works on this machine", least=4)
    percent = round(100 * view.share)
    changed, wanted = imgui.slider_int("##share", percent, LEAST_PERCENT, 100, "%d %%", imgui.SliderFlags_.always_clamp)
    imgui.set_item_tooltip(
        "Following live weights and fetching snapshots ahead take at most this part of the time while a trainer\n"
        "works on this machine. What you ask for yourself is computed at once."
    )
    with text_colour("quiet"):
        imgui.text_wrapped(view.about)
    return wanted / 100 if changed else view.share
