"""What the form says of this machine: which devices there are, and whether the settings ask for more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from widgets.notes import Note
from widgets.setting_view import Changes, ChoiceNote, SettingsView

if TYPE_CHECKING:  # pydantic and psutil wait until after the first frame
    from training.config import Device
    from training.machine import Machine
    from training.setting_schema import SettingValue

DEVICE, THREADS, GPUS = "loop.device", "loop.threads", "parallel.gpus"


def look_at_machine(_revision: int) -> Machine:
    """Look at this machine, on a thread."""
    from training.machine import look

    return look()


def with_machine(view: SettingsView, machine: Machine, changes: Changes) -> SettingsView:
    """Settings with what there is to say of the machine beside device, GPUs and threads."""
    settings = {each.name: each for group in view.groups for each in group.settings}
    if not {DEVICE, THREADS, GPUS} <= settings.keys():
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
    notes[GPUS] = (*notes.get(GPUS, ()), *_gpu_notes(machine, view.value(settings[GPUS], changes), device))
    return replace(view, notes=notes, choices={**view.choices, DEVICE: choices, GPUS: _gpu_choices(machine)})


def _gpu_choices(machine: Machine) -> dict[str, ChoiceNote]:
    """The GPUs that can be chosen, by number; none where they cannot be used."""
    if machine.refusal("cuda"):
        return {}
    return {
        str(number): ChoiceNote(f"{gpu} · {'free' if gpu.is_free else 'busy'}")
        for number, gpu in enumerate(machine.gpus)
    }


def _gpu_notes(machine: Machine, value: SettingValue, device: Device | None) -> tuple[Note, ...]:
    """What there is to say of the chosen GPUs, or why there are none to choose."""
    from training.parallel_config import gpu_list

    try:
        chosen = gpu_list(str(value or ""))
    except ValueError:
        return ()  # which the settings say themselves
    refusal = machine.gpu_refusal(chosen)
    if refusal:
        return (Note("bad" if chosen else "good", refusal if chosen else f"Nothing to choose. {refusal}"),)
    if device is not None and machine.chosen(device) != "cuda":
        return (Note("warning" if chosen else "good", "Not used: the device above is no NVIDIA GPU."),)
    if len(machine.gpus) == 1:
        return (Note("good", "This machine has one GPU."),)
    busy = [str(number) for number in chosen if not machine.gpus[number].is_free]
    if busy:
        return (Note("warning", f"Other programs use GPU {', '.join(busy)}: the slowest one sets the pace."),)
    many = f"{len(chosen)} processes share each batch." if len(chosen) > 1 else ""
    return (Note("good", many or f"{len(machine.gpus)} GPUs: choose several to train on them together."),)
