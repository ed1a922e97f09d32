"""The model worker: what it bakes is the checkpoint's field, and stages are computed once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.model.model_messages import BAKE, PREFETCH, BakeRequest, CheckpointId, Prefetched
from app.model.model_worker import ModelHandler
from app.workers.worker_child import Cancelled
from core.bake import bake, z_from_seed
from core.checkpoint import load_checkpoint, save_checkpoint
from core.epigraf import EpigrafGenerator
from core.fold import fold_sample
from core.model_config import GeneratorConfig
from core.scene import Latent
from tests.core.eg3d_toy import eg3d_toy

SMALL = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=8, channel_base=64, channel_max=16, plane_features=4)


class RecordingPort:
    """Stands for the pipe: keeps answers and says when to stop."""

    def __init__(self, cancel_after: int = 10**6) -> None:
        self.answers, self.fields, self.texts, self._left = [], [], [], cancel_after
        self.prefetched, self.efforts = [], []

    def progress(self, fraction: float, text: str) -> None:
        self.texts.append((fraction, text))

    def cancelled(self) -> bool:
        self._left -= 1
        return self._left < 0

    def stop_if_cancelled(self) -> None:
        if self.cancelled():
            raise Cancelled

    def answer(self, value, arrays=()) -> None:
        if isinstance(value, Prefetched):
            self.prefetched.append(value.request)
            return
        self.efforts.append(value.effort)
        named = dict(zip(value.arrays, arrays, strict=True))
        self.answers.append(value.volume(named))
        self.fields.append(value.field(named))


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    """What is compared number by number is computed by the processor."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def checkpoint(tmp_path: Path) -> CheckpointId:
    path = tmp_path / "live.safetensors"
    torch.manual_seed(0)
    save_checkpoint(path, EpigrafGenerator(SMALL), None, {"kimg": 3.5})
    stat = path.stat()
    return CheckpointId(str(path), stat.st_mtime_ns, stat.st_size)


def test_bakes_the_field(checkpoint):
    port = RecordingPort()
    ModelHandler().handle(BAKE, BakeRequest(checkpoint, Latent(5, 0.7), resolution=32, preview=16), port)
    generator = load_checkpoint(Path(checkpoint.path)).generator
    with torch.no_grad():
        expected = bake(generator, generator.mapping(z_from_seed(5, 16), psi=0.7), 32)
    assert [volume.values.shape[0] for volume in port.answers] == [16, 32]
    np.testing.assert_array_equal(port.answers[1].values, expected.values)
    assert port.answers[1].half == expected.half
    fractions = [fraction for fraction, _ in port.texts]
    assert fractions[0] == 0
    assert fractions[-1] == pytest.approx(1)


def test_the_exact_field_comes_with_the_final_volume_where_it_is_asked_for(checkpoint):
    handler, port = ModelHandler(), RecordingPort()
    request = BakeRequest(checkpoint, Latent(5, 0.7), resolution=32, preview=16)
    handler.handle(BAKE, request, port)
    assert port.fields == [None, None]
    handler.handle(BAKE, replace(request, exact=True), port)
    generator = load_checkpoint(Path(checkpoint.path)).generator
    with torch.no_grad():
        field = generator.field(generator.mapping(z_from_seed(5, 16), psi=0.7))
    expected = fold_sample(field, generator.config.rays)
    assert len(port.fields) == 3, "no coarse volume before a fine one that is at hand"
    for sent in port.fields[2:]:
        np.testing.assert_array_equal(sent.empty, expected.empty)
        np.testing.assert_array_equal(sent.planes, expected.planes)
        np.testing.assert_array_equal(sent.out_weight, expected.out_weight)
        assert (sent.half, sent.coarse, sent.fine, sent.cut) == (
            expected.half, expected.coarse, expected.fine, expected.cut,
        )  # fmt: skip


def test_an_eg3d_says_what_it_is_made_of(tmp_path):
    generator, path = eg3d_toy(plane_axes="fixed"), tmp_path / "eg3d.safetensors"
    save_checkpoint(path, generator, None, {})
    stat, port = path.stat(), RecordingPort()
    identity = CheckpointId(str(path), stat.st_mtime_ns, stat.st_size)
    ModelHandler().handle(BAKE, BakeRequest(identity, Latent(5, 0.7), resolution=8, exact=True), port)
    [volume], [sent] = port.answers, port.fields
    with torch.no_grad():
        field = generator.field(generator.mapping(z_from_seed(5, 8), psi=0.7))
    expected = fold_sample(field, generator.config.rays, generator.marching)
    assert (sent.parts, sent.note, volume.summation) == (expected.parts, expected.note, "midpoints")
    np.testing.assert_array_equal(sent.planes, expected.planes)
    np.testing.assert_array_equal(sent.out_bias, expected.out_bias)


def test_where_the_window_bakes_a_coarse_volume_and_the_field_are_enough(checkpoint, tmp_path):
    handler, port = ModelHandler(), RecordingPort()
    request = BakeRequest(checkpoint, Latent(5, 0.7), resolution=64, field_will_do=True)
    handler.handle(BAKE, request, port)
    handler.handle(BAKE, replace(request, exact=True), port)
    assert [len(volume.values) for volume in port.answers] == [32, 32]
    assert [field.empty is None for field in port.fields] == [True, False], "empty space is looked for where it counts"
    assert np.array_equal(port.fields[0].planes, port.fields[1].planes)
    # What cannot be folded, or has a background as fine as its volume, is baked as ever.
    for change in ({"view_direction": True}, {"background": "sphere"}):
        path = tmp_path / "other.safetensors"
        save_checkpoint(path, EpigrafGenerator(SMALL.model_copy(update=change)), None, {})
        stat, port = path.stat(), RecordingPort()
        other = CheckpointId(str(path), stat.st_mtime_ns, stat.st_size)
        handler.handle(BAKE, replace(request, checkpoint=other), port)
        assert [len(volume.values) for volume in port.answers] == [64]
        assert port.fields == [None]


