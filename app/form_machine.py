"""What the form says of this machine: which devices there are, and whether the settings ask for more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from widgets.notes import Note
from widgets.setting_view import Changes, ChoiceNote, SettingsView

if TYPE_CHECKING:  # pydantic and psutil wait until after the first frame
    from training.machine import Machine

DEVICE, THREADS = "loop.device", "loop.threads"


def look_at_machine(_revision: int) -> Machine:
    """Look at this machine, on a thread."""
    from training.machine import look

    return look()


def with_machine(view: SettingsView, machine: Machine, changes: Changes) -> SettingsView:
    """Settings with what there is to say of the machine beside device and threads."""
    settings = {each.name: each for group in view.groups for each in group.settings}
    if DEVICE not in settings or THREADS not in settings:
        return view
    offered = {str(choice): choice for choice in settings[DEVICE].choices}
    choices = {
        name: ChoiceNote("" if machine.refusal(device) else machine.describe(device), machine.refusal(device))
        for name, device in offered.items()
    }
    notes = {**view.notes}
    device = offered.get(str(view.value(settings[DEVICE], changes)))
    if device is not None:
        refusal = machine.refusal(device)
        note = Note("bad", refusal) if refusal else Note("good", machine.describe(device))
        notes[DEVICE] = (*notes.get(DEVICE, ()), note)
    threads = view.value(settings[THREADS], changes)
    if isinstance(threads, int) and threads > machine.cores and not notes.get(THREADS):
        text = f"This machine has {machine.cores} cores: more threads than cores are slower."
        notes[THREADS] = (Note("warning", text),)
    return replace(view, notes=notes, choices={**view.choices, DEVICE: choices})
