"""A mesh in PyVista's own window, which somebody can turn, for the command line."""

from __future__ import annotations

import os
import sys

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData

HEADLESS = "there is no display to show the mesh on: write it with --out, and open the file on a machine with a screen"


def check_display() -> None:
    """Raise ValueError where no window can be opened; VTK itself would end the process."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise ValueError(HEADLESS)


def show(mesh: vtkPolyData, colours: np.ndarray | None, title: str) -> None:
    """Open a window, and return when it is closed.  Colours [n, 3], uint8.  Raises ValueError without a display."""
    check_display()
    import pyvista

    plotter = pyvista.Plotter(title=title)
    surface = pyvista.wrap(mesh)
    if colours is None:
        plotter.add_mesh(surface, color="#dbd9d4", smooth_shading=True)
    else:
        plotter.add_mesh(surface, scalars=colours, rgb=True, lighting=False)
    plotter.add_axes()
    plotter.view_xy()  # from the front: y is up
    plotter.show()
