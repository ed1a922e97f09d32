import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera
from core.scene import Latent, Other, Quality, Scene, Source

scenes = st.builds(
    Scene,
    st.builds(Source, st.sampled_from(["demo", "checkpoint", "run"]), st.text(max_size=20)),
    st.builds(Latent, st.integers(0, 2**32 - 1), st.floats(-1, 2)),
    st.builds(
        Camera,
        st.floats(-math.pi, math.pi),
        st.floats(0.01, 3.1),
        st.floats(0.1, 10),
        st.floats(1, 170),
        st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)),
        st.floats(-math.pi, math.pi),
    ),
    st.builds(Quality, st.integers(8, 512), st.integers(32, 256), st.sampled_from(["learned", "white", "black"])),
)


@given(scenes)
def test_a_scene_survives_json(scene):
    assert Scene.from_json(scene.to_json()) == scene


def test_a_scene_of_before_has_no_roll():
    tree = json.loads(Scene(camera=Camera(yaw=0.5)).to_json())
    del tree["camera"]["roll"]
    assert Scene.from_json(json.dumps(tree)) == Scene(camera=Camera(yaw=0.5))


def broken(**changes):
    tree = json.loads(Scene().to_json())
    for path, value in changes.items():
        *parents, leaf = path.split("__")
        branch = tree
        for parent in parents:
            branch = branch[parent]
        branch[leaf] = value
    return json.dumps(tree)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "no Scene"),
        ("[1, 2]", "no Scene"),
        (broken(version=99), "version 99"),
        (broken(latent__psi=7), "latent.psi"),
        (broken(latent__psi="high"), "latent.psi"),
        (broken(latent__seed=-1), "latent.seed"),
        (broken(latent__colour=1), "colour"),
        (broken(camera__fov=0), "camera.fov"),
        (broken(camera__target=[1, 2]), "camera.target"),
        (broken(camera__roll="upright"), "camera.roll"),
        (broken(camera=None), "camera"),
        (broken(quality__steps=1.5), "quality.steps"),
        (broken(quality__backdrop="green"), "quality.backdrop"),
        (broken(source__kind="cloud"), "source.kind"),
        (broken(source__snapshot="000010.safetensors"), "belongs to a run"),
        (broken(source__kind="run", source__snapshot="../live.safetensors"), "plain name"),
    ],
)
def test_what_is_wrong_is_named(text, message):
    with pytest.raises(ValueError, match=message):
        Scene.from_json(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Latent(seed=2**32),
        lambda: Latent(psi=3),
        lambda: Quality(steps=7),
        lambda: Quality(largest=5000),
        lambda: Other(divider=2),
        lambda: Other(gain=0),
    ],
)
def test_values_out_of_range_are_refused(make):
    with pytest.raises(ValueError, match="must lie in"):
        make()


def test_scenes_are_values():
    assert replace(Scene(), latent=Latent(seed=1)) != Scene()
    assert hash(Scene()) == hash(Scene())


def test_a_snapshot_is_a_file_of_the_run():
    source = Source("run", "/runs/00001-a", "000010.safetensors")
    assert Path(source.snapshot_file) == Path("/runs/00001-a/snapshots/000010.safetensors")
    assert Source("run", "/runs/00001-a").snapshot_file == ""


def test_scenes_from_before_snapshots_are_read():
    tree = json.loads(Scene(Source("run", "/runs/a")).to_json())
    del tree["source"]["snapshot"]
    assert Scene.from_json(json.dumps(tree)).source == Source("run", "/runs/a")


def test_b_has_what_it_has_of_its_own_and_shares_the_rest():
    scene = Scene(latent=Latent(1), other=Other(latent=Latent(2)))
    assert scene.beside == Scene(latent=Latent(2))
    assert replace(scene, camera=Camera(yaw=1)).beside.camera == Camera(yaw=1)
    assert Scene().beside is None
    assert replace(scene, other=replace(scene.other, view="off")).beside is None
    assert scene.swapped == Scene(latent=Latent(2), other=Other(latent=Latent(1)))
    assert scene.swapped.swapped == scene
    assert scene.levelled == Scene(latent=Latent(1), other=Other(latent=Latent(1)))
    drawn = Scene(other=Other(quality=Quality(field="reference"), view="difference"))
    assert (drawn.swapped.quality.field, drawn.swapped.other.view) == ("reference", "difference")
    assert Scene.from_json(drawn.to_json()) == drawn


def test_scenes_of_before_there_was_a_b_still_load():
    tree = json.loads(Scene().to_json())
    del tree["other"]
    for name in ("largest", "field", "sampling", "show"):
        del tree["quality"][name]
    assert Scene.from_json(json.dumps(tree)) == Scene()


def test_a_latent_of_before_is_a_plain_seed():
    tree = json.loads(Scene(latent=Latent(3, 0.5)).to_json())
    tree["latent"] = {"seed": 3, "psi": 0.5}
    assert Scene.from_json(json.dumps(tree)) == Scene(latent=Latent(3, 0.5))


def test_a_latent_with_everything_survives_json():
    latent = Latent(
        1, 1.0, 0.25, 0.5, 4, 7, (0, 3), "random", 9, 2, (0.5, 1.5), (0.0, -2.5), (1, 3), Latent(4, x=0.5), 0.25
    )
    assert Scene.from_json(Scene(latent=latent).to_json()).latent == latent


@pytest.mark.parametrize(
    "values",
    [
        {"x": 1.0},
        {"y": -0.1},
        {"cutoff": -1},
        {"mix_seed": 2**32},
        {"mix_layers": (3, 1)},
        {"mix_layers": (-1,)},
        {"shifts": (0.0, 11.0)},
        {"shift_layers": (3, 2)},
        {"share": 1.5},
        {"toward": Latent(toward=Latent())},
    ],
)
def test_a_latent_refuses(values):
    with pytest.raises(ValueError, match=f"latent.{next(iter(values))}"):
        Latent(**values)
