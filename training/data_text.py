"""Text of data sets that somebody else has written: JSON without surprises, and values in messages."""

from __future__ import annotations

import json
from typing import Any


class DataSetError(ValueError):
    """A data set that cannot be used; the message names the file and what to do."""


def parse_json(text: str | bytes, where: str) -> Any:
    """Read JSON in which no object has a key twice: which of the two was meant, nobody knows.

    Args:
        text: The file's content.
        where: How to call the file in messages.

    Raises:
        DataSetError: It is none, or is nested too deeply to be data.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise DataSetError(f"{where}: is nested too deeply to be a description of data. Write it again.") from error
    except ValueError as error:
        raise DataSetError(f"{where}: this is no valid JSON ({error}). Write the file again.") from error


def kind_of(value: object) -> str:
    """A JSON value's kind, for messages."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true/false", type(None): "null"}
    return names.get(type(value), "a number")


def short(value: object) -> str:
    """A value for messages, cut to a readable length."""
    try:
        text = json.dumps(value, default=str)
    except (ValueError, RecursionError):  # numbers of thousands of digits
        text = f"{kind_of(value)} that is too long to be shown"
    return text if len(text) <= 60 else text[:57] + "..."


def number(value: object) -> float | None:
    """A JSON number as such; None for anything else, true and false among them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return float("inf")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's pairs as a dictionary.  Raises ValueError for a key that comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise ValueError(f"names {short(twice)} twice")
    return found
