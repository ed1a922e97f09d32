"""The form of the Train panel: what the next run learns from, with which settings, and where it is kept."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import imgui

from widgets.common import button, em, icon_button, icons, row, text_colour
from widgets.notes import Note, NoteKind
from widgets.palette import Tone
from widgets.train_view import Browse, FormIntent, FormView, StartRun, TrainForm

NOTE_TONES: dict[NoteKind, Tone] = {
    "checking": "quiet",
    "good": "quiet",
    "warning": "warning",
    "bad": "error",
    "none": "quiet",
}
DATA_NAMES = {"shapes": "Built-in shapes", "own": "Own zip or folder"}


def draw(form: TrainForm, view: FormView, waiting: str) -> tuple[TrainForm, list[FormIntent]]:
    """Draw the form.

    Args:
        form: As it is filled in.
        view: What is known of it.
        waiting: What is being done right now, which must end before the next start; empty otherwise.

    Returns:
        The form as it is now filled in, and what was asked for.
    """
    intents: list[FormIntent] = []
    form = _preset(form, view)
    form = _data(form, view, intents)
    for note in view.advice:
        _note(note)
    row("Name", "Part of the name of the run's folder")
    changed, name = imgui.input_text("##name", form.name)
    if changed:
        form = replace(form, name=name.strip())
    _note(view.name)
    row("Runs in", form.runs_dir or "Folder in which runs are kept", tail=1)
    changed, folder = imgui.input_text("##runs", form.runs_dir)
    imgui.set_item_tooltip(form.runs_dir)
    if changed:
        form = replace(form, runs_dir=folder.strip())
    if icon_button(icons.ICON_FA_FOLDER_OPEN, "browse runs", "Choose the folder for runs"):
        intents.append(Browse("runs"))
    _note(view.folder)
    imgui.spacing()
    label = waiting or f"{icons.ICON_FA_PLAY}  Start training"
    if button(f"{label}###start", view.can_start and not waiting, "", -1, primary=True):
        intents.append(StartRun(form))
    return form, intents


def _preset(form: TrainForm, view: FormView) -> TrainForm:
    row("Preset", "Network, sizes and time scales to start from")
    if imgui.begin_combo("##preset", form.preset or "…"):
        for item in view.presets:
            if imgui.selectable(item.name, item.name == form.preset)[0]:
                form = replace(form, preset=item.name)
            imgui.set_item_tooltip(item.description)
        imgui.end_combo()
    described = next((item.description for item in view.presets if item.name == form.preset), "")
    _note(Note("good", described))
    return form


def _data(form: TrainForm, view: FormView, intents: list[FormIntent]) -> TrainForm:
    row("Data", "Pictures with the poses of their cameras")
    if imgui.begin_combo("##data", DATA_NAMES[form.choice]):
        for choice in ("shapes", "own"):
            if imgui.selectable(DATA_NAMES[choice], choice == form.choice)[0]:
                form = replace(form, choice=choice)
        imgui.end_combo()
    if form.choice == "own":
        row("Path", "A zip or folder with a dataset.json", tail=2)
        changed, path = imgui.input_text_with_hint("##path", "zip or folder", form.data_path)
        if form.data_path:
            imgui.set_item_tooltip(form.data_path)
        if changed:
            form = replace(form, data_path=path.strip())
        if icon_button(icons.ICON_FA_FILE_ZIPPER, "browse zip", "Choose a zip"):
            intents.append(Browse("zip"))
        if icon_button(icons.ICON_FA_FOLDER_OPEN, "browse folder", "Choose a folder"):
            intents.append(Browse("folder"))
    _note(view.data)
    return form


def _note(note: Note) -> None:
    """What is known of the field above, in line with it."""
    if not note.text:
        return
    left = imgui.get_cursor_pos_x()
    imgui.set_cursor_pos_x(left + em(6.2))
    imgui.push_text_wrap_pos(0.0)
    with text_colour(NOTE_TONES[note.kind]):
        imgui.text(note.text)
    imgui.pop_text_wrap_pos()
