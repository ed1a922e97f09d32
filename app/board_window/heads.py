"""Heads of tables: as many lines as their words need, and what they mean under the mouse."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from app.board.head_lines import LINE, head_lines

# Pixels of a letter, and of the arrow that tells the order.
LETTER, ARROW = 7.5, 16


def add_head(title: str, hint: str = "", least: int | None = None, line: int = LINE) -> int | str:
    """Add a column to the table that is being made, wide enough for its head.

    Args:
        title: Its head.
        hint: What it means; empty for nothing more.
        least: Width for what stands below, pixels; None where the toolkit may measure it.
        line: Letters of a line, roughly.
    """
    label = head_lines(title, line)
    if least is None:
        head = dpg.add_table_column(label=label)
    else:
        needed = round(LETTER * max(map(len, label.split("\n")))) + ARROW
        head = dpg.add_table_column(label=label, init_width_or_weight=max(least, needed))
    if hint:
        with dpg.tooltip(head):
            dpg.add_text(hint, wrap=420)
    return head
