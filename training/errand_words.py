"""What a process of ours says, for those whose every line is a word of one kind as JSON."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from pydantic import ValidationError

from core.model_config import FrozenModel
from training.errand import Errand, ErrandError

Word = TypeVar("Word", bound=FrozenModel)


def words_of(errand: Errand, order: FrozenModel, kind: type[Word]) -> Generator[Word, None, None]:
    """Start a process, hand it an order, and give its words until it ends, or is cancelled.

    Close the iterator to end it early, as who has heard the last word does.

    Args:
        errand: The process, which has not begun.
        order: What it is to do.
        kind: What it says; other lines are its complaints, of which the last one is told if it ends by itself.

    Raises:
        ErrandError: It cannot be started, or has ended although nobody wanted it to.
    """
    complaint = ""
    with closing(errand.lines(order.model_dump_json())) as lines:
        for line in lines:
            try:
                word = kind.model_validate_json(line)
            except ValidationError:
                complaint = line.decode(errors="replace").strip() or complaint
                continue
            yield word
    if not errand.cancelled:
        raise ErrandError(f"its process ended with code {errand.code}: {complaint or 'it said nothing'}")
