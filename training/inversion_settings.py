"""What an inversion is told: how long, how freely and how finely it looks for the sample of a picture."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.model_config import FrozenModel, unit

Layers = Literal["one", "each"]


class InversionSettings(FrozenModel):
    """How a sample is looked for."""

    steps: int = Field(default=200, ge=10, le=10_000, description="Steps of the optimiser.")
    layers: Layers = Field(
        default="one",
        description="One w for all layers, as the mapping gives it, or one for each: closer, and less of a sample.",
    )
    size: int = Field(
        default=64, ge=16, le=1024, description="Pixels along a side that are compared.", json_schema_extra=unit("px")
    )
    seed: int = Field(default=0, ge=0, lt=2**32, description="Of what is drawn at random.")
