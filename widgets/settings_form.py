"""The settings in the form of a new run: the important ones, then all in groups that a search narrows down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imgui_bundle import imgui

from widgets.common import button, coloured, icon_width, icons
from widgets.setting_rows import draw_setting
from widgets.setting_view import ELSEWHERE, IMPORTANT, SettingsView, with_change, without_changes
from widgets.train_view import TrainForm

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.setting_schema import Setting, SettingGroup


class SettingsForm:
    """Draws the settings; keeps what is searched for and which row is to be shown."""

    def __init__(self) -> None:
        self._search = ""
        self._reveal = ""

    def reveal(self, name: str) -> None:
        """In the next frame the row of this setting is opened and scrolled to."""
        self._search, self._reveal = "", name

    def draw(self, form: TrainForm, view: SettingsView) -> TrainForm:
        """Draw all of it.  Returns the form as it is now filled in."""
        imgui.separator_text("Settings")
        if not view.groups:
            coloured("Reading the settings…", "quiet")
            return form
        form = _summary(form)
        settings = {each.name: each for group in view.groups for each in group.settings}
        for name in IMPORTANT:
            if name in settings:
                form = self._row(form, view, settings[name], "")
        imgui.separator_text("All settings")
        imgui.set_next_item_width(-1)
        hint = f"{icons.ICON_FA_MAGNIFYING_GLASS}  Search settings"
        self._search = imgui.input_text_with_hint("##search", hint, self._search)[1]
        words = self._search.lower().split()
        shown = 0
        for group in view.groups:
            members = tuple(each for each in group.settings if _matches(each, group, words))
            shown += len(members)
            if members:
                form = self._group(form, view, replace(group, settings=members), bool(words))
        if not shown:
            coloured(f"No setting is called “{self._search}”.", "quiet")
        return form

    def _group(self, form: TrainForm, view: SettingsView, group: SettingGroup, searched: bool) -> TrainForm:
        names = tuple(each.name for each in group.settings)
        changed = [name for name, _ in form.changes if name in names]
        if searched or self._reveal in names:
            imgui.set_next_item_open(True)
        # While a search narrows the groups down they are others, so that folding comes back with its end.
        identity = f"{'found' if searched else 'group'} {group.name}"
        edge = imgui.get_cursor_pos_x() + imgui.get_content_region_avail().x
        title, flags = _title(group, view, len(changed)), imgui.TreeNodeFlags_.allow_overlap
        is_open = imgui.collapsing_header(f"{title}###{identity}", flags)
        imgui.set_item_tooltip(group.help)
        if changed:
            imgui.same_line(edge - icon_width())
            if imgui.small_button(f"{icons.ICON_FA_ROTATE_LEFT}###reset {identity}"):
                form = replace(form, changes=without_changes(form.changes, names))
            imgui.set_item_tooltip(f"Reset all of {group.title}")
        if is_open:
            for setting in group.settings:
                form = self._row(form, view, setting, "all ")
        return form

    def _row(self, form: TrainForm, view: SettingsView, setting: Setting, prefix: str) -> TrainForm:
        name = setting.name
        if self._reveal == name:
            imgui.set_scroll_here_y(0.3)
            self._reveal = ""
        value, changed = view.value(setting, form.changes), name in dict(form.changes)
        new, reset = draw_setting(setting, value, changed, view, prefix + name)
        if reset:
            return replace(form, changes=without_changes(form.changes, (name,)))
        if new == value and type(new) is type(value):
            return form
        # What follows from another change is no default: whoever goes back to that means it.
        default = view.defaults.get(name, setting.default) if changed else value
        return replace(form, changes=with_change(form.changes, name, new, default))


def _summary(form: TrainForm) -> TrainForm:
    """How much differs from preset and data, and the way back."""
    count = len(form.changes)
    if not count:
        coloured("As preset and data have it. What you change is no longer grey.", "quiet")
        return form
    imgui.align_text_to_frame_padding()
    imgui.text(f"{count} changed")
    imgui.same_line()
    if button("Discard changes###discard changes", tooltip="Back to what preset and data have"):
        form = replace(form, changes=())
    return form


def _title(group: SettingGroup, view: SettingsView, changed: int) -> str:
    kinds = {note.kind for each in group.settings for note in view.notes.get(each.name, ())}
    mark = f"  {icons.ICON_FA_TRIANGLE_EXCLAMATION}" if kinds & {"bad", "warning"} else ""
    return f"{group.title}{f' · {changed} changed' if changed else ''}{mark}"


def _matches(setting: Setting, group: SettingGroup, words: list[str]) -> bool:
    if setting.name in ELSEWHERE:
        return False
    text = f"{setting.label} {setting.name} {setting.help} {setting.unit} {group.title}".lower()
    return all(word in text for word in words)
