"""What is measured of a generator, how often and on how many pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from core.model_config import DisagreementError, FrozenModel, unit

# Below this relief a shape is all but a plane (training/metrics_views.py); a sphere has 0.47.
FLAT_BELOW = 0.1

BestMetric = Literal["auto", "none", "frechet", "wasserstein", "fid"]


class MetricsConfig(FrozenModel):
    """Metrics in training: how good the moving average is, beside real pictures."""

    interval: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="Measured every n-th tick; 0 for never.",
        json_schema_extra=unit("ticks"),
    )
    pictures: int = Field(
        default=200,
        ge=8,
        le=50_000,
        description="Generated, and as many real ones; at most half of the data set.",
        json_schema_extra=unit("images"),
    )
    features: bool = Field(
        default=True, description="Fréchet distance, density and coverage on features of networks with random weights."
    )
    wasserstein: bool = Field(default=True, description="Sliced Wasserstein distance of patches, for each resolution.")
    views: bool = Field(
        default=True, description="Whether close views agree, and how far surfaces are from being flat."
    )
    pairs: int = Field(
        default=12,
        ge=2,
        le=10_000,
        description="Of close views; fewer than pictures, since they are rendered with more samples.",
        json_schema_extra=unit("pairs"),
    )
    flat_below: float = Field(
        default=FLAT_BELOW, ge=0, le=1, description="Alarm below this relief: 0 is a plane, 0.47 a sphere."
    )
    inception: Path | None = Field(
        default=None,
        description="pt_inception-2015-12-05-6726825d.pth, for FID and KID; it is never downloaded.",
        json_schema_extra=unit(empty="no FID"),
    )
    fid_pictures: int = Field(
        default=2000,
        ge=8,
        le=50_000,
        description="Generated for FID and KID; the usual protocol has 50,000.",
        json_schema_extra=unit("images"),
    )
    best: BestMetric = Field(
        default="auto",
        description="Keeps the snapshot that is best by this metric; auto takes the first of fid, frechet and "
        "wasserstein that is measured.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _best_is_measured(self) -> Self:
        needed: dict[str, tuple[str, bool]] = {
            "fid": ("inception", self.inception is not None),
            "frechet": ("features", self.features),
            "wasserstein": ("wasserstein", self.wasserstein),
        }
        field, given = needed.get(self.best, ("", True))
        if not given:
            text = f"best is '{self.best}', which is not measured: set {field}, or best to auto"
            raise DisagreementError(text, "best", field)
        return self

    @property
    def chosen_best(self) -> BestMetric:
        """The metric that the best snapshot is chosen by, `auto` resolved."""
        if self.best != "auto":
            return self.best
        if self.inception is not None:
            return "fid"
        return "frechet" if self.features else "wasserstein" if self.wasserstein else "none"
