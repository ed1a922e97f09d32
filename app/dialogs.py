"""Choosing files and folders in a dialog that the toolkit draws itself: native ones need helpers that may be absent."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import im_file_dialog

from app.paths import user_path
from widgets.train_view import BrowseKind

KEY = "choose a path"
TITLES: dict[BrowseKind, str] = {
    "zip": "Choose a zip of pictures",
    "folder": "Choose a folder of pictures",
    "runs": "Choose the folder for runs",
}
# An empty filter asks for folders.
FILTERS: dict[BrowseKind, str] = {"zip": "Data set (*.zip){.zip},.*", "folder": "", "runs": ""}


class PathDialog:
    """One dialog at a time."""

    def __init__(self) -> None:
        self._kind: BrowseKind | None = None

    def open(self, kind: BrowseKind, start: str) -> None:
        """Ask for a path, beginning at `start` or the nearest folder above it that exists."""
        self._kind = kind
        im_file_dialog.FileDialog.instance().open(KEY, TITLES[kind], FILTERS[kind], False, str(start_folder(start)))

    def poll(self) -> tuple[BrowseKind, str] | None:
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
