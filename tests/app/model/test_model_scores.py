"""The model worker judges pictures as the training does: the same pictures, the same patches, kept as they come."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.model.model_messages import BakeRequest, CheckpointId
from app.model.model_worker import ModelHandler
from app.model.score_messages import CURVE, MAP, CurveQuestion, Judged, MapQuestion, RealData
from app.workers.worker_child import Cancelled
from core.checkpoint import load_checkpoint, save_checkpoint
from core.families import build_generator
from core.latents import sample_of
from core.model_config import DiscriminatorConfig
from core.rays import pose_matrices
from core.scale_specific import build_discriminator
from core.scene import Latent
from core.score_grid import centred_offsets, curve_scales, map_offsets
from core.score_map import PictureGroup, score_squares
from tests.app.model.test_model_worker import RecordingPort
from tests.training.toy import toy_run
from training.data_set import ImageDataSet
from training.run_dir import RunDirectory

POSE = (0.4, 1.3)


class Port(RecordingPort):
    """Keeps values and arrays; says stop after so many steps."""

    def __init__(self, steps: int = 10**6) -> None:
        super().__init__()
        self.steps = steps

    def answer(self, value, arrays=()) -> None:
        self.answers.append((value, arrays))

    def stop_if_cancelled(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Cancelled


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return toy_run(
        tmp_path, discriminator__camera_condition=True, discriminator__label_count=3, generator__label_count=3,
        patches__antialias="area", anneal__blur_kimg=1.0,
    )  # fmt: skip


def asked(run: RunDirectory, judge: bool = True) -> BakeRequest:
    config, path = run.config(), run.snapshot_path(0.5)
    torch.manual_seed(0)
    discriminator = build_discriminator(config.discriminator) if judge else None
    save_checkpoint(path, build_generator(config.generator), discriminator, {"kimg": 0.5})
    stat = path.stat()
    return BakeRequest(CheckpointId(str(path), stat.st_mtime_ns, stat.st_size), Latent(5, 0.7), 0)


def data_of(run: RunDirectory) -> RealData:
    return RealData(config=str(run.path / "config.yaml"))


def expected_group(run: RunDirectory, sample: BakeRequest, kind: str) -> PictureGroup:
    """Picture 2 and others of the data set; or the sample and the next three seeds."""
    config = run.config()
    as_trained = {"antialias": "area", "blur": config.anneal.blur(0.5)}
    if kind == "real":
        with ImageDataSet.open(config.data.path, mirrored=config.data.mirror) as data:
            step = len(data) // 4
            chosen = [(2 + step * member) % len(data) for member in range(4)]
            images = np.stack([data.image(index) for index in chosen]).transpose(0, 3, 1, 2) / 127.5 - 1
            angles = torch.tensor(data.all_angles[chosen, :2]).float()
            return PictureGroup(
                torch.tensor(images).float(), angles, torch.tensor(data.all_labels[chosen]), **as_trained
            )
    generator = load_checkpoint(Path(sample.checkpoint.path)).generator
    latents = [sample.latent.at_seed(seed) for seed in (5, 6, 7, 8)]
    matrix = pose_matrices(np.array([POSE]), generator.config.render.radius)
    images = [generator.picture(sample_of(generator, each), matrix, 16)[0, :3] for each in latents]
    classes = torch.tensor([sample.latent.label or 0] * 4)
    return PictureGroup(torch.stack(images), torch.tensor([POSE] * 4), classes, **as_trained)


@pytest.mark.parametrize("kind", ["real", "generated"])
def test_maps_and_curves_are_those_of_the_pictures(run: RunDirectory, kind):
    sample = asked(run)
    sample = replace(sample, latent=replace(sample.latent, label=1))
    judged = Judged(kind, data_of(run), 2, POSE if kind == "generated" else None)
    handler, port = ModelHandler(), Port()
    judge, group = load_checkpoint(Path(sample.checkpoint.path)).discriminator, expected_group(run, sample, kind)
    for count in (3, 9):
        handler.handle(f"{MAP} {kind} of scores", MapQuestion(sample, judged, 0.7, count), port)
        answer, (scores, pixels) = port.answers[-1]
        offsets = map_offsets(0.7, count).reshape(-1, 2)
        wanted = score_squares(judge, group, np.full(len(offsets), 0.7), offsets).reshape(count, count)
        np.testing.assert_allclose(scores, wanted, atol=2e-4)
        shown = np.clip(127.5 * group.images[0].permute(1, 2, 0).numpy() + 127.5, 0, 255)
        assert np.abs(pixels - shown).max() <= 0.51
    assert scores.std() > 1e-4
    facts = answer.facts
    assert (facts.least_scale, facts.resolution, facts.group, facts.pictures) == (0.5, 16, 4, 24)
    assert facts.blur == run.config().anneal.blur(0.5)
    assert facts.blur > 0
    assert facts.pose == (POSE if kind == "generated" else pytest.approx(group.angles[0].tolist(), abs=1e-5))
    handler.handle(f"{CURVE} {kind} of scores", CurveQuestion(sample, judged, (0.2, 0.7), 5), port)
    _, (scales, curve) = port.answers[-1]
    np.testing.assert_allclose(scales, curve_scales(0.5)[::8])
    wanted = score_squares(judge, group, scales, centred_offsets(scales, (0.2, 0.7)))
    np.testing.assert_allclose(curve, wanted, atol=2e-4)


def test_a_scale_below_the_smallest_patch_means_that_and_a_whole_image_has_one_score(run: RunDirectory):
    sample, port = asked(run), Port()
    judged = Judged("real", data_of(run), 24 + 3)
    handler = ModelHandler()
    handler.handle(MAP, MapQuestion(sample, judged, 0.1, 3), port)
    assert port.answers[-1][0].scale == 0.5
    handler.handle(MAP, MapQuestion(sample, judged, 1.0, 1), port)
    assert port.answers[-1][1][0].shape == (1, 1)
    first, again = (port.answers[index][0].facts.name for index in (0, 1))
    handler.handle(MAP, MapQuestion(sample, replace(judged, index=3), 1.0, 1), port)
    assert first == again == port.answers[-1][0].facts.name, "after the last one they begin anew"


def test_what_was_judged_before_it_was_given_up_is_not_judged_again(run: RunDirectory, monkeypatch):
    sample, handler, counted = asked(run), ModelHandler(), []
    judged = Judged("real", data_of(run), 0)

    def counting(judge, group, scales, offsets):
        counted.append(len(scales))
        return score_squares(judge, group, scales, offsets)

    monkeypatch.setattr("app.model.model_scores.score_squares", counting)
    port = Port(steps=2)
    with pytest.raises(Cancelled):
        handler.handle(MAP, MapQuestion(sample, judged, 0.7, 9), port)
    assert not port.answers
    done = sum(counted)
    assert 0 < done < 81
    port = Port()
    handler.handle(MAP, MapQuestion(sample, judged, 0.7, 9), port)
    assert sum(counted) == 81
    handler.handle(MAP, MapQuestion(replace(sample, latent=Latent(9)), judged, 0.7, 5), port)
    assert sum(counted) == 81, "a real picture and its coarser map do not depend on the sample"
    assert np.isfinite(port.answers[-1][1][0]).all()


def test_the_pose_of_a_real_picture_is_taken_over(run: RunDirectory):
    sample, port = asked(run), Port()
    ModelHandler().handle(MAP, MapQuestion(sample, Judged("generated", data_of(run), 7), 0.7, 3), port)
    with ImageDataSet.open(run.config().data.path, mirrored=run.config().data.mirror) as data:
        assert port.answers[-1][0].facts.pose == pytest.approx(data.angles(7)[:2])
    with pytest.raises(ValueError, match="choose that of the viewport"):
        ModelHandler().handle(MAP, MapQuestion(sample, Judged("generated", RealData(), 7), 0.7, 3), port)


def test_who_cannot_be_judged_says_why(run: RunDirectory, tmp_path: Path):
    judged = Judged("real", data_of(run), 0)
    with pytest.raises(ValueError, match="holds a generator and no discriminator"):
        ModelHandler().handle(MAP, MapQuestion(asked(run, judge=False), judged, 0.7, 3), Port())
    sample = asked(run)
    gone = Judged("real", RealData(archive=str(tmp_path / "nowhere.zip")), 0)
    with pytest.raises(ValueError, match=r"nowhere\.zip"):
        ModelHandler().handle(MAP, MapQuestion(sample, gone, 0.7, 3), Port())


def test_a_discriminator_of_whole_images_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run = toy_run(tmp_path, discriminator__kind="standard", discriminator__patch_resolution=16)
    sample, port, squares = asked(run), Port(), []

    def counted(judge, group, scales, *rest):
        squares.extend(scales)
        return score_squares(judge, group, scales, *rest)

    monkeypatch.setattr("app.model.model_scores.score_squares", counted)
    ModelHandler().handle(MAP, MapQuestion(sample, Judged("real", data_of(run), 0), 0.5, 17), port)
    answer, (scores, _) = port.answers[-1]
    assert (answer.scale, scores.shape, squares) == (1.0, (1, 1), [1.0])


def test_one_that_judges_pairs_of_pictures_says_that_it_has_no_patches(tmp_path: Path):
    run = toy_run(tmp_path)
    path = run.snapshot_path(0.5)
    judge = DiscriminatorConfig(
        kind="dual", image_resolution=16, patch_resolution=16, channel_base=64, channel_max=16, camera_condition=True
    )
    generator = build_generator(run.config().generator)
    save_checkpoint(path, generator, build_discriminator(judge, generator.config), {"kimg": 0.5})
    stat = path.stat()
    sample = BakeRequest(CheckpointId(str(path), stat.st_mtime_ns, stat.st_size), Latent(), 0)
    with pytest.raises(ValueError, match="no patches to slide over a picture"):
        ModelHandler().handle(MAP, MapQuestion(sample, Judged("generated", RealData(), 0), 0.7, 3), Port())
