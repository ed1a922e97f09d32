"""Tables of the board as text: CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.board.ablation import Ablation
from app.board.facts import NOTHING, hours_cell, number
from app.board.setting_words import setting_words
from app.board.table import NAME, Table
from core.files import write_text
from widgets.curve_groups import scalar_words

LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "γ": r"$\gamma$", "±": r"$\pm$", NOTHING: "--",
}  # fmt: skip
SUFFIXES = (".csv", ".md", ".tex")
# What stands behind means over seeds.
SPREAD = "± standard deviation (n - 1)"


@dataclass(frozen=True)
class Sheet:
    """A table as text.

    Attributes:
        heads: Of the columns.
        rows: A text for each column.
        numbers: Whether columns hold numbers, which are set to the right.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]


def run_sheet(table: Table) -> Sheet:
    """The table of runs, as it is listed."""
    return Sheet(
        (NAME, *(column.title for column in table.columns)),
        tuple((row.run.name, *(cell.text for cell in row.cells)) for row in table.rows),
        (False, *(column.number for column in table.columns)),
    )


def full_sheet(table: Table) -> Sheet:
    """The same, with numbers in all their digits and names as in files: for programs, where people read `run_sheet`."""
    sheet = run_sheet(table)
    heads = (NAME, *(column.key if column.is_metric else column.title for column in table.columns))
    rows = tuple(
        (row.run.name, *(repr(cell.key) if isinstance(cell.key, float) else cell.text for cell in row.cells))
        for row in table.rows
    )
    return Sheet(heads, rows, sheet.numbers)


def ablation_sheet(ablation: Ablation) -> Sheet:
    """A table like the paper's Table 2."""
    spread = f" {SPREAD}" if any(not math.isnan(row.spread) for row in ablation.rows) else ""
    metric = f"{scalar_words(ablation.metric)}{spread}"
    heads = (*map(setting_words, ablation.settings), metric, "at kimg", "hours", "runs")
    rows = tuple(
        (*row.varied, row.value_text, number(row.kimg).text, hours_cell(row.hours).text, str(len(row.runs)))
        for row in ablation.rows
    )
    return Sheet(heads, rows, (*(False for _ in ablation.settings), True, True, True, True))


def as_text(sheet: Sheet, suffix: str) -> str:
    """A table in the format that a file's suffix names.  Raises ValueError for another one."""
    if suffix == ".csv":
        return as_csv(sheet)
    if suffix == ".md":
        return as_markdown(sheet)
    if suffix == ".tex":
        return as_latex(sheet)
    raise ValueError(f"a table cannot be written as {suffix or 'a file without a suffix'}: use {', '.join(SUFFIXES)}")


def as_csv(sheet: Sheet) -> str:
    """Comma-separated; what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sheet.heads)
    writer.writerows([["" if cell == NOTHING else cell for cell in row] for row in sheet.rows])
    return text.getvalue()


def as_markdown(sheet: Sheet) -> str:
    """A table as GitHub shows it."""
    rules = ["---:" if is_number else "---" for is_number in sheet.numbers]
    lines = [_piped(sheet.heads), "| " + " | ".join(rules) + " |", *(_piped(row) for row in sheet.rows)]
    return "\n".join(lines) + "\n"


def as_latex(sheet: Sheet) -> str:
    """A tabular with rules of the package booktabs, as in the paper."""
    form = "".join("r" if is_number else "l" for is_number in sheet.numbers)
    lines = [f"\\begin{{tabular}}{{{form}}}", "\\toprule", _ampersands(sheet.heads), "\\midrule"]
    lines += [*(_ampersands(row) for row in sheet.rows), "\\bottomrule", "\\end{tabular}"]
    return "% needs \\usepackage{booktabs}\n" + "\n".join(lines) + "\n"


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a table in the format of the file's suffix, aside and renamed.  Raises ValueError, OSError."""
    write_text(path, as_text(sheet, path.suffix.lower()))


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells) + " |"


def _ampersands(cells: Sequence[str]) -> str:
    return " & ".join("".join(LATEX.get(character, character) for character in cell) for cell in cells) + r" \\"
