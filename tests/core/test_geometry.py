"""How a surface is made is part of the Scene: it survives JSON, old Scenes have the default, nonsense is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.camera import Camera
from core.geometry import ClipBox, ClipPlane, Decimate, DropSmall, FillHoles, Geometry, Largest, Slices, Smooth
from core.scene import Scene

places = st.none() | st.floats(-1, 1)
filters = st.one_of(
    st.builds(Largest, on=st.booleans()),
    st.builds(DropSmall, on=st.booleans(), faces=st.integers(1, 10_000)),
    st.builds(FillHoles, on=st.booleans(), radius=st.floats(1e-6, 100)),
    st.builds(Smooth, on=st.booleans(), passes=st.integers(1, 200), band=st.floats(0.001, 2)),
    st.builds(Decimate, on=st.booleans(), faces=st.integers(100, 10_000_000)),
)
geometries = st.builds(
    Geometry,
    resolution=st.integers(64, 512),
    closed=st.booleans(),
    filters=st.lists(filters, max_size=4).map(tuple),
    style=st.sampled_from(["surface", "wireframe", "points"]),
    colouring=st.sampled_from(["colour", "seen", "plain", "normals", "mean", "gaussian", "density", "distance"]),
    clip=st.none() | st.builds(ClipPlane, st.just((0.0, 1.0, 0.5)), st.floats(-2, 2)),
    clip_box=st.none() | st.just(ClipBox((-0.5, -1.0, 0.0), (0.5, 0.0, 1.0))),
    slices=st.builds(Slices, places, places, places, st.booleans()),
    camera=st.none() | st.just(Camera(yaw=0.4)),
)


@settings(max_examples=40)
@given(geometries)
def test_it_survives_json_within_the_scene(geometry):
    scene = Scene(geometry=geometry)
    assert Scene.from_json(scene.to_json()) == scene
    assert hash(geometry) == hash(replace(geometry))


def test_scenes_of_before_have_the_default():
    tree = json.loads(Scene().to_json())
    del tree["geometry"]
    assert Scene.from_json(json.dumps(tree)).geometry == Geometry()


def test_filters_that_are_off_are_not_applied():
    assert Geometry(filters=(Largest(on=False), Smooth())).applied == (Smooth(),)


def test_a_clip_has_a_direction_of_any_length():
    assert ClipPlane((0.0, 0.0, -3.0)).unit == (0, 0, -1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Geometry(resolution=600), "geometry.resolution"),
        (lambda: Smooth(passes=0), "smooth: passes"),
        (lambda: DropSmall(faces=0), "small: faces"),
        (lambda: FillHoles(radius=0), "holes: radius"),
        (lambda: Decimate(faces=3), "decimate: faces"),
        (lambda: ClipPlane((0.0, 0.0, 0.0)), "geometry.clip.normal"),
        (lambda: ClipPlane(at=3), "geometry.clip.at"),
        (lambda: ClipBox((0.0, 0.0, 0.0), (0.0, 1.0, 1.0)), "geometry.clip_box: x"),
        (lambda: Slices(y=2.0), "geometry.slices.y"),
    ],
)
def test_values_out_of_range_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("entry", "message"),
    [({"kind": "melt"}, "'melt' found using 'kind'"), ({"kind": "smooth", "passes": 0}, "smooth: passes must lie")],
)
def test_a_broken_filter_in_json_is_named(entry, message):
    tree = json.loads(Scene().to_json())
    tree["geometry"]["filters"] = [entry]
    with pytest.raises(ValueError, match=message):
        Scene.from_json(json.dumps(tree))
