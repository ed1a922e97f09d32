"""What `epigraf render` draws: by the window's shaders, or by the generator's own renderer."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.pictures.reference import has_upsampler, is_upsampled
from app.shell.render_order import Order
from core.camera import Camera
from core.description import RAW
from core.scene import Scene

if TYPE_CHECKING:
    import numpy as np

# Of a view: as on the screen, the object alone, or how far away it is.
What = Literal["seen", "cutout", "depth"]


def drawn(
    args: argparse.Namespace, order: Order, what: What = "seen", *, quiet: bool = False
) -> tuple[Scene, Iterable[np.ndarray], str]:
    """Draw what is ordered, with what is compared.

    Args:
        args: What a person has said.
        order: What is drawn.
        what: Of a view.
        quiet: Who writes the pictures tells how far they are. Those of a comparison are all drawn before: it is told.

    Returns:
        The Scene with its camera, the pictures as they are drawn, and what they show.
    """
    quiet = quiet and order.scene.other is None
    if order.reference or (what == "seen" and is_upsampled(order.scene)):
        scene, pictures, name = drawn_by_generator(args, order, quiet=quiet)
    else:
        scene, pictures, name = drawn_by_volume(args, order, what)
    beside, other = scene.beside, scene.other
    if beside is None or other is None:
        return scene, pictures, name
    from app.pictures.seen import together

    of_a = list(pictures)  # before B's generator is loaded
    _, of_b, other_name = drawn(args, replace(order, scene=beside, own_camera=True))
    both, found = together(of_a, list(of_b), other)
    return scene, both, f"{name} beside {other_name}{found}"


def drawn_by_volume(args: argparse.Namespace, order: Order, what: What) -> tuple[Scene, Iterable[np.ndarray], str]:
    """Bake the sample.  Returns the Scene with its camera, the pictures as they are drawn, and what they show."""
    from app.pictures.render import View, cutouts_of, depths_of, generator_of, sample_of, told, turntable, views_of
    from core.progress import ProgressLine

    scene, load = order.scene, lru_cache(maxsize=1)(generator_of)
    with ProgressLine("baking") as line:
        volume, field = sample_of(scene, lambda done: line.update(round(100 * done), 100), load)
    if not order.own_camera:
        home = Camera(radius=volume.radius, fov=volume.fov, pivot=volume.pivot)
        scene = replace(scene, camera=with_training(args, scene.camera, home))
    seen = [replace(scene, camera=camera) for camera in turntable(scene.camera, order.views)]
    if len({told(each, load) for each in seen}) > 1:
        views = (View(each.camera, *sample_of(each, load=load)) for each in seen)
    else:
        views = (View(each.camera, volume, field) for each in seen)
    drawn_as = {"seen": views_of, "cutout": cutouts_of, "depth": depths_of}[what]
    pictures = drawn_as(views, scene.quality, *order.size)
    lacking = volume.note if field is None else field.note
    way = "--picture upsampled" if RAW in lacking else "--field reference"
    note = f" ({lacking}; {way} shows all)" if lacking else ""
    return scene, pictures, f"{volume.source or args.source}{note}"


def drawn_by_generator(
    args: argparse.Namespace, order: Order, *, quiet: bool
) -> tuple[Scene, Iterable[np.ndarray], str]:
    """Draw with the generator's own renderer.  Arguments and result as of `drawn`."""
    from app.pictures.reference import reference_views
    from app.pictures.render import turntable
    from core.progress import ProgressLine

    scene = order.scene

    def cameras(home: Camera) -> list[Camera]:
        nonlocal scene
        if not order.own_camera:
            scene = replace(scene, camera=with_training(args, scene.camera, home))
        return turntable(scene.camera, order.views)

    line: ProgressLine | None = None

    def tell(done: float) -> None:
        if line is not None and not quiet:
            line.update(round(100 * done), 100)

    made = reference_views(scene, cameras, order.size, order.noise_seed, tell)

    def pictures() -> Iterator[np.ndarray]:
        nonlocal line
        with ProgressLine("rendering") as line:
            yield from made

    name = Path(scene.source.path).name or "demo"
    raw = f" ({RAW}; --picture upsampled shows all)" if has_upsampler(scene.source) and not is_upsampled(scene) else ""
    return scene, pictures(), f"{name}, {scene.latent.name}{raw}"


def with_training(args: argparse.Namespace, camera: Camera, home: Camera) -> Camera:
    """Distance, pivot and angle of view of the training, where the person has not said otherwise."""
    said = [name for name in ("radius", "fov", "pivot") if getattr(args, name) is None]
    return replace(camera, **{name: getattr(home, name) for name in said})
