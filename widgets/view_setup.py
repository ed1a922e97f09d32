"""How a person likes to look: what is drawn over the picture, and how fast the turntable turns; values only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.camera import Camera

# Seconds for once around.
TURN_RANGE = (2.0, 240.0)


@dataclass(frozen=True)
class ViewSetup:
    """What is remembered of the viewport.

    Attributes:
        box: Draw the box of the field.
        cameras: Draw the cameras of the training.
        cube: Draw the cube that shows the axes.
        turn_seconds: How long the turntable takes for once around, in TURN_RANGE.
    """

    box: bool = False
    cameras: bool = False
    cube: bool = True
    turn_seconds: float = 18.0


@dataclass(frozen=True)
class TrainingViews:
    """What is known of the cameras of a training.

    Attributes:
        home: The camera that one begins with and goes back to.
        mean: The middle of the poses; `home` where they are not known.
        origin: What `mean` was gathered from, for people.
        places: Where eyes stand, or some of them, [n, 3], world units.
        near: Where the rays begin, along the ray, world units.
        far: Where they end.
        half: Half the edge of the field's box; None while nothing is shown.
    """

    home: Camera = field(default_factory=Camera)
    mean: Camera = field(default_factory=Camera)
    origin: str = ""
    places: np.ndarray = field(default_factory=lambda: np.empty((0, 3)), compare=False)
    near: float = 0.0
    far: float = 0.0
    half: float | None = None
