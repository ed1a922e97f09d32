"""GLSL from the `shaders` package: includes by name or part, and compiler messages that name file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources

# "a file", or <a part>, whose file is chosen by whoever loads the shader.
_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]*)"|<(\w+)>)\s*$')
_VERSION = re.compile(r"^\s*#\s*version\b")
# Where a driver says that an error is: "0:12(5): error" (Mesa), "0(12) : error" (NVIDIA), "ERROR: 0:12:" (Apple, AMD).
_LOCATIONS = (re.compile(r"\b(\d+):(\d+)(?=\(\d+\)|:)"), re.compile(r"\b(\d+)\((\d+)\)(?=\s*:)"))

Reader = Callable[[str], str]


class ShaderError(RuntimeError):
    """A shader is missing, includes something that is missing, or does not compile."""


@dataclass(frozen=True)
class ShaderSource:
    """A shader ready for the compiler.

    Attributes:
        text: GLSL with every include put in place and `#line` directives around it.
        files: File names; the source string number of a `#line` directive is the index here.
    """

    text: str
    files: tuple[str, ...]

    def explain(self, message: str) -> str:
        """Put file names into a compiler's message: `1:12(5): error` becomes `box.glsl:12(5): error`."""

        def named(match: re.Match[str]) -> str:
            number = int(match.group(1))
            return f"{self.files[number]}:{match.group(2)}" if number < len(self.files) else match.group(0)

        for location in _LOCATIONS:
            message = location.sub(named, message)
        return message


def load_shader(
    name: str,
    defines: Mapping[str, int | str] | None = None,
    read: Reader | None = None,
    parts: Mapping[str, str] | None = None,
) -> ShaderSource:
    """Read a shader and everything it includes.

    Args:
        name: File name in the shaders package, such as "field.frag".
        defines: Macros, placed after the `#version` line.
        read: Gives the text of a file name; by default from the shaders package.
        parts: What is chosen where a part is included: `#include <colours>` is `colours_linear.glsl` with
            {"colours": "linear"}.

    Returns:
        The assembled source. A file is included once, however often it is named.

    Raises:
        ShaderError: A file is missing, an include lies in a circle, or nothing is chosen for a part.
    """
    assembly = _Assembly(read or read_shader, parts or {})
    lines = assembly.lines_of(name)
    macros = [f"#define {key} {value}" for key, value in (defines or {}).items()]
    if macros:
        at = next((index for index, line in enumerate(lines) if _VERSION.match(line)), None)
        if at is None:
            raise ShaderError(f"shaders/{name} has no #version line, which defines must follow")
        # The root file begins with its own #line directive only where something was put in.
        lines[at + 1 : at + 1] = [*macros, f"#line {at + 2} 0"]
    return ShaderSource("\n".join(lines) + "\n", tuple(assembly.files))


def read_shader(name: str) -> str:
    """The text of a file of the shaders package.  Raises ShaderError if there is none."""
    file = resources.files("shaders").joinpath(name)
    if not file.is_file():
        raise ShaderError(f"shaders/{name} is missing: the installation is incomplete; install epigraf-studio again")
    return file.read_text(encoding="utf-8")


class _Assembly:
    """One run of putting includes in place."""

    def __init__(self, read: Reader, parts: Mapping[str, str]) -> None:
        self.files: list[str] = []
        self._read, self._parts = read, parts
        self._open: list[str] = []

    def lines_of(self, name: str) -> list[str]:
        """The lines of a file with its includes expanded."""
        number = len(self.files)
        self.files.append(name)
        self._open.append(name)
        lines: list[str] = []
        for line_number, line in enumerate(self._read(name).splitlines(), start=1):
            include = _INCLUDE.match(line)
            if include is None:
                lines.append(line)
                continue
            place = f"shaders/{name}:{line_number}"
            lines += self._included(include.group(1) or self._chosen(include.group(2), place), place)
            lines.append(f"#line {line_number + 1} {number}")
        self._open.pop()
        return lines

    def _chosen(self, part: str, place: str) -> str:
        if part not in self._parts:
            raise ShaderError(f"{place}: nothing is chosen for the part <{part}>")
        return f"{part}_{self._parts[part]}.glsl"

    def _included(self, name: str, place: str) -> list[str]:
        if name in self._open:
            circle = " -> ".join([*self._open[self._open.index(name) :], name])
            raise ShaderError(f"{place}: includes in a circle: {circle}")
        if name in self.files:
            return []
        number = len(self.files)
        try:
            lines = self.lines_of(name)
        except ShaderError as error:
            raise ShaderError(f"{place}: {error}") from error
        return [f"#line 1 {number}", *lines]
