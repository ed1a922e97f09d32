"""Puts a report into a page of the documentation, between two marks that name the benchmark."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from core.files import replacing, write_text


def marks(benchmark: str) -> tuple[str, str]:
    """The lines of a page between which a benchmark's report goes."""
    return f"<!-- benchmarks.{benchmark}: begin -->", f"<!-- benchmarks.{benchmark}: end -->"


def into_page(page: Path, benchmark: str, text: str, figures: Mapping[Path, str]) -> None:
    """Put a report between the marks of a page, and its figures into the folder of pictures beside it.

    Args:
        page: Markdown, with both marks.
        benchmark: Whose report.
        text: It.
        figures: Files, with what they show.
    """
    old, (first, last) = page.read_text(encoding="utf-8"), marks(benchmark)
    before, begin, rest = old.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise SystemExit(f"{page}: lacks the lines {first} and {last}, between which the report goes")
    images = page.parent / "images"
    images.mkdir(exist_ok=True)
    for file in figures:
        with replacing(images / file.name) as aside:
            shutil.copyfile(file, aside)
    pictures = (f"![{shows}](images/{file.name})" for file, shows in figures.items())
    write_text(page, "\n\n".join((before + begin, text, *pictures, end + after)))
