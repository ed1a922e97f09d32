"""What a generator and a discriminator are made of: the typed configuration that every checkpoint carries."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

Modulation = Literal["input", "output"]
Antialias = Literal["none", "area"]
DiscriminatorKind = Literal["hyper", "standard", "scale-specific", "dual"]
Bounds = Literal["range", "box"]
Backdrop = Literal["field", "white"]
Background = Literal["none", "plane", "sphere"]
Backbone = Literal["stylegan2", "planes"]
Family = Literal["epigraf", "eg3d", "stylegan2"]
PlaneMode = Literal["published", "fixed"]
# Reach of a ray's last sample: to infinity, an opaque backdrop, or hardly anywhere, as before a background of its own.
LAST_DELTA: dict[Backdrop, float] = {"field": 1e10, "white": 1e-3}


def power_of_two(value: int) -> int:
    """Refuse a resolution that is no power of two of at least 4."""
    if value < 4 or value & (value - 1):
        raise ValueError(f"must be a power of two of at least 4, got {value}")
    return value


PowerOfTwo = Annotated[int, AfterValidator(power_of_two)]


class DisagreementError(ValueError):
    """Settings that do not fit together.

    Attributes:
        fields: Their dotted names, relative to the model that refuses them.
    """

    def __init__(self, message: str, *fields: str) -> None:
        super().__init__(message)
        self.fields = fields


class FrozenModel(BaseModel):
    """Base of all configuration: immutable, and an unknown name is an error, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def unit(name: str = "", empty: str = "") -> JsonDict:
    """The unit of a field, for forms and tables: `Field(json_schema_extra=unit("kimg"))`.

    Args:
        name: The unit; empty for a bare number.
        empty: What None means, in a word or two, for a field that allows it.
    """
    return {"unit": name, **({"empty": empty} if empty else {})}


class RenderConfig(FrozenModel):
    """Cameras and rays of a data set, and how rays are sampled (METHOD: Cameras, Volume rendering)."""

    fov: float = Field(default=30.0, gt=0, lt=180, description="Full angle of view.", json_schema_extra=unit("degrees"))
    radius: float = Field(default=1.0, gt=0, description="Distance of the cameras to the origin.")
    pivot: float = Field(
        default=0.0, ge=-100, le=100, description="Point of the z axis that the cameras look at; 0 is the origin."
    )
    near: float = Field(default=0.74, gt=0, description="Start of the rays, along the ray.")
    far: float = Field(default=1.26, gt=0, description="End of the rays, along the ray.")
    cube_scale: float = Field(default=0.35, gt=0, description="Half the edge of the tri-planes' box.")
    bounds: Bounds = Field(
        default="range",
        description="Where samples lie: the whole range from near to far (published), or its part inside the box.",
    )
    backdrop: Backdrop = Field(
        default="field",
        description="What ends a ray: its last sample, opaque (published), or plain white behind all samples.",
    )
    white_back: bool = Field(default=True, description="Add 1 - sum of weights, so that empty rays are white.")
    coarse_samples: int = Field(default=48, ge=2, le=512, description="Stratified samples along a ray.")
    fine_samples: int = Field(
        default=48, ge=0, le=512, description="Samples drawn where the coarse ones found density."
    )

    @property
    def last_delta(self) -> float:
        """How far a ray's last sample reaches, world units."""
        return LAST_DELTA[self.backdrop]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.near >= self.far:
            raise DisagreementError(f"near ({self.near}) must be smaller than far ({self.far})", "near", "far")
        if self.backdrop == "white" and not self.white_back:
            text = "backdrop is 'white', so white_back must be on: set it, or backdrop to 'field'"
            raise DisagreementError(text, "backdrop", "white_back")
        return self


class UpsamplerConfig(FrozenModel):
    """The network that makes pictures of smaller ones that rays have seen (METHOD: EG3D, Super-resolution)."""

    image_resolution: PowerOfTwo = Field(
        default=512, description="Pixels along a side of its pictures.", json_schema_extra=unit("px")
    )
    input_resolution: PowerOfTwo = Field(
        default=128, description="Size that its first layer works on.", json_schema_extra=unit("px")
    )
    raw_resolution: int = Field(
        default=128, ge=4, le=1024, description="Rays along a side of a picture.", json_schema_extra=unit("px")
    )
    channels: int = Field(default=256, ge=2, description="Channels of its first block; the second has half of them.")

    @model_validator(mode="after")
    def _two_blocks_suffice(self) -> Self:
        if self.image_resolution // self.input_resolution not in (2, 4):
            raise DisagreementError(
                f"image_resolution ({self.image_resolution}) must be two or four times input_resolution "
                f"({self.input_resolution})",
                "image_resolution",
                "input_resolution",
            )
        return self


