"""Behind the Inversion window: searches in processes, one after the other; and `epigraf invert`."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from app import cli
from app.inversion.inversions import Inversions
from app.pictures.picture_file import read_picture
from app.source_files import pinned_source
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.given_w import w_values
from core.scene import Latent, Scene, Source
from tests.training.test_inversion import SMALL
from tests.training.toy import toy_run
from widgets.inversion_view import InversionForm, SearchItem

pytestmark = pytest.mark.process


@pytest.fixture
def picture(tmp_path) -> Path:
    Image.new("RGB", (20, 24), "red").save(tmp_path / "red.png")
    return tmp_path / "red.png"


@pytest.fixture
def weights(tmp_path) -> Path:
    torch.manual_seed(0)
    save_checkpoint(tmp_path / "small.safetensors", EpigrafGenerator(SMALL), None, {})
    return tmp_path / "small.safetensors"


def until_done(inversions: Inversions, number: int) -> SearchItem:
    deadline = time.monotonic() + 90
    while True:
        item = next(item for item in inversions.items if item.number == number)
        if item.state not in ("waiting", "searching"):
            return item
        assert time.monotonic() < deadline, item
        time.sleep(0.02)


def test_searches_wait_for_each_other_and_keep_the_weights_they_were_begun_with(tmp_path, picture, weights):
    inversions = Inversions(lambda: None)
    scene = Scene(Source("checkpoint", str(weights)), Latent(7), Camera(yaw=1.0, radius=1.5, roll=0.1))
    form = InversionForm(str(picture), steps=10, size=32, pose="viewport")
    first = inversions.start(form, scene, "small", "cpu")
    second = inversions.start(form, scene, "small", "cpu")
    changed = tmp_path / "changed.safetensors"
    changed.write_bytes(weights.read_bytes())
    third = inversions.start(form, replace(scene, source=Source("checkpoint", str(changed))), "changed", "cpu")
    inversions.cancel(second)
    inversions._pins.submit(lambda: None).result()  # those before it have looked at their weights by now
    torch.manual_seed(1)
    save_checkpoint(changed, EpigrafGenerator(SMALL), None, {})
    try:
        found = until_done(inversions, first)
        assert (found.state, found.done, len(found.notes)) == ("found", 10, 1)
        assert found.text.startswith(f"{found.curve[-1][1]:.1f} dB at 20 px")
        seen = inversions.seen(first)
        assert seen.given is not None
        assert seen.found is not None
        assert seen.given.shape == seen.found.shape == (20, 20, 4)
        assert seen.given[0, 0].tolist() == [255, 0, 0, 255]
        shown = inversions.shown(first, Scene())
        assert shown is not None
        assert shown.latent.w is not None
        assert shown == Scene(scene.source, Latent(0, 1.0, w=shown.latent.w), scene.camera)
        assert until_done(inversions, second).state == "cancelled"
        failed = until_done(inversions, third)
        assert failed.state == "failed"
        assert "changed.safetensors has changed since this was asked for" in failed.text
        assert inversions.shown(third, Scene()) is None
    finally:
        inversions.close()


def test_of_a_run_the_newest_snapshot_is_meant_and_stays_so(tmp_path):
    run = toy_run(tmp_path)
    with pytest.raises(ValueError, match="no run with a snapshot"):
        pinned_source(Source("run", str(run.path)))
    run.snapshot_path(2).parent.mkdir(exist_ok=True)
    run.snapshot_path(2).touch()
    source, path = pinned_source(Source("run", str(run.path)))
    run.snapshot_path(3).touch()
    assert (source.snapshot, path) == (path.name, run.snapshot_path(2))
    (tmp_path / "baked.npz").touch()
    with pytest.raises(ValueError, match="only with a checkpoint"):
        pinned_source(Source("checkpoint", str(tmp_path / "baked.npz")))


def test_the_command_writes_a_session_or_a_picture_that_carries_one(tmp_path, picture, weights, capsys):
    options = [str(picture), str(weights), "--steps", "10", "--size", "16", "--pose", "80", "70"]
    assert cli.main(["invert", *options, "--out", str(tmp_path / "red.json"), "--layers", "each"]) == 0
    said = capsys.readouterr()
    assert "red.json: " in said.out
    assert "yaw 80.0°, pitch 70.0°" in said.out
    assert "no square" in said.err
    scene = Scene.from_json((tmp_path / "red.json").read_text())
    assert scene.source == Source("checkpoint", str(weights))
    assert scene.latent.w is not None
    assert len(w_values(scene.latent.w)) == SMALL.ws_count * SMALL.w_dim
    assert cli.main(["invert", *options, "--out", str(tmp_path / "found.png")]) == 0
    saved = read_picture(tmp_path / "found.png")
    assert (saved.size, saved.scene.quality.field, saved.scene.latent.psi) == ((16, 16), "reference", 1.0)
    assert cli.main(["invert", *options, "--out", str(tmp_path / "found.png")]) == 2
    assert "is there already" in capsys.readouterr().err
    for wrong, says in (
        (["--out", "a.gif"], "ends in .json"),
        (["--out", "a.json", "--steps", "-3"], "epigraf: --steps: must be greater than or equal to 10, got -3\n"),
        (["--out", "a.json", "--size", "2000"], "epigraf: --size: must be less than or equal to 1024, got 2000\n"),
        (["--out", "a.json", "--pose", "0", "190"], "pitch must lie"),
    ):
        assert cli.main(["invert", *options, *wrong]) == 2
        assert says in capsys.readouterr().err
    values = json.loads((tmp_path / "red.json").read_text())
    values["latent"]["w"] = values["latent"]["w"][:-1]
    with pytest.raises(ValueError, match=r"latent.w cannot be read"):
        Scene.from_json(json.dumps(values))
