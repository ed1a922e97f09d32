"""What the Latent panel shows and what somebody wants there; values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.camera import Camera
from core.scene import Latent
from widgets.picture import Picture

# Seeds that a walk passes in a second.
SPEED_RANGE = (-4.0, 4.0)


@dataclass(frozen=True)
class GeneratorTraits:
    """What a generator has that a latent can say something about.

    Attributes:
        layers: Length of ws.
        labels: Classes that it knows; 0 for none.
        poses: Whether it is told where the camera stands.
        noise: Whether its backbone has learned with spatial noise.
    """

    layers: int
    labels: int = 0
    poses: bool = False
    noise: bool = False


@dataclass(frozen=True)
class Favourite:
    """A sample that somebody wants to find again.

    Attributes:
        name: For people.
        latent: It.
    """

    name: str
    latent: Latent


@dataclass(frozen=True)
class LatentView:
    """What the panel shows.

    Attributes:
        latent: The sample.
        camera: Of the viewport.
        traits: What the generator has; None while nobody knows.
        walking: Whether the sample moves by itself.
        speed: How fast it does then, seeds per second; below 0 to the left.
        favourites: What was kept, in the order in which it was added.
        names: What the generator's directions are called, from the first one on; empty where one has no name.
        portrait: Gives a small picture of a favourite; None where there is none.
    """

    latent: Latent
    camera: Camera
    traits: GeneratorTraits | None = None
    walking: bool = False
    speed: float = 0.5
    favourites: tuple[Favourite, ...] = ()
    names: tuple[str, ...] = ()
    portrait: Callable[[Favourite], Picture | None] = lambda _: None


@dataclass(frozen=True)
class LatentWish:
    """What somebody wants; attributes as in LatentView."""

    latent: Latent
    walking: bool
    speed: float
    favourites: tuple[Favourite, ...] = ()
    names: tuple[str, ...] = ()
