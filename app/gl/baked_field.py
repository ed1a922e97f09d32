"""The programs that march through baked volumes: one for each way of adding up samples."""

from __future__ import annotations

from collections.abc import Mapping

from app.gl.picture_program import Entry, PictureProgram
from app.gl.textures import PictureTarget
from core.baked import BakedVolume
from core.field_parts import FieldParts, Summation


class BakedField:
    """Marches through a volume that is bound to texture unit 0.  Needs a current context in every method."""

    def __init__(self, defines: Mapping[str, int], entry: Entry, target: PictureTarget) -> None:
        """Compile what most volumes need.

        Args:
            defines: How voxels are read and what is drawn, as shaders/field_picture.glsl has it.
            entry: How pictures are drawn.
            target: What is drawn to.

        Raises:
            ShaderError: The driver refuses the shaders.
        """
        self._defines, self._entry, self._target = {**defines, "EXACT": 0}, entry, target
        self._programs: dict[Summation, PictureProgram] = {}
        self.prepare("samples")

    def prepare(self, summation: Summation) -> None:
        """Compile what a volume needs, before it is drawn.  Raises ShaderError if the driver refuses the shaders."""
        if summation not in self._programs:
            parts = FieldParts(summation=summation)
            self._programs[summation] = PictureProgram(self._defines, parts, self._entry, self._target)

    def use(self, volume: BakedVolume) -> PictureProgram:
        """Set what the volume needs, which was prepared."""
        program = self._programs[volume.summation]
        program.use()
        program.set_int("u_volume", 0)
        program.set_float("u_half", volume.half)
        program.set_int("u_cut", 1)
        return program

    def close(self) -> None:
        """Free everything on the GPU."""
        for program in self._programs.values():
            program.close()
        self._programs.clear()
