"""What panels ask of the model worker to look inside a checkpoint: each kind of question is a class of its own."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.model_messages import BakeRequest


@dataclass(frozen=True)
class Inspection:
    """A question about one sample, or about the discriminator that it was trained with.

    Its kind at the worker's desk may be any text, of which the latest wins; app/model/model_answers.py says who answers
    which class.

    Attributes:
        sample: Which one; its resolution does not count.
    """

    sample: BakeRequest
