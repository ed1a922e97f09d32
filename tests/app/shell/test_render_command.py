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

from app.cli import main
from app.shell import render_cli, render_latent
from app.shell.render_cli import order_of
from app.shell.render_command import command_text, render_arguments
from core.camera import Camera
from core.geometry import Geometry
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
    picture=st.sampled_from(["raw", "upsampled"]),
    sampling=st.sampled_from(["even", "training"]),
    show=st.sampled_from(["colour", "depth", "surface", "slice"]),
    largest=st.sampled_from([512, 1024]),
    parts=st.sampled_from(["both", "foreground"]),
    threshold=st.floats(0.01, 100),
    slice_axis=st.sampled_from(["x", "y", "z"]),
    slice_at=st.floats(-1, 1),
    smooth=st.integers(0, 64),
    planes=st.sampled_from([(0, 1, 2), (0, 2), (1,), ()]),
)
cameras = st.builds(
    Camera, angles, st.floats(0.1, 3), st.floats(0.2, 4), st.floats(10, 90), st.tuples(*[st.floats(-1, 1)] * 3),
    roll=angles, pivot=st.floats(-1, 1),
)  # fmt: skip
others = st.sampled_from([None, Other(latent=Latent(seed=4)), Other(quality=Quality(show="depth"))])
seeds, parts = st.integers(0, 2**32 - 1), st.floats(0, 1, exclude_max=True)
latents = st.builds(
    Latent, seeds, st.floats(-1, 2), parts, parts,
    cutoff=st.none() | st.integers(0, 20),
    mix_seed=st.none() | seeds,
    mix_layers=st.sets(st.integers(0, 20)).map(lambda layers: tuple(sorted(layers))),
    noise=st.sampled_from(["none", "const", "random"]),
    noise_seed=seeds,
    label=st.none() | st.integers(0, 9),
    pose=st.none() | st.tuples(angles, st.floats(0, 3)),
    pose_follows=st.booleans(),
    shifts=st.lists(st.floats(-10, 10), max_size=4).map(tuple),
    shift_layers=st.none() | st.tuples(st.integers(0, 3), st.integers(3, 9)),
    toward=st.none() | st.just(Latent(7)),
)  # fmt: skip
scenes = st.builds(
    Scene, latent=st.builds(Latent, seeds, st.floats(-1, 2)) | latents, camera=cameras, quality=qualities, other=others
)


POSE = (math.pi / 2, math.pi / 4)
FORMS = (
    ExportForm(width=64, height=48, smooth=16),
    ExportForm("grid", width=32, height=32, columns=3, rows=2),
    ExportForm("turntable", seconds=0.9, fps=10),
)


@given(scenes)
def test_the_command_is_the_scene(scene):
    for form in FORMS:
        arguments = render_arguments(scene, form, Path("out.png"))
        assert shlex.split(command_text("render", arguments)) == ["epigraf", "render", *arguments]
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
    text = command_text("render", render_arguments(scene, ExportForm(), Path("turn.mp4")))
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


def test_the_sample_is_said_in_plain_words():
    latent = Latent(3, 0.5, 0.25, cutoff=4, mix_seed=9, mix_layers=(0, 2), label=1, pose=POSE, shifts=(0.0, -1.5))
    arguments = render_arguments(Scene(latent=latent), FORMS[0], Path("out.png"))
    wanted = "--seed 3 --psi 0.5 --at 0.25 0.0 --cutoff 4 --label 1 --mix 9 --mix-layers 0,2 --pose 90.0 45.0"
    assert command_text("render", arguments).startswith(f"epigraf render {wanted} --shift 2 -1.5 --yaw")


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        (["--mix", "3"], "--mix-layers"),
        (["--mix-layers", "0-2"], "--mix"),
        (["--shift", "0", "1"], "--shift 0 1"),
        (["--shift", "1", "far"], "--shift 1 far"),
        (["--at", "1.5", "0"], "latent.x"),
        (["--shift-layers", "3", "1"], "latent.shift_layers"),
        (["--label", "-1"], "latent.label"),
    ],
)
def test_what_a_sample_cannot_be_is_named(options, wrong):
    with pytest.raises(ValueError, match=wrong):
        parsed([*options, "--out", "out.png"])


@pytest.mark.parametrize("words", [["--mix-layers", "a"], ["--through", "3"], ["--through", "3,x"]])
def test_lists_that_are_none_say_how_they_look(words, capsys):
    with pytest.raises(SystemExit):
        parsed([*words, "--out", "out.png"])
    assert "expected" in capsys.readouterr().err


def test_a_film_through_seeds_comes_back_to_the_first():
    order = parsed(["--through", "3,8,21", "--psi", "0.5", "--yaw", "40", "--out", "out.mp4"])
    assert order.timeline is not None
    assert order.timeline.seconds == 6
    assert [order.timeline.at(time).latent.seed for time in (0, 2, 4, 6)] == [3, 8, 21, 3]
    half = order.timeline.at(1)
    assert (half.latent.toward, half.latent.share) == (Latent(8, 0.5), 0.5)
    assert half.camera.yaw == math.radians(40)


def test_layers_may_be_ranges():
    assert render_latent.layers("0-2,5") == (0, 1, 2, 5)


def test_a_way_through_seeds_needs_a_film_and_a_generator(tmp_path, capsys):
    blob_volume().save(tmp_path / "volume.npz")
    assert main(["render", "--through", "1,2", "--out", str(tmp_path / "out.png")]) != 0
    assert ".mp4 or .gif" in capsys.readouterr().err
    assert main(["render", str(tmp_path / "volume.npz"), "--through", "1,2", "--out", str(tmp_path / "out.mp4")]) != 0
    assert "one sample" in capsys.readouterr().err


def test_what_the_inspector_shows_is_part_of_the_scene():
    scene = Scene(geometry=Geometry(resolution=192, colouring="normals"))
    order = parsed(render_arguments(scene, FORMS[0], Path("out.png")))
    assert order.scene == replace(scene, quality=replace(scene.quality, smooth=16))
