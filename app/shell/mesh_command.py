"""The command that makes the mesh that a window shows: `epigraf mesh` with the options that make the same surface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.shell.render_command import number_words, scene_words, source_words
from core.geometry import Decimate, DropSmall, FillHoles, Filter, Largest, Smooth
from core.scene import ALL_PLANES, Latent, Scene

# In this order the options are applied, each once.
ORDER = ("largest", "small", "holes", "smooth", "decimate")


def mesh_arguments(scene: Scene, out: Path) -> list[str]:
    """What follows `epigraf mesh`; what options cannot say is handed over as the text of a session.

    Args:
        scene: What is shown.
        out: The file, whose suffix chooses the format.
    """
    scene = replace(scene, other=None)
    colours = ["--colours", "seen"] if scene.geometry.colouring == "seen" else []
    return [*(_options(scene) or scene_words(scene)), *colours, "--out", str(out)]


def _options(scene: Scene) -> list[str] | None:
    """The surface in words; None if there are none for all of it."""
    latent, geometry = scene.latent, scene.geometry
    filters = _filter_words(geometry.applied)
    if latent != Latent(latent.seed, latent.psi) or filters is None or scene.quality.planes != ALL_PLANES:
        return None
    sample = ["--seed", str(latent.seed), "--psi", number_words(latent.psi)]
    surface = ["--resolution", str(geometry.resolution), "--threshold", number_words(scene.quality.threshold)]
    return [*source_words(scene.source), *sample, *surface, *(["--close"] if geometry.closed else []), *filters]


def _filter_words(filters: Sequence[Filter]) -> list[str] | None:
    """Filters as options; None if one comes twice, or in another order than options have."""
    places = [ORDER.index(each.kind) for each in filters]
    if places != sorted(set(places)):
        return None
    words: list[str] = []
    for each in filters:
        match each:
            case Largest():
                words.append("--largest")
            case DropSmall(faces=faces):
                words += ["--drop", str(faces)]
            case FillHoles(radius=radius):
                words += ["--fill", number_words(radius)]
            case Smooth(passes=passes, band=band):
                words += ["--smooth", str(passes), *(["--band", number_words(band)] if band != Smooth.band else [])]
            case Decimate(faces=faces):
                words += ["--faces", str(faces)]
    return words
