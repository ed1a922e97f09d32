"""The command that the inspector copies asks for the same surface."""

import argparse
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.shell import mesh_cli
from app.shell.mesh_command import mesh_arguments
from app.shell.mesh_order import items_of
from app.shell.render_command import command_text
from core.geometry import ClipPlane, Decimate, DropSmall, FillHoles, Geometry, Largest, Smooth
from core.given_w import w_text
from core.scene import Latent, Other, Quality, Scene, Source

STACK = (Largest(), DropSmall(faces=7), FillHoles(radius=0.2), Smooth(passes=9, band=0.3), Decimate(faces=1234))
SCENES = {
    "plain": Scene(quality=Quality(threshold=2.58)),
    "filters": Scene(latent=Latent(3, 0.5), geometry=Geometry(resolution=192, closed=True, filters=STACK)),
    "some off": Scene(geometry=Geometry(filters=(replace(STACK[0], on=False), Smooth()))),
    "another order": Scene(geometry=Geometry(filters=STACK[::-1])),
    "twice": Scene(geometry=Geometry(filters=(Smooth(), Smooth()))),
    "between seeds": Scene(latent=Latent(3, 0.5, x=0.25)),
    "compared": Scene(other=Other(latent=Latent(4)), geometry=Geometry(clip=ClipPlane())),
}


def asked(command: str):
    parser = argparse.ArgumentParser()
    mesh_cli.register(parser.add_subparsers())
    [item] = items_of(parser.parse_args(shlex.split(command)[1:]))
    return item


@pytest.mark.parametrize("name", SCENES)
def test_it_makes_the_same_surface(name, tmp_path):
    scene = SCENES[name]
    command = command_text("mesh", mesh_arguments(scene, tmp_path / "out.glb"))
    item = asked(command)
    assert item.path == tmp_path / "out.glb"
    assert not item.automatic
    made = item.scene
    assert (made.source, made.latent, made.quality.threshold) == (scene.source, scene.latent, scene.quality.threshold)
    assert (made.geometry.resolution, made.geometry.closed) == (scene.geometry.resolution, scene.geometry.closed)
    assert made.geometry.applied == scene.geometry.applied
    assert ("--scene" in command) == (name in ("another order", "twice", "between seeds"))


def test_it_names_the_generator():
    scene = Scene(source=Source("run", "runs/a", "000040.safetensors"))
    words = ["runs/a", "--snapshot", "000040", "--seed", "0", "--psi", "0.7"]
    assert mesh_arguments(scene, Path("a.ply"))[: len(words)] == words


def test_colours_as_rays_see_them_are_part_of_the_command():
    scene = Scene()
    assert "--colours" not in mesh_arguments(scene, Path("a.glb"))
    seen = replace(scene, geometry=replace(scene.geometry, colouring="seen"))
    assert mesh_arguments(seen, Path("a.glb"))[-4:] == ["--colours", "seen", "--out", "a.glb"]


def test_a_seed_takes_the_place_of_a_found_w():
    parser = argparse.ArgumentParser()
    mesh_cli.register(parser.add_subparsers())
    found = Scene(latent=Latent(w=w_text(np.ones((1, 4), np.float32))))
    words = ["mesh", "--scene", found.to_json(), "--seeds", "3-4", "--out", "{seed}.ply"]
    assert [item.scene.latent for item in items_of(parser.parse_args(words))] == [Latent(3), Latent(4)]
