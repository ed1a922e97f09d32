"""The figures of the Performance panel, without a window."""

import os
from dataclasses import replace

import pytest

from app.footprint import Footprint
from app.gl.ray_samples import RaySamples
from app.model.model_messages import Effort
from app.performance import Performance, Rest
from app.performance_report import Facts, groups_of, milliseconds, report, sharing_words
from app.sharing import Sharing
from core.scene import Latent, Quality, Scene, Source

EFFORT = Effort(read=250.0, map=0.25, synthesise=31.5, bake=None, sent=1.0, device="cuda", gpu_bytes=48_000_000)
FACTS = Facts(
    scene=Scene(Source("run", "/runs/00001-a", "000010.safetensors"), Latent(7, 0.5)),
    graphics="llvmpipe", driver="llvmpipe; OpenGL 4.5; fragment shader",
    picture=(640, 400), volume=64, planes=(48, 256), effort=EFFORT, transfer_ms=12.0,
    upload_ms=3.0, march_ms=9.25, frame_ms=4.0, fps=59.7, samples=RaySamples(24.0, 96.0),
    window=300_000_000, worker=900_000_000, trainer=None, textures=25_000_000, sharing=Sharing(0.25, True, True),
)  # fmt: skip


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


def figures(facts: Facts) -> dict[str, str]:
    return {figure.label: figure.value for group in groups_of(facts) for figure in group.figures}


def test_all_that_is_known_is_said():
    found = figures(FACTS)
    expected = {
        "read": "250 ms", "map": "0.25 ms", "synthesise": "31.5 ms", "bake": "at hand", "fold": "at hand",
        "transfer": "12.0 ms", "upload": "3.0 ms", "march": "9.2 ms", "window frame": "4.0 ms", "frames": "60 fps",
        "samples a ray": "24.0 of 96.0", "device": "llvmpipe", "picture": "640 × 400",
        "field": "64³ voxels, 48 layers of 256²", "window": "300 MB", "trainer": "–", "worker's GPU": "48 MB",
        "worker on": "cuda",
    }  # fmt: skip
    assert {label: found[label] for label in expected} == expected
    assert all(figure.help for group in groups_of(FACTS) for figure in group.figures)


def test_a_volume_that_the_window_has_baked_says_so():
    assert "bake here" not in figures(FACTS)
    assert figures(replace(FACTS, bake_ms=18.25))["bake here"] == "18.2 ms"


def test_what_is_not_known_is_a_dash():
    found = figures(Facts())
    assert set(found.values()) == {"–", "0 fps"}
    assert "fold" not in found, "only the exact field is folded"
    assert "worker's GPU" not in found


def test_the_report_tells_settings_and_versions():
    text = report(FACTS, "epigraf-studio 1.0\nPython 3.11")
    for part in (
        "run /runs/00001-a 000010.safetensors", "seed 7, psi 0.5", "steps 96", "at most 25%", "leaves it alone",
        "OpenGL 4.5; fragment shader", "epigraf-studio 1.0", "Python 3.11", "24.0 of 96.0",
    ):  # fmt: skip
        assert part in text
    assert sharing_words(Sharing(0.5, training=True)) != sharing_words(Sharing(0.5))


@pytest.mark.parametrize(("value", "words"), [(None, "–"), (0.123, "0.12 ms"), (12.34, "12.3 ms"), (1234.5, "1234 ms")])
def test_times_in_words(value, words):
    assert milliseconds(value) == words


def test_samples_in_words():
    torch = Scene(quality=Quality(field="reference"))
    cases = {"95.2": RaySamples(95.24), "24.0 of 96.0": RaySamples(24, 96), "counted at rest": None}
    for words, samples in cases.items():
        assert figures(replace(FACTS, samples=samples))["samples a ray"] == words
    assert figures(replace(FACTS, samples=None, scene=torch))["samples a ray"] == "–"


def test_frames_are_measured_only_while_somebody_looks():
    clock = Clock()
    performance = Performance(clock)

    def frame(seconds: float, looked: bool) -> float | None:
        performance.begin_frame()
        if looked:
            performance.looked_at = True
        clock.now += seconds
        performance.end_frame()
        return performance.frame_ms

    assert frame(0.5, looked=True) is None, "it was not known yet that somebody would look"
    assert frame(0.010, looked=True) == pytest.approx(10)
    assert frame(0.020, looked=True) == pytest.approx(11)
    assert frame(0.020, looked=False) == pytest.approx(11.9)
    assert frame(0.5, looked=False) is None


def test_rest_is_when_nothing_has_changed_for_a_moment():
    clock = Clock()
    rest = Rest(clock)
    assert not rest.of("a")
    clock.now += 1
    assert rest.of("a")
    assert not rest.of("b")
    clock.now += 1
    assert rest.of("b")


def test_memory_of_processes_that_may_be_gone():
    clock = Clock()
    footprint = Footprint(clock)
    own, none, gone = footprint.memory([os.getpid(), None, 2**22 + 1])
    assert own > 10_000_000
    assert (none, gone) == (None, None)
    assert footprint.memory([os.getpid(), os.getpid(), None])[1] is None, "looked at every now and then"
    clock.now += 5
    assert footprint.memory([os.getpid(), os.getpid(), None])[1] > 10_000_000


def test_a_sample_that_came_from_a_file_was_no_effort():
    assert figures(replace(FACTS, effort=Effort(), planes=None))["bake"] == "–"
