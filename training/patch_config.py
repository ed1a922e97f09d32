"""Settings of patches: which scales D sees, when, and how they are sampled (METHOD: Patches)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from core.model_config import Antialias, DisagreementError, FrozenModel, unit
from core.schedules import BetaSchedule, DecaySchedule, DiscreteSchedule, ScaleSchedule, UniformSchedule, halvings

MOST_SCALES = 64


def scale_list(text: str) -> tuple[float, ...]:
    """Scales of a text like "0.25, 0.5, 1", ascending, each once.

    Raises:
        ValueError: One is no number in (0, 1], or there are too many.
    """
    words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
    try:
        scales = sorted({float(word) for word in words})
    except ValueError:
        scales = [0.0]
    if any(not 0 < scale <= 1 for scale in scales) or len(scales) > MOST_SCALES:
        raise ValueError(
            f"must be up to {MOST_SCALES} numbers above 0 and up to 1 with commas between, as in "
            f"'0.25, 0.5, 1', got {text!r}"
        )
    return tuple(scales)


def _scale_text(value: object) -> object:
    """A list of scales, as YAML has it, or one number, as the text that is kept."""
    numbers = value if isinstance(value, (list, tuple)) else [value]
    if numbers and all(isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers):
        value = ", ".join(f"{number:.10g}" for number in numbers)
    if isinstance(value, str):
        scale_list(value)
    return value


class ScheduleConfig(FrozenModel):
    """Which patch scales the discriminator sees, when, and how patches are sampled (METHOD, section 3)."""

    kind: Literal["beta", "uniform", "graf", "gnerf", "discrete"] = Field(
        default="beta", description="Law of the patch scales; beta is the paper's."
    )
    anneal_kimg: float = Field(
        default=10_000,
        gt=0,
        description="Time T until the law is final (beta, uniform).",
        json_schema_extra=unit("kimg"),
    )
    beta_start: float = Field(default=0.001, gt=0, le=10, description="beta(0) of the beta law.")
    beta_end: float = Field(default=0.8, gt=0, le=10, description="beta(T) of the beta law.")
    scale_start: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Smallest scale at the start (graf: 0.9, gnerf: 0.8).",
        json_schema_extra=unit(empty="by law"),
    )
    scale_end: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Smallest scale at the end, at least r / R (graf: 0.25, gnerf: 16 / R).",
        json_schema_extra=unit(empty="by law"),
    )
    decay: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="How fast the smallest scale decays (graf: 0.0075, gnerf: 0.2).",
        json_schema_extra=unit("per 1000 steps", empty="by law"),
    )
    scales: Annotated[str, BeforeValidator(_scale_text)] = Field(
        default="", description="Scales of the discrete law, as 0.25, 0.5, 1; empty for 1 and its halves down to r / R."
    )
    antialias: Antialias = Field(
        default="none",
        description="How real patches are scaled down: reading single points (published), or exact means over areas.",
    )
    supersample: int = Field(
        default=1,
        ge=1,
        le=8,
        description="Rays along a side of each generated pixel; n cost n x n times the time and memory (published: 1).",
        json_schema_extra=unit("rays"),
    )

    @model_validator(mode="after")
    def _falls(self) -> Self:
        start, end = self.scale_start, self.scale_end
        if start is not None and end is not None and start < end:
            raise DisagreementError(
                f"scale_start ({start:g}) must not be smaller than scale_end ({end:g}): the smallest scale falls",
                "scale_start",
                "scale_end",
            )
        return self

    def schedule(self, min_scale: float, batch: int, image_resolution: int) -> ScaleSchedule:
        """The law.

        Args:
            min_scale: r / R, in (0, 1].
            batch: Images per step, for the laws that count steps.
            image_resolution: R, px.
        """
        if self.kind == "uniform":
            return UniformSchedule(min_scale, self.anneal_kimg)
        if self.kind == "graf":
            return self._adapted(DecaySchedule.graf(min_scale, batch))
        if self.kind == "gnerf":
            return self._adapted(DecaySchedule.gnerf(min_scale, batch, image_resolution))
        if self.kind == "discrete":
            return DiscreteSchedule(min_scale, scale_list(self.scales) or halvings(min_scale))
        return BetaSchedule(min_scale, self.anneal_kimg, self.beta_start, self.beta_end)

    def _adapted(self, law: DecaySchedule) -> DecaySchedule:
        """A published law with what is set here; an end above the start, or a start below the end, gives way."""
        start = self.scale_start or max(law.start, self.scale_end or 0)
        end = self.scale_end or min(law.end, start)
        return replace(law, decay=self.decay or law.decay, start=start, end=end)

    def too_fine(self, min_scale: float) -> tuple[float, ...]:
        """Scales of the discrete law that are smaller than r / R."""
        scales = scale_list(self.scales) if self.kind == "discrete" else ()
        return tuple(scale for scale in scales if scale < min_scale)

    def warnings(self) -> list[tuple[str, str]]:
        """Settings of these that are allowed but probably not wanted: name, and what will happen."""
        # Where only one side is filtered D can tell by that, and G has to learn the aliasing.
        if (self.antialias == "area") == (self.supersample > 1):
            return []
        if self.supersample > 1:
            text = "generated patches are supersampled and real ones aliased: set patches.antialias to area as well."
            return [("antialias", text)]
        text = "real patches are filtered and generated ones aliased: set patches.supersample to 2 or more as well."
        return [("supersample", text)]
