"""The row that chooses a preset, and the dialogs that save and delete presets of one's own."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from widgets.common import button, danger_button, em, icon_button, icons, text_colour
from widgets.notes import Note
from widgets.preset_view import (
    AskDeletePreset,
    AskSavePreset,
    ConfirmPreset,
    DropPreset,
    EditPreset,
    ListPresets,
    PresetIntent,
    PresetItem,
    PresetQuestion,
)
from widgets.setting_rows import NOTE_TONES, begin_row, draw_note
from widgets.train_view import FormView, TrainForm

DIALOG = "###preset dialog"
WIDTH = 22.0
TITLES = {"save": "Save preset", "replace": "Replace preset?", "delete": "Delete preset?"}
YES = {"save": "Save", "replace": "Replace", "delete": "Delete"}


def draw(form: TrainForm, view: FormView) -> tuple[TrainForm, list[PresetIntent]]:
    """Draw the row and, above everything, its dialog.  Returns the form and what was asked for."""
    intents: list[PresetIntent] = []
    begin_row("Preset", "Network, sizes and time scales to start from", tail=2)
    if imgui.begin_combo("##preset", form.preset or "…", imgui.ComboFlags_.height_large):
        if imgui.is_window_appearing():
            intents.append(ListPresets())
        form = _choices(form, view.presets)
        imgui.end_combo()
    hint = "Save preset and changes under a name…" if view.settings.can_save else "Mend the settings first"
    if icon_button(icons.ICON_FA_FLOPPY_DISK, "save preset", hint, view.settings.can_save):
        intents.append(AskSavePreset())
    own = view.preset is not None and view.preset.own
    hint = "Delete this preset of yours…" if own else "Presets of the program stay"
    if icon_button(icons.ICON_FA_TRASH, "delete preset", hint, own):
        intents.append(AskDeletePreset())
    if view.preset is not None:
        problem = view.preset.problem
        draw_note(Note("bad", problem) if problem else Note("good", view.preset.description))
    intents += _dialog(view.question)
    return form, intents


def _choices(form: TrainForm, presets: tuple[PresetItem, ...]) -> TrainForm:
    for own in (False, True):
        items = [item for item in presets if item.own is own]
        if items and own:
            imgui.separator_text("Yours")
        for item in items:
            if imgui.selectable(f"{item.name}###{item.name}", item.name == form.preset)[0]:
                form = replace(form, preset=item.name)
            imgui.set_item_tooltip(item.problem or item.description)
            if item.problem:
                with text_colour("error"):
                    imgui.same_line(max(em(9), imgui.calc_text_size(item.name).x + em(2)))
                    imgui.text(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION} broken")
    return form


def _dialog(question: PresetQuestion | None) -> list[PresetIntent]:
    kind = question.kind if question is not None else "save"
    # The identity is that of the whole conversation: saving may turn into replacing.
    name = f"{TITLES[kind]}{DIALOG}"
    if question is not None and not imgui.is_popup_open(name):
        imgui.open_popup(name)
    imgui.set_next_window_pos(imgui.get_main_viewport().get_center(), imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    flags = imgui.WindowFlags_.always_auto_resize | imgui.WindowFlags_.no_saved_settings
    if not imgui.begin_popup_modal(name, None, flags)[0]:
        return []
    intents: list[PresetIntent] = []
    if question is None:
        imgui.close_current_popup()
    else:
        intents += _fields(question) if question.kind == "save" else _warning(question)
        _wrapped(Note("bad", question.problem))
        imgui.dummy(ImVec2(em(WIDTH), em(0.3)))
        intents += _answers(question)
    imgui.end_popup()
    return intents


def _fields(question: PresetQuestion) -> list[PresetIntent]:
    """Name and description.  Returns what was typed."""
    imgui.text("Name")
    imgui.set_next_item_width(em(WIDTH))
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    named, name = imgui.input_text("###preset name", question.name)
    _wrapped(question.note)
    imgui.spacing()
    imgui.text("What it is for")
    imgui.set_next_item_width(em(WIDTH))
    described, text = imgui.input_text("###preset description", question.description)
    if not question.description.strip():
        _wrapped(Note("bad", "Say it in a few words."))
    return [EditPreset(name.strip(), text)] if named or described else []


def _warning(question: PresetQuestion) -> list[PresetIntent]:
    text = f"There is a preset {question.name} already. What it holds would be lost."
    if question.kind == "delete":
        text = f"The preset {question.name} would be lost. Runs that were started with it keep their settings."
    _wrapped(Note("none", text))
    return []


def _answers(question: PresetQuestion) -> list[PresetIntent]:
    half = (em(WIDTH) - imgui.get_style().item_spacing.x) / 2
    label = "Writing…" if question.busy else YES[question.kind]
    label += "###preset yes"
    if question.kind == "save":
        yes = button(label, question.can_go_on, "", half, primary=True)
    else:
        yes = danger_button(label, question.can_go_on, half)
    if yes:
        return [ConfirmPreset()]
    imgui.same_line()
    if button("Cancel###preset no", True, "", half) or imgui.is_key_pressed(imgui.Key.escape, False):
        return [DropPreset()]
    return []


def _wrapped(note: Note) -> None:
    if not note.text:
        return
    imgui.push_text_wrap_pos(imgui.get_cursor_pos_x() + em(WIDTH))
    if note.kind == "none":
        imgui.text(note.text)
    else:
        with text_colour(NOTE_TONES[note.kind]):
            imgui.text(note.text)
    imgui.pop_text_wrap_pos()
