"""A question before something that cannot be undone: its answer is given by a click, never by Enter in passing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from imgui_bundle import ImVec2, imgui

from widgets.common import button, danger_button, em, icons, text_colour
from widgets.modal import draw_modal

Key = TypeVar("Key")
NAME = "###confirm"
WIDTH = 27.0


@dataclass(frozen=True)
class Question(Generic[Key]):
    """What is asked.

    Attributes:
        key: What `draw` returns when the answer is yes.
        title: Of the dialog: the question itself.
        text: What would happen.
        action: On the button, as "Delete".
        dangerous: Whether something would be lost: the button is red then, and Enter does not press it.
    """

    key: Key
    title: str
    text: str
    action: str
    dangerous: bool


class ConfirmDialog(Generic[Key]):
    """One question at a time, above everything else.

    Escape and Cancel mean no.  Enter means no where something would be lost, and yes elsewhere.
    """

    def __init__(self) -> None:
        self._question: Question[Key] | None = None
        self._asked = False

    @property
    def question(self) -> Question[Key] | None:
        """What is being asked right now."""
        return self._question

    def ask(self, title: str, text: str, action_label: str, key: Key, dangerous: bool = True) -> None:
        """Show a question from the next `draw` on; an older one is dropped.

        Args:
            title: The question in a few words.
            text: What would happen, and to what.
            action_label: What the button says, a verb.
            key: What `draw` returns when it is clicked.
            dangerous: Whether something would be lost.
        """
        self._question = Question(key, title, text, action_label, dangerous)
        self._asked = False

    def draw(self) -> Key | None:
        """Draw the dialog if there is a question.  Returns the question's key, once, when the answer is yes."""
        question = self._question
        if question is None:
            return None
        first, self._asked = not self._asked, True
        answer = draw_modal(f"{question.title}{NAME}", first, lambda: _contents(question), closed=False)
        if answer is not None:
            self._question = None
        return question.key if answer else None


def _contents(question: Question[Key]) -> bool | None:
    """Text and buttons.  Returns the answer, None as long as there is none."""
    if question.dangerous:
        with text_colour("error"):
            imgui.text(icons.ICON_FA_TRIANGLE_EXCLAMATION)
        imgui.same_line()
    imgui.push_text_wrap_pos(em(WIDTH))
    imgui.text(question.text)
    imgui.pop_text_wrap_pos()
    imgui.dummy(ImVec2(em(WIDTH), em(0.3)))
    padding, spacing = 2 * imgui.get_style().frame_padding.x, imgui.get_style().item_spacing.x
    widths = [max(imgui.calc_text_size(text).x + padding, em(6)) for text in (question.action, "Cancel")]
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(em(WIDTH) - sum(widths) - spacing, 0))
    label = f"{question.action}{NAME} yes"
    yes = danger_button(label, width=widths[0]) if question.dangerous else button(label, width=widths[0], primary=True)
    imgui.same_line()
    no = imgui.button(f"Cancel{NAME} no", ImVec2(widths[1], 0))
    imgui.set_item_default_focus()
    if no or imgui.is_key_pressed(imgui.Key.escape, False):
        return False
    entered = any(imgui.is_key_pressed(key, False) for key in (imgui.Key.enter, imgui.Key.keypad_enter))
    if entered and not imgui.is_window_appearing():  # the Enter that asked the question does not answer it
        return not question.dangerous
    return True if yes else None
