"""Draws pictures of fields by one of two entry points: a fragment shader, or a compute shader where there are such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from OpenGL import GL

from app.gl.program import Program
from app.gl.shader_parts import included
from app.gl.shader_source import load_shader
from app.gl.textures import PictureTarget
from core.field_parts import FieldParts

Entry = Literal["fragment", "compute"]
# Pixels along each side of a group that computes together.
GROUP = 8
COMPUTE_VERSION = (4, 3)


class PictureProgram(Program):
    """shaders/field_picture.glsl, compiled for one entry point.

    Needs a current context in every method.
    """

    def __init__(
        self, defines: Mapping[str, int | str], parts: FieldParts, entry: Entry, target: PictureTarget
    ) -> None:
        """Compile for this target.

        Args:
            defines: What the shader is to be, as it says itself.
            parts: What it is put together from.
            entry: Compute shaders need OpenGL 4.3 (`has_compute`).
            target: Whose format of texels a compute shader must name.

        Raises:
            ShaderError: The driver refuses the shaders.
        """
        self._entry: Entry = entry
        if entry == "compute":
            size = {"GROUP": GROUP, "TEXELS": target.texels}
            super().__init__(load_shader("field.comp", {**defines, **size}, parts=included(parts)))
        else:
            super().__init__(load_shader("fullscreen.vert"), load_shader("field.frag", defines, parts=included(parts)))

    def draw(self, target: PictureTarget, region: tuple[int, int, int, int], share: float) -> None:
        """Draw over a part of the target, inside `drawing_state`, with the program in use and a vertex array bound.

        Args:
            target: Bound for drawing.
            region: Left, bottom, width and height of what is drawn, pixels.
            share: What the new picture adds to the mean of all; 1 replaces what is there.
        """
        if self._entry == "compute":
            self._compute(target, region, share)
            return
        GL.glViewport(*region)
        if share < 1:
            GL.glEnable(GL.GL_BLEND)
            GL.glBlendEquation(GL.GL_FUNC_ADD)
            GL.glBlendFunc(GL.GL_CONSTANT_ALPHA, GL.GL_ONE_MINUS_CONSTANT_ALPHA)
            GL.glBlendColor(0.0, 0.0, 0.0, share)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)

    def _compute(self, target: PictureTarget, region: tuple[int, int, int, int], share: float) -> None:
        self.set_whole("u_region", region)
        self.set_float("u_share", share)
        _, _, width, height = region
        target.bind_image()
        GL.glDispatchCompute(-(-width // GROUP), -(-height // GROUP), 1)
        # It is sampled, read back and drawn over next.
        GL.glMemoryBarrier(GL.GL_TEXTURE_FETCH_BARRIER_BIT | GL.GL_FRAMEBUFFER_BARRIER_BIT)
        GL.glMemoryBarrier(GL.GL_SHADER_IMAGE_ACCESS_BARRIER_BIT)
        target.release_image()


def has_compute() -> bool:
    """Whether the current context has compute shaders, and the binding has found their functions."""
    version = (int(GL.glGetIntegerv(GL.GL_MAJOR_VERSION)), int(GL.glGetIntegerv(GL.GL_MINOR_VERSION)))
    found = all(map(bool, (GL.glDispatchCompute, GL.glBindImageTexture, GL.glMemoryBarrier)))
    return version >= COMPUTE_VERSION and found
