"""Gestures on the real panel with a picture of the real renderer."""

import math
from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.scene import Quality
from core.views import view_of
from tests import ui
from tests.app.gl.fields import blob_volume
from widgets.axes_cube import HALF, faces
from widgets.picture import Picture
from widgets.view_setup import TrainingViews, ViewSetup
from widgets.viewport import ViewportPanel, Work, camera_line, picture_line

pytestmark = pytest.mark.ui
CANVAS = "//Viewport/canvas"
HOME = Camera(yaw=1.0, pitch=1.2)


class Bench:
    """A window with nothing but the panel."""

    def __init__(self, empty: bool = False) -> None:
        self.panel = ViewportPanel()
        self.camera = HOME
        self.setup = ViewSetup()
        self.taken = False
        self.work: Work | None = None
        self.wished: str | None = None
        self.asked: list[tuple[int, int, bool]] = []
        self.empty = empty
        self.renderer = None

    def start(self) -> None:
        from app.gl.volume_renderer import VolumeRenderer

        self.renderer = VolumeRenderer()
        self.renderer.upload(blob_volume())

    def stop(self) -> None:
        self.renderer.close()

    def picture(self, camera: Camera, width: int, height: int, moving: bool) -> Picture | None:
        self.asked.append((width, height, moving))
        if self.empty or self.renderer is None:
            return None
        return self.renderer.picture(camera, Quality(steps=32), width, height, moving)

    def gui(self) -> None:
        imgui.set_next_window_pos(ImVec2(20, 20), imgui.Cond_.appearing)
        imgui.set_next_window_size(ImVec2(420, 360), imgui.Cond_.appearing)
        imgui.begin("Viewport")
        training = TrainingViews(HOME, HOME, "a test", np.array([HOME.position]), 0.74, 1.26, 0.35)
        wish = self.panel.draw(self.camera, training, self.setup, self.picture, "Loading the demo…", work=self.work)
        wanted, self.wished = wish.goal or wish.camera, wish.work or self.wished
        self.taken, self.setup = wanted is not None, wish.setup or self.setup
        self.camera = wanted or self.camera
        imgui.end()

    def run(self, clicks) -> None:
        ui.run_gui(self.gui, clicks, self.start, self.stop, size=(640, 480))


def drag(ctx, right: float, down: float, button: int = 0) -> None:
    ctx.mouse_move(CANVAS)
    ctx.mouse_drag_with_delta(ImVec2(right, down), button)
    ctx.yield_(2)


def test_dragging_turns_shift_and_middle_pan_and_reset_brings_home():
    bench = Bench()

    def clicks(ctx):
        drag(ctx, 40, -30)
        turned = bench.camera
        assert turned.yaw > HOME.yaw
        assert turned.pitch > HOME.pitch
        assert turned == replace(HOME, yaw=turned.yaw, pitch=turned.pitch)
        ctx.mouse_double_click(0)
        ctx.yield_(2)
        assert bench.camera == HOME
        ctx.key_down(imgui.Key.mod_shift)
        drag(ctx, 30, 0)
        ctx.key_up(imgui.Key.mod_shift)
        panned = bench.camera
        assert panned == replace(HOME, target=panned.target) != HOME
        drag(ctx, -30, 0, imgui.MouseButton_.middle)
        assert np.allclose(bench.camera.target, HOME.target, atol=0.01)

    bench.run(clicks)


def test_ctrl_rolls_the_right_button_dollies_and_ctrl_and_wheel_change_the_lens():
    bench = Bench()

    def clicks(ctx):
        ctx.mouse_move(CANVAS)
        middle = imgui.get_mouse_pos()
        ctx.mouse_move_to_pos(ImVec2(middle.x + 80, middle.y))
        ctx.key_down(imgui.Key.mod_ctrl)
        ctx.mouse_drag_with_delta(ImVec2(0, 80))
        ctx.key_up(imgui.Key.mod_ctrl)
        ctx.yield_(2)
        rolled = bench.camera
        assert rolled == replace(HOME, roll=rolled.roll)
        assert math.degrees(rolled.roll) == pytest.approx(45, abs=3), "clockwise, as the mouse went"
        bench.camera = HOME
        drag(ctx, 0, -40, imgui.MouseButton_.right)
        assert bench.camera == replace(HOME, radius=bench.camera.radius)
        assert bench.camera.radius < HOME.radius
        bench.camera = HOME
        ctx.key_down(imgui.Key.mod_ctrl)
        ctx.mouse_wheel_y(2)
        ctx.key_up(imgui.Key.mod_ctrl)
        ctx.yield_(2)
        assert bench.camera == replace(HOME, fov=bench.camera.fov)
        assert bench.camera.fov < HOME.fov

    bench.run(clicks)


