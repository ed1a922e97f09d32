"""Heads of columns in several lines, so that they are neither cut off nor make their columns wide."""

from __future__ import annotations

import textwrap

# Letters of a line.
LINE = 18


def head_lines(title: str, line: int = LINE) -> str:
    """A head in lines of about so many letters; a sign stays with what it belongs to."""
    text = title.replace("± ", "±\u00a0")
    return "\n".join(textwrap.wrap(text, line, break_long_words=False, break_on_hyphens=False)) or title
