"""What is asked of the model worker about one ray, and its answer; torch-free."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.inspection import Inspection
from core.camera import Camera
from core.ray_profile import RayProfile
from core.scene import Backdrop

RAY = "ray"


@dataclass(frozen=True)
class RayQuestion(Inspection):
    """What does the ray of a pixel meet in a sample?

    Attributes:
        camera: From where.
        place: The pixel in the image plane, x and y up; the end pixels of the picture's shorter side lie on ±1.
        backdrop: What is seen through the field.
    """

    camera: Camera
    place: tuple[float, float]
    backdrop: Backdrop


@dataclass(frozen=True)
class RayAnswer:
    """What it meets.

    Attributes:
        question: What was asked.
        profile: The samples of the ray.
    """

    question: RayQuestion
    profile: RayProfile
