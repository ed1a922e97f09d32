"""The command of a Scene draws that Scene: it is parsed back, whatever the Scene holds."""

from __future__ import annotations

import argparse
import math
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app import render_cli
from app.cli import main
from app.render_cli import order_of
from app.render_command import command_text, render_arguments
from core.camera import Camera
from core.scene import Latent, Other, Quality, Scene, Source
from tests.app.gl.fields import blob_volume
from widgets.export_view import ExportForm


def parsed(arguments: list[str]) -> render_cli.Order:
    parser = argparse.ArgumentParser()
    render_cli.register(parser.add_subparsers())
    return order_of(parser.parse_args(["render", *arguments]))


angles = st.floats(-3.1, 3.1, allow_subnormal=False)
qualities = st.builds(
    Quality,
    steps=st.integers(8, 512),
    volume=st.integers(32, 256),
    backdrop=st.sampled_from(["learned", "white", "black"]),
    field=st.sampled_from(["baked", "exact", "reference"]),
    sampling=st.sampled_from(["even", "training"]),
    show=st.sampled_from(["colour", "depth", "surface", "slice"]),
    largest=st.sampled_from([512, 1024]),
    parts=st.sampled_from(["both", "foreground"]),
    threshold=st.floats(0.01, 100),
    slice_axis=st.sampled_from(["x", "y", "z"]),
    slice_at=st.floats(-1, 1),
    smooth=st.integers(0, 64),
)
cameras = st.builds(
    Camera, angles, st.floats(0.1, 3), st.floats(0.2, 4), st.floats(10, 90), st.tuples(*[st.floats(-1, 1)] * 3),
    roll=angles,
)  # fmt: skip
others = st.sampled_from([None, Other(latent=Latent(seed=4)), Other(quality=Quality(show="depth"))])
scenes = st.builds(
    Scene, latent=st.builds(Latent, st.integers(0, 2**32 - 1), st.floats(-1, 2)), camera=cameras, quality=qualities,
    other=others,
)  # fmt: skip


FORMS = (
    ExportForm(width=64, height=48, smooth=16),
    ExportForm("grid", width=32, height=32, columns=3, rows=2),
    ExportForm("turntable", seconds=0.9, fps=10),
)


@given(scenes)
def test_the_command_is_the_scene(scene):
    for form in FORMS:
        arguments = render_arguments(scene, form, Path("out.png"))
        assert shlex.split(command_text(arguments)) == ["epigraf", "render", *arguments]
        order = parsed(arguments)
        smooth = scene.quality.smooth if scene.quality.field == "reference" else form.smooth
        assert order.scene == replace(scene, quality=replace(scene.quality, smooth=smooth))
        assert order.own_camera or "--radius" in arguments
        assert order.size == (form.width, form.height)
        assert order.grid == ((3, 2) if form.kind == "grid" else (1, 1))
        assert order.views == (9 if form.kind == "turntable" else 1)


def test_plain_scenes_are_said_in_plain_words(tmp_path):
    checkpoint = tmp_path / "a b.safetensors"
    checkpoint.write_bytes(b"")
    scene = Scene(Source("checkpoint", str(checkpoint)), Latent(3, 0.5), Camera(yaw=math.radians(30)))
    text = command_text(render_arguments(scene, ExportForm(), Path("turn.mp4")))
    assert f"'{checkpoint}' --seed 3 --psi 0.5" in text
    assert "--scene" not in text
    assert "--yaw 30.0" in text or "--yaw 29.99" in text or "--yaw 30.00" in text


def test_the_command_makes_the_same_bytes_as_the_session(tmp_path):
    blob_volume().save(tmp_path / "volume.npz")
    scene = Scene(Source("checkpoint", str(tmp_path / "volume.npz")), quality=Quality(steps=24, show="surface"))
    (tmp_path / "session.json").write_text(scene.to_json())
    one, other = tmp_path / "one.png", tmp_path / "other.png"
    assert main(["render", *render_arguments(scene, ExportForm(width=40, height=24, smooth=0), one)]) == 0
    assert main(["render", str(tmp_path / "session.json"), "--size", "40x24", "--out", str(other)]) == 0
    assert one.read_bytes() == other.read_bytes()
    assert np.asarray(Image.open(one)).std() > 5
    # A comparison has no words.
    both = replace(scene, other=Other(quality=Quality(steps=24, show="normals")))
    arguments = render_arguments(both, ExportForm(width=40, height=24, smooth=0), tmp_path / "both.png")
    assert arguments[0] == "--scene"
    assert main(["render", *arguments]) == 0
    assert (tmp_path / "both.png").read_bytes() != one.read_bytes()


def test_nothing_is_replaced_unless_it_is_said(tmp_path, capsys):
    blob_volume().save(tmp_path / "volume.npz")
    out = tmp_path / "out.png"
    out.write_text("mine")
    command = ["render", str(tmp_path / "volume.npz"), "--size", "8", "--out", str(out)]
    assert main(command) == 2
    assert "there already" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert main([*command, "--force"]) == 0
    assert out.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("arguments", [["a.npz", "--scene", "{}"], ["--scene", "{}"], ["--scene", "no json"]])
def test_a_wrong_session_is_explained(arguments, tmp_path, capsys):
    assert main(["render", *arguments, "--out", str(tmp_path / "a.png")]) == 2
    error = capsys.readouterr().err
    assert "Scene" in error or "--scene" in error
    assert "Traceback" not in error
