"""A process that shows a mesh in PyVista's own window: `python -P -m app.mesh_viewer mesh.ply` (app/mesh_window.py)."""

from __future__ import annotations

import sys
from pathlib import Path

import pyvista

from app.mesh_window import NO_DISPLAY, has_display


def main(path: Path) -> None:
    """Show a mesh until its window is closed.  Raises SystemExit with a message if there is no display."""
    if not has_display():
        raise SystemExit(NO_DISPLAY)
    mesh = pyvista.read(path)
    colours = next((name for name in ("RGB", "RGBA") if name in mesh.point_data), None)
    plotter = pyvista.Plotter(title=f"{path.stem}: {mesh.n_cells} faces")
    plotter.add_mesh(mesh, scalars=colours, rgb=colours is not None, smooth_shading=colours is None)
    plotter.add_axes()
    plotter.view_xy()
    plotter.show()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
