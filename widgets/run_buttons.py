"""What can be done with a run of the list: a row of buttons, and the same as a menu."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from widgets.common import em, icon_width, icons, text_colour
from widgets.runs_view import (
    AskDelete,
    AskEnd,
    AskWarmStart,
    AttachRun,
    RevealRun,
    RunIntent,
    RunItem,
    RunsView,
    SendCommand,
    ShowEvaluations,
)
from widgets.train_run import resumption

MENU = "more about the run"


@dataclass(frozen=True)
class _Choice:
    """Something that can be done.

    Attributes:
        icon: Its sign.
        label: In the menu.
        identity: Of its button.
        intent: What it asks for.
        enabled: Whether it makes sense now.
        hint: What it does, or why it cannot be done.
    """

    icon: str
    label: str
    identity: str
    intent: RunIntent
    enabled: bool
    hint: str


def draw(item: RunItem, view: RunsView) -> list[RunIntent]:
    """Draw the row of buttons about a run.  Returns what was asked for."""
    intents: list[RunIntent] = []
    style = imgui.get_style()
    imgui.push_id("actions")
    for index, choice in enumerate(_choices(item, view)):
        if index:
            imgui.same_line(0, style.item_inner_spacing.x)
        if _square(choice):
            intents.append(choice.intent)
    imgui.same_line(0, style.item_inner_spacing.x)
    if imgui.button(f"{icons.ICON_FA_ELLIPSIS}###more", ImVec2(icon_width(), icon_width())):
        imgui.open_popup(MENU)
    imgui.set_item_tooltip(f"More about {item.name}")
    if imgui.begin_popup(MENU):
        intents += _draw_folder(item, view)
        imgui.end_popup()
    imgui.pop_id()
    return intents


def draw_menu(item: RunItem, view: RunsView) -> list[RunIntent]:
    """Draw the contents of a run's own menu.  Returns what was asked for."""
    intents: list[RunIntent] = []
    with text_colour("quiet"):
        imgui.text(item.name)
    imgui.separator()
    for choice in _choices(item, view):
        if choice.identity in ("evaluate", "delete"):
            imgui.separator()
        if _menu_item(choice.icon, choice.label, choice.identity, choice.enabled):
            intents.append(choice.intent)
    if item.view.can_end and _menu_item(icons.ICON_FA_SKULL, "End process…", "end"):
        intents.append(AskEnd(item.path))
    imgui.separator()
    return intents + _draw_folder(item, view)


def _menu_item(icon: str, label: str, identity: str, enabled: bool = True) -> bool:
    """A line of a menu; icons have different widths, labels begin below each other."""
    start = imgui.get_cursor_screen_pos()
    indent = " " * round(em(1.7) / imgui.calc_text_size(" ").x)
    clicked = imgui.menu_item(f"{indent}{label}###menu {identity}", "", False, enabled)[0]
    colour = imgui.get_color_u32(imgui.Col_.text if enabled else imgui.Col_.text_disabled)
    left = start.x + (em(1.3) - imgui.calc_text_size(icon).x) / 2
    imgui.get_window_draw_list().add_text(ImVec2(left, start.y), colour, icon)
    return clicked


def _choices(item: RunItem, view: RunsView) -> list[_Choice]:
    path, offered, shown = item.path, item.view.offered, item.path == view.attached
    pauses = "pause" in offered or not (item.can_resume or item.can_continue or "resume" in offered)
    living = item.view.active
    return [
        _Choice(icons.ICON_FA_EYE_SLASH, "Detach", "detach", AttachRun(None), True, "No longer show this run")
        if shown
        else _Choice(icons.ICON_FA_EYE, "Attach", "attach", AttachRun(path), True, "Show this run in all panels"),
        _Choice(icons.ICON_FA_PAUSE, "Pause", "pause", SendCommand("pause", path), "pause" in offered,
                "Halt; the trainer keeps its memory")
        if pauses
        else _Choice(icons.ICON_FA_PLAY, "Resume…" if item.can_continue else "Resume", "resume", resumption(item), True,
                     "Go on past its planned end: asks how far" if item.can_continue else "Go on where it stands"),
        _Choice(icons.ICON_FA_STOP, "Stop", "stop", SendCommand("stop", path), "stop" in offered,
                "Save a snapshot and end; Resume goes on later"),
        _Choice(icons.ICON_FA_FLOPPY_DISK, "Snapshot", "snapshot", SendCommand("snapshot", path),
                "snapshot" in offered, "Write a snapshot of both networks now"),
        _Choice(icons.ICON_FA_CHART_COLUMN, "Evaluate…", "evaluate", ShowEvaluations(path), not item.problem,
                "Evaluate: measure snapshots against the data, and see what was found"),
        _Choice(icons.ICON_FA_FIRE, "Warm start…", "warm", AskWarmStart(path), not item.problem,
                "Warm start: begin a new run with the weights of a snapshot"),
        _Choice(icons.ICON_FA_TRASH_CAN, "Delete…", "delete", AskDelete(path), not living,
                "Stop its training before you delete it" if living else "Delete this run and all its files"),
    ]  # fmt: skip


def _square(choice: _Choice) -> bool:
    imgui.begin_disabled(not choice.enabled)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(0, imgui.get_style().frame_padding.y))
    clicked = imgui.button(f"{choice.icon}###{choice.identity}", ImVec2(icon_width(), icon_width()))
    imgui.pop_style_var()
    imgui.end_disabled()
    if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip | imgui.HoveredFlags_.allow_when_disabled):
        imgui.set_tooltip(choice.hint)
    return clicked


def _draw_folder(item: RunItem, view: RunsView) -> list[RunIntent]:
    """What concerns the run's folder."""
    if _menu_item(icons.ICON_FA_FOLDER, "Open folder", "folder"):
        if not view.file_manager:  # somebody says so then
            imgui.set_clipboard_text(str(item.path))
        return [RevealRun(item.path)]
    if _menu_item(icons.ICON_FA_COPY, "Copy path", "copy"):
        imgui.set_clipboard_text(str(item.path))
    imgui.push_text_wrap_pos(em(24))
    with text_colour("quiet"):
        imgui.text(str(item.path))
    imgui.pop_text_wrap_pos()
    return []
