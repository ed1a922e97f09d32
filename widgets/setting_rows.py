"""One row of a setting: label, control with unit, reset, and what is to be said beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, ImVec4, imgui

from widgets.common import LABEL_WIDTH, coloured, em, icon_width, reset_button, row, text_colour, tone_ink
from widgets.notes import Note, NoteKind
from widgets.palette import Tone
from widgets.setting_view import ChoiceNote, SettingsView

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.setting_schema import Setting, SettingValue

NOTE_TONES: dict[NoteKind, Tone] = {
    "checking": "quiet",
    "good": "quiet",
    "warning": "warning",
    "bad": "error",
    "none": "quiet",
}
# Below this width of a panel, in font sizes, labels stand above their controls.
NARROW = 15.0


def is_narrow() -> bool:
    """Whether labels stand above their controls: the panel is too narrow for both side by side."""
    return imgui.get_content_region_avail().x < em(NARROW)


def draw_note(note: Note) -> None:
    """What is known of the field above, in line with it."""
    draw_beside(note.text, NOTE_TONES[note.kind])


def draw_beside(text: str, tone: Tone | None = None) -> None:
    """A text in line with the field above, in the plain colour of text or with a meaning."""
    if not text:
        return
    if not is_narrow():
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + em(LABEL_WIDTH))
    imgui.push_text_wrap_pos(0.0)
    with contextlib.nullcontext() if tone is None else text_colour(tone):
        imgui.text(text)
    imgui.pop_text_wrap_pos()


def draw_setting(
    setting: Setting, value: SettingValue, changed: bool, view: SettingsView, identity: str
) -> tuple[SettingValue, bool]:
    """Draw a row with the notes below it.

    Args:
        setting: Which one.
        value: As it is filled in, or what the run would have.
        changed: Whether it is filled in; what is not is grey.
        view: What is known of it.
        identity: Of the control; the dotted name, or something that tells two rows of one setting apart.

    Returns:
        What it is now, and whether it is to be reset.
    """
    default = view.defaults.get(setting.name, setting.default)
    begin_row(setting.label, explanation(setting, default, view.default_word), tail=1)
    plain = ImVec4(imgui.get_style().color_(imgui.Col_.text))
    with contextlib.nullcontext() if changed else text_colour("quiet"):
        value = _control(setting, value, view, f"###{identity}", plain)
    reset = reset_button(identity, changed, setting.words(default))
    for note in view.notes.get(setting.name, ()):
        draw_note(note)
    return value, reset


def begin_row(label: str, tooltip: str = "", tail: int = 0) -> None:
    """Begin a row as `widgets.common.row` does; in a narrow panel the label stands above."""
    if not is_narrow():
        row(label, tooltip, tail)
        return
    imgui.text(label)
    if tooltip:
        imgui.set_item_tooltip(tooltip)
    room = tail * (icon_width() + imgui.get_style().item_inner_spacing.x)
    imgui.set_next_item_width(imgui.get_content_region_avail().x - room)


def explanation(setting: Setting, default: SettingValue, word: str = "Default") -> str:
    """What a setting is, in some lines; `word` says what the default is."""
    limits = f"{setting.range} {setting.unit}".strip() if str(setting.range) else ""
    if setting.kind == "power":
        limits = "a power of two, " + limits
    parts = [setting.help, f"Range: {limits}" if limits else "", f"{word}: {setting.words(default)}", setting.name]
    return "\n".join(part for part in parts if part)


def _control(setting: Setting, value: SettingValue, view: SettingsView, label: str, plain: ImVec4) -> SettingValue:
    if setting.kind == "switch":
        return _switch(label, setting, value)
    if setting.kind in ("choice", "power"):
        return _choice(label, setting, value, view.choices.get(setting.name, {}), plain)
    if setting.kind == "text" and setting.name in view.choices:
        return _several(label, setting, value, view.choices[setting.name], plain)
    return _typed(label, setting, value)


def _several(
    label: str, setting: Setting, value: SettingValue, known: Mapping[str, ChoiceNote], plain: ImVec4
) -> SettingValue:
    """Some of what there is, in a text with commas; where there is nothing, the notes below say why."""
    chosen = [word for word in str(value or "").replace(",", " ").split() if word]
    if not known and not chosen:
        imgui.begin_disabled()
        imgui.begin_combo(label, "none to choose")  # which does not open
        imgui.end_disabled()
        return value
    if not imgui.begin_combo(label, ", ".join(chosen) or setting.empty, imgui.ComboFlags_.height_large):
        return value
    for choice in dict.fromkeys([*known, *chosen]):
        note = known.get(choice, ChoiceNote())
        imgui.push_style_color(imgui.Col_.text, plain)
        toggled, on = imgui.checkbox(f"{setting.label.removesuffix('s')} {choice}###{choice}", choice in chosen)
        imgui.pop_style_color()
        if toggled:
            kept = [*chosen, choice] if on else [each for each in chosen if each != choice]
            value = ",".join(sorted(kept, key=list(dict.fromkeys([*known, *chosen])).index))
        if note.detail:
            imgui.indent(em(1))
            coloured(note.detail, "quiet")
            imgui.unindent(em(1))
    imgui.end_combo()
    return value


def _switch(label: str, setting: Setting, value: SettingValue) -> SettingValue:
    """A check box that takes as much room as other controls do, so that resets stand below each other."""
    left, room = imgui.get_cursor_pos_x(), imgui.calc_item_width()
    toggled, on = imgui.checkbox(label, value is True)
    imgui.same_line()
    imgui.text(setting.text(on))
    imgui.same_line(left + room - 1)
    imgui.dummy(ImVec2(1, 1))
    return on if toggled else value


def _choice(
    label: str, setting: Setting, value: SettingValue, known: Mapping[str, ChoiceNote], plain: ImVec4
) -> SettingValue:
    offered: list[SettingValue] = [*([None] if setting.optional else []), *setting.choices]
    if not imgui.begin_combo(label, setting.words(value), imgui.ComboFlags_.height_large):
        return value
    for choice in offered:
        note = known.get(str(choice), ChoiceNote())
        imgui.push_style_color(imgui.Col_.text, plain)
        imgui.begin_disabled(bool(note.refused))
        if imgui.selectable(f"{setting.words(choice)}###{choice}", choice == value)[0]:
            value = choice
        imgui.end_disabled()
        if note.refused:
            imgui.set_item_tooltip(note.refused)
        imgui.pop_style_color()
        if note.refused or note.detail:
            imgui.indent(em(1))
            coloured(note.refused or note.detail, "quiet")
            imgui.unindent(em(1))
    imgui.end_combo()
    return value


def _typed(label: str, setting: Setting, value: SettingValue) -> SettingValue:
    """A field to type in, with the unit at its right end while there is room."""
    shown = setting.text(value)
    changed, text = imgui.input_text_with_hint(label, setting.empty, shown)
    _unit(setting.unit, shown or setting.empty)
    return setting.parse(text) if changed else value


def _unit(unit: str, text: str) -> None:
    """Draw a unit inside the item before, at its right end, unless the text needs the room."""
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    padding = imgui.get_style().frame_padding
    width = imgui.calc_text_size(unit).x
    if not unit or imgui.calc_text_size(text).x + width + 3 * padding.x > high.x - low.x:
        return
    place = ImVec2(high.x - padding.x - width, low.y + padding.y)
    imgui.get_window_draw_list().add_text(place, tone_ink("quiet"), unit)
