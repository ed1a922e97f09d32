"""Options of `epigraf render` that say which sample is drawn, and the same options for a latent that is shown."""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

from core.scene import Latent, Noise, Scene
from core.timeline import Keyframe, Timeline

# Seconds from one seed of a film to the next.
LEG_S = 2.0
# Fields that are options of their own; the others are for files.
SAID = (
    "seed", "psi", "x", "y", "cutoff", "mix_seed", "mix_layers", "noise", "noise_seed", "label", "pose",
    "pose_follows", "shifts", "shift_layers",
)  # fmt: skip


def register(parser: argparse.ArgumentParser) -> Any:
    """Add the options.  Returns their group."""
    sample = parser.add_argument_group("the sample")
    sample.add_argument("--seed", type=int, help="seed of the latent (default: 0)")
    sample.add_argument("--psi", type=float, help=f"truncation, -1 to 2 (default: {Latent().psi})")
    sample.add_argument("--cutoff", type=int, metavar="N", help="truncate the first N layers only (default: all)")
    sample.add_argument("--label", type=int, metavar="CLASS", help="class (default: the one the seed stands for)")
    register_pose(sample)
    sample.add_argument(
        "--pose-follows", action=argparse.BooleanOptionalAction, help="it is told where the camera is, in each picture"
    )
    sample.add_argument("--noise", choices=get_args(Noise), help="of the backbone (default: const, as learned)")
    sample.add_argument("--noise-seed", type=int, metavar="SEED", help="of random noise (default: 0)")
    sample.add_argument(
        "--at", type=float, nargs=2, metavar=("X", "Y"), help="how far on the way to the seed at the right, and above"
    )
    sample.add_argument("--mix", type=int, metavar="SEED", dest="mix_seed", help="a second seed, for --mix-layers")
    sample.add_argument("--mix-layers", type=layers, metavar="LAYERS", help="that take it: 0-3 or 0,2,5")
    sample.add_argument(
        "--shift",
        nargs=2,
        action="append",
        metavar=("N", "SIGMA"),
        help="steps along the N-th principal component of w, standard deviations; may be said again",
    )
    sample.add_argument("--shift-layers", type=int, nargs=2, metavar=("FIRST", "LAST"), help="that take these steps")
    hint = f"a film from seed to seed and back to the first, as 3,8,21: {LEG_S:g} s from one to the next"
    sample.add_argument("--through", type=seeds, metavar="SEEDS", help=hint)
    return sample


def register_pose(sample: Any) -> None:
    """Add the option of what a camera-conditioned generator is told."""
    sample.add_argument(
        "--pose", type=angle, nargs=2, metavar=("YAW", "PITCH"),
        help="told to a camera-conditioned generator, degrees, wherever the camera is (default: the training's mean)",
    )  # fmt: skip


def angle(text: str) -> float:
    """Radians from degrees."""
    try:
        degrees = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected degrees, got {text!r}") from error
    return math.radians(degrees)


def layers(text: str) -> tuple[int, ...]:
    """Layers from "0-3" or "0,2,5"."""
    try:
        ends = [[int(end) for end in part.split("-")] for part in text.split(",")]
        found = sorted({layer for part in ends for layer in range(part[0], part[-1] + 1)})
    except ValueError:
        found = []
    if not found:
        raise argparse.ArgumentTypeError(f"expected layers as 0-3 or 0,2,5; got {text!r}")
    return tuple(found)


def seeds(text: str) -> tuple[int, ...]:
    """Seeds from "3,8,21"."""
    words = text.split(",")
    if len(words) < 2 or not all(word.isdecimal() for word in words):
        raise argparse.ArgumentTypeError(f"expected two or more seeds as 3,8,21; got {text!r}")
    return tuple(int(word) for word in words)


