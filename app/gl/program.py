"""A linked OpenGL program and its uniforms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from OpenGL import GL

from app.gl.shader_source import ShaderError, ShaderSource

_STAGES = {".vert": GL.GL_VERTEX_SHADER, ".frag": GL.GL_FRAGMENT_SHADER, ".comp": GL.GL_COMPUTE_SHADER}


class Program:
    """Shaders, linked: a vertex and a fragment shader, or a compute shader.

    Needs a current context; `close` frees it in the same context.
    """

    def __init__(self, *sources: ShaderSource) -> None:
        """Compile and link.  Raises ShaderError with the driver's message, files and lines named."""
        stages: list[int] = []
        try:
            for source in sources:
                stages.append(_compile(_STAGES[Path(source.files[0]).suffix], source))
            self._id = int(GL.glCreateProgram())
            for stage in stages:
                GL.glAttachShader(self._id, stage)
            GL.glLinkProgram(self._id)
            for stage in stages:
                GL.glDetachShader(self._id, stage)
        finally:
            for stage in stages:
                GL.glDeleteShader(stage)
        if not GL.glGetProgramiv(self._id, GL.GL_LINK_STATUS):
            message = _text(GL.glGetProgramInfoLog(self._id))
            self.close()
            files = " and ".join(source.files[0] for source in sources)
            raise ShaderError(f"{files} do not link:\n{message}")
        self._locations: dict[str, int] = {}

    def use(self) -> None:
        """Make this the current program."""
        GL.glUseProgram(self._id)

    def set_int(self, name: str, value: int) -> None:
        """Set an integer or sampler uniform of the current program."""
        GL.glUniform1i(self._location(name), value)

    def set_float(self, name: str, value: float) -> None:
        """Set a float uniform of the current program."""
        GL.glUniform1f(self._location(name), value)

    def set_vector(self, name: str, value: Sequence[float] | np.ndarray) -> None:
        """Set a vec2, vec3 or vec4 uniform of the current program."""
        setters = {2: GL.glUniform2f, 3: GL.glUniform3f, 4: GL.glUniform4f}
        setters[len(value)](self._location(name), *(float(part) for part in value))

    def set_whole(self, name: str, value: Sequence[int]) -> None:
        """Set an ivec4 uniform of the current program."""
        GL.glUniform4i(self._location(name), *value)

    def set_vectors(self, name: str, values: np.ndarray) -> None:
        """Set an array of vec4 of the current program from [n, 4]."""
        GL.glUniform4fv(self._location(name), len(values), np.ascontiguousarray(values, np.float32))

    def set_matrix(self, name: str, value: np.ndarray) -> None:
        """Set a mat3 uniform of the current program from [3, 3], rows first as in NumPy."""
        GL.glUniformMatrix3fv(self._location(name), 1, GL.GL_TRUE, np.ascontiguousarray(value, np.float32))

    def close(self) -> None:
        """Free the program."""
        if self._id:
            GL.glDeleteProgram(self._id)
            self._id = 0

    def _location(self, name: str) -> int:
        # A uniform that the compiler removed has location -1, which OpenGL ignores.
        if name not in self._locations:
            self._locations[name] = int(GL.glGetUniformLocation(self._id, name))
        return self._locations[name]


def _compile(kind: int, source: ShaderSource) -> int:
    shader = int(GL.glCreateShader(kind))
    GL.glShaderSource(shader, source.text)
    GL.glCompileShader(shader)
    if not GL.glGetShaderiv(shader, GL.GL_COMPILE_STATUS):
        message = source.explain(_text(GL.glGetShaderInfoLog(shader)))
        GL.glDeleteShader(shader)
        raise ShaderError(f"shaders/{source.files[0]} does not compile:\n{message}")
    return shader


def _text(message: bytes | str) -> str:
    return message.decode(errors="replace") if isinstance(message, bytes) else message
