"""From a latent to a coloured surface, its picture and its file, through worker processes as in the window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh

from app.geometry.geometry_messages import (
    COMPARE,
    GEOMETRY_ENTRY,
    GRID,
    PAINT,
    PICK,
    SAVE,
    SURFACE,
    VIEW,
    CompareRequest,
    GridFile,
    GridRequest,
    PaintRequest,
    PickRequest,
    SaveRequest,
    SurfaceRequest,
    ViewRequest,
)
from app.model.model_messages import BakeRequest, CheckpointId
from app.paths import asset
from app.pictures.mesh_scene import saved_mesh_scene
from app.workers.array_files import mapped, write_array, write_rows
from app.workers.scratch import Scratch
from app.workers.worker import Worker
from app.workers.worker_child import Settings
from core.camera import Camera
from core.geometry import Decimate, Geometry, Largest, Slices, Smooth
from core.scene import Latent, Scene
from tests.app.workers.test_worker import events_until_idle, failures, results

pytestmark = pytest.mark.process
CAMERA = Camera(yaw=1.2, pitch=1.2)
SCENE = Scene(latent=Latent(seed=2))


@pytest.fixture(scope="module")
def scratch():
    scratch = Scratch()
    yield scratch
    scratch.close()
    assert not scratch.path.exists()


@pytest.fixture(scope="module")
def geometry():
    worker = Worker(Settings(GEOMETRY_ENTRY, threads=1), wake=lambda: None)
    yield worker
    worker.close()


@pytest.fixture(scope="module")
def model():
    worker = Worker(Settings("app.model.model_worker:ModelHandler", threads=1), wake=lambda: None)
    yield worker
    worker.close()


@pytest.fixture(scope="module")
def sample() -> BakeRequest:
    path = asset("demo.safetensors")
    status = path.stat()
    return BakeRequest(CheckpointId(str(path), status.st_mtime_ns, status.st_size), SCENE.latent, 64)


@pytest.fixture(scope="module")
def grid(model, sample, scratch):
    return answer(model, GRID, GridRequest(sample, 64, str(scratch.path)))


@pytest.fixture(scope="module")
def surface(grid) -> SurfaceRequest:
    return SurfaceRequest(grid.grid, 5.0, filters=(Largest(), Smooth(), Decimate(faces=6000)))


@pytest.fixture(scope="module")
def colours(geometry, model, sample, surface):
    made = answer(geometry, SURFACE, surface)
    return answer(model, PAINT, PaintRequest(sample, made.vertices)).colours


def ask(worker: Worker, kind: str, payload):
    worker.request(kind, payload)
    return events_until_idle(worker, 60)


def answer(worker: Worker, kind: str, payload):
    events = ask(worker, kind, payload)
    assert not failures(events), failures(events)
    return results(events)[-1].value


def test_a_grid_is_a_file_with_a_threshold(grid, model, scratch):
    values = mapped(grid.grid.path)
    assert (values.shape, values.dtype) == ((64, 64, 64), np.float32)
    assert (grid.densities.least, grid.densities.most) == (values.min(), values.max())
    assert 0.1 < grid.densities.proposed < grid.densities.most
    assert sum(grid.densities.counts) == 64**3
    assert 0 < grid.step < 0.1
    assert grid.grid.source == "demo.safetensors, seed 2, psi 0.7"
    again = answer(model, GRID, grid.request)
    assert again.grid.path == grid.grid.path


def test_a_grid_that_was_tidied_away_is_made_again(model, sample, scratch):
    request = GridRequest(sample, 65, str(scratch.path))
    first = answer(model, GRID, request)
    Path(first.grid.path).unlink()
    second = answer(model, GRID, request)
    assert Path(second.grid.path).is_file()


def test_filters_are_measured_one_by_one(geometry, surface):
    made = answer(geometry, SURFACE, surface)
    assert [step.filter.kind for step in made.steps] == ["largest", "smooth", "decimate"]
    assert made.steps[0].before == made.raw
    assert all(after.before == before.after for before, after in zip(made.steps, made.steps[1:], strict=False))
    assert (made.figures.components, made.figures.faces) == (1, pytest.approx(6000, rel=0.01))
    assert len(mapped(made.vertices)) == made.figures.vertices


def test_a_surface_that_is_not_there_is_told_with_the_densities(geometry, surface):
    [failure] = failures(ask(geometry, SURFACE, replace(surface, threshold=900.0)))
    assert "no surface at a density of 900" in failure.message
    assert "reach from 0 to" in failure.message


def test_a_grid_that_is_gone_is_named(geometry):
    gone = SurfaceRequest(GridFile("gone.npy", 64, 0.35), 5.0)
    [failure] = failures(ask(geometry, SURFACE, gone))
    assert "gone.npy" in failure.message


def test_it_is_drawn_in_the_colours_of_the_field(geometry, surface, colours):
    view = ViewRequest(surface, Geometry(), CAMERA, 96, 64, colours=colours, ground=(0.0, 0.0, 0.0), smooth=False)
    [result] = results(ask(geometry, VIEW, view))
    [pixels] = result.arrays
    assert (pixels.shape, pixels.dtype) == ((64, 96, 4), np.uint8)
    assert pixels[0, 0].tolist() == [0, 0, 0, 255]
    assert np.ptp(pixels[20:44, 36:60, :3].astype(int), axis=(0, 1)).min() > 20
    sliced = replace(view, geometry=Geometry(colouring="mean", slices=Slices(x=0.0)), smooth=True)
    titles = [legend.title for legend in answer(geometry, VIEW, sliced).legends]
    assert titles == ["Mean curvature, 1 / world unit", "Density per world unit"]
    picked = answer(geometry, PICK, PickRequest(view, 48, 32)).picked
    assert 2.5 < picked.density < 10  # the threshold is 5, but 6000 faces cut corners where the field is steep
    assert answer(geometry, PICK, PickRequest(view, 1, 1)).picked is None


def test_it_is_drawn_as_a_ray_sees_it(geometry, model, sample, surface, colours):
    made = answer(geometry, SURFACE, surface)
    seen = answer(model, PAINT, PaintRequest(sample, made.vertices, made.normals)).colours
    assert (mapped(seen) != mapped(colours)).mean() > 0.5  # this field is soft
    view = ViewRequest(surface, Geometry(colouring="seen"), CAMERA, 64, 64, colours=seen, smooth=False)
    [result] = results(ask(geometry, VIEW, view))
    painted = mapped(seen)
    low, high = painted.min(axis=0), painted.max(axis=0)
    middle = result.arrays[0][32, 32, :3]
    assert ((low <= middle) & (middle <= high)).all()


def test_it_is_saved_and_compared_and_never_replaces_a_file(geometry, surface, colours, tmp_path):
    path = tmp_path / "new" / "mesh.glb"
    request = SaveRequest(surface, str(path), SCENE.to_json(), colours)
    assert answer(geometry, SAVE, request).size == path.stat().st_size
    assert saved_mesh_scene(path) == SCENE
    [mesh] = trimesh.load_scene(path).geometry.values()
    assert len(mesh.faces) == pytest.approx(6000, rel=0.01)
    assert answer(geometry, COMPARE, CompareRequest(surface, str(path))).chamfer < 1e-6
    raw = answer(geometry, COMPARE, CompareRequest(surface, replace(surface, filters=(Largest(),))))
    assert 0 < raw.chamfer < 0.01
    [failure] = failures(ask(geometry, SAVE, request))
    assert "there already" in failure.message
    answer(geometry, SAVE, replace(request, path=str(tmp_path / "density.mrc")))
    assert (tmp_path / "density.mrc").is_file()


def test_what_is_in_use_stays_when_a_folder_is_tidied():
    scratch = Scratch()
    kept, other = (write_array(scratch.path, name, np.arange(3)) for name in ("kept", "other"))
    scratch.keep([str(kept)])
    assert (kept.is_file(), other.is_file()) == (True, False)
    scratch.close()
    assert not scratch.path.exists()


def test_half_a_file_is_no_file(tmp_path):
    def rows():
        yield np.zeros(4)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_rows(tmp_path, "part", rows(), (2, 4), np.float64)
    assert list(tmp_path.iterdir()) == []