def latent_of(args: argparse.Namespace, latent: Latent) -> Latent:
    """The latent with what the options change.  Raises ValueError naming what is out of range."""
    changes: dict[str, Any] = {name: getattr(args, name) for name in SAID if getattr(args, name, None) is not None}
    if args.pose is not None:
        changes["pose"] = tuple(args.pose)
        changes.setdefault("pose_follows", False)
    if args.seed is not None:
        latent = latent.at_seed(args.seed)
    if args.at is not None:
        changes["x"], changes["y"] = args.at
    if args.shift is not None:
        changes["shifts"] = _shifts(args.shift)
    if args.shift_layers is not None:
        changes["shift_layers"] = tuple(args.shift_layers)
    if args.mix_layers is not None and args.mix_seed is None and latent.mix_seed is None:
        raise ValueError("--mix-layers: say with --mix which seed they take")
    if args.mix_seed is not None and not changes.get("mix_layers", latent.mix_layers):
        raise ValueError("--mix: say with --mix-layers which layers take it, as 0-3")
    return replace(latent, **changes)


def through(scene: Scene, numbers: tuple[int, ...]) -> Timeline:
    """A journey from seed to seed and back to the first, with the Scene's camera."""
    scenes = [replace(scene, latent=scene.latent.at_seed(seed)) for seed in numbers]
    return Timeline(tuple(Keyframe(index * LEG_S, each, "soft") for index, each in enumerate(scenes)), loop=LEG_S)


def latent_options(latent: Latent) -> list[str] | None:
    """The options that make a latent; None if there are none for all of it."""
    if latent != replace(Latent(), **{name: getattr(latent, name) for name in SAID}):
        return None
    options = ["--seed", str(latent.seed), "--psi", number_words(latent.psi)]
    if latent.x or latent.y:
        options += ["--at", number_words(latent.x), number_words(latent.y)]
    for name in ("cutoff", "label"):
        if getattr(latent, name) is not None:
            options += [f"--{name}", str(getattr(latent, name))]
    if latent.mix_seed is not None and latent.mix_layers:
        options += ["--mix", str(latent.mix_seed), "--mix-layers", ",".join(map(str, latent.mix_layers))]
    elif latent.mix_seed is not None or latent.mix_layers:
        return None  # has no effect, but is part of the Scene
    if latent.pose is not None:
        told = [in_degrees(each) for each in latent.pose]
        if None in told:
            return None
        options += ["--pose", *map(str, told)]
    options += ["--pose-follows"] if latent.pose_follows else []
    if latent.noise != Latent().noise:
        options += ["--noise", latent.noise]
    if latent.noise_seed:
        options += ["--noise-seed", str(latent.noise_seed)]
    for index, shift in enumerate(latent.shifts, start=1):
        options += ["--shift", str(index), number_words(shift)] if shift else []
    if latent.shifts and not latent.shifts[-1]:
        return None
    if latent.shift_layers is not None:
        options += ["--shift-layers", *map(str, latent.shift_layers)]
    return options


def number_words(value: float) -> str:
    """The shortest digits of this number, without an exponent: behind a minus that would be taken for an option."""
    return format(Decimal(repr(value)), "f")


def in_degrees(radians: float) -> str | None:
    """Degrees that are this angle again, bit by bit; None if there are none."""
    degrees = math.degrees(radians)
    for candidate in (degrees, math.nextafter(degrees, math.inf), math.nextafter(degrees, -math.inf)):
        if math.radians(candidate) == radians:
            return number_words(candidate)
    return None


def _shifts(said: list[list[str]]) -> tuple[float, ...]:
    """Steps along all directions up to the last one that was named."""
    steps: dict[int, float] = {}
    for words in said:
        try:
            index, step = int(words[0]), float(words[1])
            if not (1 <= index <= 512 and math.isfinite(step)):
                raise ValueError
        except ValueError as error:
            raise ValueError(f"--shift {' '.join(words)}: expected a direction from 1 on and a number") from error
        steps[index] = step
    return tuple(steps.get(index, 0.0) for index in range(1, max(steps) + 1))
