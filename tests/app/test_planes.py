"""The Tri-planes panel: planes and points from the worker, planes that are switched off, the crosshair."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from imgui_bundle import imgui

from app import layout
from app.inside.planes_desk import PlanesDesk, painted
from app.model.model_messages import BakeRequest, CheckpointId
from app.model.model_worker import ModelHandler
from app.model.plane_messages import PlanesQuestion, PointQuestion
from app.studio import Studio
from core.checkpoint import load_checkpoint, save_checkpoint
from core.families import build_generator
from core.guides import ray_points
from core.latents import sample_of
from core.model_config import GeneratorConfig
from core.plane_pictures import point_facts
from core.scene import Latent
from core.triplane import PLANE_AXES, TriPlaneField
from tests import ui
from tests.app.model.test_model_inspect import SMALL
from tests.app.model.test_model_sigma import ArrayPort
from widgets.plane_view import moved_on_plane, on_plane


def request(path: Path, config: GeneratorConfig = SMALL) -> BakeRequest:
    torch.manual_seed(0)
    save_checkpoint(path, build_generator(config), None, {"kimg": 2.0})
    return BakeRequest(CheckpointId(str(path), 1, 1), Latent(), 8)


def asked(question) -> list:
    port = ArrayPort()
    ModelHandler().handle("question", question, port)
    return port.answers


def test_the_worker_sends_the_planes_that_count_for_a_point_and_all_of_them_as_pictures(tmp_path: Path):
    sample = request(tmp_path / "small.safetensors")
    [(answer, [pixels])] = asked(PlanesQuestion(sample))
    assert (answer.axes, answer.features, pixels.shape, pixels.dtype) == (PLANE_AXES, 4, (3, 8, 8, 3), np.uint8)
    assert 0 < sum(answer.shares) <= 1.0001
    [(answer, [values])] = asked(PlanesQuestion(sample, "channel", 2))
    generator = load_checkpoint(tmp_path / "small.safetensors").generator
    with torch.no_grad():
        field = sample_of(generator, Latent())
    assert isinstance(field, TriPlaneField)
    np.testing.assert_allclose(values, field.planes[0].reshape(3, 4, 8, 8)[:, 2].numpy(), atol=1e-6)
    [(answer, _)] = asked(PointQuestion(replace(sample, planes=(0, 2)), (0.05, 0.0, 0.1)))
    assert answer.density == pytest.approx(point_facts(field.only((0, 2)), (0.05, 0.0, 0.1)).density, rel=1e-4)


def test_a_channel_that_another_generator_had_is_the_last_one_here(tmp_path: Path):
    sample = request(tmp_path / "small.safetensors")
    [(_, [last])] = asked(PlanesQuestion(sample, "channel", 3))
    [(_, [beyond])] = asked(PlanesQuestion(sample, "channel", 40))
    np.testing.assert_array_equal(beyond, last)


def test_flat_pictures_have_no_planes(tmp_path: Path):
    sample = request(tmp_path / "flat.safetensors", SMALL.model_copy(update={"family": "stylegan2"}))
    with pytest.raises(ValueError, match="paints flat pictures: it has no planes"):
        asked(PlanesQuestion(sample))


def test_values_take_the_colours_of_the_bar():
    planes = np.zeros((3, 2, 2), np.float32)
    planes[1, 0, 1] = 4
    colours = np.arange(768).reshape(256, 3).astype(np.uint8)
    pixels, values = painted(planes, colours)
    assert values == (0, 4)
    assert pixels[1][0, 1].tolist() == [*colours[255], 255]
    assert pixels[0][0, 0].tolist() == [*colours[0], 255]


shares = st.floats(0, 1)


@given(st.tuples(*[st.floats(-0.4, 0.4)] * 3), st.sampled_from(PLANE_AXES), shares, shares)
def test_the_crosshair_moves_in_its_plane_and_stays_where_it_was_put(point, axes, across, up):
    moved = moved_on_plane(point, axes, 0.4, across, up)
    assert on_plane(moved, axes, 0.4) == pytest.approx((across, up))
    [third] = {0, 1, 2} - set(axes)
    assert moved[third] == point[third]


def pick_in_viewport(ctx: ui.Context, studio: Studio, desk: PlanesDesk) -> None:
    """Alt+click the object: the crosshair goes to where the ray of that pixel ends."""
    ui.wait_until(ctx, lambda: studio.stage.engine.complete, 60, "the picture with all planes")
    ctx.set_ref("//Viewport")
    ctx.mouse_move("canvas")
    ctx.key_down(imgui.Key.mod_alt)
    ctx.mouse_click()
    ctx.key_up(imgui.Key.mod_alt)
    ui.wait_until(ctx, lambda: studio.spot.point is not None, 60, "the depth at that pixel")
    assert desk.depth.answer is not None
    ray = desk.depth.answer.question
    expected = ray_points(ray.camera, ray.place, np.array([desk.depth.answer.profile.expected_depth]))[0]
    assert studio.spot.point == pytest.approx(expected.tolist())


def test_planes_are_looked_at_and_switched_off_in_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before: list[np.ndarray] = []

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.panels_shown.show(layout.PLANES)
        ui.wait_until(ctx, lambda: studio.desks.find(layout.PLANES) is not None, 10, "the panel")
        desk = studio.desks.find(layout.PLANES)
        assert isinstance(desk, PlanesDesk)
        ui.wait_until(ctx, lambda: desk.planes.complete, 60, "the planes")
        ctx.yield_(2)
        ctx.item_click("**/picture 0")
        ui.wait_until(ctx, lambda: desk.point.complete, 30, "what the field says of the point")
        assert studio.spot.point is not None
        assert studio.spot.point[2] == 0
        assert desk.point.answer is not None
        assert desk.point.answer.question.point == studio.spot.point
        ui.wait_until(ctx, lambda: studio.stage.engine.complete, 30, "the picture")
        before.append(studio.stage.engine.shown.volume.values.copy())
        ctx.item_click("**/###plane 1")
        assert studio.stage.scene.quality.planes == (0, 2)
        ui.wait_until(ctx, lambda: studio.stage.engine.complete, 60, "the picture without a plane")
        assert not np.array_equal(before[0], studio.stage.engine.shown.volume.values)
        studio.undo()
        assert studio.stage.scene.quality.planes == (0, 1, 2)
        ctx.item_click("**/###clear point")
        assert studio.spot.point is None
        pick_in_viewport(ctx, studio, desk)

    ui.run_studio(clicks, monkeypatch, tmp_path)
