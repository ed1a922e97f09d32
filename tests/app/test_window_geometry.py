"""The Geometry panel in the real window: threshold, cuts, filters, comparing, saving; and workers that fail."""

import math
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from imgui_bundle import ImVec2, imgui

from app import layout
from app.geometry.geometry_desk import GeometryDesk
from app.geometry.surface_side import SurfaceSide
from app.geometry.surfaces import Surfaces
from app.pictures.mesh_scene import saved_mesh_scene
from app.studio import Studio
from app.workers.worker_child import Settings
from core.geometry import Decimate
from core.scene import Other, Quality, Scene
from tests import ui
from tests.app.geometry_handlers import CORE, DEADLY
from tests.app.studio_runs import ball
from tests.app.test_window_desk import press
from widgets import density_plot

pytestmark = pytest.mark.ui
Key = imgui.Key


@pytest.fixture
def demo(tmp_path: Path, monkeypatch) -> Path:
    """A demo whose volume needs no worker.  Returns the folder of what is saved."""
    ball().save(tmp_path / "demo.npz")
    (tmp_path / "demo.safetensors").touch()
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    for module in ("geometry.geometry_desk", "geometry.surfaces"):
        monkeypatch.setattr(f"app.{module}.pictures_dir", lambda: tmp_path / "pictures")
    return tmp_path / "pictures"


@pytest.fixture
def ball_model(monkeypatch) -> None:
    """A model worker that knows the densities of a ball; torch takes its time to start."""
    monkeypatch.setattr("app.view.stage.MODEL_WORKER", Settings("tests.app.geometry_handlers:FakeModel"))


@pytest.fixture
def mortal_geometry(monkeypatch) -> None:
    """A geometry worker that knows how to die."""
    monkeypatch.setattr("app.geometry.surfaces.GEOMETRY_WORKER", Settings("tests.app.geometry_handlers:FakeGeometry"))


class Panel:
    """The panel of a window, opened by its key."""

    def __init__(self, ctx: ui.Context, studio: Studio):
        self.ctx, self.studio = ctx, studio
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 60, "the demo")
        press(ctx, Key.g)
        ui.wait_until(ctx, lambda: studio.desks.find(layout.GEOMETRY) is not None, 10, "the panel")
        self.settings()

    def settings(self) -> None:
        self.ctx.set_ref(self.ctx.window_info("//Geometry/settings").window)

    @property
    def surfaces(self) -> Surfaces:
        desk = self.studio.desks.find(layout.GEOMETRY)
        assert isinstance(desk, GeometryDesk)
        return desk.surfaces

    @property
    def one(self) -> SurfaceSide:
        return self.surfaces.sides["a"]

    @property
    def scene(self) -> Scene:
        return self.studio.stage.scene

    def change(self, **geometry: object) -> None:
        self.studio.stage.scene = replace(self.scene, geometry=replace(self.scene.geometry, **geometry))

    def rests(self) -> None:
        """Wait for the surface and the picture of what is wanted now."""
        self.ctx.yield_(3)
        ui.wait_until(self.ctx, self._at_rest, 120, "the surface and its picture")

    def _at_rest(self) -> bool:
        sides = [self.one] + ([self.surfaces.sides["b"]] if self.scene.beside is not None else [])
        whole = all(side.is_complete and not side.waits and side.view.complete for side in sides)
        return whole and all(side.view.asked.smooth for side in sides)

    def click(self, x: float, y: float) -> None:
        """Click at a place of the picture, in shares of its width and height."""
        pane = self.ctx.window_info("//Geometry/pane a").window
        self.ctx.mouse_move_to_pos(ImVec2(pane.pos.x + x * pane.size.x, pane.pos.y + y * pane.size.y))
        self.ctx.mouse_click()


