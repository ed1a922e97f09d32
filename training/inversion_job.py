"""An inversion in a process of its own (training/inversion_process.py), which shows how far it is and can be ended."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from pydantic import Field

from core.camera import Camera
from core.model_config import FrozenModel
from training.errand import Errand, ErrandError
from training.errand_words import words_of
from training.inversion_settings import InversionSettings
from training.pinned_weights import PinnedWeights


class InversionError(RuntimeError):
    """Nothing was found; the message says why and what to do."""


class InversionOrder(FrozenModel):
    """Whose sample is looked for, and how."""

    picture: Path = Field(description="The file.")
    weights: PinnedWeights = Field(description="Of the generator.")
    settings: InversionSettings = Field(default=InversionSettings(), description="How long, how freely, how finely.")
    camera: Camera | None = Field(default=None, description="Where it was taken from; none: this is found too.")
    inception: Path | None = Field(default=None, description="A network whose answers count too; none: pixels suffice.")
    device: str = Field(default="auto", description="Where to compute.")


class InversionWord(FrozenModel):
    """What is said of an inversion while it goes on; what is not said has not changed.

    Attributes:
        doing: What is being done.
        done: Steps that are done.
        total: All steps.
        psnr: Of the picture as it is found so far, dB.
        found: That picture.
        given: The picture that is wanted, as it is compared.
        notes: What was done to it.
    """

    doing: str = ""
    done: int = 0
    total: int = 0
    psnr: float | None = None
    found: str | None = None
    given: str | None = None
    notes: tuple[str, ...] | None = None


class InversionResult(FrozenModel):
    """What was found.

    Attributes:
        w: As a Latent holds it.
        camera: Where the picture was taken from.
        psnr: Of the sample's picture, dB.
        size: Pixels along a side at which that was measured.
    """

    w: str
    camera: Camera
    psnr: float
    size: int


class _Line(FrozenModel):
    """What the process says on a line."""

    word: InversionWord | None = None
    result: InversionResult | None = None
    error: str = ""


def picture_text(pixels: np.ndarray) -> str:
    """A square picture [side, side, 3], uint8, as text."""
    return base64.b64encode(np.ascontiguousarray(pixels, np.uint8).tobytes()).decode("ascii")


def picture_of(text: str) -> np.ndarray:
    """The picture of a text.  Returns [side, side, 4], uint8, opaque."""
    values = np.frombuffer(base64.b64decode(text), np.uint8)
    side = round((len(values) / 3) ** 0.5)
    opaque = np.full((side, side, 1), 255, np.uint8)
    return np.concatenate([values.reshape(side, side, 3), opaque], axis=-1)


def find_sample(
    order: InversionOrder, errand: Errand, report: Callable[[InversionWord], None]
) -> InversionResult | None:
    """Look for the sample of one picture in a process of its own, and wait for its end.

    Args:
        order: Whose, and how.
        errand: The process, of `training.inversion_process`, which has not begun; may be cancelled from any thread.
        report: Told how far it is.

    Returns:
        What was found; None if it was cancelled.

    Raises:
        InversionError: Nothing was found.
    """
    try:
        with closing(words_of(errand, order, _Line)) as lines:
            for said in lines:
                if said.error:
                    raise InversionError(said.error)
                if said.result is not None:
                    return said.result
                if said.word is not None:
                    report(said.word)
    except ErrandError as error:
        raise InversionError(f"cannot look for the sample: {error}") from error
    return None
