"""What settings are allowed but probably not wanted, and what to change."""

from __future__ import annotations

import numpy as np

from core.frustum import smallest_cube_scale
from core.schedules import DecaySchedule
from training.config import Advice, RunConfig

# Of discriminators that are told 828 numbers of the patch, whose squares add up to 414.
LEAST_LABEL_GAIN = 5.0
# The paper's scan of gamma over patch sizes (Appendix, Table 4): outside these ranges FID@2k was clearly worse.
SCANNED_GAMMAS = {32: (0.01, 0.01), 64: (0.05, 1.0), 128: (0.1, 1.0)}
SCANNED_RESOLUTION = 256
# Where nobody has scanned: gamma goes with the pixels and against the batch (StyleGAN2-ADA, Karras et al. 2020).
GAMMA_RULE = 0.0002


def advice_on(config: RunConfig, poses: np.ndarray | None = None) -> list[Advice]:
    """What is allowed but probably not wanted.

    Args:
        config: Settings.
        poses: [n, 2 or more] the data set's yaw and pitch, radians, if known: the box is then judged by them.
    """
    return [
        *_box_advice(config, poses),
        *_time_advice(config),
        *_gamma_advice(config),
        *[Advice(f"patches.{name}", text) for name, text in config.patches.warnings()],
        *_generator_advice(config),
        *_class_advice(config),
        *_augment_advice(config),
    ]


def _generator_advice(config: RunConfig) -> list[Advice]:
    advice = []
    if config.generator.backbone == "planes":
        text = "every sample shows the same scene: that fits one scene. Set it to stylegan2 to learn a data set."
        advice.append(Advice("generator.backbone", text))
    if config.generator.view_direction:
        text = "colours then change with the camera, which made views inconsistent in the paper (Appendix C)."
        advice.append(Advice("generator.view_direction", f"{text} Turn it off unless you study that."))
    return advice


def _class_advice(config: RunConfig) -> list[Advice]:
    judge = config.discriminator
    drowned = judge.label_count > 0 and judge.kind == "hyper" and judge.label_gain < LEAST_LABEL_GAIN
    # Who begins with the weights of others has their gain.
    if config.init is not None or not drowned:
        return []
    text = (
        f"with {judge.label_gain:g} the class drowns in what the head is told of the patch (828 numbers): D hardly "
        "looks at it, and classes are not learned. Set it to 20."
    )
    return [Advice("discriminator.label_gain", text)]


def _box_advice(config: RunConfig, poses: np.ndarray | None) -> list[Advice]:
    render = config.generator.render
    # Outside of its box, EG3D's published presets have fog too.
    if render.bounds == "box" or config.generator.family != "epigraf":
        return []
    custom = poses if config.poses.kind == "custom" else None
    needed = smallest_cube_scale(render.fov, render.radius, render.near, render.far, custom)
    if needed <= render.cube_scale:
        return []
    text = (
        f"rays leave the box: half its edge is {render.cube_scale:g}, the corners of the pictures between near "
        f"{render.near:g} and far {render.far:g} need {needed:.4f}, and outside it the field is constant fog. "
        f"Set generator.render.cube_scale to {needed:.4f}, or generator.render.bounds to box."
    )
    return [Advice("generator.render.cube_scale", text)]


def _time_advice(config: RunConfig) -> list[Advice]:
    total, law = config.loop.total_kimg, config.patches.kind
    fading = {
        "patches.anneal_kimg": config.patches.anneal_kimg if law in ("beta", "uniform") and not config.dual else 0,
        "augment.speed_kimg": config.augment.speed_kimg if config.augment.kind == "adaptive" else 0,
        "anneal.blur_kimg": config.anneal.blur_kimg if config.anneal.blur_sigma else 0,
        "anneal.density_noise_kimg": config.anneal.density_noise_kimg if config.anneal.density_noise else 0,
        "anneal.spoof_kimg": config.anneal.spoof_kimg if config.generator.camera_condition else 0,
        "anneal.raw_kimg": config.anneal.raw_kimg if config.dual and config.anneal.raw_start else 0,
        "loop.kimg_per_tick": config.loop.kimg_per_tick,
        "loop.snapshot_kimg": config.loop.snapshot_kimg,
        "loop.sample_kimg": config.loop.sample_kimg,
    }
    too_long = f"longer than the whole training ({total:g} kimg): choose at most that."
    notes = [Advice(name, too_long) for name, kimg in fading.items() if kimg > total]
    schedule = config.schedule
    if isinstance(schedule, DecaySchedule) and schedule.final_kimg > total and not config.dual:
        text = (
            f"patches are as small as they get only after {schedule.final_kimg:.4g} kimg, longer than the whole "
            f"training ({total:g} kimg): raise patches.decay ({schedule.decay:g} per 1000 steps), or use another law."
        )
        notes.append(Advice("patches.decay", text))
    return notes


def _gamma_advice(config: RunConfig) -> list[Advice]:
    judge, gamma = config.discriminator, config.optimizer.r1_gamma
    scanned = SCANNED_GAMMAS.get(judge.patch_resolution)
    if judge.image_resolution >= SCANNED_RESOLUTION and not judge.whole and scanned is not None:
        (low, high), slack = scanned, 10
        source = f"with patches of {judge.patch_resolution} px in the paper (Appendix, Table 4, Cats at 256²)"
    else:
        low = high = float(f"{GAMMA_RULE * judge.image_resolution**2 / config.loop.batch:.1g}")
        slack = 20
        source = f"at {judge.image_resolution}² with a batch of {config.loop.batch} by the rule of StyleGAN2-ADA"
    if low / slack <= gamma <= high * slack:
        return []
    text = f"{gamma:g} is far from what works {source}: try {low:g}{'' if low == high else f' to {high:g}'}."
    return [Advice("optimizer.r1_gamma", text)]


def _augment_advice(config: RunConfig) -> list[Advice]:
    conditions = config.generator.camera_condition or config.discriminator.camera_condition
    angles_matter = conditions or config.poses.kind == "custom"
    warnings = config.augment.warnings(angles_matter=angles_matter)
    return [Advice(f"augment.{name}", text) for name, text in warnings]
