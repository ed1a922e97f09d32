"""A mesh file as VTK's mesh, to compare with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData

from app.data.mesh_load import load_model
from app.geometry.polydata import polydata, with_face_normals


def read_mesh(path: Path) -> vtkPolyData:
    """All parts of a .glb, .ply, .obj or .stl as one.  Raises ValueError with the file's name if it is none."""
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    surfaces = load_model(path).surfaces
    starts = np.cumsum([0, *(len(each.points) for each in surfaces[:-1])])
    points = np.concatenate([each.points for each in surfaces])
    faces = np.concatenate([each.faces + start for each, start in zip(surfaces, starts, strict=True)])
    return with_face_normals(polydata(points, faces))
