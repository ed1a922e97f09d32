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
    """Something that went wrong, for people; `detail` is for the Copy button."""

    message: str
    detail: str = ""
