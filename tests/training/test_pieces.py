"""A batch computed in pieces: the same gradients, also when memory ends in the middle of a step."""

import logging
from typing import Any, get_args

import numpy as np
import pytest
import torch

from core.model_config import DiscriminatorConfig, DiscriminatorKind, GeneratorConfig
from core.rays import Patches
from core.scale_specific import build_discriminator
from core.shares import Share, shares
from tests.training.test_trainer import assert_same_weights, final_weights
from tests.training.toy import toy_config, toy_data, toy_run
from training.__main__ import train_run
from training.config import ConfigError
from training.random_numbers import drawing_for
from training.run_dir import RunDirectory
from training.shown import Shown
from training.status import RunStatus
from training.steps import Stepper

BATCH, GROUP = 8, 2
# Everything that draws random numbers or depends on more than its own sample.
EVERYTHING: dict[str, Any] = {
    "augment__kind": "fixed",
    "augment__p": 0.7,
    "augment__flip": True,
    "augment__filter": True,
    "augment__noise": True,
    "augment__cutout": True,
    "generator__camera_condition": True,
    "generator__noise": "random",
    "generator__label_count": 3,
    "discriminator__label_count": 3,
    "discriminator__camera_condition": True,
    "discriminator__camera_dropout": 0.5,
    "patches__supersample": 2,
}
EXPERTS: dict[str, Any] = {
    "discriminator__kind": "scale-specific",
    "patches__kind": "uniform",
    "patches__anneal_kimg": 0.001,  # scales of both networks in all steps but the first
}
# Sums are rounded in another order; six steps make of that less than this.
SAME_LOSS, SAME_WEIGHT = 1e-4, 1e-3
MEANS = (
    "Loss/G/loss", "Loss/D/loss", "Loss/D/reg", "Loss/signs/real", "Loss/r1_penalty", "Gradients/G", "Gradients/D",
    "Patch/diversity_real", "Patch/diversity_fake",
)  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def small_run(tmp_path, **changes: Any) -> RunDirectory:
    """Six steps, two of them with R1."""
    sizes = {"loop__batch": BATCH, "discriminator__group_size": GROUP, "loop__total_kimg": 0.048}
    return toy_run(tmp_path, **{**sizes, "loop__kimg_per_tick": 0.024, **changes})


def assert_alike(one: RunDirectory, other: RunDirectory) -> None:
    """The same statistics and weights, but for rounding."""
    for row, theirs in zip(one.stats().rows, other.stats().rows, strict=True):
        for name in MEANS:
            assert theirs[name] == pytest.approx(row[name], rel=SAME_LOSS, abs=1e-6), name
        assert theirs["Patch/scale_mean"] == row["Patch/scale_mean"]
    ours, weights = final_weights(one), final_weights(other)
    for name, value in ours.items():
        assert torch.allclose(weights[name], value, rtol=SAME_WEIGHT, atol=SAME_WEIGHT), name


