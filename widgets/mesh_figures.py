"""The table of a surface's figures: without filters and with them, or of two surfaces."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import imgui

from core.surface_figures import Figures
from widgets.amounts import count_words
from widgets.common import em, text_colour


def draw(name: str, columns: Sequence[tuple[str, Figures]]) -> None:
    """Draw the table.

    Args:
        name: Its identity.
        columns: Headings and figures; one of them needs no heading.
    """
    flags = imgui.TableFlags_.row_bg | imgui.TableFlags_.sizing_stretch_same
    if not imgui.begin_table(name, 1 + len(columns), flags):
        return
    imgui.table_setup_column("##of", imgui.TableColumnFlags_.width_fixed, em(6.6))
    for heading, _ in columns:
        imgui.table_setup_column(heading)
    if len(columns) > 1:
        imgui.table_next_row()
        for index, (heading, _) in enumerate(columns, start=1):
            imgui.table_set_column_index(index)
            with text_colour("quiet"):
                imgui.text(heading)
    cells = [rows_of(figures) for _, figures in columns]
    for label in cells[0]:
        imgui.table_next_row()
        imgui.table_next_column()
        with text_colour("quiet"):
            imgui.text(label)
        for each in cells:
            imgui.table_next_column()
            imgui.text(each[label])
    imgui.end_table()


def rows_of(figures: Figures) -> dict[str, str]:
    """What is told of a surface, in words.  Lengths are world units."""
    low, high = figures.bounds
    sizes = (end - start for start, end in zip(low, high, strict=True))
    return {
        "Faces": count_words(figures.faces),
        "Vertices": count_words(figures.vertices),
        "Components": count_words(figures.components),
        "Boundary edges": count_words(figures.open_edges),
        "Manifold": "yes" if figures.manifold else "no",
        "Watertight": "yes" if figures.watertight else "no",
        "Area": f"{figures.area:.3g}",
        "Volume": "open" if figures.volume is None else f"{figures.volume:.3g}",
        **{f"Size along {axis}": f"{size:.3g}" for axis, size in zip("xyz", sizes, strict=True)},
    }
