"""Bakes the volume of an exact field on the GPU, a few layers at a time, so that no frame of the window waits."""

from __future__ import annotations

import time

from OpenGL import GL

from app.gl.errors import forget_errors
from app.gl.exact_field import ExactField
from app.gl.program import Program
from app.gl.shader_parts import included, planes_defined
from app.gl.shader_source import load_shader
from app.gl.state import drawing_state
from app.gl.textures import VOLUME, TexelStack
from core.field_parts import FieldParts

# Of one go: a fraction of a millisecond to a few, from fast GPUs to slow ones.
VOXELS_AT_ONCE = 2**18


class VolumeBaker:
    """Draws the layers of a volume into a texture of its own, which takes the place of the shown one at the end.

    Every voxel is interpolated in full precision, whatever the GPU's sampler does. Needs a current context in every
    method.

    Attributes:
        took_ms: From the beginning of the last volume until it was complete, with the frames between; none before one.
    """

    def __init__(self, field: ExactField) -> None:
        """Begin with nothing to do."""
        self._field = field
        self._stack = TexelStack(VOLUME)
        self._framebuffer = int(GL.glGenFramebuffers(1))
        self._vertices = int(GL.glGenVertexArrays(1))
        self._programs: dict[tuple[int, FieldParts], Program] = {}
        self._resolution, self._layer = 0, 0
        self._begun = 0.0
        self.took_ms: float | None = None

    @property
    def fraction(self) -> float | None:
        """How much is baked, in [0, 1); None if there is nothing to do."""
        return self._layer / self._resolution if self._resolution else None

    def begin(self, resolution: int) -> None:
        """Bake the field that was uploaded last into so many voxels along an edge; 0 gives up.

        Raises:
            ValueError: This GPU has no room for them.
            ShaderError: The driver refuses the shader.
        """
        self._resolution, self._layer = resolution, 0
        self._begun, self.took_ms = time.perf_counter(), None
        if not resolution:
            return
        groups, parts = self._field.kind
        if (groups, parts) not in self._programs:
            defines = {**planes_defined(parts), "GROUPS": groups, "MANUAL_FILTER": 1}
            fragment = load_shader("voxels.frag", defines, parts=included(parts))
            self._programs[groups, parts] = Program(load_shader("fullscreen.vert"), fragment)
        self._stack.allocate(resolution)

    def advance(self) -> None:
        """Bake the next layers."""
        resolution = self._resolution
        layers = range(self._layer, min(self._layer + max(1, VOXELS_AT_ONCE // resolution**2), resolution))
        forget_errors()
        with drawing_state():
            program = self._programs[self._field.kind]
            program.use()
            self._field.bind(program)
            program.set_int("u_resolution", resolution)
            GL.glBindVertexArray(self._vertices)
            GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, self._framebuffer)
            GL.glViewport(0, 0, resolution, resolution)
            for layer in layers:
                self._stack.attach(layer)
                program.set_int("u_layer", layer)
                GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
        self._layer = layers.stop

    def take(self, shown: TexelStack) -> TexelStack | None:
        """The texture, once it is complete, in exchange for the one that was shown; None before."""
        if not self._resolution or self._layer < self._resolution:
            return None
        done, self._stack = self._stack, shown
        self._resolution, self.took_ms = 0, 1000 * (time.perf_counter() - self._begun)
        return done

    def close(self) -> None:
        """Free everything on the GPU."""
        self._stack.close()
        for program in self._programs.values():
            program.close()
        self._programs.clear()
        if self._framebuffer:
            GL.glDeleteFramebuffers(1, [self._framebuffer])
            GL.glDeleteVertexArrays(1, [self._vertices])
            self._framebuffer = 0
        self._resolution = 0
