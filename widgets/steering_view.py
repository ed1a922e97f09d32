"""What the form of changes while training shows, and what it asks for: values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from widgets.notes import Note
from widgets.setting_view import Changes, SettingsView


@dataclass(frozen=True)
class SteeringView:
    """What can be changed of the attached run.

    Attributes:
        settings: Those that can be changed, in one group, with their present values; no group while they are read.
        changes: What is filled in and not applied yet.
        blocked: Why nothing can be changed now, in a sentence; empty if it can.
        waiting: What is being waited for; empty if nothing is.
        answer: What became of the last change.
    """

    settings: SettingsView = field(default_factory=SettingsView)
    changes: Changes = ()
    blocked: str = ""
    waiting: str = ""
    answer: Note = field(default_factory=Note)

    @property
    def can_apply(self) -> bool:
        """Whether what is filled in can be sent."""
        bad = self.settings.blocked or self.settings.busy
        return bool(self.changes) and not (self.blocked or self.waiting or bad)


@dataclass(frozen=True)
class EditChanges:
    """Something was filled in, or taken back."""

    changes: Changes


@dataclass(frozen=True)
class ApplyChanges:
    """Tell the trainer what was filled in."""


SteeringIntent = EditChanges | ApplyChanges
