"""What the Modulation panel asks of the model worker: sigma of checkpoints and at a place, a picture of the sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from app.model.model_messages import BakeRequest
from app.model.sigma_inspection import PortraitQuestion, SigmaAnswer, SigmaQuestion
from app.workers.asking import Asking
from app.workers.worker_share import Asked
from core.camera import Camera
from core.scene import Latent
from widgets.notes import Problem
from widgets.scale_words import number
from widgets.sigma_views import Place, SigmaSet

Slot = Literal["first", "second", "place"]
SLOTS: tuple[Slot, ...] = ("first", "second", "place")
# While a patch is dragged, what was asked may take so long before the next place replaces it, seconds.
PATIENCE = 1.0
# Places are told apart by thousandths, as the discriminator's own table tells them.
DIGITS = 3


class SigmaQuestions:
    """One question of each slot at a time; the last answers stay.

    Args:
        worker: The desk of the panel at the model worker.
    """

    def __init__(self, worker: Asked) -> None:
        self._worker = worker
        self._sigma: dict[Slot, Asking[SigmaQuestion, SigmaAnswer]] = {
            slot: Asking(worker, f"sigma {slot}", PATIENCE) for slot in SLOTS
        }
        self._sets: dict[Slot, tuple[SigmaAnswer, SigmaSet]] = {}
        self._titles: dict[Slot, str] = {}
        self.portrait: Asking[PortraitQuestion, int] = Asking(worker, "sigma portrait")

    @property
    def busy(self) -> bool:
        """Whether something was asked that has not come yet."""
        return self.portrait.waits or any(asking.waits for asking in self._sigma.values())

    def update(self) -> None:
        """Take what has come."""
        for event in self._worker.take():
            for asking in (*self._sigma.values(), self.portrait):
                asking.receive(event)

    def retry(self) -> None:
        """Ask again for what has failed."""
        for asking in (*self._sigma.values(), self.portrait):
            if asking.problem is not None:
                asking.retry()

    def sigma(self, slot: Slot, sample: BakeRequest, place: Place | None = None) -> SigmaSet | None:
        """Sigma of a checkpoint's discriminator; what was answered last while another answer is on its way.

        Args:
            slot: Who asks.
            sample: Any sample of the checkpoint: sigma does not depend on it.
            place: Of the patches; none for the middle.
        """
        asking = self._sigma[slot]
        where = (0.5, 0.5) if place is None else (round(place.x, DIGITS), round(place.y, DIGITS))
        question = SigmaQuestion(_plain(replace(sample, latent=Latent())), where)
        if asking.asked is not None and asking.asked.sample != question.sample:
            asking.forget()  # of another discriminator nothing may be shown here
            self._sets.pop(slot, None)
        if asking.want(question):
            name = Path(sample.checkpoint.path).stem
            self._titles[slot] = "snapshot" if name.replace(".", "").isdigit() else name  # which are called by kimg
        return self._known(slot)

    def problem(self, slot: Slot) -> Problem | None:
        """Why there is no answer."""
        return self._sigma[slot].problem

    def least(self, slot: Slot) -> float | None:
        """Smallest scale of a patch; None while it is not known."""
        answer = self._sigma[slot].answer
        return answer.min_scale if answer is not None else None

    def picture(self, sample: BakeRequest, camera: Camera) -> np.ndarray | None:
        """A picture of a sample, [side, side, 4]; that of the sample before while another is on its way."""
        self.portrait.want(PortraitQuestion(_plain(sample), camera))
        return self.portrait.arrays[0] if self.portrait.arrays else None

    def _known(self, slot: Slot) -> SigmaSet | None:
        asking = self._sigma[slot]
        answer = asking.answer
        if answer is None:
            return None
        kept = self._sets.get(slot)
        if kept is None or kept[0] is not answer:
            moment = "" if answer.kimg is None else f" at {number(answer.kimg)} kimg"
            kept = self._sets[slot] = (answer, answer.sigma_set(f"{self._titles[slot]}{moment}", asking.arrays))
        return kept[1]


def _plain(sample: BakeRequest) -> BakeRequest:
    """The sample without what only baking needs, so that the same question is asked once."""
    return replace(sample, resolution=0, preview=0, exact=False, field_will_do=False)
