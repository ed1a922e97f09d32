"""Poses from a table: one picture a line, angles in named columns, in a unit that is said and not guessed."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import Literal

from training.data_format import Angles, DataSetError, angles_problem
from training.data_text import short

AngleUnit = Literal["degrees", "radians"]
# What a column may be called for short; behind it may stand the unit: yaw_deg, pitch_rad.
FILE_NAMES = ("file", "name", "image", "picture", "path", "filename")
UNIT_NAMES: dict[str, AngleUnit] = {"deg": "degrees", "degrees": "degrees", "rad": "radians", "radians": "radians"}


@dataclass(frozen=True)
class _Column:
    """A column of angles: its title, and the unit that its title says, if any."""

    title: str
    unit: AngleUnit | None


def read_csv(text: bytes, unit: AngleUnit | None, where: str) -> dict[str, Angles]:
    """Poses by picture.

    Args:
        text: The file: a line of titles, then a line for each picture.  The titles are `file`; `yaw`; `pitch` (from
            above) or `elevation` (from the horizon); and, if there is one, `roll`.
        unit: Of angles whose titles say none.
        where: How to call the file in messages.

    Raises:
        DataSetError: A column or the unit is missing, or a value cannot be used.
    """
    rows = _rows(text, where)
    titles = [title.strip() for title in rows[0]]
    if len(set(titles)) != len(titles):
        raise DataSetError(f"{where}: two columns have the same title: {', '.join(titles)}.")
    file = next((title for title in titles if title.lower() in FILE_NAMES), None)
    columns = {name: _column(titles, name) for name in ("yaw", "pitch", "elevation", "roll")}
    if file is None or columns["yaw"] is None or (columns["pitch"] is None) == (columns["elevation"] is None):
        raise DataSetError(
            f"{where}: the first line must name columns file, yaw, and pitch (from above) or elevation (from the "
            f"horizon); it has {short(', '.join(titles))}."
        )
    factors = {name: _factor(column, unit, where) for name, column in columns.items() if column is not None}
    found: dict[str, Angles] = {}
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(titles):
            raise DataSetError(f"{where}: line {line} has {len(row)} values, the first line {len(titles)} titles.")
        cells = dict(zip(titles, row, strict=True))
        name = cells[file].strip()
        if not name or not name.isprintable() or name in found:
            why = f"names {name} a second time" if name in found else "names no picture"
            raise DataSetError(f"{where}: line {line} {why}.")
        values = {
            key: factors[key] * _number(cells[column.title], f"{where}: line {line}", column.title)
            for key, column in columns.items()
            if column is not None
        }
        pitch = values["pitch"] if "pitch" in values else math.pi / 2 - values["elevation"]
        found[name] = (values["yaw"], pitch, values.get("roll", 0.0))
        problem = angles_problem(found[name])
        if problem:
            raise DataSetError(f"{where}: line {line}: {problem}. Is the unit right?")
    return found


def _rows(text: bytes, where: str) -> list[list[str]]:
    try:
        rows = [row for row in csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataSetError(f"{where}: cannot be read as CSV in UTF-8 ({error}).") from error
    if len(rows) < 2:
        raise DataSetError(f"{where}: holds no line behind the titles.")
    return rows


def _column(titles: list[str], name: str) -> _Column | None:
    for title in titles:
        base, _, unit = title.lower().partition("_")
        if base == name and (not unit or unit in UNIT_NAMES):
            return _Column(title, UNIT_NAMES.get(unit))
    return None


def _factor(column: _Column, unit: AngleUnit | None, where: str) -> float:
    """What turns a column's values into radians."""
    said = column.unit or unit
    if said is None:
        raise DataSetError(
            f"{where}: nobody says in which unit {column.title} is. Call the column {column.title}_deg or "
            f"{column.title}_rad, or add --angles degrees or --angles radians."
        )
    return math.pi / 180 if said == "degrees" else 1.0


def _number(text: str, where: str, title: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise DataSetError(f"{where}: {title} is {short(text)}, which is no number.") from error
