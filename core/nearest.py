"""What was probably meant by a mistyped word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

CUTOFF = 0.6


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like another one; None if none is near.

    Capitals do not count.  The same letters in another order are near, which difflib finds far in short words.
    """
    lower, by_lower = word.lower(), {each.lower(): each for each in known}
    swapped = [each for each in by_lower if sorted(each) == sorted(lower)]
    close = swapped or difflib.get_close_matches(lower, by_lower, n=1, cutoff=CUTOFF)
    return by_lower[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: "; did you mean 'tiny'?", or empty if nothing is near."""
    meant = nearest(word, known)
    return f"; did you mean {meant!r}?" if meant else ""
