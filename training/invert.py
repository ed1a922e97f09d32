"""From an order to what was found: reads picture, weights, poses and networks, and looks for the sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from torch import Tensor

from core.camera import Camera
from core.checkpoint import load_checkpoint
from core.given_w import w_text
from training.device import choose_device
from training.given_picture import read_given
from training.inception import load_inception
from training.inversion import Inversion, Moment
from training.inversion_job import InversionOrder, InversionResult, InversionWord, picture_text
from training.known_poses import known_poses
from training.likeness import Perception

CONFIG_FILE = "config.yaml"


def invert(order: InversionOrder, report: Callable[[InversionWord], None]) -> InversionResult:
    """Look for the sample of a picture.

    Args:
        order: Whose, and how.
        report: Told how far it is; what it raises ends the search.

    Raises:
        CheckpointError: The weights cannot be used.
        ValueError: The picture or the network cannot be used, or the weights are not those that were meant.
        OSError: A file cannot be read.
    """
    settings, total = order.settings, order.settings.steps
    picture = read_given(order.picture, settings.size)
    report(
        InversionWord(
            doing="loading the generator", total=total, given=picture_text(picture.pixels), notes=picture.notes
        )
    )
    device = choose_device(order.device)
    generator = load_checkpoint(order.weights.path, device).generator
    order.weights.check()  # after it was read: what was read is what was meant
    perception = None if order.inception is None else _perception(order.inception, device)
    report(InversionWord(doing="looking from all sides", total=total))
    inversion = Inversion(generator, picture, settings, poses_of(order.weights.path), order.camera, perception)

    def tell(moment: Moment) -> None:
        report(
            InversionWord(
                doing="coming closer",
                done=moment.done,
                total=moment.total,
                psnr=moment.psnr,
                found=picture_text(moment.pixels),
            )
        )

    found = inversion.run(tell)
    tell(Moment(settings.steps, settings.steps, found.psnr, found.pixels))
    rays = generator.config.render
    camera = order.camera or Camera(
        yaw=found.yaw, pitch=found.pitch, radius=rays.radius, fov=rays.fov, pivot=rays.pivot
    )
    return InversionResult(w=w_text(found.w), camera=camera, psnr=found.psnr, size=len(found.pixels))


def poses_of(checkpoint: Path) -> np.ndarray | None:
    """Poses of the training, [n, 2], radians; None where nobody knows them."""
    config = next((folder / CONFIG_FILE for folder in checkpoint.parents[:2] if (folder / CONFIG_FILE).is_file()), None)
    if config is None:
        return None
    try:
        return known_poses(config).poses
    except (ValueError, OSError):  # the search begins all around then
        return None


def _perception(file: Path, device: object) -> Perception:
    """What the Inception network answers.  Raises InceptionError."""
    network = load_inception(file, str(device))

    def answers(pictures: Tensor) -> list[Tensor]:
        return network.maps((pictures.clamp(-1, 1) + 1) * 127.5)

    return answers
