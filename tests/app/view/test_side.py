"""What a side says of its picture: why it is not the one that was asked for, and what to do; no window, no GPU."""

from dataclasses import replace

import numpy as np
import pytest

from app.model.model_messages import PICTURE, BakeAnswer, TileAnswer, arrays_of
from app.view.side import FLAT, NO_FIELD, Side, planes_note
from app.workers.worker_messages import Progress, Result
from app.workers.worker_share import WorkerShare
from core.baked import BakedVolume
from core.description import RAW, UNKNOWN, Description
from core.folded import FoldedField
from core.scene import Quality, Scene, Source
from tests.app.workers.test_worker_share import FakeWorker
from widgets.picture import Picture

EXACT = Quality(field="exact", volume=32)
TORCH = Quality(field="reference", volume=32, largest=512)


class Bench:
    """A side whose worker answers on demand, and whose renderer draws nothing."""

    def __init__(self, path, monkeypatch):
        path.write_bytes(b"x")
        self.source, self.worker = Source("checkpoint", str(path)), FakeWorker()
        self.side = Side(WorkerShare(self.worker), "", lambda: None)
        monkeypatch.setattr(self.side.view, "picture", lambda *_: Picture(1, 60, 40))
        monkeypatch.setattr(self.side, "_upload", lambda: None)

    def scene(self, quality: Quality) -> Scene:
        return Scene(self.source, quality=quality)

    def shows(
        self, quality: Quality, voxels: int = 32, made_of: Description = UNKNOWN, field: FoldedField | None = None
    ) -> None:
        """The worker has baked what this quality needs, without an exact field unless one is given."""
        self.side.update(self.scene(quality))
        values = np.zeros((voxels,) * 3 + (4,), np.float16)
        volume = BakedVolume(values, 0.35, 0.74, 1.26, 1.0, 30.0, 24, note="colours as seen from the front")
        number, (kind, request) = len(self.worker.asked), self.worker.asked[-1]
        answer = BakeAnswer.of(volume, field, request, preview=False, kimg=None, seconds=0.1, made_of=made_of)
        self.worker.events.append(Result(number, kind, answer, tuple(arrays_of(volume, field).values())))
        self.side.update(self.scene(quality))


@pytest.fixture
def bench(tmp_path, monkeypatch):
    bench = Bench(tmp_path / "net.safetensors", monkeypatch)
    yield bench
    bench.side.close()


@pytest.mark.parametrize(("voxels", "words"), [(32, NO_FIELD), (2, FLAT)])
def test_where_there_is_no_exact_picture_torch_is_offered(bench, voxels, words):
    scene = bench.scene(EXACT)
    bench.side.update(scene)
    assert bench.side.lacks_exact(scene) == "", "nobody knows yet"
    bench.shows(EXACT, voxels)
    work = bench.side.work(scene)
    assert (work.text, work.fraction, work.offer) == (words, None, "Torch reference")
    assert bench.side.resumed(scene) == replace(scene, quality=replace(EXACT, field="reference"))
    assert bench.side.note(scene) == "colours as seen from the front"


def test_what_the_exact_field_leaves_out_is_said_of_it_and_of_the_volume_its_own(bench):
    arrays = np.zeros((3, 4, 4, 4), np.float16), np.zeros(4), np.zeros((4, 4)), np.zeros(4)
    bench.shows(EXACT, field=FoldedField(*arrays, 0.35, 12, 12, True, note="before it is upsampled"))
    assert bench.side.note(bench.scene(EXACT)) == "before it is upsampled"
    assert bench.side.note(bench.scene(replace(EXACT, field="baked"))) == "colours as seen from the front"


def test_torch_draws_at_rest_only_and_once(bench):
    bench.shows(TORCH)
    scene = bench.scene(TORCH)
    bench.side.picture(scene, 600, 300, True)
    assert [kind for kind, _ in bench.worker.asked] == ["bake"]
    assert bench.side.note(scene) == "the torch reference is drawn while the camera rests; this is the baked volume"
    for _ in range(3):
        bench.side.picture(scene, 600, 300, False)
    [(_, request)] = [asked for asked in bench.worker.asked if asked[0].startswith(PICTURE)]
    assert (request.width, request.height, request.sample.checkpoint.path) == (512, 256, bench.source.path)
    assert not bench.side.is_complete(scene)
    number, kind = len(bench.worker.asked), bench.worker.asked[-1][0]
    bench.worker.events = [
        Progress(number, 0.5, "drawing with torch"),
        Result(number, kind, TileAnswer(0, 0, 1.0), (np.zeros((256, 512, 3), np.uint8),)),
    ]
    bench.side.update(scene)
    bench.side.picture(scene, 600, 300, False)
    assert bench.side.is_complete(scene)
    assert bench.side.note(scene) == "", "torch leaves nothing out"
    assert bench.side.pixels().shape == (256, 512, 4)


def test_torch_gives_way_and_shows_colour_only(bench):
    bench.shows(TORCH)
    bench.side.may_draw = False
    bench.side.picture(bench.scene(TORCH), 60, 40, False)
    bench.side.may_draw = True
    depth = bench.scene(replace(TORCH, show="depth"))
    bench.side.picture(depth, 60, 40, False)
    assert [kind for kind, _ in bench.worker.asked] == ["bake"]
    assert bench.side.note(depth).startswith("the torch reference shows colour with all its parts only")


def test_an_upsampled_picture_comes_at_rest_in_all_pixels_and_raw_ones_say_that_they_are(bench):
    quality, made_of = replace(EXACT, picture="upsampled"), Description(upsampled=64, raw=16)
    bench.shows(quality, made_of=made_of)
    scene = bench.scene(quality)
    assert bench.side.picture(scene, 600, 300, True).caption == ""
    assert bench.side.note(scene) == f"the upsampled picture is drawn while the camera rests; {RAW}"
    assert bench.side.picture_word(scene) == "raw, upsampled at rest"
    bench.side.picture(scene, 600, 300, False)
    kind, request = bench.worker.asked[-1]
    assert (request.width, request.height, request.upsampled) == (600, 300, True)
    whole = Result(len(bench.worker.asked), kind, TileAnswer(0, 0, 1.0), (np.zeros((300, 600, 3), np.uint8),))
    bench.worker.events = [whole]
    bench.side.update(scene)
    bench.side.picture(scene, 600, 300, False)
    assert (bench.side.note(scene), bench.side.picture_word(scene)) == ("", "upsampled")
    depth = bench.scene(replace(quality, show="depth"))
    bench.side.picture(depth, 600, 300, False)
    assert bench.side.note(depth) == f"the upsampled picture shows colour with all its parts only; {RAW}"
    raw = bench.scene(TORCH)
    bench.side.update(raw)
    bench.side.picture(raw, 600, 300, False)
    assert not bench.worker.asked[-1][1].upsampled
    assert bench.side.picture_word(raw) == "raw"


def test_who_has_no_upsampler_shows_what_rays_see(bench):
    quality = replace(EXACT, picture="upsampled")
    bench.shows(quality)
    bench.side.picture(bench.scene(quality), 600, 300, False)
    assert [kind for kind, _ in bench.worker.asked] == ["bake"]
    assert bench.side.picture_word(bench.scene(quality)) == ""


def test_planes_that_are_left_out_are_told():
    assert planes_note(Quality(planes=(0, 1)), Description(planes=("x–y", "x–z", "z–y"))) == "without plane z–y"
    assert planes_note(Quality()) == ""
    assert planes_note(Quality(planes=(0, 2))) == "without plane x–z"
    assert planes_note(Quality(planes=())) == "without planes x–y, x–z, y–z"
