"""What is recorded of the patches that D sees is what D was given, and recording it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from core.patches import extract_patches
from core.rays import Patches, pose_matrices
from core.shares import Share
from tests.training.test_pieces import EVERYTHING
from tests.training.toy import toy_run
from training.__main__ import train_run
from training.control import Control
from training.run_dir import RunDirectory
from training.samples import as_pixels
from training.seen_patches import MAX_RESOLUTION, MOST, SeenRows, chosen_rows, sighting_arrays
from training.train_state import Progress
from training.trainer import Trainer

KINDS = ("fake", "real")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@dataclass
class Watched:
    """What D was given and has answered, call by call, and what was drawn for the generated pictures."""

    given: list[tuple[Tensor, Patches, Tensor | None]] = field(default_factory=list)
    scores: list[Tensor] = field(default_factory=list)
    draws: list[Any] = field(default_factory=list)


def watch(trainer: Trainer) -> Watched:
    seen = Watched()

    def after(_: nn.Module, given: tuple[Any, ...], scores: Tensor) -> None:
        seen.given.append((given[0].detach().clone(), given[1], given[2]))
        seen.scores.append(scores.detach().clone())

    draw = trainer.stepper.generated.draw

    def drawn(*arguments: Any) -> Any:
        seen.draws.append(draw(*arguments))
        return seen.draws[-1]

    trainer.networks.discriminator.register_forward_hook(after)
    trainer.stepper.generated.draw = drawn
    return seen


def train(run: RunDirectory, steps: int, *, record: bool = True) -> tuple[Trainer, Watched]:
    """Train some steps, with all that is due."""
    with run.lock():
        trainer = Trainer(run, run.config(), Control(run, run.next_start(), 1, Progress()), record=record)
        seen = watch(trainer)
        for _ in range(steps):
            trainer._step()
            trainer._record()
        trainer.close()
    return trainer, seen


def arrays_of(run: RunDirectory, tick: int = 1) -> dict[str, np.ndarray]:
    with np.load(run.patches_path(tick)) as arrays:
        return {name: arrays[name] for name in arrays.files}


@pytest.mark.parametrize(
    "changes",
    [
        EVERYTHING,
        {"discriminator__kind": "scale-specific", "patches__kind": "uniform"},
        {"generator__family": "stylegan2", "generator__plane_resolution": 16, "discriminator__kind": "standard"},
    ],
    ids=["everything", "scale-specific", "stylegan2"],
)
def test_patches_and_scores_are_those_of_the_last_step(tmp_path, changes: dict[str, Any]):
    few = {"loop__batch": 12, "loop__kimg_per_tick": 0.024, "optimizer__r1_interval": 100}
    run = toy_run(tmp_path, **{**few, **changes})
    config = run.config()
    # The penalty of the first step is judged last there: the tick ends with a step that has none.
    trainer, seen = train(run, round(24 / config.loop.batch))
    arrays, batch = arrays_of(run), config.loop.batch
    rows = arrays["rows"]
    assert rows.tolist() == chosen_rows(batch, config.discriminator.group_size)
    assert arrays["blur"] == pytest.approx(config.anneal.blur((24 - batch) / 1000))
    assert arrays["p"] == pytest.approx(config.augment.p if config.augment.kind == "fixed" else 0)
    for place, kind in enumerate(KINDS, start=-2):  # D judges generated patches first, and the real ones last
        images, squares, angles = seen.given[place]
        assert angles is not None
        assert np.array_equal(arrays[f"{kind}/patches"], [as_pixels(images[row]) for row in rows])
        assert np.array_equal(arrays[f"{kind}/scores"], seen.scores[place][rows].numpy())
        assert np.array_equal(arrays[f"{kind}/scales"], squares.scales[rows].numpy())
        assert np.array_equal(arrays[f"{kind}/offsets"], squares.offsets[rows].numpy())
        assert np.array_equal(arrays[f"{kind}/angles"], angles[rows].numpy())
    draw, generator = seen.draws[-1], trainer.networks.generator
    with torch.no_grad():
        ws = generator.mapping(draw.z, angles=draw.told, labels=draw.labels)[rows]
        matrices = pose_matrices(draw.poses[rows], generator.config.render.radius)
        wholes = generator.picture(generator.field(ws), matrices, 16)[:, :3]
    difference = arrays["fake/pictures"].astype(int) - np.array([as_pixels(whole) for whole in wholes])
    assert np.abs(difference).max() <= 1


def test_a_square_of_the_picture_is_the_patch(tmp_path):
    """Where nothing is blurred or augmented, for real and, but for the rays' randomness, for generated pictures."""
    plain = {"anneal__blur_sigma": 0.0, "anneal__density_noise": 0.0, "patches__kind": "discrete"}
    run = toy_run(tmp_path, **plain, patches__scales="0.5, 0.75", loop__batch=8)
    train(run, 2)
    arrays = arrays_of(run)
    for kind, tolerance in (("real", 1.0), ("fake", 12.0)):
        pictures = torch.from_numpy(arrays[f"{kind}/pictures"]).permute(0, 3, 1, 2).float()
        squares = Patches(torch.from_numpy(arrays[f"{kind}/scales"]), torch.from_numpy(arrays[f"{kind}/offsets"]))
        cut = extract_patches(pictures, squares, 8).permute(0, 2, 3, 1).numpy()
        assert np.abs(cut - arrays[f"{kind}/patches"]).mean() < tolerance, kind


