"""Undo and redo: whatever was kept comes back, in order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera
from core.history import History, Work, difference
from core.scene import Latent, Quality, Scene
from core.timeline import Keyframe, Timeline


def scene(seed: int) -> Work:
    return Work(Scene(latent=Latent(seed=seed)))


@given(st.lists(st.integers(0, 5), max_size=20), st.integers(0, 25), st.integers(0, 25))
def test_what_was_kept_comes_back(seeds, back, forth):
    history, kept = History(scene(0)), [scene(0)]
    for seed in seeds:
        history.keep(scene(seed))
        if scene(seed) != kept[-1]:
            kept.append(scene(seed))
    at = len(kept) - 1
    for _ in range(back):
        at -= 1
        assert history.undo() == (kept[at] if at >= 0 else None)
        at = max(at, 0)
        assert history.present == kept[at]
    for _ in range(forth):
        at += 1
        assert history.redo() == (kept[at] if at < len(kept) else None)
        at = min(at, len(kept) - 1)
        assert history.present == kept[at]


def test_a_new_gesture_forgets_what_was_undone():
    history = History(scene(0))
    history.keep(scene(1))
    assert history.undo() == scene(0)
    history.keep(scene(2))
    assert history.redo() is None
    assert history.undo() == scene(0)


def test_only_so_many_are_kept():
    history = History(scene(0), most=3)
    for seed in range(1, 10):
        history.keep(scene(seed))
    assert [history.undo() for _ in range(4)] == [scene(8), scene(7), scene(6), None]


def test_it_says_what_would_change():
    history = History(Work(Scene()))
    assert (history.undoes, history.redoes) == ("", "")
    history.keep(scene(1))
    turned = replace(scene(1).scene, camera=Camera(yaw=0), quality=Quality(steps=8))
    history.keep(Work(turned))
    assert history.undoes == "camera, quality"
    history.undo()
    assert (history.undoes, history.redoes) == ("latent", "camera, quality")
    elsewhere = replace(Scene(), source=replace(Scene().source, kind="run", path="/a"))
    assert difference(Work(Scene()), Work(elsewhere)) == "generator"
    journey = Timeline((Keyframe(0.0, Scene()),))
    assert difference(Work(Scene()), Work(Scene(), journey)) == "timeline"
    assert difference(Work(Scene()), Work(elsewhere, journey)) == "timeline, generator"
