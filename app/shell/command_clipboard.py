"""Commands on the clipboard: what is too long for a shell's argument goes into a file that the command names."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import imgui

from app.export.saving import save_dated
from app.shell.render_command import command_text
from core.files import write_text

SCENE = "--scene"
# Linux takes 128 KiB for one argument, and Windows 32,767 characters for a whole command.
LONGEST = 30_000


def copy_command(program: str, arguments: list[str]) -> bool:
    """Put `epigraf PROGRAM ARGUMENTS` on the clipboard.  Returns whether it is there; the log says why if not."""
    words = shortened(arguments)
    if words is not None:
        imgui.set_clipboard_text(command_text(program, words))
    return words is not None


def shortened(arguments: list[str]) -> list[str] | None:
    """The arguments with the text of a session in a file of its own if it is long; None if that cannot be written."""
    if SCENE not in arguments or len(arguments[arguments.index(SCENE) + 1]) <= LONGEST:
        return arguments
    at = arguments.index(SCENE)

    def write(path: Path) -> None:
        write_text(path, arguments[at + 1] + "\n")

    path = save_dated("session", ".json", write)
    return None if path is None else [*arguments[:at], str(path), *arguments[at + 2 :]]