def test_large_pictures_are_made_smaller(tmp_path):
    trainer, _ = train(toy_run(tmp_path), 1)
    sighted = trainer.telemetry.sighting
    assert sighted is not None
    large = sighted.pictures.repeat_interleave(16, dim=2).repeat_interleave(16, dim=3)  # 256 px
    arrays = sighting_arrays(trainer.networks.generator, type(sighted)(**{**vars(sighted), "pictures": large}), 256)
    assert arrays["fake/pictures"].shape == arrays["real/pictures"].shape == (4, MAX_RESOLUTION, MAX_RESOLUTION, 3)
    assert np.array_equal(arrays["real/pictures"][:, ::8, ::8], [as_pixels(picture) for picture in sighted.pictures])


@pytest.mark.parametrize("changes", [EVERYTHING, {"augment__kind": "adaptive"}], ids=["everything", "adaptive"])
def test_weights_are_the_same_with_and_without_any_recording(tmp_path, changes: dict[str, Any]):
    often = {"loop__kimg_per_tick": 0.004, "loop__sample_kimg": 0.008, **changes}
    recorded, silent = toy_run(tmp_path, **often), toy_run(tmp_path, **changes)
    ours, theirs = train(recorded, 5)[0], train(silent, 5, record=False)[0]
    assert len(recorded.ticks()) == 5
    assert not silent.ticks()
    assert not silent.stats_path.exists()
    for mine, yours in zip(ours.networks.tensors(), theirs.networks.tensors(), strict=True):
        assert torch.equal(mine, yours)
    assert ours.stepper.rng.bit_generator.state == theirs.stepper.rng.bit_generator.state
    for one, other in (
        (ours.stepper.generator_optimizer, theirs.stepper.generator_optimizer),
        (ours.stepper.discriminator_optimizer, theirs.stepper.discriminator_optimizer),
    ):
        for mine, yours in zip(one.state.values(), other.state.values(), strict=True):
            assert all(torch.equal(mine[name], yours[name]) for name in mine)


def test_recording_leaves_the_random_numbers_alone(tmp_path):
    run = toy_run(tmp_path, **EVERYTHING)
    trainer, _ = train(run, 1)
    before, sighted = torch.get_rng_state(), trainer.telemetry.sighting
    assert sighted is not None
    sighting_arrays(trainer.networks.generator, sighted, 16)
    assert torch.equal(torch.get_rng_state(), before)


def test_scores_of_a_tick_and_their_percentiles(tmp_path):
    run = toy_run(tmp_path)
    assert train_run(run) == 0
    for row in run.stats().rows:
        with np.load(run.tick_path(int(row["Progress/tick"]))) as arrays:
            for kind in ("real", "fake"):
                scores = arrays[f"scores/{kind}"]
                assert (scores.shape, scores.dtype) == ((16,), np.float16)
                assert scores.astype(float).mean() == pytest.approx(row[f"Loss/scores/{kind}"], rel=1e-2, abs=1e-3)
                assert row[f"Loss/scores/{kind}_p50"] == pytest.approx(np.median(scores.astype(float)), abs=1e-3)
                assert row[f"Loss/scores/{kind}_p10"] <= row[f"Loss/scores/{kind}_p90"]


@given(st.integers(1, 12), st.integers(1, 20), st.integers(1, 8))
def test_chosen_rows_stand_for_all_groups(group: int, groups: int, most: int):
    rows = chosen_rows(group * groups, group, most)
    assert rows == sorted(set(rows))
    assert len(rows) == min(most, group * groups)
    assert rows[0] >= 0
    assert rows[-1] < group * groups
    seen = {row // group for row in rows}
    assert len(seen) == min(groups, len(rows)), "no group comes twice while another has not come"


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 6))
def test_pieces_together_give_the_rows_of_the_share(groups: int, group: int, pieces: int):
    before, values = group * 2, torch.arange(group * (groups + 3))
    share = Share(before, before + groups * group, len(values))
    seen = SeenRows(share, group, torch.device("cpu"))
    parts = [seen.of_piece(values[piece.rows], piece) for piece in share.pieces(group * pieces)]
    assert torch.cat(parts).tolist() == seen.rows == seen.of_batch(values).tolist()
    assert len(seen.rows) == min(MOST, len(share))
