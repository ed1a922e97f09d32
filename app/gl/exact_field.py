"""The exact field on the GPU: its folded planes as a texture, and the programs that march through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from app.gl.picture_program import Entry, PictureProgram
from app.gl.program import Program
from app.gl.shader_parts import planes_defined
from app.gl.textures import CELLS, EMPTY_UNIT, PLANES, PictureTarget, TexelStack
from core.field_parts import FieldParts
from core.folded import FoldedField


class ExactField:
    """One folded field, ready to be marched through.

    Needs a current context in every method.  Another decoder, or other rays, compile another program.
    """

    def __init__(self, defines: Mapping[str, int], entry: Entry, target: PictureTarget) -> None:
        """Begin with nothing.

        Args:
            defines: How planes are read and what is drawn, as shaders/field_picture.glsl has it.
            entry: How pictures are drawn.
            target: What is drawn to.
        """
        self._defines, self._entry, self._target = dict(defines), entry, target
        self._texture, self._cells = TexelStack(PLANES), TexelStack(CELLS)
        self._programs: dict[tuple[int, int, FieldParts], PictureProgram] = {}
        self._field: FoldedField | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a field."""
        return self._field is not None

    @property
    def kind(self) -> tuple[int, FieldParts]:
        """What another program than this one's is compiled for: layers of each plane, and parts.  Needs a field."""
        assert self._field is not None
        return self._field.groups, self._field.parts

    @property
    def training_samples(self) -> int:
        """Samples of a training ray."""
        return 0 if self._field is None else self._field.coarse + self._field.fine

    @property
    def nbytes(self) -> int:
        """Memory that its textures take."""
        return self._texture.nbytes + self._cells.nbytes

    def upload(self, field: FoldedField | None) -> None:
        """Take this field from now on, or none.

        Raises:
            ValueError: The planes are too large for this GPU.
            ShaderError: The driver refuses the shaders.
        """
        self._field = None
        if field is None:
            return
        self._texture.upload(field.planes, inside=field.cut and field.parts.aligned)
        if field.empty is not None:
            self._cells.upload(field.empty)
        self._program_of(field)
        # Only the small parts are needed later.
        empty = None if field.empty is None else np.zeros((len(field.empty), 1, 1), np.uint8)
        self._field = replace(field, planes=np.zeros((len(field.planes), 1, 1, 4), np.float16), empty=empty)

    def use(self, *, as_in_training: bool, on_training_sphere: bool) -> PictureProgram:
        """Bind planes and program, and set what the field needs.  Call `upload` first.

        Args:
            as_in_training: Take the samples that the torch renderer takes.
            on_training_sphere: Whether the range of the training rays holds; elsewhere the box does.
        """
        assert self._field is not None
        field = self._field
        program = self._program_of(field)
        program.use()
        self.bind(program)
        program.set_int("u_coarse", field.coarse if as_in_training else 0)
        program.set_int("u_fine", field.fine)
        program.set_int("u_cut", int(field.cut or not on_training_sphere))
        program.set_int("u_empty", EMPTY_UNIT)
        program.set_int("u_cells", 0 if field.empty is None else len(field.empty))
        if field.empty is not None:
            self._cells.bind(EMPTY_UNIT)
        return program

    def bind(self, program: Program) -> None:
        """Bind the planes, and set what shaders/planes_field.glsl needs of a program in use."""
        assert self._field is not None
        field = self._field
        program.set_int("u_planes", 0)
        program.set_vectors("u_hidden_bias", field.hidden_bias.reshape(-1, 4))
        program.set_vectors("u_out_weight", field.out_weight)
        program.set_vector("u_out_bias", field.out_bias)
        program.set_float("u_half", field.half)
        self._texture.bind()

    def close(self) -> None:
        """Free everything on the GPU."""
        self._texture.close()
        self._cells.close()
        for program in self._programs.values():
            program.close()
        self._programs.clear()
        self._field = None

    def _program_of(self, field: FoldedField) -> PictureProgram:
        key = (field.groups, field.coarse, field.parts)
        if key not in self._programs:
            sizes = {"EXACT": 1, "GROUPS": field.groups, "MOST_COARSE": field.coarse}
            defines = {**self._defines, **planes_defined(field.parts), **sizes}
            self._programs[key] = PictureProgram(defines, field.parts, self._entry, self._target)
        return self._programs[key]
