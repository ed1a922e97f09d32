"""What the form shows of a run's settings: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from widgets.notes import Note

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.setting_schema import Setting, SettingGroup, SettingValue

# What somebody has changed against preset and data: dotted name and value.
Changes: TypeAlias = "tuple[tuple[str, SettingValue], ...]"

# Shown first, without opening a group; the order is that of the form.
IMPORTANT = (
    "loop.batch",
    "loop.total_kimg",
    "optimizer.r1_gamma",
    "discriminator.patch_resolution",
    "patches.kind",
    "patches.anneal_kimg",
    "optimizer.generator_lr",
    "optimizer.discriminator_lr",
    "loop.device",
    "parallel.gpus",
    "loop.threads",
    "loop.seed",
)
# These have rows of their own above the settings, or none at all.
ELSEWHERE = ("version", "name", "preset", "data.path")


@dataclass(frozen=True)
class ChoiceNote:
    """What is known of one value of a choice.

    Attributes:
        detail: Behind its name.
        refused: Why it cannot be chosen; empty if it can.
    """

    detail: str = ""
    refused: str = ""


@dataclass(frozen=True)
class SettingsView:
    """What is known of the settings.

    Attributes:
        groups: All settings; empty while they are being read.
        values: What each would be in a run started now, by dotted name.
        defaults: What each would be without changes.
        notes: Beside each setting.
        others: About none in particular.
        choices: What is known of the values of a choice, by dotted name and value.
        changes: What was changed when `values` were found out.
        can_save: Whether preset and changes go together, so that they can be saved under a name.
        busy: Whether the rest is about a form as it was a moment ago.
        default_word: What `defaults` are.
    """

    groups: tuple[SettingGroup, ...] = ()
    values: Mapping[str, SettingValue] = field(default_factory=dict)
    defaults: Mapping[str, SettingValue] = field(default_factory=dict)
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    others: tuple[Note, ...] = ()
    choices: Mapping[str, Mapping[str, ChoiceNote]] = field(default_factory=dict)
    changes: Changes = ()
    can_save: bool = False
    busy: bool = False
    default_word: str = "Default"

    def label(self, name: str) -> str:
        """What people call a setting."""
        return next((each.label for group in self.groups for each in group.settings if each.name == name), name)

    def value(self, setting: Setting, changes: Changes) -> SettingValue:
        """What a setting is with these changes, as far as it is known."""
        filled = dict(changes)
        if setting.name in filled:
            return filled[setting.name]
        # A change that was just taken back must not come back with what was found out about it.
        known = self.defaults if setting.name in dict(self.changes) else self.values
        return known.get(setting.name, setting.default)

    @property
    def blocked(self) -> str:
        """Why a run cannot be started with these settings, in a sentence; empty if it can."""
        bad = next((note.text for note in self.others if note.kind == "bad"), "")
        if bad:
            return bad
        names = [name for name, notes in self.notes.items() if any(note.kind == "bad" for note in notes)]
        if names:
            return f"See the note beside {' and '.join(self.label(name) for name in names[:2])}."
        return "" if self.groups else "The settings are being read."


@dataclass(frozen=True)
class EstimateView:
    """What is known of the memory and time that the settings need.

    Attributes:
        text: What was measured; empty if nothing was.
        remark: To be known with it.
        stale: Whether it was measured with other settings.
        progress: What is being done to measure; empty if nothing is.
        problem: Why nothing could be measured.
        ready: Whether there are settings that can be measured.
    """

    text: str = ""
    remark: str = ""
    stale: bool = False
    progress: str = ""
    problem: str = ""
    ready: bool = False


def with_change(changes: Changes, name: str, value: SettingValue, default: SettingValue) -> Changes:
    """Changes with one setting at another value; at its default it is no change."""
    others = without_changes(changes, (name,))
    return others if value == default else (*others, (name, value))


def without_changes(changes: Changes, names: tuple[str, ...]) -> Changes:
    """Changes without those of some settings."""
    return tuple(each for each in changes if each[0] not in names)
