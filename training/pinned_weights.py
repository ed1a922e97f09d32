"""Weights that a job has begun with, known by their hash: what has changed since is not taken for them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.model_config import FrozenModel


class PinnedWeights(FrozenModel):
    """A checkpoint as it was.

    Attributes:
        path: The file.
        sha256: Of all that was in it.
    """

    path: Path
    sha256: str

    def check(self) -> None:
        """Raise ValueError if the file holds something else by now, OSError if it cannot be read."""
        if digest_of(self.path) != self.sha256:
            raise ValueError(
                f"{self.path} has changed since this was asked for: ask for it again, to use the weights it holds now"
            )


def pin(path: Path) -> PinnedWeights:
    """A checkpoint as it is now.  Raises OSError if it cannot be read."""
    return PinnedWeights(path=path, sha256=digest_of(path))


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.  Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
