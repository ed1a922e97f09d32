"""Rows of the Geometry panel that write the surface to files, and open it elsewhere."""

from __future__ import annotations

from widgets.common import button, coloured, icons
from widgets.export import export_row
from widgets.geometry_view import (
    CopyMeshCommand,
    GeometryIntent,
    GeometryView,
    MeshFormat,
    OpenMesh,
    SaveMesh,
)
from widgets.quality import choice
from widgets.toolbar import flow, text_button_width

FORMAT_NAMES: dict[MeshFormat, str] = {
    ".glb": "GLB, with colours",
    ".ply": "PLY, with colours",
    ".obj": "OBJ, with colours",
    ".stl": "STL",
    ".mrc": "MRC, the density",
    ".npz": "NPZ, the density",
}


class MeshSaving:
    """Draws the rows; keeps which format was chosen last."""

    def __init__(self) -> None:
        self._suffix: MeshFormat = ".glb"

    def draw(self, view: GeometryView) -> tuple[GeometryIntent, ...]:
        """Draw the rows.  Returns what is to be done."""
        intents: list[GeometryIntent] = []
        self._suffix = choice("Format", "What programs read it", self._suffix, FORMAT_NAMES, ".glb")
        ready = view.one.is_complete and view.one.problem is None
        hint = f"Into {view.folder}" if ready else "When the surface is complete"
        if button(f"{icons.ICON_FA_FILE_EXPORT}  Save###save mesh", ready, hint, primary=True):
            intents.append(SaveMesh(self._suffix))
        label = f"{icons.ICON_FA_COPY}  Copy as command###copy mesh command"
        flow(text_button_width(label))
        if button(label, True, "`epigraf mesh …` for a shell: it makes the same mesh"):
            intents.append(CopyMeshCommand(self._suffix))
        label = f"{icons.ICON_FA_UP_RIGHT_FROM_SQUARE}  Open in PyVista###open mesh"
        flow(text_button_width(label))
        if button(label, ready, "The mesh in PyVista's own window, which stays when the studio is closed"):
            intents.append(OpenMesh())
        for item in view.saves:
            intent = export_row(item)
            if intent is not None:
                intents.append(intent)
        if not view.saves:
            coloured(f"Files go to {view.folder}.", "quiet")
        return tuple(intents)


def heading(view: GeometryView) -> str:
    """Of the section: how many files are being written."""
    busy = sum(item.state in ("waiting", "drawing") for item in view.saves)
    return f"Export  ({busy} on the way)" if busy else "Export"