def test_the_cube_looks_from_its_sides_and_turns_and_the_switches_draw(tmp_path):
    bench = Bench()

    def clicks(ctx):
        ctx.yield_(3)
        plain = ui.capture(ctx, tmp_path / "plain.png")
        info = ctx.item_info("//Viewport/###axes cube")
        middle = np.array([*info.rect_full.get_center()])
        top = next(face for face in faces(HOME) if face.view == "top")
        ctx.mouse_move_to_pos(ImVec2(*(middle + HALF * info.rect_full.get_width() * top.corners.mean(axis=0)).tolist()))
        ctx.mouse_click(0)
        ctx.yield_(2)
        assert view_of(bench.camera) == "top"
        ctx.mouse_move_to_pos(ImVec2(*middle.tolist()))
        ctx.mouse_drag_with_delta(ImVec2(30, -20))
        ctx.yield_(2)
        assert view_of(bench.camera) is None
        assert bench.camera.pitch > 0.1
        bench.camera = HOME
        for name in ("box", "cameras"):
            ctx.item_click(f"//Viewport/###guide {name}")
        assert (bench.setup.box, bench.setup.cameras) == (True, True)
        ctx.mouse_move_to_pos(ImVec2(620, 460))
        ctx.yield_(3)
        assert (ui.capture(ctx, tmp_path / "guides.png") != plain).any(axis=-1).sum() > 400
        ctx.item_click("//Viewport/###guide cube")
        ctx.yield_(2)
        assert bench.setup == ViewSetup(box=True, cameras=True, cube=False)
        assert ctx.item_exists("//Viewport/###guide cube")
        assert not ctx.item_exists("//Viewport/###axes cube")
        assert bench.camera == HOME

    bench.run(clicks)


def test_the_wheel_zooms_only_over_the_picture():
    bench = Bench()

    def clicks(ctx):
        ctx.mouse_move(CANVAS)
        ctx.mouse_wheel_y(3)
        ctx.yield_(2)
        assert bench.camera.radius < HOME.radius
        near = bench.camera
        ctx.mouse_move_to_pos(ImVec2(620, 460))
        ctx.mouse_wheel_y(-3)
        ctx.yield_(2)
        assert bench.camera == near

    bench.run(clicks)


def test_an_idle_panel_draws_the_volume_once_and_moving_is_coarser():
    bench = Bench()

    def clicks(ctx):
        ctx.yield_(3)
        draws = bench.renderer.draws
        full = bench.asked[-1]
        ctx.yield_(10)
        assert bench.renderer.draws == draws
        assert not bench.taken
        bench.asked.clear()
        drag(ctx, 50, 0)
        assert any(moving for _, _, moving in bench.asked)
        ui.wait_until(ctx, lambda: not bench.asked[-1][2], 5, "rest")
        ctx.yield_(2)
        assert bench.asked[-1] == full

    bench.run(clicks)


def test_the_picture_is_shown_upright_and_opaque(tmp_path):
    bench = Bench()

    def clicks(ctx):
        ctx.mouse_move_to_pos(ImVec2(620, 460))
        ctx.yield_(3)
        shot = ui.capture(ctx, tmp_path / "panel.png").astype(int)
        width, height, _ = bench.asked[-1]
        green = (shot[..., 1] > 200) & (shot[..., 0] < 80) & (shot[..., 2] < 80)
        rows, _ = np.nonzero(green)
        assert len(rows) > 50
        assert rows.mean() < 20 + 360 / 2  # +y is up
        white = (shot == 255).all(axis=-1)
        assert white.sum() > 0.3 * width * height  # not blended with the window's ground

    bench.run(clicks)


def test_without_a_picture_it_says_why(tmp_path):
    bench = Bench(empty=True)

    def clicks(ctx):
        ctx.yield_(3)
        ui.capture(ctx, tmp_path / "empty.png")
        drag(ctx, 40, 0)  # does no harm

    bench.run(clicks)


def test_the_lines_of_the_overlay():
    assert camera_line(Camera(yaw=math.pi / 2, pitch=math.pi / 4)) == "yaw 90.0°  pitch 45.0°  distance 1.00  fov 30.0°"
    assert "pitch 90.0°  roll -30.0°  dist" in camera_line(Camera(roll=-math.pi / 6))
    assert picture_line(Picture(1, 640, 480)) == "640 × 480"
    assert picture_line(Picture(1, 640, 480, 12.5)) == "640 × 480  12.5 ms a picture"


def test_long_work_can_be_given_up_and_taken_up_again(tmp_path):
    bench = Bench()
    bench.work = Work("baking the volume", 0.4)

    def clicks(ctx):
        ctx.yield_(3)
        busy = ui.capture(ctx, tmp_path / "busy.png")
        ctx.item_click("//Viewport/###cancel work")
        assert bench.wished == "cancel"
        bench.work = Work("This sample was not computed", None)
        ctx.yield_(3)
        assert not np.array_equal(busy, ui.capture(ctx, tmp_path / "given-up.png"))
        ctx.item_click("//Viewport/###resume work")
        assert bench.wished == "resume"
        assert bench.camera == HOME, "the strip above the picture does not turn it"

    bench.run(clicks)
