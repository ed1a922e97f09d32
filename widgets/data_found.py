"""What is odd about a data set, one by one, with the pictures concerned a click away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imgui_bundle import imgui

from widgets.common import em, icons, sentence, text_colour
from widgets.data_view import DataForm, DataIntent, DataView

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.data_findings import Finding

MOST_BROKEN = 200


def draw(form: DataForm, view: DataView, _intents: list[DataIntent]) -> DataForm:
    """Draw the list.  Returns the form, which now names pictures if somebody wants to see them."""
    imgui.begin_child("findings")
    if not view.findings and not view.broken:
        with text_colour("good" if view.read else "quiet"):
            sound = f"{icons.ICON_FA_CIRCLE_CHECK}  Nothing odd was found."
            imgui.text_wrapped(sound if view.read else "Nothing odd so far; the pictures were not all read.")
    for each in view.findings:
        form = _finding(form, each)
    if view.broken:
        imgui.separator_text(f"{len(view.broken)} pictures that cannot be read")
        for text in view.broken[:MOST_BROKEN]:
            imgui.text_wrapped(text)
        if len(view.broken) > MOST_BROKEN:
            imgui.text_disabled(f"and {len(view.broken) - MOST_BROKEN} more")
    imgui.end_child()
    return form


def _finding(form: DataForm, each: Finding) -> DataForm:
    icon = icons.ICON_FA_TRIANGLE_EXCLAMATION if each.warns else icons.ICON_FA_CIRCLE_INFO
    with text_colour("warning" if each.warns else "quiet"):
        imgui.text(icon)
    imgui.same_line(em(1.8))
    imgui.begin_group()
    imgui.push_text_wrap_pos(0.0)
    imgui.text(sentence(each.text))
    with text_colour("quiet"):
        imgui.text(sentence(each.advice))
    imgui.pop_text_wrap_pos()
    count = len(each.pictures)
    if count and imgui.text_link(f"{'Show it' if count == 1 else f'Show {count} pictures'}###show {each.kind}"):
        form = replace(form, only=each.pictures, only_words=each.text)
    imgui.end_group()
    imgui.spacing()
    return form
