"""Questions of panels reach the networks of the checkpoint that they are about."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from app.model.inspection import Inspection
from app.model.model_answers import ANSWERS
from app.model.model_inspect import Opened
from app.model.model_messages import BakeRequest, CheckpointId
from app.model.model_worker import ModelHandler
from app.workers.worker_child import Port
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import DiscriminatorConfig, GeneratorConfig
from core.scale_specific import build_discriminator
from core.scene import Latent
from tests.app.model.test_model_worker import RecordingPort

SMALL = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=8, channel_base=64, channel_max=16, plane_features=4)
JUDGE = DiscriminatorConfig(image_resolution=16, patch_resolution=8, channel_base=64, channel_max=16, hyper_dim=16)


@dataclass(frozen=True)
class Nearness(Inspection):
    """How far another seed's planes are from the sample's."""

    seed: int = 1


@dataclass(frozen=True)
class Judged(Inspection):
    """How many filters the discriminator has."""


def _nearness(question: Nearness, opened: Opened, port: Port) -> None:
    other = opened.sample_of(replace(question.sample.latent, seed=question.seed))
    port.answer(float((opened.sample().planes - other.planes).abs().max()))


def _judged(question: Judged, opened: Opened, port: Port) -> None:
    port.answer(sum(value.numel() for value in opened.discriminator().parameters()))


@pytest.fixture(autouse=True)
def two_questions(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(ANSWERS, Nearness, _nearness)
    monkeypatch.setitem(ANSWERS, Judged, _judged)


class PlainPort(RecordingPort):
    """Keeps values that are no volumes."""

    def answer(self, value, arrays=()) -> None:
        self.answers.append(value)


def request(path: Path, judge: bool) -> BakeRequest:
    torch.manual_seed(0)
    discriminator = build_discriminator(JUDGE) if judge else None
    save_checkpoint(path, EpigrafGenerator(SMALL), discriminator, {"kimg": 2.0})
    return BakeRequest(CheckpointId(str(path), 1, 1), Latent(), 8)


def test_questions_reach_sample_and_discriminator(tmp_path: Path):
    handler, port, sample = ModelHandler(), PlainPort(), request(tmp_path / "a.safetensors", judge=True)
    handler.handle("near of one", Nearness(sample, seed=0), port)
    handler.handle("near", Nearness(sample, seed=1), port)
    handler.handle("judge", Judged(sample), port)
    assert port.answers[0] == 0
    assert port.answers[1] > 0
    assert port.answers[2] > 1000


def test_without_a_discriminator_the_way_out_is_named(tmp_path: Path):
    sample = request(tmp_path / "b.safetensors", judge=False)
    with pytest.raises(ValueError, match=r"b\.safetensors holds a generator and no discriminator.*snapshot of a run"):
        ModelHandler().handle("judge", Judged(sample), PlainPort())


def test_what_nobody_answers_is_refused_by_name(tmp_path: Path):
    with pytest.raises(ValueError, match="questions of the kind Inspection"):
        ModelHandler().handle("any", Inspection(request(tmp_path / "c.safetensors", judge=False)), PlainPort())
