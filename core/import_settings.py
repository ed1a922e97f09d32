"""Cameras and rays of a network that was read from a file: from its settings, or those of the published data sets."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Any, Literal

from core.inert_modules import InertNetwork, plain
from core.model_config import RenderConfig

CameraKind = Literal["faces", "objects"]

# METHOD: Cameras.  FFHQ and Cats; M-Plants and M-Food.
CAMERAS: dict[CameraKind, RenderConfig] = {
    "faces": RenderConfig(fov=12.0, near=0.88, far=1.12, cube_scale=0.2, white_back=False),
    "objects": RenderConfig(fov=30.0, near=0.75, far=1.25, cube_scale=0.475, white_back=True),
}
# Where settings of the lineage say it: ends of dotted names, the likeliest first.
NUMBERS: dict[str, tuple[str, ...]] = {
    "fov": ("camera.fov", "fov"),
    "near": ("ray.start", "ray_start", "near"),
    "far": ("ray.end", "ray_end", "far"),
    "radius": ("origin.radius", "camera.radius", "radius"),
    "cube_scale": ("cube_scale",),
}
COUNTS: dict[str, tuple[str, ...]] = {
    "coarse_samples": ("num_ray_steps", "num_steps", "depth_resolution"),
    "fine_samples": ("num_fine_steps", "num_ray_steps", "num_steps", "depth_resolution_importance"),
}
WHITE = ("white_back", "white_bg", "white_background")
WORDS = {"fov": "angle of view", "near": "start of the rays", "far": "end of the rays", "radius": "camera distance",
         "cube_scale": "size of the box", "white_back": "colour behind"}  # fmt: skip
MOST_LOOKED_AT = 20_000


def settings_of(network: InertNetwork) -> dict[str, Any]:
    """What a network was made with, and its own attributes, as plain values."""
    attributes = network.parts.get("", {})
    kept = {key: each for key, each in attributes.items() if isinstance(key, str) and key not in ("_modules",)}
    return plain(kept)


def render_config(settings: Mapping[str, Any], fallback: CameraKind) -> tuple[RenderConfig, tuple[str, ...]]:
    """Cameras and rays.

    Args:
        settings: Of the generator.
        fallback: Whose cameras are meant where the settings are silent.

    Returns:
        The configuration, and what of it had to be assumed, in words.

    Raises:
        ValueError: The settings contradict each other.
    """
    found: dict[str, Any] = {}
    for name, ends in NUMBERS.items():
        value = next((number for end in ends if (number := _number(lookup(settings, end))) is not None), None)
        if value is not None and value > 0:
            found[name] = value
    for name, ends in COUNTS.items():
        value = next((number for end in ends if isinstance(number := lookup(settings, end), int)), None)
        if value is not None and 2 <= value <= 512:
            found[name] = value
    white = next((value for end in WHITE if isinstance(value := lookup(settings, end), bool)), None)
    if white is not None:
        found["white_back"] = white
    assumed = tuple(words for name, words in WORDS.items() if name not in found)
    return RenderConfig.model_validate(CAMERAS[fallback].model_dump() | found), assumed


def lookup(settings: Any, end: str) -> Any:
    """The value whose dotted name ends so; the one that is nested least, None if there is none."""
    wanted = end.split(".")
    waiting: deque[tuple[tuple[str, ...], Any]] = deque([((), settings)])
    for _ in range(MOST_LOOKED_AT):
        if not waiting:
            return None
        path, value = waiting.popleft()
        if list(path[-len(wanted) :]) == wanted and value is not None:
            return value
        if isinstance(value, dict):
            waiting.extend(((*path[-3:], key), each) for key, each in value.items())
    return None


def _number(value: Any) -> float | None:
    """A number, or the middle of a distribution that is given by its mean or its ends."""
    if isinstance(value, dict):
        mean, low, high = (_number(value.get(key)) for key in ("mean", "min", "max"))
        return mean if mean is not None or low is None or high is None else (low + high) / 2
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9 or not math.isfinite(value):
        return None
    return float(value)
