"""The model worker answers for the discriminator of the checkpoint: as its own forward pass, at any place."""

from pathlib import Path

import numpy as np
import pytest
import torch

from app.inside.sigma_questions import SigmaQuestions
from app.model.model_messages import BakeRequest, CheckpointId
from app.model.model_worker import ModelHandler
from app.model.sigma_inspection import PortraitQuestion, SigmaAnswer, SigmaQuestion
from app.workers.worker_messages import Failure, Result
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import DiscriminatorConfig, GeneratorConfig
from core.rays import Patches
from core.scale_specific import build_discriminator
from core.scene import Latent
from core.sigma_patches import SCALES, edge_patches
from tests.app.model.test_model_worker import RecordingPort
from tests.training.test_tick_modulations import forward_sigma
from widgets.sigma_views import Place

SMALL = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=8, channel_base=64, channel_max=16, plane_features=4)
JUDGE = DiscriminatorConfig(image_resolution=16, patch_resolution=8, channel_base=64, channel_max=16, hyper_dim=16)


class ArrayPort(RecordingPort):
    """Keeps answers with their arrays."""

    def answer(self, value, arrays=()) -> None:
        self.answers.append((value, arrays))


def checkpoint(path: Path, **changes) -> tuple[BakeRequest, torch.nn.Module | None]:
    torch.manual_seed(0)
    kind = changes.pop("kind", "hyper")
    judge = None if kind is None else build_discriminator(JUDGE.model_copy(update={"kind": kind, **changes}))
    save_checkpoint(path, EpigrafGenerator(SMALL), judge, {"kimg": 2.0, "run": "toy"})
    return BakeRequest(CheckpointId(str(path), 1, 1), Latent(), 8), judge


def answer_to(question, port: ArrayPort) -> tuple[SigmaAnswer, tuple[np.ndarray, ...]]:
    ModelHandler().handle("sigma", question, port)
    return port.answers[-1]


@pytest.mark.parametrize("modulation", ["input", "output"])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.0, 1.0), (0.3, 0.8)])
def test_sigma_is_that_of_the_forward_pass(tmp_path: Path, modulation, place):
    sample, judge = checkpoint(tmp_path / "a.safetensors", modulation=modulation)
    answer, arrays = answer_to(SigmaQuestion(sample, place), ArrayPort())
    sigma = answer.sigma_set("it", arrays)
    scales = torch.from_numpy(sigma.scales)
    offsets = torch.tensor(place)[None] * (1 - scales)[:, None]
    expected = forward_sigma(judge.eval(), Patches(scales, offsets))
    assert (sigma.mode, sigma.run, sigma.kimg) == (modulation, "toy", 2.0)
    assert list(sigma.layers) == list(expected)
    for name, values in sigma.layers.items():
        assert len(values) == SCALES
        np.testing.assert_allclose(values, expected[name], atol=1e-4, err_msg=name)
    assert bool(sigma.placed) == (place == (0.5, 0.5)), "the edges are measured with the middle, as ticks do"
    if sigma.placed:
        edges = forward_sigma(judge.eval(), Patches(*map(torch.from_numpy, edge_patches(0.5))))
        np.testing.assert_allclose(sigma.placed["b8.conv1"], edges["b8.conv1"], atol=1e-4)


@pytest.mark.parametrize("kind", ["standard", "scale-specific"])
def test_a_discriminator_without_modulation(tmp_path: Path, kind):
    sample, _ = checkpoint(tmp_path / "b.safetensors", kind=kind)
    answer, arrays = answer_to(SigmaQuestion(sample), ArrayPort())
    sigma = answer.sigma_set("it", arrays)
    assert (sigma.layers, sigma.mode) == ({}, None)


def test_no_discriminator_is_explained(tmp_path: Path):
    sample, _ = checkpoint(tmp_path / "c.safetensors", kind=None)
    with pytest.raises(ValueError, match=r"c\.safetensors holds a generator and no discriminator.*choose a snapshot"):
        ModelHandler().handle("sigma", SigmaQuestion(sample), ArrayPort())


def test_a_portrait_of_the_sample(tmp_path: Path):
    sample, _ = checkpoint(tmp_path / "d.safetensors")
    side, (pixels,) = answer_to(PortraitQuestion(sample, Camera(), 70), ArrayPort())
    assert side == 70
    assert pixels.shape == (70, 70, 4)
    assert (pixels[..., 3] == 255).all()
    assert pixels[..., :3].std() > 0


class FakeWorker:
    """Remembers what was asked; answers when told to."""

    busy = False

    def __init__(self) -> None:
        self.asked: list = []
        self.events: list = []

    def request(self, kind, payload) -> int:
        self.asked.append((kind, payload))
        return len(self.asked)

    def cancel(self, kind) -> None:
        pass

    def take(self):
        events, self.events = tuple(self.events), []
        return events


def test_questions_are_asked_once_and_answers_go_to_who_asked():
    worker = FakeWorker()
    questions = SigmaQuestions(worker)
    sample = BakeRequest(CheckpointId("/a/demo.safetensors", 1, 1), Latent(seed=3), 64)
    for resolution in (64, 128):
        other = BakeRequest(sample.checkpoint, Latent(seed=resolution), resolution)
        assert questions.sigma("first", other) is None
    questions.sigma("place", sample, Place(0.1, 0.9))
    assert [kind for kind, _ in worker.asked] == ["sigma first", "sigma place"], "sigma depends on no sample"
    answer = SigmaAnswer(("b8",), "input", 0.5, False, 14.0, "toy")
    arrays = (np.linspace(0.5, 1, 32), np.empty(24), np.ones((32, 4)))
    worker.events = [Result(2, "sigma place", answer, arrays), Failure(1, "no")]
    questions.update()
    found = questions.sigma("place", sample, Place(0.1, 0.9))
    assert found is questions.sigma("place", sample, Place(0.1, 0.9)), "worked out once"
    assert found.title == "demo at 14 kimg"
    assert questions.least("place") == 0.5
    assert questions.problem("first").message == "no"
    assert not questions.busy
    assert questions.sigma("place", sample, Place(0.2, 0.9)) is found, "it stays until the next one has come"
    replaced = BakeRequest(CheckpointId("/a/demo.safetensors", 2, 1), Latent(), 64)
    assert questions.sigma("place", replaced, Place(0.2, 0.9)) is None, "that of other weights does not"
