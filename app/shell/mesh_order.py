"""What `epigraf mesh` is asked to make: one surface after the other, each with its Scene and its file."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from app.shell.render_order import given, given_text
from core.geometry import Decimate, DropSmall, FillHoles, Filter, Largest, Smooth
from core.scene import Scene

# Finer than the window's, which shall answer at once.
DEFAULT_RESOLUTION = 256
AUTO = "auto"
PLACES = ("seed", "name", "frame")


class Item(NamedTuple):
    """A surface that is wanted.

    Attributes:
        scene: Of what, and how; its threshold counts unless it is to be found.
        path: Where it goes; none: nowhere.
        automatic: Whether the threshold is the one that each sample's own pictures propose.
    """

    scene: Scene
    path: Path | None
    automatic: bool


def items_of(args: argparse.Namespace) -> list[Item]:
    """All that the options ask for.

    Raises:
        ValueError: A value is out of range, SOURCE is not what its name says, or files would have the same name.
        OSError: SOURCE cannot be read.
    """
    if args.scene is not None and args.source is not None:
        raise ValueError("--scene stands in place of SOURCE: leave one of them out")
    if args.scene is not None and args.snapshot is not None:
        raise ValueError("--scene says itself which snapshot is meant: leave --snapshot out")
    order = given(args.source, args.snapshot) if args.scene is None else given_text(args.scene)
    if order.timeline is not None:
        timeline = order.timeline
        times = [each.at for each in timeline.keyframes] if args.fps is None else timeline.times(args.fps)
        scenes = [(timeline.at(time), {"frame": f"{number:04d}"}) for number, time in enumerate(times, start=1)]
    else:
        scenes = [(order.scene, {})]
    automatic = args.threshold == AUTO or (args.threshold is None and not order.own_camera)
    changed = [
        (_as_asked(args, scene, own=order.own_camera), names)
        for scene, given_names in scenes
        for scene, names in _varied(args, scene, given_names)
    ]
    items = [Item(scene, _path(args.out, scene, names), automatic) for scene, names in changed]
    _check_paths(args, items)
    return items


def seeds_of(text: str) -> list[int]:
    """Seeds from "0-9", "3" or "1,4,7-9"."""
    seeds: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part.strip())
        if found is None or int(found[2] or found[1]) < int(found[1]):
            raise argparse.ArgumentTypeError(f"expected seeds as 0-9 or 1,4,7-9; got {text!r}")
        seeds += range(int(found[1]), int(found[2] or found[1]) + 1)
    return seeds


def threshold_of(text: str) -> float | str:
    """A density, or the word for the one that is found."""
    if text == AUTO:
        return AUTO
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a density per world unit, or {AUTO}; got {text!r}") from error


def _varied(args: argparse.Namespace, scene: Scene, names: dict[str, str]) -> Iterator[tuple[Scene, dict[str, str]]]:
    """The Scene with each of the samples that are asked for."""
    if args.favourites is not None:
        from app.view.favourites import read_favourites

        for each in read_favourites(args.favourites):
            yield replace(scene, latent=each.latent), {**names, "name": re.sub(r"[^\w.-]+", "-", each.name)}
        return
    for seed in args.seeds or [args.seed]:
        latent = scene.latent if seed is None else scene.latent.at_seed(seed)
        yield replace(scene, latent=latent), names


def _as_asked(args: argparse.Namespace, scene: Scene, *, own: bool) -> Scene:
    """The Scene as the options change it."""
    latent = scene.latent if args.psi is None else replace(scene.latent, psi=args.psi)
    if args.pose is not None:
        latent = replace(latent, pose=tuple(args.pose), pose_follows=False)
    resolution = args.resolution or (scene.geometry.resolution if own else DEFAULT_RESOLUTION)
    filters = _filters(args) or scene.geometry.filters
    geometry = replace(
        scene.geometry, resolution=resolution, filters=filters, closed=args.close or scene.geometry.closed
    )
    quality = scene.quality
    if isinstance(args.threshold, float):
        quality = replace(quality, threshold=args.threshold)
    return replace(scene, latent=latent, quality=quality, geometry=geometry)


def _filters(args: argparse.Namespace) -> tuple[Filter, ...]:
    """The filters that options name, in the order that serves: what falls away first need not be smoothed."""
    found: list[Filter] = []
    if args.largest:
        found.append(Largest())
    if args.drop is not None:
        found.append(DropSmall(faces=args.drop))
    if args.fill is not None:
        found.append(FillHoles(radius=args.fill))
    if args.smooth is not None:
        found.append(Smooth(passes=args.smooth, band=args.band))
    if args.faces is not None:
        found.append(Decimate(faces=args.faces))
    return tuple(found)


def _path(out: Path | None, scene: Scene, names: dict[str, str]) -> Path | None:
    """The file's name with its places filled in.  Raises ValueError for one that has no meaning here."""
    if out is None:
        return None
    names = {**names, "seed": str(scene.latent.seed)}

    def word(found: re.Match[str]) -> str:
        if found[1] not in names:
            there = ", ".join(f"{{{name}}}" for name in names)
            raise ValueError(f"--out {out}: there is no {{{found[1]}}} here; there are {there}")
        return names[found[1]]

    return Path(re.sub(r"\{(\w*)\}", word, str(out)))


def _check_paths(args: argparse.Namespace, items: list[Item]) -> None:
    paths = [item.path for item in items if item.path is not None]
    if len(set(paths)) < len(paths):
        places = ", ".join(f"{{{place}}}" for place in PLACES)
        raise ValueError(
            f"--out {args.out}: {len(paths)} surfaces would have the same file; put one of {places} into its name"
        )
    there = [path for path in paths if path.exists()]
    if there and not args.force:
        raise ValueError(f"{there[0]} is there already: choose another name, or say --force to replace it")
