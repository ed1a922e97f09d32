"""What the form shows of presets, and what it asks for: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from widgets.notes import Note


@dataclass(frozen=True)
class PresetItem:
    """A preset to choose from.

    Attributes:
        name: For people.
        description: What it is for.
        key: What it is loaded by: its name, or the path of its file.
        own: Whether somebody has added it to those that ship with the program.
        problem: Why it cannot be used; empty if it can.
        run_name: Of runs with it for which nobody has typed a name.
    """

    name: str
    description: str
    key: str = ""
    own: bool = False
    problem: str = ""
    run_name: str = ""


@dataclass(frozen=True)
class PresetQuestion:
    """A dialog about presets.

    Attributes:
        kind: Under which name to save; whether to replace or to delete the one of this name.
        name: Of the preset.
        description: What it is for, on one line.
        note: Beside the name.
        problem: Why the last attempt has failed.
        busy: Whether a file is being written.
    """

    kind: Literal["save", "replace", "delete"]
    name: str = ""
    description: str = ""
    note: Note = field(default_factory=Note)
    problem: str = ""
    busy: bool = False

    @property
    def can_go_on(self) -> bool:
        """Whether the answer can be yes."""
        if self.kind != "save":
            return not self.busy
        return not self.busy and bool(self.description.strip()) and self.note.kind != "bad"


@dataclass(frozen=True)
class AskSavePreset:
    """Ask for the name of a preset that holds what is filled in."""


@dataclass(frozen=True)
class AskDeletePreset:
    """Ask whether to delete the chosen preset."""


@dataclass(frozen=True)
class EditPreset:
    """Something was typed into the dialog."""

    name: str
    description: str


@dataclass(frozen=True)
class ConfirmPreset:
    """The answer is yes."""


@dataclass(frozen=True)
class DropPreset:
    """The answer is no."""


@dataclass(frozen=True)
class ListPresets:
    """Look again which presets there are."""


PresetIntent = AskSavePreset | AskDeletePreset | EditPreset | ConfirmPreset | DropPreset | ListPresets
