"""What is said beside a field or in a panel: values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NoteKind = Literal["none", "checking", "good", "warning", "bad"]


@dataclass(frozen=True)
class Note:
    """What is known of a field's content, shown below it."""

    kind: NoteKind = "none"
    text: str = ""


@dataclass(frozen=True)
class Problem:
    """Something that went wrong.

    Attributes:
        message: For people.
        detail: For the Copy button.
        out_of_memory: Whether less of it would have worked.
    """

    message: str
    detail: str = ""
    out_of_memory: bool = False
