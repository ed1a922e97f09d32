"""What can be done from menus and by keys: one table draws the menus, hears the keys, and fills the page of help."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from imgui_bundle import imgui

Key = imgui.Key
# What people call keys whose names in the toolkit differ.
KEY_NAMES = {Key.equal: "+", Key.minus: "-", Key.enter: "Enter", Key.escape: "Esc", Key.comma: ",", Key.period: "."}
KEY_NAMES |= {getattr(Key, f"keypad{digit}"): f"Num {digit}" for digit in range(10)}


@dataclass(frozen=True)
class Chord:
    """A key with its modifiers; `ctrl` is Command on a Mac."""

    key: imgui.Key
    ctrl: bool = False
    shift: bool = False

    @property
    def code(self) -> int:
        """As the toolkit counts it."""
        return int(self.key) | (int(Key.mod_ctrl) if self.ctrl else 0) | (int(Key.mod_shift) if self.shift else 0)

    def __str__(self) -> str:
        """As menus show it: "Ctrl+Shift+S"."""
        ctrl = "Cmd+" if sys.platform == "darwin" else "Ctrl+"
        name = KEY_NAMES.get(self.key) or imgui.get_key_name(self.key)
        return f"{ctrl if self.ctrl else ''}{'Shift+' if self.shift else ''}{name}"


@dataclass(frozen=True)
class Action:
    """Something that can be done.

    Attributes:
        menu: Where it stands, as "View" or "View/Theme"; empty for one that only has a key.
        label: What it is called there.
        run: Does it.
        chord: Its key, if any.
        enabled: Whether it can be done now.
        checked: Whether it is on; None for what is neither on nor off.
        group: A line divides neighbours of different groups.
        tooltip: What it does, where the label does not say it all.
        spoken: What the page of help calls it; the label if empty.
        also: More keys that do the same; menus and help name the first one only.
    """

    menu: str
    label: str
    run: Callable[[], None]
    chord: Chord | None = None
    enabled: bool = True
    checked: bool | None = None
    group: int = 0
    tooltip: str = ""
    spoken: str = ""
    also: tuple[Chord, ...] = ()

    @property
    def chords(self) -> tuple[Chord, ...]:
        """All of its keys."""
        return self.also if self.chord is None else (self.chord, *self.also)


def draw_menus(actions: Sequence[Action]) -> None:
    """Draw the menus of the menu bar, in the order in which they first occur."""
    for name in dict.fromkeys(action.menu.partition("/")[0] for action in actions if action.menu):
        if imgui.begin_menu(name):
            _draw_menu(name, [action for action in actions if action.menu.partition("/")[0] == name])
            imgui.end_menu()


def hear_keys(actions: Sequence[Action]) -> None:
    """Do what the keys say; those that somebody types into a field are left to it."""
    for action in actions:
        heard = [
            imgui.shortcut(chord.code, imgui.InputFlags_.route_global) for chord in action.chords if action.enabled
        ]
        if any(heard):
            action.run()


def _draw_menu(path: str, actions: Sequence[Action]) -> None:
    """The items of a menu; those of one deeper menu follow each other."""
    seen: set[str] = set()
    for before, action in pairwise([None, *actions]):
        if before is not None and action is not None and action.group != before.group:
            imgui.separator()
        if action is None:
            continue
        if action.menu == path:
            _item(action)
        elif action.menu not in seen:
            seen.add(action.menu)
            if imgui.begin_menu(action.menu.removeprefix(f"{path}/")):
                _draw_menu(action.menu, [each for each in actions if each.menu == action.menu])
                imgui.end_menu()


def _item(action: Action) -> None:
    shortcut = str(action.chord) if action.chord is not None else ""
    if imgui.menu_item(action.label, shortcut, bool(action.checked), action.enabled)[0]:
        action.run()
    if action.tooltip:
        imgui.set_item_tooltip(action.tooltip)
