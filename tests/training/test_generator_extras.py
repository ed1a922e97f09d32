"""Every variant of the generator trains, is written, read and resumed like the plain one."""

import math

import numpy as np
import pytest
import torch

from core.checkpoint import load_checkpoint
from tests.training.toy import RESOLUTION, toy_run
from training.__main__ import train_run
from training.control import Control
from training.train_state import Progress
from training.trainer import Trainer

TEN_STEPS = 0.04
VARIANTS = {
    "plane": {"generator__background": "plane"},
    "raw planes": {"generator__backbone": "planes"},
    "raw planes before a sphere": {"generator__backbone": "planes", "generator__background": "sphere"},
    "camera condition": {"generator__camera_condition": True, "anneal__spoof_kimg": 0.02},
    "camera condition, poses by law": {"generator__camera_condition": True, "poses__kind": "spherical-uniform"},
    "view direction": {"generator__view_direction": True},
    "no density noise": {"anneal__density_noise": 0},
    "flat pictures": {"generator__family": "stylegan2", "generator__plane_resolution": RESOLUTION},
    "sphere": {"generator__background": "sphere", "generator__background_width": 8, "generator__background_steps": 4},
}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_ten_steps_leave_samples_snapshots_and_live_weights(tmp_path, changes):
    run = toy_run(tmp_path, loop__total_kimg=TEN_STEPS, loop__live_seconds=1e-3, **changes)
    run.renew_lease(60)
    assert train_run(run) == 0
    status = run.status()
    assert status is not None
    assert status.step == 10
    assert all(math.isfinite(row["Loss/G/loss"]) for row in run.stats().rows)
    assert run.samples()
    snapshot = load_checkpoint(run.snapshots()[-1].path).generator
    assert snapshot.config == run.config().generator
    assert load_checkpoint(run.live_path).generator.config == snapshot.config
    torch.manual_seed(0)
    fresh = type(snapshot)(snapshot.config).state_dict()
    trained = [name for name, value in snapshot.state_dict().items() if not torch.equal(value, fresh[name])]
    assert trained


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_a_resumed_run_ends_with_the_same_weights(tmp_path, changes):
    whole, halves = toy_run(tmp_path, loop__total_kimg=TEN_STEPS, **changes), toy_run(tmp_path, **changes)
    assert train_run(whole) == 0
    for kimg in (TEN_STEPS / 2, TEN_STEPS):
        halves.write_config(halves.config().model_copy(update={"loop": whole.config().loop.model_copy(
            update={"total_kimg": kimg})}))  # fmt: skip
        assert train_run(halves) == 0
    one, other = (load_checkpoint(run.snapshots()[-1].path).generator.state_dict() for run in (whole, halves))
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


@pytest.mark.parametrize(("spoof", "told"), [(0.0, 1.0), (1.0, 0.0)])
def test_a_spoofed_generator_is_told_other_cameras(tmp_path, spoof, told):
    changes = {"anneal__spoof_start": spoof, "anneal__spoof_end": spoof, "loop__batch": 8}
    run = toy_run(tmp_path, generator__camera_condition=True, poses__kind="spherical-uniform", **changes)
    with run.lock():
        trainer = Trainer(run, run.config(), Control(run, run.next_start(), 1, Progress()))
        poses = trainer.config.poses.sample(8, trainer.stepper.rng, None)
        angles = trainer.stepper.generated.told(poses, kimg=0)
        trainer.close()
    assert angles is not None
    assert np.isclose(angles.numpy(), poses, atol=1e-5).all(axis=1).mean() == told
