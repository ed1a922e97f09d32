"""PyVista's own window, where there is one."""

import numpy as np
import pytest
import pyvista
from vtkmodules.vtkFiltersSources import vtkSphereSource

from app.geometry.show import check_display, show


def test_without_a_display_it_says_so(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(ValueError, match="there is no display"):
        check_display()


def test_it_shows_the_colours_as_they_are(monkeypatch):
    source = vtkSphereSource()
    source.Update()
    mesh, pictures = source.GetOutput(), []
    colours = np.full((mesh.GetNumberOfPoints(), 3), (10, 200, 90), np.uint8)
    monkeypatch.setattr("app.geometry.show.check_display", lambda: None)
    monkeypatch.setattr(pyvista, "OFF_SCREEN", True)
    monkeypatch.setattr(pyvista.Plotter, "show", lambda self: pictures.append(self.screenshot(return_img=True)))
    show(mesh, colours, "ball")
    height, width, _ = pictures[0].shape
    assert pictures[0][height // 2, width // 2].tolist() == [10, 200, 90]