def memory_for(count: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let memory end whenever D is shown more than `count` pictures.  Returns how many it was shown, each time."""
    score, seen = Stepper._score, []

    def scarce(self: Stepper, given: Shown) -> torch.Tensor:
        seen.append(len(given.images))
        logits = score(self, given)
        if len(given.images) > count:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate a lot.")
        return logits

    monkeypatch.setattr(Stepper, "_score", scarce)
    return seen


@pytest.fixture(scope="module")
def references(tmp_path_factory) -> tuple[RunDirectory, RunDirectory]:
    """A run with everything, and the same in pieces of one group."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("references")
    whole, pieces = small_run(folder, **EVERYTHING), small_run(folder, **EVERYTHING, parallel__micro_batch=GROUP)
    assert train_run(whole) == 0
    assert train_run(pieces) == 0
    return whole, pieces


def test_pieces_learn_the_same_as_the_whole(references):
    whole, pieces = references
    assert_alike(whole, pieces)
    assert [row["Resources/micro_batch"] for row in pieces.stats().rows] == [2, 2]
    assert "Resources/micro_batch" not in whole.stats().rows[0]


def test_pieces_show_the_same_patches_and_scores(references):
    whole, pieces = references
    for tick in (1, 2):
        with np.load(whole.patches_path(tick)) as ours, np.load(pieces.patches_path(tick)) as theirs:
            assert len(ours["rows"]) == 4
            assert set(ours["rows"] // GROUP) == {0, 1, 2, 3}, "every group is there"
            for name in ours.files:
                seen, other = ours[name].astype(np.float64), theirs[name].astype(np.float64)
                within = 1 if ours[name].dtype == np.uint8 else SAME_WEIGHT
                assert np.abs(seen - other).max() <= within, name
        with np.load(whole.tick_path(tick)) as ours, np.load(pieces.tick_path(tick)) as theirs:
            assert ours["scores/fake"].shape == (3 * BATCH,)
            assert np.allclose(ours["scores/fake"], theirs["scores/fake"], atol=2e-3)


@pytest.mark.parametrize("camera", [False, True])
def test_pieces_with_a_network_for_each_scale(tmp_path, camera):
    changes = {**EXPERTS, "discriminator__camera_condition": camera, "loop__total_kimg": 0.024}
    whole, pieces = small_run(tmp_path, **changes), small_run(tmp_path, **changes, parallel__micro_batch=GROUP)
    assert train_run(whole) == 0
    assert train_run(pieces) == 0
    assert_alike(whole, pieces)


@pytest.mark.parametrize("camera", [False, True])
@pytest.mark.parametrize("kind", get_args(DiscriminatorKind))
def test_every_discriminator_scores_a_share_as_it_does_within_the_whole(kind, camera):
    torch.manual_seed(1)
    settings = {"kind": kind, "camera_condition": camera, "label_count": 3, "group_size": GROUP}
    side = 16 if kind == "dual" else 8
    sizes = {"image_resolution": 16, "patch_resolution": side, "channel_base": 64, "channel_max": 8, "hyper_dim": 16}
    judge = build_discriminator(DiscriminatorConfig.model_validate(settings | sizes), GeneratorConfig())
    scales = torch.tensor([0.55, 0.6, 0.9, 0.95]).repeat_interleave(GROUP)
    images, angles, labels = torch.randn(BATCH, 3, side, side), torch.rand(BATCH, 2) + 1, torch.arange(BATCH) % 3

    def scores(rows: slice) -> torch.Tensor:
        torch.manual_seed(2)
        patches = Patches(scales[rows], torch.zeros(BATCH, 2)[rows])
        return judge(images[rows], patches, angles[rows], labels[rows])

    whole = scores(slice(None))
    for start, stop in ((0, 2), (2, 8), (2, 6)):
        with drawing_for(Share(start, stop, BATCH)):
            assert torch.allclose(scores(slice(start, stop)), whole[start:stop], rtol=1e-4, atol=1e-5)


def test_when_memory_ends_the_step_is_repeated_in_smaller_pieces(references, tmp_path, monkeypatch, caplog):
    begun, retried = references[1], small_run(tmp_path, **EVERYTHING)
    seen = memory_for(2, monkeypatch)
    said, write = [], RunDirectory.write_status

    def listen(run: RunDirectory, status: RunStatus) -> None:
        said.append(status.message)
        write(run, status)

    monkeypatch.setattr(RunDirectory, "write_status", listen)
    with caplog.at_level(logging.WARNING):
        assert train_run(retried) == 0
    assert seen[:3] == [8, 4, 2]
    assert set(seen[3:]) == {2}
    assert_same_weights(begun, retried)
    losses = [[row["Loss/D/loss"] for row in run.stats().rows] for run in (begun, retried)]
    assert losses[0] == losses[1]
    first, last = retried.stats().rows
    assert (first["Resources/out_of_memory"], first["Resources/micro_batch"]) == (2, 2)
    assert "Resources/out_of_memory" not in last
    assert "not enough memory for 8 pictures at once: CUDA out of memory" in caplog.text
    assert any(
        "memory ended at step 0: from there on each process computes 2 pictures at once" in text for text in said
    )


def test_memory_that_ends_in_the_middle_of_a_step_loses_no_randomness(references, tmp_path, monkeypatch):
    plain, retried = references[0], small_run(tmp_path, **EVERYTHING)
    score, calls = Stepper._score, []

    def once(self: Stepper, given: Shown) -> torch.Tensor:
        logits = score(self, given)
        calls.append(len(given.images))
        if len(calls) == 13:  # the real pictures of the third step's D
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return logits

    monkeypatch.setattr(Stepper, "_score", once)
    assert train_run(retried) == 0
    assert calls[12:15] == [8, 4, 4]
    assert_alike(plain, retried)


def test_a_resumed_run_goes_on_with_pieces_that_fit(tmp_path, monkeypatch):
    whole, halves = small_run(tmp_path, loop__total_kimg=0.024), small_run(tmp_path, loop__total_kimg=0.016)
    seen = memory_for(4, monkeypatch)
    assert train_run(whole) == 0
    assert train_run(halves) == 0
    seen.clear()
    halves.set_at_start({"loop.total_kimg": 0.024})
    assert train_run(halves) == 0
    assert set(seen) == {4}
    assert_same_weights(whole, halves)


def test_below_a_group_the_run_fails_with_what_to_do(tmp_path, monkeypatch):
    run = small_run(tmp_path)
    seen = memory_for(1, monkeypatch)
    assert train_run(run) == 1
    status = run.status()
    assert status is not None
    assert (status.state, seen) == ("failed", [8, 4, 2])
    assert "there is not enough memory: lower loop.batch" in status.message


def test_other_errors_are_not_repeated(tmp_path, monkeypatch):
    run = small_run(tmp_path)
    seen = []

    def broken(_self: Stepper, given: Shown) -> torch.Tensor:
        seen.append(len(given.images))
        raise RuntimeError("a bug")

    monkeypatch.setattr(Stepper, "_score", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        train_run(run)
    assert seen == [8]


def test_a_micro_batch_is_made_of_whole_groups(tmp_path):
    data = toy_data(tmp_path / "toy.zip")
    with pytest.raises(ConfigError, match=r"parallel.micro_batch \(6\) must be a multiple .* use 8, or leave it empty"):
        toy_config(data, parallel__micro_batch=6)
    with pytest.raises(ConfigError, match="too few for 3 processes: use fewer GPUs, or a batch of 12"):
        toy_config(data, loop__batch=8, parallel__gpus="0,1,5")
    assert toy_config(data, loop__batch=8, parallel__gpus=[5, 0, 5]).parallel.gpu_numbers == (5, 0)


def test_shares_are_whole_groups_and_cover_the_batch():
    for processes in (1, 2, 3, 5):
        dealt = shares(20, 4, processes)
        assert [each.start for each in dealt] == [0, *[each.stop for each in dealt[:-1]]]
        assert dealt[-1].stop == 20
        assert all(each.start % 4 == 0 and len(each) > 0 for each in dealt)
        assert sum(each.weight for each in dealt) == pytest.approx(1)
    with pytest.raises(ValueError, match="6 processes cannot share a batch of 20: it has 5 minibatch-std groups of 4"):
        shares(20, 4, 6)
    assert [len(piece) for piece in Share(8, 20, 20).pieces(8)] == [8, 4]


def test_random_numbers_of_a_share_are_rows_of_the_whole():
    share, noise = Share(2, 6, 8), torch.zeros(4, 3)

    def drawn(count: int) -> list[torch.Tensor]:
        torch.manual_seed(0)
        like = noise[:1].expand(count, -1)
        dropped = torch.nn.functional.dropout(torch.ones(count, 5), 0.5, True)
        return [
            torch.rand(count, 2),
            torch.randn((2 * count, 2)),
            torch.randn_like(like),
            torch.rand_like(like),
            dropped,
        ]

    whole = drawn(8)
    with drawing_for(share):
        part = drawn(4)
    for all_rows, rows in zip(whole, part, strict=True):
        each = len(all_rows) // 8
        assert torch.equal(rows, all_rows[2 * each : 6 * each])
