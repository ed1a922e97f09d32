"""What a training can do without: it is left out when memory does not suffice, and the training goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import torch

from core.memory import is_out_of_memory

Made = TypeVar("Made")

logger = logging.getLogger(__name__)


def spared(what: str, make: Callable[[], Made]) -> Made | None:
    """Make something that is recorded, unless memory is short.

    Args:
        what: What it is, for the log.
        make: Makes it.

    Returns:
        It; None if there was not enough memory, which is logged.
    """
    try:
        return make()
    except (MemoryError, RuntimeError, OSError) as error:
        if not is_out_of_memory(error):
            raise
        logger.warning("not enough memory for %s: left out this time; the training goes on", what)
    # Outside the handler, so that the error no longer holds what it was made of.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return None
