"""What a run is: every setting of a training, typed, with its unit and range (METHOD, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from core.model_config import DisagreementError, DiscriminatorConfig, FrozenModel, GeneratorConfig, PowerOfTwo, unit
from core.poses import PoseConfig
from core.schedules import ScaleSchedule
from training.augment_config import AugmentConfig
from training.metrics_config import MetricsConfig
from training.parallel_config import ParallelConfig
from training.patch_config import ScheduleConfig

CONFIG_VERSION = 1
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"
# Half-life of the moving average, kimg per image of the batch (METHOD, section 4).
EMA_KIMG_PER_IMAGE = 0.3125

Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["float32", "tf32", "bf16"]


@dataclass(frozen=True)
class SettingProblem:
    """Something about settings that cannot be used.

    Attributes:
        fields: Dotted names of the settings concerned: several that do not fit together; none if it is about the whole.
        text: What is wrong, and what to do.
    """

    fields: tuple[str, ...]
    text: str


class ConfigError(ValueError):
    """Settings that cannot be used; the message names the file or field and what to do.

    Attributes:
        problems: The same one by one, as far as it is about settings.
    """

    def __init__(self, message: str, problems: tuple[SettingProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


@dataclass(frozen=True)
class Advice:
    """Something that is allowed but probably not wanted.

    Attributes:
        field: Dotted name of the setting.
        text: What will happen, and what to change.
    """

    field: str
    text: str


class DataConfig(FrozenModel):
    """Which pictures are learned from."""

    path: Path | None = Field(default=None, description="Zip or folder of the data set.")
    resolution: PowerOfTwo | None = Field(
        default=None,
        description="Pictures are scaled down to this; empty for the data set's own.",
        json_schema_extra=unit("px", empty="the data's"),
    )
    mirror: bool = Field(default=False, description="Double the data set by mirrored copies with the yaw negated.")


class OptimizerConfig(FrozenModel):
    """Adam for both networks, and the lazy R1 penalty."""

    generator_lr: float = Field(
        default=0.0025, gt=0, le=1, description="G's learning rate (published; 0.002 in the paper)."
    )
    discriminator_lr: float = Field(default=0.002, gt=0, le=1, description="Learning rate of D.")
    beta1: float = Field(default=0.0, ge=0, lt=1, description="Adam's decay of the first moment.")
    beta2: float = Field(default=0.99, ge=0, lt=1, description="Adam's decay of the second moment.")
    eps: float = Field(default=1e-8, gt=0, lt=1, description="Adam's epsilon.")
    r1_gamma: float = Field(default=0.05, ge=0, le=1000, description="Weight of the R1 penalty, on patches.")
    r1_interval: int = Field(
        default=16, ge=1, le=1024, description="The penalty is applied every n-th step, n times as strong."
    )

    density_weight: float = Field(
        default=0.0, ge=0, le=1000, description="Weight of EG3D's smoothness of the density (published: 0.25)."
    )
    density_interval: int = Field(
        default=4, ge=1, le=1024, description="Smoothness is asked for every n-th step, n times as strong."
    )
    density_distance: float = Field(
        default=0.004, gt=0, le=100, description="Between the two points whose densities are compared, world units."
    )

    @property
    def generator_adam(self) -> dict[str, Any]:
        """What Adam is told for the generator."""
        return self._adam(self.generator_lr, self.density_interval if self.density_weight > 0 else 0)

    @property
    def discriminator_adam(self) -> dict[str, Any]:
        """What Adam is told for the discriminator."""
        return self._adam(self.discriminator_lr, self.r1_interval if self.r1_gamma > 0 else 0)

    def _adam(self, rate: float, interval: int) -> dict[str, Any]:
        """For a network whose lazy regulariser adds a step per interval; 0 for one without."""
        # Learning rate and betas are scaled to even that out.
        ratio = interval / (interval + 1) if interval else 1.0
        return {"lr": rate * ratio, "betas": (self.beta1**ratio, self.beta2**ratio), "eps": self.eps}


class AnnealConfig(FrozenModel):
    """Help at the start that fades linearly: blurred pictures for D, noise on the density."""

    blur_sigma: float = Field(
        default=10.0, ge=0, le=100, description="Blur of D's input at the start.", json_schema_extra=unit("px")
    )
    blur_kimg: float = Field(default=200, ge=0, description="Time until it is gone.", json_schema_extra=unit("kimg"))
    density_noise: float = Field(default=1.0, ge=0, le=100, description="Deviation of the density noise at the start.")
    density_noise_kimg: float = Field(
        default=5000, ge=0, description="Time in which the density noise fades.", json_schema_extra=unit("kimg")
    )

    spoof_start: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Part of samples whose generator is told another camera, at the start; with its camera condition.",
    )
    spoof_end: float = Field(default=0.5, ge=0, le=1, description="The same at the end of its time.")
    spoof_kimg: float = Field(
        default=1000, ge=0, description="Time from one to the other.", json_schema_extra=unit("kimg")
    )

    raw_start: int | None = Field(
        default=None,
        ge=4,
        le=1024,
        description="Rays along a side of EG3D's raw pictures at the start; empty: always as many as at the end.",
        json_schema_extra=unit("px", empty="as at the end"),
    )
    raw_kimg: float = Field(default=1000, ge=0, description="Time until the end.", json_schema_extra=unit("kimg"))

    def raw_resolution(self, kimg: float, final: int) -> int:
        """Rays along a side of raw pictures at a time, which grow linearly to the final ones."""
        return round(final + ((self.raw_start or final) - final) * _remaining(kimg, self.raw_kimg))

    def spoof(self, kimg: float) -> float:
        """Probability that the generator is told another camera than the one that looks, in [0, 1]."""
        return self.spoof_end + (self.spoof_start - self.spoof_end) * _remaining(kimg, self.spoof_kimg)

    def blur(self, kimg: float) -> float:
        """Sigma of the blur at a time, px."""
        return self.blur_sigma * _remaining(kimg, self.blur_kimg)

    def noise(self, kimg: float) -> float:
        """Standard deviation of the density noise at a time."""
        return self.density_noise * _remaining(kimg, self.density_noise_kimg)


class EmaConfig(FrozenModel):
    """The moving average of the generator's weights."""

    half_life_kimg: float | None = Field(
        default=None,
        gt=0,
        description="Half-life; empty for batch x 0.3125 x factor.",
        json_schema_extra=unit("kimg", empty="by batch"),
    )
    factor: float = Field(default=1.0, gt=0, le=100, description="Scales the half-life that follows from the batch.")
    ramp_up: float | None = Field(
        default=0.05,
        gt=0,
        le=10,
        description="Half-life at most this part of the kimg so far; empty: none.",
        json_schema_extra=unit(empty="no ramp"),
    )


