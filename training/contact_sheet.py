"""The first pictures of a data set on one sheet, to see what was made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from core.files import replacing
from training.data_set import ImageDataSet

COLUMNS, ROWS, CELL = 6, 4, 128
MOST = COLUMNS * ROWS


def write_sheet(data: Path, sheet: Path) -> None:
    """Draw pictures from all over a data set.  Raises DataSetError, OSError."""
    with ImageDataSet.open(data) as opened:
        indices = np.linspace(0, len(opened) - 1, min(len(opened), MOST)).round().astype(int)
        pictures = [opened.image(int(index)) for index in indices]
    draw_sheet(pictures, sheet)


def draw_sheet(pictures: Sequence[np.ndarray], sheet: Path) -> None:
    """Draw pictures [R, R, 3] uint8, at most MOST of them, in rows.  Raises OSError."""
    pictures = pictures[:MOST]
    columns = min(COLUMNS, len(pictures))
    rows = -(-len(pictures) // COLUMNS)
    paper = Image.new("RGB", (columns * CELL, rows * CELL), "white")
    for index, pixels in enumerate(pictures):
        picture = Image.fromarray(pixels).resize((CELL, CELL), Image.Resampling.LANCZOS)
        paper.paste(picture, (index % COLUMNS * CELL, index // COLUMNS * CELL))
    sheet.parent.mkdir(parents=True, exist_ok=True)
    with replacing(sheet) as aside:
        paper.save(aside, "png")
