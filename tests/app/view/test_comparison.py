"""What a comparison is called and offers, and that nothing is kept for it while it is off; no window, no GPU."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.view.comparison import Comparison, labels, source_choices
from app.view.side import Side
from app.workers.worker_share import WorkerShare
from core.given_w import w_text
from core.scene import Latent, Other, Quality, Scene, Source
from tests.app.workers.test_worker_share import FakeWorker
from widgets.compare import begun, toggled
from widgets.time_view import Snapshot


def names(**own) -> tuple[str, str]:
    scene = Scene(other=Other(**own))
    return labels(scene, scene.beside)


def test_pictures_are_called_by_what_tells_them_apart():
    assert names() == ("A", "B")
    assert names(latent=Latent(7)) == ("A  seed 0", "B  seed 7")
    assert names(latent=Latent(0, 1.0)) == ("A  ψ 0.7", "B  ψ 1")
    assert names(quality=Quality(field="reference")) == ("A  baked volume", "B  torch reference")
    assert names(quality=Quality(volume=128, show="depth")) == ("A  colour  64³", "B  depth  128³")
    exact = Scene(quality=Quality(field="exact"), other=Other(quality=Quality(field="exact", sampling="training")))
    assert labels(exact, exact.beside) == ("A  samples even", "B  samples as in training")
    assert names(source=Source("run", "/runs/00003-x", "000040.safetensors"))[1] == "B  00003-x, 000040"


def test_b_may_show_the_run_now_and_as_it_was():
    run = SimpleNamespace(
        item=SimpleNamespace(path=Path("runs/00003-x")), snapshots=(Snapshot("a.safetensors", 1), Snapshot("b", 2))
    )
    choices = source_choices(Scene(Source("run", str(Path("runs/00003-x")))), run, ("data.zip", "old.safetensors"))
    assert [each.label for each in choices] == [
        "demo", "00003-x, newest", "00003-x, b", "00003-x, a", "old.safetensors",
    ]  # fmt: skip
    assert choices[3].source == Source("run", str(Path("runs/00003-x")), "a.safetensors")


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A comparison whose B computes by a worker that only listens, and draws nothing."""
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    monkeypatch.setattr("app.view.view_controller.ViewController.start", lambda self: None)
    (tmp_path / "demo.safetensors").write_bytes(b"x")
    worker = FakeWorker()
    share = WorkerShare(worker)
    first = Side(share, "", lambda: None)
    comparison = Comparison(share, lambda: None)
    yield comparison, first, worker
    comparison.close()
    first.close()


def test_nothing_is_computed_while_nothing_is_compared(bench):
    comparison, first, worker = bench
    for scene in (Scene(), Scene(other=Other(view="off", latent=Latent(3)))):
        comparison.update(scene, first)
        assert (comparison.side, worker.asked) == (None, [])
    on = Scene(other=Other(latent=Latent(3)))
    comparison.update(on, first)
    comparison.update(on, first)
    [(kind, request)] = worker.asked
    assert (kind, request.latent.seed) == ("bake of b", 3)
    assert comparison.split(on).labels == ("A  seed 0", "B  seed 3")
    comparison.update(replace(on, other=None), first)
    assert comparison.side is None
    assert "bake of b" in worker.cancelled


def test_what_is_compared_at_first_is_something_to_see():
    split = toggled(Scene(latent=Latent(4)))
    assert (split.other.view, split.other.latent) == ("split", Latent(5))
    off = toggled(split)
    assert (off.beside, off.other.latent) == (None, Latent(5))
    assert toggled(off) == split, "what B was is there when it is wanted again"
    wanted = Other(view="difference")
    assert begun(Scene(), wanted).quality == Quality(field="reference")
    assert begun(Scene(quality=Quality(field="reference")), wanted).quality.field == "exact"


def test_b_is_another_sample_whatever_a_is():
    found = Scene(latent=Latent(5, w=w_text(np.ones((1, 4), np.float32))))
    assert begun(found, Other(view="split")).latent == Latent(6)
    assert begun(Scene(latent=Latent(2**32 - 1)), Other(view="split")).latent == Latent(0)
