"""What the Ray probe panel shows, and what somebody wants of it; values only."""

from __future__ import annotations

from dataclasses import dataclass

from core.camera import Camera
from core.ray_profile import RayProfile
from widgets.notes import Problem


@dataclass(frozen=True)
class ProbedRay:
    """A ray that stays where it is in space, whichever sample is shown.

    Attributes:
        camera: From where it was pointed at.
        place: The pixel in that camera's picture plane, y up.
    """

    camera: Camera
    place: tuple[float, float]


@dataclass(frozen=True)
class RayView:
    """The panel's contents.

    Attributes:
        ray: Where somebody has pointed; None before the first time.
        profile: What the ray meets; None until it is known.
        sample: Which sample it is of, for people.
        fresh: Whether it is that of the sample that is shown now.
        armed: Whether a plain click in the viewport probes.
        flat: Whether the generator paints flat pictures.
        problem: Why there is no profile.
        upsampled: Whether an upsampler makes the generator's pictures of what rays see.
    """

    ray: ProbedRay | None = None
    profile: RayProfile | None = None
    sample: str = ""
    fresh: bool = True
    armed: bool = False
    flat: bool = False
    problem: Problem | None = None
    upsampled: bool = False


@dataclass(frozen=True)
class RayWish:
    """What somebody wants.

    Attributes:
        armed: Whether a plain click in the viewport probes from now on.
        forget: Take the ray away.
        copy: Put its samples on the clipboard.
        retry: Ask again.
    """

    armed: bool
    forget: bool = False
    copy: bool = False
    retry: bool = False
