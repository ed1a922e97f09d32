"""The renderer beside others in one context: it leaves their state alone, leaks nothing, and tells the time."""

import ctypes
import time
from dataclasses import replace

import numpy as np
import pytest

from app.gl.headless import open_context
from app.gl.timing import GpuTimer
from app.gl.volume_renderer import VolumeRenderer
from core.camera import Camera
from core.scene import Quality
from tests.app.gl.fields import smooth_volume

QUALITY = Quality(steps=16)


@pytest.fixture
def gl():
    with open_context():
        from OpenGL import GL

        yield GL


@pytest.fixture
def renderer(gl):
    renderer = VolumeRenderer()
    renderer.upload(smooth_volume())
    yield renderer
    renderer.close()


def state(gl) -> dict[str, object]:
    names = (
        "VIEWPORT DRAW_FRAMEBUFFER_BINDING READ_FRAMEBUFFER_BINDING CURRENT_PROGRAM VERTEX_ARRAY_BINDING "
        "ACTIVE_TEXTURE TEXTURE_BINDING_2D TEXTURE_BINDING_3D SAMPLER_BINDING COLOR_WRITEMASK UNPACK_ALIGNMENT "
        "UNPACK_ROW_LENGTH PIXEL_UNPACK_BUFFER_BINDING PIXEL_PACK_BUFFER_BINDING "
        "BLEND SCISSOR_TEST DEPTH_TEST CULL_FACE STENCIL_TEST"
    )
    return {name: np.asarray(gl.glGetIntegerv(getattr(gl, f"GL_{name}"))).tolist() for name in names.split()}


def test_the_state_of_others_is_left_alone(gl, renderer):
    flat, volume, sampler = gl.glGenTextures(1), gl.glGenTextures(1), gl.glGenSamplers(1)
    gl.glBindTexture(gl.GL_TEXTURE_2D, flat)
    gl.glBindTexture(gl.GL_TEXTURE_3D, volume)
    gl.glBindSampler(0, sampler)
    vertices = gl.glGenVertexArrays(1)
    gl.glBindVertexArray(vertices)
    gl.glActiveTexture(gl.GL_TEXTURE3)
    for switch in (gl.GL_BLEND, gl.GL_SCISSOR_TEST, gl.GL_DEPTH_TEST, gl.GL_CULL_FACE):
        gl.glEnable(switch)
    gl.glViewport(1, 2, 3, 4)
    gl.glScissor(0, 0, 1, 1)
    gl.glColorMask(True, False, True, False)
    gl.glPixelStorei(gl.GL_UNPACK_ROW_LENGTH, 7)
    before = state(gl)
    renderer.upload(smooth_volume(seed=3))
    renderer.render(Camera(), QUALITY, 40, 30)
    pixels = renderer.read_pixels()
    assert state(gl) == before
    assert (pixels.std(axis=(0, 1))[:3] > 0).all()  # neither their scissor nor their mask came into ours


def leave_an_error() -> None:
    """As code in C++ does it: nobody looks for the error."""
    from OpenGL.platform import PLATFORM

    PLATFORM.GL.glEnable(ctypes.c_uint(0xFFFF))


def test_errors_that_others_left_are_not_taken_for_ours(gl, renderer):
    actions = [
        lambda: renderer.upload(smooth_volume(seed=4)),
        lambda: renderer.render(Camera(), QUALITY, 16, 16),
        renderer.read_pixels,
        lambda: renderer.render(Camera(), QUALITY, 16, 16),  # the same again
        lambda: VolumeRenderer().close(),
        renderer.close,
    ]
    leave_an_error()
    assert gl.glGetError() == gl.GL_INVALID_ENUM
    for action in actions:
        leave_an_error()
        action()
    assert gl.glGetError() == gl.GL_NO_ERROR


