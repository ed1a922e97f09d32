"""Choosing files and folders in a dialog that the toolkit draws itself: native ones need helpers that may be absent."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from imgui_bundle import im_file_dialog

from app.paths import user_path
from widgets.data_view import DataBrowse

# Fields of the Train panel, or anything that can be opened.
DialogKind = Literal["zip", "folder", "runs", "open file", "open folder", "compare", "invert"] | DataBrowse

KEY = "choose a path"
TITLES: dict[DialogKind, str] = {
    "zip": "Choose a zip of pictures",
    "folder": "Choose a folder of pictures",
    "runs": "Choose the folder for runs",
    "open file": "Open a checkpoint, a published network, a data set, a saved picture, film or session",
    "compare": "Choose a checkpoint to compare with",
    "invert": "Choose a picture whose sample is looked for",
    "open folder": "Open the folder of a run or of a data set",
    "look zip": "Look at a data set",
    "look folder": "Look at the folder of a data set",
    "source zip": "Choose a zip of pictures to make a data set of",
    "source folder": "Choose a folder of pictures or meshes to make a data set of",
    "poses file": "Choose a file of poses",
}
# An empty filter asks for folders.
FILTERS: dict[DialogKind, str] = {
    "zip": "Data set (*.zip){.zip},.*",
    "open file": "What can be opened (*.safetensors, *.pkl, *.zip, *.png, *.jpg, *.webp, *.mp4, *.gif, *.json)"
    "{.safetensors,.pkl,.zip,.png,.jpg,.jpeg,.webp,.mp4,.gif,.json},.*",
    "compare": "Checkpoint (*.safetensors){.safetensors}",
    "invert": "Picture (*.png, *.jpg, *.jpeg, *.webp){.png,.jpg,.jpeg,.webp}",
    "poses file": "Poses (*.json, *.csv){.json,.csv}",
    **dict.fromkeys(("look zip", "source zip"), "Zip (*.zip){.zip},.*"),
    **dict.fromkeys(("folder", "runs", "open folder", "look folder", "source folder"), ""),
}


class PathDialog:
    """One dialog at a time."""

    def __init__(self) -> None:
        self._kind: DialogKind | None = None

    def open(self, kind: DialogKind, start: str) -> None:
        """Ask for a path, beginning at `start` or the nearest folder above it that exists."""
        self._kind = kind
        im_file_dialog.FileDialog.instance().open(KEY, TITLES[kind], FILTERS[kind], False, str(start_folder(start)))

    def poll(self) -> tuple[DialogKind, str] | None:
        """Draw the dialog, if one is open.  Returns what was chosen, once."""
        if self._kind is None:
            return None
        dialog = im_file_dialog.FileDialog.instance()
        if not dialog.is_done(KEY):
            return None
        chosen = (self._kind, dialog.get_result().path()) if dialog.has_result() else None
        dialog.close()
        self._kind = None
        return chosen


def start_folder(text: str) -> Path:
    """The folder that a path names, or the nearest above it that exists; the home folder if it names none."""
    for candidate in (text or "~", "~"):
        try:
            folder = user_path(candidate)
        except ValueError:
            continue
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        return folder
    return Path.cwd()
