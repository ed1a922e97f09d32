"""Settings of adaptive augmentation (METHOD: Augmentation)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.augment_laws import Family
from core.model_config import FrozenModel, unit

# Above it transformations begin to show in the generated pictures (Karras et al. 2020, Section 2.2).
LEAKING_P = 0.8


class AugmentConfig(FrozenModel):
    """Transformations of all that D sees, so that a few pictures do for many (METHOD: Augmentation)."""

    kind: Literal["none", "adaptive", "fixed"] = Field(
        default="none", description="Off, with a probability that follows D's overfitting, or with a fixed one."
    )
    p: float = Field(default=0.2, ge=0, le=1, description="Probability of each transformation, if it is fixed.")
    target: float = Field(
        default=0.6, ge=0, le=1, description="Mean sign of D's scores of real pictures that p is steered to."
    )
    interval: int = Field(
        default=4, ge=1, le=1024, description="p is adjusted every n-th step.", json_schema_extra=unit("steps")
    )
    speed_kimg: float = Field(
        default=500, gt=0, description="Time in which p can rise from 0 to 1.", json_schema_extra=unit("kimg")
    )
    flip: bool = Field(
        default=False, description="Mirror; without camera angles only: data.mirror negates the yaw as well."
    )
    blit: bool = Field(default=True, description="Quarter turns, and shifts by whole pixels.")
    geometry: bool = Field(default=True, description="Scaling, stretching, rotations, and shifts by parts of pixels.")
    colour: bool = Field(default=True, description="Brightness, contrast, inverted luma, hue, saturation.")
    filter: bool = Field(default=False, description="Amplify or weaken bands of frequencies.")
    noise: bool = Field(default=False, description="Add noise to the pixels.")
    cutout: bool = Field(default=False, description="Make a square of half the size grey.")

    @property
    def families(self) -> tuple[Family, ...]:
        """Which transformations are on."""
        switches: dict[Family, bool] = {
            "flip": self.flip,
            "blit": self.blit,
            "geometry": self.geometry,
            "colour": self.colour,
            "filter": self.filter,
            "noise": self.noise,
            "cutout": self.cutout,
        }
        return tuple(name for name, on in switches.items() if on)

    def warnings(self, *, angles_matter: bool) -> list[tuple[str, str]]:
        """What is allowed but probably not wanted: the setting's name in this group, and what to change.

        Args:
            angles_matter: Whether D or G is told the camera angles, or they are drawn from the data set.
        """
        if self.kind == "none":
            return []
        found: list[tuple[str, str]] = []
        if not self.families:
            found.append(("kind", "all transformations are off: switch some on, or set augment.kind to none."))
        if self.flip and angles_matter:
            text = "mirrored pictures keep their camera angles, which is wrong: use data.mirror, which negates the yaw."
            found.append(("flip", text))
        if self.kind == "fixed" and self.p == 0:
            found.append(("p", "nothing is transformed at 0: set it above, or augment.kind to adaptive."))
        if self.kind == "fixed" and self.p > LEAKING_P:
            text = f"above {LEAKING_P:g} transformations begin to show in generated pictures: set it to at most that."
            found.append(("p", text))
        return found
