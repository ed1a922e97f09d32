from itertools import product
from typing import get_args

import pytest

from app.gl.headless import open_context
from app.gl.program import Program
from app.gl.shader_parts import included
from app.gl.shader_source import ShaderError, ShaderSource, load_shader
from core.field_parts import Activation, Colours, DecoderForm, FieldParts, Placement, Summation

FILES = {
    "main.frag": '#version 330 core\n#include "a.glsl"\n#include "b.glsl"\nvoid main() { broken }\n',
    "a.glsl": "float a() { return 1.0; }\n",
    "b.glsl": '#include "a.glsl"\nfloat b() { return a(); }\n',
    "one.glsl": '#include "two.glsl"\n',
    "two.glsl": '#include "one.glsl"\n',
    "lost.glsl": '\n#include "nowhere.glsl"\n',
    "open.glsl": "#include <tone>\nfloat c() { return tone(); }\n",
    "tone_dark.glsl": "float tone() { return 0.1; }\n",
    "tone_light.glsl": "float tone() { return 0.9; }\n",
}


def read(name: str) -> str:
    if name not in FILES:
        raise ShaderError(f"shaders/{name} is missing")
    return FILES[name]


def test_a_file_is_included_once():
    source = load_shader("main.frag", read=read)
    assert source.text.count("float a()") == 1
    assert source.files == ("main.frag", "a.glsl", "b.glsl")


def test_circles_and_missing_files_name_the_place():
    with pytest.raises(ShaderError, match=r"two.glsl:1: includes in a circle: one.glsl -> two.glsl -> one.glsl"):
        load_shader("one.glsl", read=read)
    with pytest.raises(ShaderError, match=r"lost.glsl:2: shaders/nowhere.glsl is missing"):
        load_shader("lost.glsl", read=read)


def test_a_part_is_the_chosen_file():
    source = load_shader("open.glsl", read=read, parts={"tone": "light"})
    assert "0.9" in source.text
    assert "0.1" not in source.text
    assert source.files == ("open.glsl", "tone_light.glsl")
    with pytest.raises(ShaderError, match=r"open.glsl:1: nothing is chosen for the part <tone>"):
        load_shader("open.glsl", read=read)


def test_there_is_a_shader_for_each_part():
    forms = product(*map(get_args, (Activation, Colours, Placement, Summation)))
    for activation, colours, placement, summation in forms:
        parts = FieldParts(decoder=DecoderForm(activation, colours), placement=placement, summation=summation)
        files = load_shader("field.frag", parts=included(parts)).files
        assert {f"activation_{activation}.glsl", f"colours_{colours}.glsl"} <= set(files)
        assert {f"placement_{placement}.glsl", f"summation_{summation}.glsl"} <= set(files)


def test_defines_follow_the_version():
    lines = load_shader("main.frag", {"FLAG": 1}, read).text.splitlines()
    assert lines[:2] == ["#version 330 core", "#define FLAG 1"]


@pytest.mark.parametrize("message", ["1:7(3): error: x", "1(7) : error C1: x", "ERROR: 1:7: x"])
def test_messages_of_drivers_name_the_file(message):
    assert "b.glsl:7" in ShaderSource("", ("main.frag", "b.glsl")).explain(message)


def test_a_compiler_error_names_file_and_line():
    with open_context(), pytest.raises(ShaderError, match=r"main.frag:4"):
        Program(load_shader("fullscreen.vert"), load_shader("main.frag", read=read))
