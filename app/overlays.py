"""What lies above the panels: dialogs, help, notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import imgui

from app.dialogs import DialogKind, PathDialog
from app.exit_guard import Answer, ExitGuard
from app.messages import Messages
from app.shell.versions import versions
from widgets import about, toasts
from widgets import help as help_page
from widgets.actions import Action
from widgets.commands import CommandPalette


@dataclass(frozen=True)
class Answers:
    """What was said in dialogs in a frame.

    Attributes:
        chosen: A path, and what it was chosen for.
        leave: What becomes of the window and its training.
    """

    chosen: tuple[DialogKind, str] | None = None
    leave: Answer | None = None


class Overlays:
    """Dialogs, help and notices of one window.

    Args:
        messages: Where notices come from.
        ask_before_exit: Whether to ask before a window closes whose training goes on.
    """

    def __init__(self, messages: Messages, ask_before_exit: bool) -> None:
        self.help_open = False
        self.about_open = False
        self.exit = ExitGuard(ask_before_exit)
        self.commands = CommandPalette()
        self._messages = messages
        self._paths = PathDialog()

    @property
    def dialog_open(self) -> bool:
        """Whether a dialog or menu has the keys for itself."""
        flags = imgui.PopupFlags_.any_popup_id | imgui.PopupFlags_.any_popup_level
        return self.help_open or self.commands.open or imgui.is_popup_open("", flags)

    def toggle_help(self) -> None:
        """Open or close the page of help."""
        self.help_open = not self.help_open

    def toggle_about(self) -> None:
        """Open or close what is said about the program."""
        self.about_open = not self.about_open

    def choose(self, kind: DialogKind, start: str) -> None:
        """Ask for a path, beginning at `start`."""
        self._paths.open(kind, start)

    def draw(self, actions: Sequence[Action]) -> Answers:
        """Draw everything.  Returns what was said."""
        from app.gl.errors import forget_errors  # PyOpenGL waits until after the first frame

        if self.help_open:
            self.help_open = help_page.draw(actions)
        if self.about_open:
            self.about_open = about.draw(versions())
        command = self.commands.draw(actions)
        if command is not None:
            command()
        chosen = self._paths.poll()
        forget_errors()
        toasts.draw(self._messages.toasts, margin=imgui.get_frame_height() * 1.5)
        return Answers(chosen, self.exit.draw())
