"""The form of changes while training: settings that count from the next step on."""

from __future__ import annotations

from imgui_bundle import imgui

from widgets.common import button, coloured, icons
from widgets.setting_rows import NOTE_TONES, draw_setting
from widgets.setting_view import Changes, with_change, without_changes
from widgets.steering_view import ApplyChanges, EditChanges, SteeringIntent, SteeringView


def draw(view: SteeringView) -> list[SteeringIntent]:
    """Draw the form, folded at first.  Returns what was asked for."""
    count = len(view.changes)
    title = f"Change while training{f' · {count} changed' if count else ''}"
    if not imgui.collapsing_header(f"{title}###steer"):
        return []
    if view.blocked:
        coloured(view.blocked, "quiet")
    # Above the rows, since what is below Apply may lie outside of a low panel.
    if view.waiting:
        coloured(view.waiting, "busy")
    elif view.answer.text:
        coloured(view.answer.text, "good" if view.answer.kind == "good" else NOTE_TONES[view.answer.kind])
    if not view.settings.groups:
        coloured("Reading the settings…", "quiet")
        return []
    intents: list[SteeringIntent] = []
    imgui.begin_disabled(bool(view.blocked or view.waiting))
    changes = _rows(view)
    imgui.end_disabled()
    if changes != view.changes:
        intents.append(EditChanges(changes))
    for note in view.settings.others:
        coloured(note.text, NOTE_TONES[note.kind])
    hint = "The trainer takes them between two steps and writes them down: a resumed run goes on with them"
    if button(f"{icons.ICON_FA_CHECK}  Apply###apply changes", view.can_apply, hint, -1, primary=True):
        intents.append(ApplyChanges())
    return intents


def _rows(view: SteeringView) -> Changes:
    changes, filled = view.changes, dict(view.changes)
    for group in view.settings.groups:
        for setting in group.settings:
            name = setting.name
            now = view.settings.defaults.get(name, setting.default)
            value = filled.get(name, now)
            new, reset = draw_setting(setting, value, name in filled, view.settings, f"steer {name}")
            if reset:
                changes = without_changes(changes, (name,))
            elif new != value or type(new) is not type(value):
                changes = with_change(changes, name, new, now)
    return changes
