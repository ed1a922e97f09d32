"""The exact field on the GPU: its folded planes as a texture, and the programs that march through them."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import numpy as np
from OpenGL import GL

from app.gl.errors import forget_errors
from app.gl.program import Program
from app.gl.shader_source import load_shader
from app.gl.state import texture_state
from app.gl.textures import EMPTY_UNIT, CellsTexture
from core.folded import FoldedField


class PlanesTexture:
    """Half-float layers of four channels with linear filtering; zero outside, as the planes of a field are."""

    def __init__(self) -> None:
        self._id = int(GL.glGenTextures(1))
        self._shape: tuple[int, ...] | None = None

    def upload(self, layers: np.ndarray) -> None:
        """Replace the content by [layers, height, width, 4], float16.  Raises ValueError if this GPU has no room."""
        forget_errors()
        count, height, width = layers.shape[:3]
        most_layers = int(GL.glGetIntegerv(GL.GL_MAX_ARRAY_TEXTURE_LAYERS))
        most_texels = int(GL.glGetIntegerv(GL.GL_MAX_TEXTURE_SIZE))
        if count > most_layers or max(height, width) > most_texels:
            raise ValueError(
                f"planes of {count} layers with {width} x {height} texels: this GPU takes {most_layers} layers of "
                f"{most_texels}; look at the baked volume instead"
            )
        pixels = ctypes.c_void_p(np.ascontiguousarray(layers, np.float16).ctypes.data)
        kind = GL.GL_TEXTURE_2D_ARRAY
        with texture_state():
            GL.glBindTexture(kind, self._id)
            if layers.shape == self._shape:
                size = (0, 0, 0, width, height, count)
                GL.glTexSubImage3D(kind, 0, *size, GL.GL_RGBA, GL.GL_HALF_FLOAT, pixels)
                return
            for name, value in (
                (GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR),
                (GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR),
                (GL.GL_TEXTURE_MAX_LEVEL, 0),
                (GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_BORDER),
                (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_BORDER),
            ):
                GL.glTexParameteri(kind, name, value)
            GL.glTexParameterfv(kind, GL.GL_TEXTURE_BORDER_COLOR, np.zeros(4, np.float32))
            size = (width, height, count, 0)
            GL.glTexImage3D(kind, 0, GL.GL_RGBA16F, *size, GL.GL_RGBA, GL.GL_HALF_FLOAT, pixels)
            self._shape = layers.shape

    def bind(self) -> None:
        """Bind to the active texture unit (inside `drawing_state`)."""
        GL.glBindTexture(GL.GL_TEXTURE_2D_ARRAY, self._id)

    def close(self) -> None:
        """Free the texture."""
        if self._id:
            GL.glDeleteTextures([self._id])
            self._id = 0


class ExactField:
    """One folded field, ready to be marched through.

    Needs a current context in every method.  A decoder of another width compiles another program.
    """

    def __init__(self, defines: Mapping[str, int]) -> None:
        """Begin with nothing; `defines` are the conventions of sampling, as in shaders/planes_field.glsl."""
        self._defines = dict(defines)
        self._texture, self._cells = PlanesTexture(), CellsTexture()
        self._programs: dict[tuple[int, int], Program] = {}
        self._parts: FoldedField | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a field."""
        return self._parts is not None

    def upload(self, field: FoldedField | None) -> None:
        """Take this field from now on, or none.

        Raises:
            ValueError: The planes are too large for this GPU.
            ShaderError: The driver refuses the shaders.
        """
        self._parts = None
        if field is None:
            return
        self._texture.upload(field.planes)
        if field.empty is not None:
            self._cells.upload(field.empty)
        self._program_of(field)
        # Only the small parts are needed later.
        self._parts = FoldedField(
            np.zeros((len(field.planes), 1, 1, 4), np.float16),
            field.hidden_bias, field.out_weight, field.out_bias, field.half, field.coarse, field.fine, field.cut,
            None if field.empty is None else np.zeros((len(field.empty), 1, 1), np.uint8),
        )  # fmt: skip

    def use(self, *, as_in_training: bool, on_training_sphere: bool) -> Program:
        """Bind planes and program, and set what the field needs.  Call `upload` first.

        Args:
            as_in_training: Take the samples that the torch renderer takes.
            on_training_sphere: Whether the range of the training rays holds; elsewhere the box does.
        """
        assert self._parts is not None
        field = self._parts
        program = self._program_of(field)
        program.use()
        program.set_int("u_planes", 0)
        program.set_vectors("u_hidden_bias", field.hidden_bias.reshape(-1, 4))
        program.set_vectors("u_out_weight", field.out_weight)
        program.set_vector("u_out_bias", field.out_bias)
        program.set_float("u_half", field.half)
        program.set_int("u_coarse", field.coarse if as_in_training else 0)
        program.set_int("u_fine", field.fine)
        program.set_int("u_cut", int(field.cut or not on_training_sphere))
        program.set_int("u_empty", EMPTY_UNIT)
        program.set_int("u_cells", 0 if field.empty is None else len(field.empty))
        self._texture.bind()
        if field.empty is not None:
            self._cells.bind()
        return program

    def close(self) -> None:
        """Free everything on the GPU."""
        self._texture.close()
        self._cells.close()
        for program in self._programs.values():
            program.close()
        self._programs.clear()
        self._parts = None

    def _program_of(self, field: FoldedField) -> Program:
        key = (field.groups, field.coarse)
        if key not in self._programs:
            defines = {**self._defines, "EXACT": 1, "GROUPS": field.groups, "MOST_COARSE": field.coarse}
            self._programs[key] = Program(load_shader("fullscreen.vert"), load_shader("field.frag", defines))
        return self._programs[key]
