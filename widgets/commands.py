"""The command palette: whatever menus can do, found by typing a few letters of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imgui_bundle import ImVec2, imgui

from widgets.actions import Action
from widgets.common import coloured, em

WINDOW = "###commands"
WIDTH, MOST_ROWS = 34.0, 12


class CommandPalette:
    """Draws the palette while it is open; keeps what was typed."""

    def __init__(self) -> None:
        self.open = False
        self._text, self._chosen, self._appears = "", 0, False

    def toggle(self) -> None:
        """Open it with an empty field, or close it."""
        self.open, self._appears = not self.open, not self.open
        self._text, self._chosen = "", 0

    def draw(self, actions: Sequence[Action]) -> Callable[[], None] | None:
        """Draw it.  Returns what is to be done, once it was chosen."""
        if not self.open:
            return None
        found = matches(actions, self._text)
        viewport = imgui.get_main_viewport()
        top = ImVec2(viewport.get_center().x, viewport.work_pos.y + em(3))
        imgui.set_next_window_pos(top, imgui.Cond_.always, ImVec2(0.5, 0))
        imgui.set_next_window_size(ImVec2(em(WIDTH), 0))
        flags = imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_docking
        imgui.push_style_var(imgui.StyleVar_.window_border_size, 1.0)
        imgui.begin(WINDOW, None, flags)
        imgui.pop_style_var()
        ran = self._contents(found)
        left = not imgui.is_window_focused(imgui.FocusedFlags_.child_windows) and not self._appears
        if ran is not None or left or imgui.is_key_pressed(imgui.Key.escape, False):
            self.open = False
        imgui.end()
        self._appears = False
        return ran

    def _contents(self, found: list[Action]) -> Callable[[], None] | None:
        if self._appears:
            imgui.set_window_focus()
            imgui.set_keyboard_focus_here()
        imgui.set_next_item_width(-1)
        flags = imgui.InputTextFlags_.enter_returns_true
        entered, text = imgui.input_text_with_hint("##command", "What to do", self._text, flags)
        if text != self._text:
            self._text, self._chosen = text, 0
        step = imgui.is_key_pressed(imgui.Key.down_arrow) - imgui.is_key_pressed(imgui.Key.up_arrow)
        self._chosen = min(max(self._chosen + step, 0), max(len(found) - 1, 0))
        if not found:
            coloured("Nothing is called that, or it cannot be done now.", "quiet")
        first = max(self._chosen - MOST_ROWS + 1, 0)
        for index, action in enumerate(found[first : first + MOST_ROWS], start=first):
            if _row(action, index, chosen=index == self._chosen):
                return action.run
        return found[self._chosen].run if entered and found else None


def _row(action: Action, index: int, *, chosen: bool) -> bool:
    """One command with its key.  Returns whether it was clicked."""
    clicked = imgui.selectable(f"{title(action)}###command{index}", chosen)[0]
    if action.chord is not None:
        text = str(action.chord)
        imgui.same_line(imgui.get_window_width() - imgui.calc_text_size(text).x - imgui.get_style().window_padding.x)
        coloured(text, "quiet")
    return clicked


def title(action: Action) -> str:
    """What an action is called where its menu is not seen."""
    label = action.label.partition("##")[0].rstrip("…")
    return f"{action.menu.replace('/', ': ')}: {label}"


def matches(actions: Sequence[Action], text: str) -> list[Action]:
    """What can be done now and whose title has all letters of a text in order; the closest first.

    Letters that follow each other or begin a word count more than scattered ones; equal ones keep their order.
    """
    scored = [(score(title(action), text), action) for action in actions if action.enabled and action.menu]
    found = [(points, action) for points, action in scored if points is not None]
    return [action for _, action in sorted(found, key=lambda each: -each[0])]


def score(name: str, text: str) -> float | None:
    """How well letters fit a name, more is better; None if they are not all there in their order."""
    name, letters = name.lower(), text.lower().replace(" ", "")
    points, place, last = 0.0, 0, -2
    for letter in letters:
        place = name.find(letter, place)
        if place < 0:
            return None
        begins = place == 0 or not name[place - 1].isalnum()
        points += 1 + (2 if place == last + 1 else 0) + (2 if begins else 0)
        last, place = place, place + 1
    return points - len(name) / 100
