"""The Data panel: a data set looked at before anything is trained on it, and made where there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from widgets import data_found, data_make, data_pictures, data_poses
from widgets.common import button, coloured, em, empty_state, error_box, icon_button, icons, path_input, row
from widgets.data_cameras import CamerasPane
from widgets.data_view import (
    BrowseData,
    DataForm,
    DataIntent,
    DataView,
    ReadAgain,
    StopReading,
    TakePath,
)
from widgets.segments import segments

PICTURES, POSES, CAMERAS, FOUND, MAKE = "Pictures", "Poses", "Cameras", "Findings", "Make"


class DataPanel:
    """Draws the panel.

    Attributes:
        front: The view that is in front.
    """

    def __init__(self) -> None:
        self.front = PICTURES
        self._cameras = CamerasPane()

    def draw(self, form: DataForm, view: DataView) -> tuple[DataForm, tuple[DataIntent, ...]]:
        """Draw the panel.  Returns what is now chosen, and what was asked for."""
        intents: list[DataIntent] = []
        form = _head(form, view, intents)
        self.front = segments(self.front, _labels(view))
        before = form
        # Views have items of the same name.
        imgui.push_id(self.front)
        form = self._drawn(self.front)(form, view, intents)
        imgui.pop_id()
        if form.only != before.only and self.front == FOUND:
            self.front = PICTURES  # somebody wants to see them
        if form.make != before.make:
            self.front = MAKE
        return form, tuple(intents)

    def _drawn(self, name: str) -> Callable[..., DataForm]:
        if name == MAKE:
            return data_make.draw
        parts = {PICTURES: data_pictures.draw, POSES: data_poses.draw, CAMERAS: self._cameras.draw}
        return _opened(parts.get(name, data_found.draw))


def _labels(view: DataView) -> dict[str, str]:
    """Names of the views; that of the findings says how many are worrying."""
    worrying = sum(each.warns for each in view.findings)
    found = f"{FOUND} ({worrying})###{FOUND}" if worrying else FOUND
    return {name: found if name == FOUND else name for name in (PICTURES, POSES, CAMERAS, FOUND, MAKE)}


def _opened(draw: Callable[[DataForm, DataView, list[DataIntent]], DataForm]) -> Callable[..., DataForm]:
    """A tab that needs a data set: without one it says why there is none."""

    def drawn(form: DataForm, view: DataView, intents: list[DataIntent]) -> DataForm:
        if view.facts is not None:
            return draw(form, view, intents)
        if view.problem:
            if error_box("data", view.problem, dismiss=False, offer="Make one of it…") == "offer":
                return replace(form, make=replace(form.make, source=view.asked))
            coloured("What is no data set yet can become one: see Make above.", "quiet")
        elif view.asked:
            empty_state(icons.ICON_FA_HOURGLASS_HALF, "Opening…", view.asked)
        else:
            hint = "Choose a zip or folder above, or make a data set of your own pictures or meshes in Make."
            empty_state(icons.ICON_FA_IMAGES, "No data set", hint)
        return form

    return drawn


def _head(form: DataForm, view: DataView, intents: list[DataIntent]) -> DataForm:
    """Which data set it is, what is in it, and how far it is read."""
    row("Data", "What is looked at; empty for the data of the Train form", tail=3)
    hint = f"of the Train form: {view.asked}" if view.asked and not form.path else "zip or folder"
    path = path_input("##data path", hint, form.path)
    if view.asked and not form.path:
        imgui.set_item_tooltip(view.asked)
    if path != form.path:
        form = replace(form, path=path, only=(), only_words="", chosen=None)
    if icon_button(icons.ICON_FA_FILE_ZIPPER, "look zip", "Choose a zip"):
        intents.append(BrowseData("look zip"))
    if icon_button(icons.ICON_FA_FOLDER_OPEN, "look folder", "Choose a folder"):
        intents.append(BrowseData("look folder"))
    if icon_button(icons.ICON_FA_ARROWS_ROTATE, "read again", "Read it anew, pictures and all"):
        intents.append(ReadAgain())
    if view.facts is None:
        return form
    imgui.align_text_to_frame_padding()
    imgui.text(view.facts.summary)
    if not view.in_form:
        imgui.same_line()
        hint = "Let the Train form name this data set"
        if button(f"{icons.ICON_FA_ARROW_RIGHT}  Train on it###take path", tooltip=hint):
            intents.append(TakePath(view.facts.path))
    _reading(view, intents)
    return form


def _reading(view: DataView, intents: list[DataIntent]) -> None:
    """How far the pictures are read, or why they are not."""
    if view.reading is not None:
        if icon_button(icons.ICON_FA_XMARK, "stop reading", "Stop reading pictures"):
            intents.append(StopReading())
        imgui.same_line()
        words = f"reading pictures  {view.reading:.0%}"
        imgui.progress_bar(view.reading, ImVec2(max(imgui.get_content_region_avail().x, em(6)), 0), words)
    elif view.stopped:
        imgui.same_line()
        coloured(view.stopped, "warning")