class LoopConfig(FrozenModel):
    """How long, how often, and on what machine."""

    batch: int = Field(
        default=64, ge=1, le=4096, description="Images per step, over all devices.", json_schema_extra=unit("images")
    )
    total_kimg: float = Field(default=20_000, gt=0, description="Length of training.", json_schema_extra=unit("kimg"))
    kimg_per_tick: float = Field(default=4, gt=0, description="Between statistics.", json_schema_extra=unit("kimg"))
    snapshot_kimg: float = Field(default=200, gt=0, description="Between snapshots.", json_schema_extra=unit("kimg"))
    keep_snapshots: int | None = Field(
        default=None,
        ge=1,
        description="How many planned snapshots are kept; the best and those asked for stay as well.",
        json_schema_extra=unit("newest", empty="all"),
    )
    keep_every_kimg: float | None = Field(
        default=None,
        gt=0,
        description="Snapshots at multiples of this are kept as well.",
        json_schema_extra=unit("kimg", empty="no others"),
    )
    sample_kimg: float = Field(default=200, gt=0, description="Between samples.", json_schema_extra=unit("kimg"))
    state_minutes: float = Field(
        default=10, gt=0, description="Interval of the state for exact resume.", json_schema_extra=unit("minutes")
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Seed of all random numbers.")
    device: Device = Field(default="auto", description="Where to compute; auto takes a GPU if there is one.")
    threads: int = Field(default=0, ge=0, le=1024, description="Most CPU threads of torch; 0 for all cores.")
    precision: Precision = Field(
        default="float32",
        description="Of products: bf16 in G's backbone and in D, or tf32 on NVIDIA GPUs; weights are always float32.",
    )
    live_seconds: float = Field(
        default=5,
        gt=0,
        le=3600,
        description="Interval of live weights while somebody watches.",
        json_schema_extra=unit("seconds"),
    )


class RunConfig(FrozenModel):
    """Everything that defines a run: it can be repeated from this alone."""

    version: Literal[1] = Field(default=CONFIG_VERSION, description="Version of this format.")
    name: str = Field(default="run", pattern=NAME_PATTERN, description="Name of the run, part of its folder's.")
    preset: str = Field(default="", description="Where the settings came from.")
    init: Path | None = Field(
        default=None, description="Snapshot whose weights the run begins with; empty for fresh ones."
    )
    data: DataConfig = Field(default_factory=DataConfig, description="Which pictures are learned from.")
    generator: GeneratorConfig = Field(default_factory=GeneratorConfig, description="The generator.")
    discriminator: DiscriminatorConfig = Field(default_factory=DiscriminatorConfig, description="The discriminator.")
    poses: PoseConfig = Field(default_factory=PoseConfig, description="Cameras of generated pictures.")
    patches: ScheduleConfig = Field(default_factory=ScheduleConfig, description="Patch scales over time.")
    optimizer: OptimizerConfig = Field(default_factory=OptimizerConfig, description="Optimisers and R1.")
    augment: AugmentConfig = Field(default_factory=AugmentConfig, description="Transformations of all that D sees.")
    anneal: AnnealConfig = Field(default_factory=AnnealConfig, description="Help that fades.")
    ema: EmaConfig = Field(default_factory=EmaConfig, description="Moving average of G.")
    loop: LoopConfig = Field(default_factory=LoopConfig, description="Length, intervals, machine.")
    parallel: ParallelConfig = Field(default_factory=ParallelConfig, description="How each batch is divided.")
    metrics: MetricsConfig = Field(default_factory=MetricsConfig, description="Metrics in training.")

    @model_validator(mode="after")
    def _batch_can_be_divided(self) -> Self:
        self.parallel.require_fit(self.loop.batch, self.discriminator.group_size)
        return self

    @model_validator(mode="after")
    def _resolutions_agree(self) -> Self:
        wanted, trained = self.data.resolution, self.discriminator.image_resolution
        if wanted is not None and wanted != trained:
            raise DisagreementError(
                f"data.resolution ({wanted}) and discriminator.image_resolution ({trained}) differ: set both to the "
                "size to train at, or leave data.resolution empty",
                "data.resolution",
                "discriminator.image_resolution",
            )
        return self

    @model_validator(mode="after")
    def _scales_fit_patches(self) -> Self:
        least = self.discriminator.min_scale
        if wrong := self.patches.too_fine(least):
            raise DisagreementError(
                f"patches.scales has {', '.join(f'{scale:g}' for scale in wrong)}, but r / R is {least:g}: leave them "
                f"out, or lower discriminator.patch_resolution ({self.discriminator.patch_resolution})",
                "patches.scales",
                "discriminator.patch_resolution",
            )
        return self

    @model_validator(mode="after")
    def _pictures_are_painted_in_full(self) -> Self:
        painted, trained = self.generator.plane_resolution, self.discriminator.image_resolution
        if self.generator.family == "stylegan2" and painted != trained:
            raise DisagreementError(
                f"generator.plane_resolution ({painted}) is the size of the pictures that the family stylegan2 paints: "
                f"set it to {trained}, as discriminator.image_resolution",
                "generator.plane_resolution",
                "discriminator.image_resolution",
            )
        return self

    @model_validator(mode="after")
    def _pictures_and_judge_agree(self) -> Self:
        family, kind = self.generator.family, self.discriminator.kind
        if (family == "eg3d") != (kind == "dual"):
            raise DisagreementError(
                f"generator.family is {family} and discriminator.kind is {kind}: pictures of EG3D's upsampler are "
                "judged by the kind dual, and no others are",
                "generator.family",
                "discriminator.kind",
            )
        made, judged = self.generator.upsampler.image_resolution, self.discriminator.image_resolution
        if family == "eg3d" and made != judged:
            raise DisagreementError(
                f"generator.upsampler.image_resolution ({made}) and discriminator.image_resolution ({judged}) differ: "
                "set both to the size to train at",
                "generator.upsampler.image_resolution",
                "discriminator.image_resolution",
            )
        if family == "stylegan2" and self.optimizer.density_weight > 0:
            raise DisagreementError(
                "optimizer.density_weight asks for smooth densities, and the family stylegan2 has none: set it to 0",
                "optimizer.density_weight",
                "generator.family",
            )
        return self

    @model_validator(mode="after")
    def _labels_agree(self) -> Self:
        made, judged = self.generator.label_count, self.discriminator.label_count
        if made and made != judged:
            raise DisagreementError(
                f"generator.label_count ({made}) and discriminator.label_count ({judged}) differ: set both to the "
                "number of classes of the data set, or generator.label_count to 0",
                "generator.label_count",
                "discriminator.label_count",
            )
        return self

    @property
    def data_path(self) -> Path:
        """The data set.  Raises ConfigError when none is chosen."""
        if self.data.path is None:
            raise ConfigError("no data set is chosen: set data.path to a zip or folder with a dataset.json")
        return self.data.path

    @property
    def dual(self) -> bool:
        """Whether pictures are judged beside their raw ones; they are whole then, and patches play no part."""
        return self.discriminator.kind == "dual"

    def raw_resolution(self, kimg: float) -> int:
        """Rays along a side of a raw picture at a time."""
        return self.anneal.raw_resolution(kimg, self.generator.upsampler.raw_resolution)

    @property
    def schedule(self) -> ScaleSchedule:
        """The law of patch scales with this discriminator's smallest scale."""
        discriminator = self.discriminator
        return self.patches.schedule(discriminator.min_scale, self.loop.batch, discriminator.image_resolution)

    @property
    def ema_half_life_kimg(self) -> float:
        """Half-life of the moving average without ramp-up, kimg."""
        if self.ema.half_life_kimg is not None:
            return self.ema.half_life_kimg
        return self.loop.batch * EMA_KIMG_PER_IMAGE * self.ema.factor

    def ema_decay(self, kimg: float) -> float:
        """Weight of the old average in a step taken at `kimg`.  In [0, 1)."""
        half_life = self.ema_half_life_kimg
        if self.ema.ramp_up is not None:
            half_life = min(half_life, kimg * self.ema.ramp_up)
        return 0.5 ** (self.loop.batch / 1000 / half_life) if half_life > 0 else 0.0

    def advice(self, poses: np.ndarray | None = None) -> list[Advice]:
        """What is allowed but probably not wanted: see training/config_advice.py."""
        from training.config_advice import advice_on  # which reads what is defined here

        return advice_on(self, poses)


def _remaining(kimg: float, span_kimg: float) -> float:
    """What is left, in [0, 1], of something that fades linearly from 0 to `span_kimg`."""
    return max(1 - kimg / span_kimg, 0.0) if span_kimg > 0 else 0.0
