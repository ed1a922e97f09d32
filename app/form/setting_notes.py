"""What is said of settings, placed beside the fields that it is about and in the words of the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from widgets.notes import Note

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.setting_schema import Setting


def notes_beside(
    said: Iterable[tuple[tuple[str, ...], str]],
    kind: Literal["bad", "warning"],
    settings: Mapping[str, Setting],
    hidden: tuple[str, ...] = (),
) -> tuple[dict[str, tuple[Note, ...]], tuple[Note, ...]]:
    """Notes by the fields that they are about, and those about none that is shown.

    Args:
        said: Dotted names and a sentence each.
        kind: How bad it is.
        settings: Those that are known, by dotted name.
        hidden: Those of them that have no field.
    """
    beside: dict[str, tuple[Note, ...]] = {}
    others: tuple[Note, ...] = ()
    for names, text in said:
        note = Note(kind, with_labels(text, names, settings))
        shown = [name for name in names if name in settings and name not in hidden]
        for name in shown:
            beside[name] = (*beside.get(name, ()), note)
        if not shown:
            others = (*others, note)
    return beside, others


def with_labels(text: str, names: tuple[str, ...], settings: Mapping[str, Setting]) -> str:
    """A sentence with the form's labels in place of dotted names, and of the last parts of those it is about."""
    known = {name: setting.label for name, setting in settings.items()}
    if len(names) > 1:
        known |= {name.rpartition(".")[2]: known[name] for name in names if name in known}
    replaced = re.sub(
        r"[a-z0-9_]+(?:\.[a-z0-9_]+)*", lambda word: f"“{known[word[0]]}”" if word[0] in known else word[0], text
    )
    return replaced[:1].upper() + replaced[1:]
