"""Tables hold every number in full precision; what cannot be written is said."""

import csv
import math
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.runs.curve_export import CurveExporter, table_columns, write_table
from widgets.views import CurvesView

NUMBERS = st.lists(st.floats(allow_infinity=False), min_size=1, max_size=30)


def read_table(path: Path) -> dict[str, np.ndarray]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    cells = [[math.nan if cell == "" else float(cell) for cell in row] for row in rows]
    return {name: np.array([row[index] for row in cells]) for index, name in enumerate(header)}


@given(NUMBERS)
def test_numbers_come_back_as_they_were(tmp_path_factory, numbers: list[float]):
    path = tmp_path_factory.getbasetemp() / "table.csv"
    columns = {"Progress/kimg": np.arange(len(numbers)) / 10, 'odd, "name"': np.array(numbers)}
    write_table(path, columns)
    found = read_table(path)
    assert list(found) == list(columns)
    for name, values in columns.items():
        np.testing.assert_array_equal(found[name], values)


def test_axes_come_first_and_every_column_once():
    names = ["Loss/G/loss", "Progress/kimg", "Progress/step", "A", "Timing/total_sec"]
    view = CurvesView(1, np.zeros(2), {name: np.zeros(2) for name in names}, "run")
    axes = ["Progress/kimg", "Progress/step", "Timing/total_sec"]
    assert list(table_columns(view)) == [*axes, "A", "Loss/G/loss"]
    assert list(table_columns(view, ["Loss/G/loss", "Timing/total_sec"])) == [*axes, "Loss/G/loss"]


def test_files_get_free_names(tmp_path: Path):
    exporter = CurveExporter(lambda: None)
    view = CurvesView(1, np.zeros(2), {"Progress/kimg": np.array([1.0, 2.5])}, "00001-run")
    pixels = np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    for _ in range(2):
        exporter.table(tmp_path / "new", view, ())
        exporter.picture(tmp_path / "new", "00001-run", pixels)
    exporter.close()
    tables, pictures = (sorted((tmp_path / "new").glob(f"*.{kind}")) for kind in ("csv", "png"))
    assert len(tables) == len(pictures) == 2
    assert tables[0].read_text() == "Progress/kimg\n1\n2.5\n"
    with Image.open(pictures[0]) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)
    assert not exporter.problem


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path):
    (tmp_path / "file").touch()
    woken = []
    exporter = CurveExporter(lambda: woken.append(1))
    exporter.table(tmp_path / "file", CurvesView(1, np.zeros(0), {}, "run"), ())
    exporter.close()
    assert str(tmp_path / "file") in exporter.problem
    assert woken