def test_a_new_seed_does_not_read_the_file_again(checkpoint):
    handler, port = ModelHandler(), RecordingPort()
    handler.handle(BAKE, BakeRequest(checkpoint, Latent(0, 1.0), 32), port)
    Path(checkpoint.path).unlink()
    handler.handle(BAKE, BakeRequest(checkpoint, Latent(1, 1.0), 32), port)
    assert not np.array_equal(port.answers[0].values, port.answers[1].values)


def test_cancelled_while_baking(checkpoint):
    port = RecordingPort(cancel_after=1)
    with pytest.raises(Cancelled):
        ModelHandler().handle(BAKE, BakeRequest(checkpoint, Latent(0, 1.0), 128, preview=32), port)
    assert len(port.answers) == 1


def test_a_missing_file_is_named(tmp_path):
    request = BakeRequest(CheckpointId(str(tmp_path / "gone.safetensors"), 0, 0), Latent(0, 1.0), 32)
    with pytest.raises(ValueError, match=r"gone\.safetensors"):
        ModelHandler().handle(BAKE, request, RecordingPort())


def test_what_was_fetched_ahead_needs_no_file_and_no_coarse_volume(checkpoint):
    handler, port = ModelHandler(), RecordingPort()
    request = BakeRequest(checkpoint, Latent(5, 0.7), 32, preview=16, exact=True)
    handler.handle(PREFETCH, request, port)
    assert port.prefetched == [request]
    assert port.texts == [], "nobody waits for it"
    Path(checkpoint.path).unlink()
    handler.handle(BAKE, request, port)
    assert [volume.values.shape[0] for volume in port.answers] == [32]
    assert port.fields[0] is not None
    assert (port.efforts[0].read, port.efforts[0].bake, port.efforts[0].occupancy) == (None, None, None)
    expected = RecordingPort()
    with pytest.raises(ValueError, match="there is no checkpoint"):
        ModelHandler().handle(BAKE, request, expected)


def test_a_field_that_was_fetched_ahead_for_the_window_needs_no_file_either(checkpoint):
    handler, port = ModelHandler(), RecordingPort()
    request = BakeRequest(checkpoint, Latent(5, 0.7), 64, preview=32, field_will_do=True)
    handler.handle(PREFETCH, request, port)
    Path(checkpoint.path).unlink()
    handler.handle(BAKE, request, port)
    assert [len(volume.values) for volume in port.answers] == [32]
    assert port.fields[0] is not None


def test_fetching_ahead_is_given_up_when_something_else_is_wanted(checkpoint):
    handler, port = ModelHandler(), RecordingPort(cancel_after=1)
    with pytest.raises(Cancelled):
        handler.handle(PREFETCH, BakeRequest(checkpoint, Latent(0, 1.0), 64), port)
    assert port.prefetched == []


def test_what_was_baked_is_kept_as_long_as_memory_allows(checkpoint):
    room = 2 * 2 * 32**3 * 8  # for two volumes, in the half of it that volumes get
    handler, port = ModelHandler(cache_bytes=room), RecordingPort()
    for seed in (1, 2, 3, 3, 2, 1):
        handler.handle(BAKE, BakeRequest(checkpoint, Latent(seed, 1.0), 32), port)
    baked = [effort.bake is not None for effort in port.efforts]
    assert baked == [True, True, True, False, False, True]


def test_the_stages_are_timed(checkpoint):
    port = RecordingPort()
    ModelHandler().handle(BAKE, BakeRequest(checkpoint, Latent(5, 0.7), 32, exact=True), port)
    effort = port.efforts[0]
    times = (effort.read, effort.map, effort.synthesise, effort.bake, effort.fold, effort.occupancy)
    assert all(each is not None and each >= 0 for each in times)
    assert effort.sent is not None


def test_a_gpu_is_left_to_who_needs_it(checkpoint, monkeypatch):
    asked: list[str] = []

    def load(path: Path, device: torch.device):
        asked.append(str(device))
        if device.type == "cuda":
            raise torch.OutOfMemoryError("somebody else has it all")
        return load_checkpoint(path, device)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr("app.model.model_worker.load_checkpoint", load)
    port, request = RecordingPort(), BakeRequest(checkpoint, Latent(0, 1.0), 32)
    for changes, devices in (
        ({"device": "cpu"}, ["cpu"]),
        ({"leave": (0, 1)}, ["cuda:2", "cpu"]),
        ({"leave": (0, 1, 2)}, ["cpu"]),
    ):
        ModelHandler().handle(BAKE, replace(request, **changes), port)
        assert asked == devices
        asked.clear()
    port = RecordingPort()
    handler = ModelHandler()
    handler.handle(BAKE, request, port)
    assert asked == ["cuda:0", "cpu"], "without memory on the GPU the processor does it"
    handler.handle(BAKE, replace(request, latent=Latent(1, 1.0)), port)
    assert asked == ["cuda:0", "cpu"], "and goes on with it"
    assert [effort.device for effort in port.efforts] == ["cpu"] * 2
    assert len(port.answers) == 2
