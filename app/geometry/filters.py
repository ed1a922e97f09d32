"""What improves a surface: each filter takes a mesh and makes another one."""

from __future__ import annotations

import math

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkQuadricDecimation, vtkWindowedSincPolyDataFilter
from vtkmodules.vtkFiltersModeling import vtkFillHolesFilter

from app.geometry.figures import component_sizes
from app.geometry.polydata import (
    Watch,
    faces_of,
    normals_of,
    points_of,
    polydata,
    run,
    unwatched,
    with_face_normals,
    with_normals,
)
from core.geometry import Decimate, DropSmall, FillHoles, Filter, Largest, Smooth


def apply(mesh: vtkPolyData, step: Filter, watch: Watch = unwatched) -> vtkPolyData:
    """Apply one filter.

    Args:
        mesh: Of triangles; it is left alone.
        step: Which filter; whether it is switched on does not count.
        watch: Told of the progress.

    Returns:
        The new mesh, with normals; the given one where there is nothing to do.

    Raises:
        ValueError: Nothing would be left; the message says of what.
        Cancelled: `watch` said stop.
    """
    match step:
        case Largest():
            sizes, of_face = component_sizes(mesh)
            return _kept(mesh, of_face == np.argmax(sizes)) if len(sizes) > 1 else mesh
        case DropSmall(faces=least):
            sizes, of_face = component_sizes(mesh)
            if len(sizes) and sizes.max() < least:
                raise ValueError(
                    f"no component has {least:,} faces, the largest has {sizes.max():,}: drop smaller ones only"
                )
            return _kept(mesh, (sizes >= least)[of_face]) if len(sizes) and sizes.min() < least else mesh
        case FillHoles(radius=radius):
            return _filled(mesh, radius, watch)
        case Smooth(passes=passes, band=band):
            return _smoothed(mesh, passes, band, watch)
        case Decimate(faces=faces):
            return _decimated(mesh, faces, watch)


def _kept(mesh: vtkPolyData, kept: np.ndarray) -> vtkPolyData:
    """The faces that are kept [faces], bool, with the vertices and normals they use."""
    faces = faces_of(mesh)[kept]
    used = np.zeros(mesh.GetNumberOfPoints(), bool)
    used[faces] = True
    numbers = np.cumsum(used) - 1
    return with_normals(polydata(points_of(mesh)[used], numbers[faces]), normals_of(mesh)[used])


def _filled(mesh: vtkPolyData, radius: float, watch: Watch) -> vtkPolyData:
    """Without holes whose edge fits into a sphere."""
    fill = vtkFillHolesFilter()
    fill.SetInputData(mesh)
    fill.SetHoleSize(math.sqrt(2) * radius)  # VTK means half the diagonal of the hole's bounding box: of a circle, √2 r
    filled = run(fill, watch)
    if filled.GetNumberOfPolys() == mesh.GetNumberOfPolys():
        return mesh
    bare = polydata(points_of(filled), faces_of(filled))
    return with_face_normals(bare, watch, consistent=True)  # new faces may be the wrong way round


def _smoothed(mesh: vtkPolyData, passes: int, band: float, watch: Watch) -> vtkPolyData:
    """Smoothed without shrinking."""
    smooth = vtkWindowedSincPolyDataFilter()
    smooth.SetInputData(mesh)
    smooth.SetNumberOfIterations(passes)
    smooth.SetPassBand(band)
    smooth.NormalizeCoordinatesOn()
    smooth.FeatureEdgeSmoothingOff()
    smooth.BoundarySmoothingOff()  # where it is cut off at the box, it stays flat
    smooth.NonManifoldSmoothingOn()
    smoothed = run(smooth, watch)
    return with_face_normals(polydata(points_of(smoothed), faces_of(smoothed)))


def _decimated(mesh: vtkPolyData, faces: int, watch: Watch) -> vtkPolyData:
    """With about so many faces, those merged first that change the shape least (Garland and Heckbert 1997)."""
    count = mesh.GetNumberOfPolys()
    if count <= faces:
        return mesh
    decimate = vtkQuadricDecimation()
    decimate.SetInputData(polydata(points_of(mesh), faces_of(mesh)))  # without normals, which it would average
    decimate.SetTargetReduction(1 - faces / count)
    decimate.VolumePreservationOn()
    decimated = run(decimate, watch)
    # Vertices that were merged away are left behind.
    bare = polydata(points_of(decimated), faces_of(decimated))
    return with_face_normals(_kept(with_face_normals(bare), np.ones(bare.GetNumberOfPolys(), bool)))
