"""Leaves the OpenGL state as it was found, so that the window's own drawing does not trip over ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from OpenGL import GL

from app.gl.errors import forget_errors

_SWITCHES = (GL.GL_BLEND, GL.GL_SCISSOR_TEST, GL.GL_DEPTH_TEST, GL.GL_STENCIL_TEST, GL.GL_CULL_FACE)
# Factors of source and destination, colour and alpha, and the equations of both.
_BLENDING = (
    GL.GL_BLEND_SRC_RGB, GL.GL_BLEND_DST_RGB, GL.GL_BLEND_SRC_ALPHA, GL.GL_BLEND_DST_ALPHA,
    GL.GL_BLEND_EQUATION_RGB, GL.GL_BLEND_EQUATION_ALPHA,
)  # fmt: skip


@contextmanager
def drawing_state() -> Iterator[None]:
    """Everything our passes touch, saved; blending and all tests off inside, texture unit 0 active."""
    forget_errors()
    draw, read = _integer(GL.GL_DRAW_FRAMEBUFFER_BINDING), _integer(GL.GL_READ_FRAMEBUFFER_BINDING)
    program, vertices = _integer(GL.GL_CURRENT_PROGRAM), _integer(GL.GL_VERTEX_ARRAY_BINDING)
    viewport = [int(value) for value in GL.glGetIntegerv(GL.GL_VIEWPORT)]
    mask = [bool(value) for value in GL.glGetBooleanv(GL.GL_COLOR_WRITEMASK)]
    blend = [_integer(name) for name in _BLENDING]
    blend_colour = [float(value) for value in GL.glGetFloatv(GL.GL_BLEND_COLOR)]
    switches = {switch: bool(GL.glIsEnabled(switch)) for switch in _SWITCHES}
    with texture_state(), _volume_unit(1), _volume_unit(2):
        try:
            for switch in _SWITCHES:
                GL.glDisable(switch)
            GL.glColorMask(True, True, True, True)
            yield
        finally:
            GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, draw)
            GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, read)
            GL.glUseProgram(program)
            GL.glBindVertexArray(vertices)
            GL.glViewport(*viewport)
            GL.glColorMask(*mask)
            GL.glBlendFuncSeparate(*blend[:4])
            GL.glBlendEquationSeparate(*blend[4:])
            GL.glBlendColor(*blend_colour)
            for switch, enabled in switches.items():
                (GL.glEnable if enabled else GL.glDisable)(switch)


@contextmanager
def _volume_unit(unit: int) -> Iterator[None]:
    """The volume bound to a texture unit and its sampler object, saved; without sampler object inside."""
    GL.glActiveTexture(GL.GL_TEXTURE0 + unit)
    volume, sampler = _integer(GL.GL_TEXTURE_BINDING_3D), _integer(GL.GL_SAMPLER_BINDING)
    GL.glBindSampler(unit, 0)
    GL.glActiveTexture(GL.GL_TEXTURE0)
    try:
        yield
    finally:
        GL.glActiveTexture(GL.GL_TEXTURE0 + unit)
        GL.glBindTexture(GL.GL_TEXTURE_3D, volume)
        GL.glBindSampler(unit, sampler)
        GL.glActiveTexture(GL.GL_TEXTURE0)


@contextmanager
def texture_state() -> Iterator[None]:
    """Bindings of texture unit 0 saved and the unit active inside; pixels come from plain, tightly packed memory."""
    forget_errors()
    unit = _integer(GL.GL_ACTIVE_TEXTURE)
    GL.glActiveTexture(GL.GL_TEXTURE0)
    flat, volume = _integer(GL.GL_TEXTURE_BINDING_2D), _integer(GL.GL_TEXTURE_BINDING_3D)
    layers, sampler = _integer(GL.GL_TEXTURE_BINDING_2D_ARRAY), _integer(GL.GL_SAMPLER_BINDING)
    buffer = _integer(GL.GL_PIXEL_UNPACK_BUFFER_BINDING)
    alignment, row = _integer(GL.GL_UNPACK_ALIGNMENT), _integer(GL.GL_UNPACK_ROW_LENGTH)
    try:
        # A sampler object would override the texture's own filters.
        GL.glBindSampler(0, 0)
        GL.glBindBuffer(GL.GL_PIXEL_UNPACK_BUFFER, 0)
        GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
        GL.glPixelStorei(GL.GL_UNPACK_ROW_LENGTH, 0)
        yield
    finally:
        GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, alignment)
        GL.glPixelStorei(GL.GL_UNPACK_ROW_LENGTH, row)
        GL.glBindBuffer(GL.GL_PIXEL_UNPACK_BUFFER, buffer)
        GL.glActiveTexture(GL.GL_TEXTURE0)
        GL.glBindTexture(GL.GL_TEXTURE_2D, flat)
        GL.glBindTexture(GL.GL_TEXTURE_2D_ARRAY, layers)
        GL.glBindTexture(GL.GL_TEXTURE_3D, volume)
        GL.glBindSampler(0, sampler)
        GL.glActiveTexture(unit)


def _integer(name: int) -> int:
    return int(GL.glGetIntegerv(name))