def test_resizing_reuses_and_closing_frees(gl, renderer):
    last = gl.glGenTextures(1)
    texture = renderer.render(Camera(), QUALITY, 40, 30)
    for width in range(20, 60):
        assert renderer.render(Camera(), QUALITY, width, 30) == texture
        assert renderer.read_pixels().shape == (30, width, 4)
    for seed in range(5):
        renderer.upload(smooth_volume(16 + seed, seed))
    # Names are handed out in order: had anything been made on the way, the next one would be higher.
    assert gl.glGenTextures(1) == last + 1
    renderer.close()
    assert not gl.glIsTexture(texture)
    renderer.close()  # twice does no harm


def test_a_new_volume_replaces_the_old_one(renderer):
    renderer.render(Camera(), QUALITY, 32, 32)
    old = renderer.read_pixels()
    for volume in (smooth_volume(seed=5), smooth_volume(20, seed=5)):  # of the same size, and of another
        renderer.upload(volume)
        renderer.render(Camera(), QUALITY, 32, 32)
        assert np.abs(renderer.read_pixels().astype(int) - old).max() > 20


def spans_within(timer: GpuTimer, seconds: float) -> list[tuple[float, int]]:
    deadline, spans = time.perf_counter() + seconds, timer.poll()
    while not spans and time.perf_counter() < deadline:
        spans = timer.poll()
    return spans


@pytest.mark.parametrize("stamps", [True, False], ids=["time stamps", "waiting"])
def test_the_timer_tells_the_time_of_a_frame(gl, renderer, stamps, monkeypatch):
    if not stamps:
        monkeypatch.setattr(gl, "glGetQueryiv", lambda *_: 0)
    timer = GpuTimer(renderer.wait)
    begun = time.perf_counter()
    timer.start()
    renderer.render(Camera(), Quality(steps=64), 128, 128)
    timer.stop(7)
    renderer.wait()
    wall = 1000 * (time.perf_counter() - begun)
    spans = spans_within(timer, 5)
    assert [note for _, note in spans] == [7]
    assert 0.1 < spans[0][0] <= 1.05 * wall
    assert timer.poll() == []
    timer.close()


def test_more_spans_than_queries_are_not_waited_for(renderer):
    timer = GpuTimer(renderer.wait)
    for note in range(40):
        timer.start()
        timer.stop(note)
    assert spans_within(timer, 5)
    timer.start()
    timer.stop(99)
    notes = [note for _ in range(8) for _, note in spans_within(timer, 0.2)]
    assert notes[-1] == 99
    timer.close()


def test_a_measured_renderer_shows_its_time(renderer):
    for yaw in (0.1, 0.2, 0.3):
        renderer.render(Camera(yaw=yaw), QUALITY, 64, 64)
        renderer.wait()
    shown = renderer.picture(Camera(yaw=0.3), QUALITY, 64, 64)
    assert (shown.width, shown.height) == (64, 64)
    assert shown.milliseconds > 0


def test_a_volume_that_is_too_large_is_refused(gl, renderer, monkeypatch):
    monkeypatch.setattr(gl, "glGetIntegerv", lambda _: 8)
    with pytest.raises(ValueError, match="this GPU takes 8 a side"):
        renderer.upload(smooth_volume())


def test_the_second_texture_unit_is_left_alone_too(gl, renderer):
    gl.glActiveTexture(gl.GL_TEXTURE1)
    theirs, sampler = gl.glGenTextures(1), gl.glGenSamplers(1)
    gl.glBindTexture(gl.GL_TEXTURE_3D, theirs)
    gl.glBindSampler(1, sampler)
    before = state(gl)
    behind = np.random.default_rng(0).normal(0, 1, (3, 8, 16, 4)).astype(np.float16)
    renderer.upload(replace(smooth_volume(), surround=behind, last_delta=1e-3, white_back=False))
    renderer.render(Camera(radius=3.0, fov=60), QUALITY, 40, 30)
    assert renderer.read_pixels()[..., :3].std() > 5
    assert state(gl) == before
    assert gl.glGetError() == gl.GL_NO_ERROR