class GeneratorConfig(FrozenModel):
    """A generator: mapping, StyleGAN2 backbone, field (METHOD, sections 1 and 7)."""

    family: Family = Field(
        default="epigraf",
        description="EpiGRAF's field seen along rays, EG3D's with an upsampler, or StyleGAN2's flat pictures, as large "
        "as a plane.",
    )
    z_dim: int = Field(default=512, ge=1, description="Dimensions of z.")
    w_dim: int = Field(default=512, ge=1, description="Dimensions of w.")
    mapping_layers: int = Field(default=2, ge=1, le=16, description="Fully connected layers from z to w.")
    mapping_lr_multiplier: float = Field(
        default=0.01, gt=0, description="Learning-rate multiplier of the mapping network."
    )
    plane_resolution: PowerOfTwo = Field(
        default=512, description="Texels along an edge of a plane.", json_schema_extra=unit("px")
    )
    plane_features: int = Field(default=32, ge=1, description="Features of each of the three planes.")
    plane_axes: PlaneMode = Field(
        default="published",
        description="EG3D's planes: x-y, x-z and z-x, as released weights have them, or fixed: z-y in place of z-x.",
    )
    channel_base: int = Field(default=32768, ge=4, description="Channels at resolution n: min(base / n, max).")
    channel_max: int = Field(default=512, ge=1, description="Most channels of a backbone layer.")
    decoder_hidden: int = Field(default=64, ge=1, description="Width of the decoder's hidden layer.")
    noise: Literal["none", "const", "random"] = Field(
        default="random", description="Spatial noise of the backbone in training."
    )
    backbone: Backbone = Field(
        default="stylegan2",
        description="What makes the planes: StyleGAN2's network, or nothing: learned directly, the same for every z.",
    )
    camera_condition: bool = Field(
        default=False, description="Tell the mapping network yaw and pitch: samples may depend on the camera."
    )
    label_count: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Classes that the mapping network is told of; 0 for none.",
        json_schema_extra=unit("classes"),
    )
    view_direction: bool = Field(
        default=False, description="Let colour depend on the ray's direction; worsens consistency (Appendix C)."
    )
    background: Background = Field(
        default="none",
        description="What lies behind the field: nothing, a painted plane, or the world outside a sphere (NeRF++).",
    )
    background_steps: int = Field(
        default=16, ge=2, le=128, description="Samples along a ray of the sphere background (published code: 8)."
    )
    background_width: int = Field(default=128, ge=1, le=1024, description="Width of the sphere background's layers.")
    background_blocks: int = Field(default=2, ge=1, le=8, description="Blocks of the sphere background's network.")
    render: RenderConfig = Field(default=RenderConfig(), description="Cameras and rays.")
    upsampler: UpsamplerConfig = Field(default=UpsamplerConfig(), description="EG3D's upsampler.")

    @model_validator(mode="after")
    def _family_has_these(self) -> Self:
        needed = {"background": "none", "backbone": "stylegan2", "view_direction": False}
        wrong = [name for name, value in needed.items() if getattr(self, name) != value]
        if self.family != "epigraf" and wrong:
            fix = ", ".join(f"{name} to {needed[name]}".replace("to False", "off") for name in wrong)
            what = {"stylegan2": "paints flat pictures and has no field", "eg3d": "has no such field"}[self.family]
            text = f"the family {self.family} {what}: set {fix}, or family to epigraf"
            raise DisagreementError(text, "family", *wrong)
        return self

    @model_validator(mode="after")
    def _condition_has_effect(self) -> Self:
        if self.camera_condition and self.backbone == "planes" and self.background != "sphere":
            text = (
                "camera_condition is on, but with backbone 'planes' and no sphere background nothing depends on w: "
                "turn camera_condition off, or set backbone to 'stylegan2'"
            )
            raise DisagreementError(text, "camera_condition", "backbone")
        if self.label_count and self.backbone == "planes" and self.background != "sphere":
            text = (
                f"label_count is {self.label_count}, but with backbone 'planes' and no sphere background nothing "
                "depends on w: set label_count to 0, or backbone to 'stylegan2'"
            )
            raise DisagreementError(text, "label_count", "backbone")
        return self

    @property
    def upsamples(self) -> bool:
        """Whether an upsampler makes its pictures of what rays see."""
        return self.family == "eg3d"

    def channels(self, resolution: int) -> int:
        """Channels of the backbone at a resolution."""
        return max(min(self.channel_base // resolution, self.channel_max), 1)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """Resolutions of the backbone's blocks, from 4."""
        return tuple(2**power for power in range(2, int(math.log2(self.plane_resolution)) + 1))

    @property
    def backbone_ws_count(self) -> int:
        """The backbone's part of ws: one w per convolution, and one more for the last torgb."""
        return 2 * len(self.resolutions)

    @property
    def background_ws_count(self) -> int:
        """The background's part of ws, which follows: one w per layer, and one more for the last output."""
        return 2 * self.background_blocks if self.background == "sphere" else 0

    @property
    def background_channels(self) -> int:
        """Channels that the backbone paints beside the planes."""
        return 3 if self.background == "plane" else 0

    @property
    def ws_count(self) -> int:
        """Length of ws."""
        return self.backbone_ws_count + self.background_ws_count

    @property
    def rays(self) -> RenderConfig:
        """How rays of the field are sampled and end: before a background nothing white, and no opaque last sample."""
        if self.family == "eg3d":
            # Its last sample is not opaque: rays end in white, or else in black, which lies behind the field.
            return self.render.model_copy(update={"backdrop": "white"})
        if self.background == "none":
            return self.render
        return self.render.model_copy(update={"backdrop": "white", "white_back": False})


class DiscriminatorConfig(FrozenModel):
    """The patch discriminator (METHOD, section 2)."""

    kind: DiscriminatorKind = Field(
        default="hyper",
        description="How it copes with scales: filters modulated by scale and place (the paper's), not at all, one "
        "network for each interval of scales; or dual: whole pictures beside raw ones (EG3D's).",
    )
    experts: int = Field(
        default=2,
        ge=2,
        le=16,
        description="Networks of the scale-specific kind; each judges one part of the scales (paper: 2 and 4).",
    )
    image_resolution: PowerOfTwo = Field(
        default=256, description="Pixels along a side of the images.", json_schema_extra=unit("px")
    )
    patch_resolution: PowerOfTwo = Field(
        default=64, description="Pixels along a side of the patches.", json_schema_extra=unit("px")
    )
    channel_base: int = Field(default=16384, ge=4, description="Channels at nominal resolution n: min(base / n, max).")
    channel_max: int = Field(default=512, ge=1, description="Most channels of a layer.")
    conv_clamp: float | None = Field(
        default=256.0,
        gt=0,
        description="Clamp of activations; none in full precision.",
        json_schema_extra=unit(empty="no clamp"),
    )
    mixed_precision_blocks: int = Field(
        default=4, ge=0, description="Highest blocks that run in half precision on a GPU."
    )
    group_size: int = Field(default=4, ge=1, description="Samples of a minibatch-std group; they share their patch.")
    modulation: Modulation = Field(
        default="input",
        description="What sigma scales in the hyper kind: inputs of each block's second convolution (published), or "
        "outputs.",
    )
    hyper_dim: int = Field(default=512, ge=1, description="Width of the hypernetwork and of the patch representation.")
    camera_condition: bool = Field(
        default=False, description="Condition on yaw and pitch; for narrow pose distributions."
    )
    camera_dropout: float = Field(default=0.5, ge=0, lt=1, description="Dropout of the camera's embedding.")
    label_count: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Classes that it is told of; 0 for none.",
        json_schema_extra=unit("classes"),
    )
    label_gain: float = Field(
        default=1.0,
        gt=0,
        le=1000,
        description="Length of a class beside what else the projection head is told; 1 is published, and drowns in the "
        "828 numbers of the patch that the kind hyper is told; 20 is as much as they are.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.patch_resolution > self.image_resolution:
            raise DisagreementError(
                f"patch_resolution ({self.patch_resolution}) must not exceed image_resolution "
                f"({self.image_resolution})",
                "patch_resolution",
                "image_resolution",
            )
        if self.kind == "dual" and self.patch_resolution != self.image_resolution:
            raise DisagreementError(
                f"kind is 'dual', which judges whole pictures: set patch_resolution ({self.patch_resolution}) to "
                f"image_resolution ({self.image_resolution})",
                "kind",
                "patch_resolution",
                "image_resolution",
            )
        if self.kind == "scale-specific" and self.patch_resolution == self.image_resolution:
            raise DisagreementError(
                f"kind is 'scale-specific', but patches of {self.patch_resolution} px are whole images, which have "
                "one scale: use a smaller patch_resolution, or kind 'standard'",
                "kind",
                "patch_resolution",
            )
        return self

    def channels(self, resolution: int) -> int:
        """Channels at a nominal resolution."""
        return max(min(self.channel_base // resolution, self.channel_max), 1)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """Nominal resolutions of the residual blocks, from the image's down to 8."""
        return tuple(2**power for power in range(int(math.log2(self.image_resolution)), 2, -1))

    @property
    def whole(self) -> bool:
        """Whether it judges whole pictures and knows no patches."""
        return self.kind == "dual"

    @property
    def min_scale(self) -> float:
        """Smallest patch scale, r / R."""
        return self.patch_resolution / self.image_resolution
