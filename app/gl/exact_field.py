"""The exact field on the GPU: its folded planes as a texture, and the programs that march through them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.gl.picture_program import Entry, PictureProgram
from app.gl.program import Program
from app.gl.textures import CELLS, EMPTY_UNIT, PLANES, PictureTarget, TexelStack
from core.folded import FoldedField


class ExactField:
    """One folded field, ready to be marched through.

    Needs a current context in every method.  A decoder of another width compiles another program.
    """

    def __init__(self, defines: Mapping[str, int], entry: Entry, target: PictureTarget) -> None:
        """Begin with nothing.

        Args:
            defines: The conventions of sampling, as in shaders/planes_field.glsl.
            entry: How pictures are drawn.
            target: What is drawn to.
        """
        self._defines, self._entry, self._target = dict(defines), entry, target
        self._texture, self._cells = TexelStack(PLANES), TexelStack(CELLS)
        self._programs: dict[tuple[int, int], PictureProgram] = {}
        self._parts: FoldedField | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a field."""
        return self._parts is not None

    @property
    def groups(self) -> int:
        """Layers of each plane."""
        return 0 if self._parts is None else self._parts.groups

    @property
    def training_samples(self) -> int:
        """Samples of a training ray."""
        return 0 if self._parts is None else self._parts.coarse + self._parts.fine

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
        self._parts = None
        if field is None:
            return
        self._texture.upload(field.planes, inside=field.cut and self._defines.get("CORNERS_ALIGNED") == 1)
        if field.empty is not None:
            self._cells.upload(field.empty)
        self._program_of(field)
        # Only the small parts are needed later.
        self._parts = FoldedField(
            np.zeros((len(field.planes), 1, 1, 4), np.float16),
            field.hidden_bias, field.out_weight, field.out_bias, field.half, field.coarse, field.fine, field.cut,
            None if field.empty is None else np.zeros((len(field.empty), 1, 1), np.uint8),
        )  # fmt: skip

    def use(self, *, as_in_training: bool, on_training_sphere: bool) -> PictureProgram:
        """Bind planes and program, and set what the field needs.  Call `upload` first.

        Args:
            as_in_training: Take the samples that the torch renderer takes.
            on_training_sphere: Whether the range of the training rays holds; elsewhere the box does.
        """
        assert self._parts is not None
        field = self._parts
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
        assert self._parts is not None
        field = self._parts
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
        self._parts = None

    def _program_of(self, field: FoldedField) -> PictureProgram:
        key = (field.groups, field.coarse)
        if key not in self._programs:
            defines = {**self._defines, "EXACT": 1, "GROUPS": field.groups, "MOST_COARSE": field.coarse}
            self._programs[key] = PictureProgram(defines, self._entry, self._target)
        return self._programs[key]
