"""The page of help: every key and every gesture, on one sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from imgui_bundle import ImVec2, imgui

from widgets.actions import Action
from widgets.common import em, text_colour

TITLE = "Keys and mouse"
# Font sizes: of the page, of a column at least, and of the keys in it.
SIZE = ImVec2(66, 46)
COLUMN, KEYS = 19.0, 8.0
MOST_COLUMNS = 3
# About as many letters fit into a line of the keys, and of what they do.
KEY_LETTERS, TEXT_LETTERS = 18, 28
GESTURES: dict[str, tuple[tuple[str, str], ...]] = {
    "Viewport": (
        ("drag", "go round the object"),
        ("Shift+drag, middle drag", "move the target"),
        ("Ctrl+drag", "roll the picture"),
        ("wheel, right drag", "nearer or farther"),
        ("Ctrl+wheel", "angle of view"),
        ("double click", "back to the training's camera"),
        ("Alt+click, Alt+drag", "what the ray there meets, in Ray probe"),
        ("cube", "click a side to look from there, drag to turn"),
        ("number pad", "1, 3, 7, 9, 0 as above; Ctrl: from the other side"),
    ),
    "Plots": (
        ("drag, wheel", "move and zoom; over an axis only that one"),
        ("right drag", "zoom into a part"),
        ("double click", "fit again"),
    ),
    "Samples": (
        ("left, right, Home, End", "through training"),
        ("Space", "play"),
        ("drag, wheel, double click", "move, zoom, fit"),
    ),
    "Log": (("click, Ctrl+C", "copy a line"),),
    "Fields": (
        ("drag", "change a number"),
        ("Ctrl+click", "type a number"),
        ("Tab, arrows", "to the next field, and about in lists"),
    ),
    "Files": (("drop on the window", "open a run, a checkpoint, a data set, a session, or a saved picture or film"),),
}


def draw(actions: Sequence[Action]) -> bool:
    """Draw the page.  Returns whether it stays open."""
    centre = imgui.get_main_viewport().get_center()
    room = imgui.get_main_viewport().work_size
    imgui.set_next_window_pos(centre, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    imgui.set_next_window_size(
        ImVec2(min(em(SIZE.x), room.x * 0.94), min(em(SIZE.y), room.y * 0.94)), imgui.Cond_.appearing
    )
    flags = imgui.WindowFlags_.no_docking | imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_collapse
    visible, stays = imgui.begin(f"{TITLE}###help", True, flags)
    if visible:
        _contents(actions)
    if imgui.is_window_focused() and imgui.is_key_pressed(imgui.Key.escape, False):
        stays = False
    imgui.end()
    return bool(stays)


def _contents(actions: Sequence[Action]) -> None:
    sections = sheet(actions)
    columns = min(max(int(imgui.get_content_region_avail().x / em(COLUMN)), 1), MOST_COLUMNS)
    if not imgui.begin_table("sheet", columns, imgui.TableFlags_.sizing_stretch_same):
        return
    imgui.table_next_row()
    for column in balanced(sections, columns):
        imgui.table_next_column()
        for heading in column:
            _section(heading, sections[heading])
    imgui.end_table()


def sheet(actions: Sequence[Action]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Every key and gesture with what it does, by heading; keys that are spoken of alike share a line."""
    sections: dict[str, dict[str, list[str]]] = {}
    for action in actions:
        if action.chord is not None:
            heading = action.menu.partition("/")[0] or "Everywhere"
            text = action.spoken or action.label.rstrip("…")
            sections.setdefault(heading, {}).setdefault(text, []).append(str(action.chord))
    keys = {
        heading: tuple((", ".join(chords), text) for text, chords in entries.items())
        for heading, entries in sections.items()
    }
    return {**keys, **GESTURES}


def balanced(sections: Mapping[str, Sequence[tuple[str, str]]], columns: int) -> list[list[str]]:
    """Headings by column, so that the columns are about equally long."""
    filled: list[list[str]] = [[] for _ in range(columns)]
    heights = [0] * columns
    for heading in sorted(sections, key=lambda name: -_lines(sections[name])):
        shortest = heights.index(min(heights))
        filled[shortest].append(heading)
        heights[shortest] += _lines(sections[heading])
    return filled


def _lines(entries: Sequence[tuple[str, str]]) -> int:
    """About how many lines a section takes, with its heading and the room below it."""
    return 2 + sum(max(-(-len(key) // KEY_LETTERS), -(-len(text) // TEXT_LETTERS), 1) for key, text in entries)


def _section(heading: str, entries: tuple[tuple[str, str], ...]) -> None:
    imgui.separator_text(heading)
    imgui.push_style_var(imgui.StyleVar_.cell_padding, ImVec2(em(0.25), em(0.12)))
    _entries(heading, entries)
    imgui.pop_style_var()
    imgui.spacing()


def _entries(heading: str, entries: tuple[tuple[str, str], ...]) -> None:
    if not imgui.begin_table(heading, 2):
        return
    imgui.table_setup_column("key", imgui.TableColumnFlags_.width_fixed, em(KEYS))
    imgui.table_setup_column("what", imgui.TableColumnFlags_.width_stretch)
    for key, text in entries:
        imgui.table_next_row()
        imgui.table_next_column()
        with text_colour("accent"):
            imgui.text_wrapped(key)
        imgui.table_next_column()
        imgui.text_wrapped(text)
    imgui.end_table()