def test_a_surface_is_cut_reduced_and_saved(demo: Path, ball_model, tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        panel = Panel(ctx, studio)
        panel.change(resolution=64)
        panel.rests()
        threshold_and_clip(ctx, panel)
        decimation(ctx, panel)
        export(ctx, panel, demo)
        ui.capture(ctx, tmp_path / "done.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def threshold_and_clip(ctx: ui.Context, panel: Panel) -> None:
    """The threshold moves the surface, here and in the viewport; the plane takes half of it away."""
    densities = panel.one.densities.densities
    assert len(densities.counts) == len(densities.edges) - 1
    before = panel.one.surface.answer.raw
    wanted = 0.5 * (panel.scene.quality.threshold + densities.most)
    ctx.item_input_value("##threshold", wanted)
    panel.rests()
    assert panel.scene.quality.threshold == pytest.approx(wanted, rel=1e-2)
    assert panel.one.surface.answer.raw.area != before.area
    ctx.item_click("###propose")
    panel.rests()
    assert panel.scene.quality.threshold == pytest.approx(densities.proposed, rel=0.05)
    ctx.item_close("###surface")
    ctx.item_close("###look")
    whole = panel.one.pixels.astype(int)
    ctx.item_open("###cuts")
    ctx.item_click("###clip")
    panel.rests()
    assert panel.scene.geometry.clip is not None
    assert np.abs(panel.one.pixels - whole).mean() > 1
    press(ctx, Key.mod_ctrl | Key.z)
    panel.rests()
    assert panel.scene.geometry.clip is None, "one step of undo"
    assert np.array_equal(panel.one.pixels, whole)
    ctx.item_close("###cuts")


def decimation(ctx: ui.Context, panel: Panel) -> None:
    """A filter on the stack, with what it has done."""
    ctx.item_open("###filters")
    faces = panel.one.surface.answer.raw.faces
    ctx.combo_click("##add filter/###add decimate")
    panel.rests()
    [step] = panel.one.surface.answer.steps
    assert step.filter == Decimate(faces=max(faces // 2, 100))
    assert step.before.faces == faces
    assert step.after.faces <= 0.55 * faces
    ctx.item_close("###filters")


def export(ctx: ui.Context, panel: Panel, folder: Path) -> None:
    """The file holds the mesh that is shown, and its Scene."""
    ctx.item_open("###export")
    ctx.item_click("###save mesh")
    ui.wait_until(ctx, lambda: panel.surfaces.saves.items[0].state in ("done", "failed"), 60, "the file")
    assert panel.surfaces.saves.items[0].state == "done", panel.surfaces.saves.items[0].text
    [path] = folder.glob("epigraf-mesh-*.glb")
    mesh = trimesh.load(path, force="mesh", process=False)
    assert len(mesh.faces) == panel.one.surface.answer.figures.faces
    assert b'"COLOR_0"' in path.read_bytes()
    assert saved_mesh_scene(path) == panel.scene
    ctx.item_click("###copy mesh command")
    assert f"--faces {panel.scene.geometry.filters[0].faces}" in imgui.get_clipboard_text()


def test_what_goes_wrong_is_told_and_nothing_is_lost(
    demo: Path, ball_model, mortal_geometry, tmp_path: Path, monkeypatch
):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        panel = Panel(ctx, studio)
        panel.rests()
        dragged_line(ctx, panel)
        no_surface(ctx, panel)
        dying_worker(ctx, panel)
        beside(ctx, panel)
        hidden(ctx, panel)

    ui.run_studio(clicks, monkeypatch, tmp_path)


def dragged_line(ctx: ui.Context, panel: Panel) -> None:
    """The threshold is a line in the histogram that the mouse moves: one step of undo, drawn small on the way."""
    threshold = panel.scene.quality.threshold
    plot = ctx.item_info("##densities").rect_full
    low, high = density_plot.limits(panel.one.densities.densities, threshold)
    pad = 0.4 * imgui.get_font_size()
    share = math.log(threshold / low) / math.log(high / low)
    place = plot.min.x + pad + share * (plot.max.x - plot.min.x - 2 * pad)
    ctx.mouse_move_to_pos(ImVec2(place, plot.min.y + 30))
    ctx.mouse_down(0)
    ctx.mouse_move_to_pos(ImVec2(place + 20, plot.min.y + 30))
    ctx.yield_(5)
    assert panel.scene.quality.threshold > 1.3 * threshold
    assert not panel.one.view.asked.smooth
    ctx.mouse_up(0)
    panel.rests()
    press(ctx, Key.mod_ctrl | Key.z)
    assert panel.scene.quality.threshold == threshold
    panel.rests()


def no_surface(ctx: ui.Context, panel: Panel) -> None:
    """A threshold that nothing reaches: why, and the way back."""
    stage = panel.studio.stage
    stage.scene = replace(panel.scene, quality=Quality(threshold=CORE + 5))
    ui.wait_until(ctx, lambda: panel.one.problem is not None, 30, "the reason")
    ctx.yield_(2)
    assert "no surface" in panel.one.problem.message
    ctx.set_ref(ctx.window_info("//Geometry/pane a/error surface a").window)
    ctx.item_click("###offer surface a")
    panel.settings()
    panel.rests()
    assert panel.scene.quality.threshold == 20.0
    panel.click(0.5, 0.5)
    ui.wait_until(ctx, lambda: panel.surfaces.pick.complete, 30, "what is there")
    assert panel.surfaces.pick.answer.picked.density == 20.0
    panel.click(0.02, 0.02)
    ui.wait_until(ctx, lambda: panel.surfaces.pick.complete, 30, "that nothing is there")
    assert panel.surfaces.pick.answer.picked is None


def dying_worker(ctx: ui.Context, panel: Panel) -> None:
    """A worker that dies over a request each time says so; one that is killed once begins again by itself."""
    stage, worker = panel.studio.stage, panel.surfaces.worker
    stage.scene = replace(panel.scene, quality=Quality(threshold=DEADLY))
    ui.wait_until(ctx, lambda: panel.one.problem is not None, 60, "the end of two workers")
    assert "ended twice" in panel.one.problem.message
    stage.scene = replace(panel.scene, quality=Quality(threshold=15.0))
    panel.rests()
    for process in (worker.process_id, stage.worker.process_id):
        assert process is not None
        os.kill(process, signal.SIGKILL)
    panel.change(resolution=96, filters=(Decimate(faces=500),))
    panel.rests()
    assert panel.one.surface.answer.request.grid.resolution == 96
    assert panel.one.surface.answer.figures.faces == 500


def beside(ctx: ui.Context, panel: Panel) -> None:
    """Two thresholds beside each other, and how far apart they are."""
    stage = panel.studio.stage
    stage.scene = replace(panel.scene, other=Other(quality=Quality(threshold=25.0)))
    ui.wait_until(ctx, lambda: panel.surfaces.view().distances is not None, 60, "the distance")
    assert panel.surfaces.view().distances.chamfer == pytest.approx(2 * 10 / 200)
    panel.rests()
    assert panel.surfaces.view().other.name == "B  density 25"
    stage.scene = replace(panel.scene, other=None)
    ctx.yield_(3)


def hidden(ctx: ui.Context, panel: Panel) -> None:
    """Behind another tab nothing is asked for; seen again, all of it is."""
    ctx.item_click("###surface")
    ctx.yield_(2)
    ctx.item_click("###surface")
    ctx.item_click("###in viewport")
    ctx.yield_(4)
    assert panel.scene.quality.show == "surface"
    panel.change(resolution=64)
    ctx.yield_(10)
    assert not panel.one.waits
    assert panel.one.surface.asked.grid.resolution == 96
    panel.studio.panels_shown.show("Geometry")
    panel.rests()
    assert panel.one.surface.asked.grid.resolution == 64
