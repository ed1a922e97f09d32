"""Files of sigma open again, hold what was shown, and say which run and moment it is of."""

import csv
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.inside.modulation_desk import save_sheet
from app.inside.sigma_export import DPI, SigmaSheet, write_sheet
from core.filter_kinds import KINDS
from core.sigma_patches import centred_scales

LAYERS = {"b16.conv1": 4, "b8.conv1": 6, "b4.conv": 5}
SCALES = centred_scales(0.25)


def sheet(mode="input", *, signed: bool = False) -> SigmaSheet:
    rng = np.random.default_rng(0)
    layers = {name: rng.uniform(0, 2, (len(SCALES), filters)).astype(np.float32) for name, filters in LAYERS.items()}
    kinds = {name: rng.integers(0, len(KINDS), filters) for name, filters in LAYERS.items()}
    order = {name: rng.permutation(filters) for name, filters in LAYERS.items()}
    return SigmaSheet(
        "tick 12 at 1.2 kimg", "00001-toy", 1.2, mode, "centred", SCALES, layers, order, kinds, (0.0, 2.0), signed
    )


def test_a_table_has_a_row_for_each_filter(tmp_path: Path):
    write_sheet(tmp_path / "sigma.csv", sheet())
    with (tmp_path / "sigma.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(LAYERS.values())
    row, shown = rows[5], sheet()
    assert {name: row[name] for name in ("run", "kimg", "mode", "patches", "layer", "filter")} == {
        "run": "00001-toy", "kimg": "1.2", "mode": "input", "patches": "centred", "layer": "b8.conv1", "filter": "1"
    }  # fmt: skip
    assert row["kind"] == KINDS[shown.kinds["b8.conv1"][1]]
    values = [float(row[name]) for name in row if name.startswith("s=")]
    np.testing.assert_allclose(values, shown.layers["b8.conv1"][:, 1], rtol=1e-5)


def test_arrays_open_without_pickle(tmp_path: Path):
    write_sheet(tmp_path / "sigma.npz", sheet())
    with np.load(tmp_path / "sigma.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["scales"], SCALES)
        np.testing.assert_array_equal(arrays["sigma/b4.conv"], sheet().layers["b4.conv"])
        np.testing.assert_array_equal(arrays["kind/b4.conv"], sheet().kinds["b4.conv"])
        assert (str(arrays["run"]), str(arrays["kimg"]), str(arrays["mode"])) == ("00001-toy", "1.2", "input")


def test_one_place_claims_no_behaviour(tmp_path: Path):
    """A filter that switches with the position would be called constant if only one position were looked at."""
    placed = replace(sheet(), kinds={}, where="at place 0.500, 1.000")
    for suffix in (".csv", ".npz"):
        write_sheet(tmp_path / f"sigma{suffix}", placed)
    with (tmp_path / "sigma.csv").open(newline="") as file:
        header, row, *_ = csv.reader(file)
    assert "kind" not in header
    assert len(header) == len(row)
    with np.load(tmp_path / "sigma.npz", allow_pickle=False) as arrays:
        assert not [name for name in arrays if name.startswith("kind")]
        np.testing.assert_array_equal(arrays["sigma/b4.conv"], placed.layers["b4.conv"])


@pytest.mark.parametrize("mode", ["input", "output"])
def test_a_drawing_says_what_sigma_scales(tmp_path: Path, mode):
    write_sheet(tmp_path / "sigma.svg", sheet(mode))
    root = ElementTree.parse(tmp_path / "sigma.svg").getroot()
    texts = " ".join("".join(element.itertext()) for element in root.iter() if element.tag.endswith("text"))
    assert f"σ scales the {mode}s" in texts
    for word in ("00001-toy", "tick 12 at 1.2 kimg", "patch scale", *LAYERS):
        assert word in texts, "text stays text"
    facts = next("".join(each.itertext()) for each in root.iter() if each.tag.endswith("description"))
    assert f"run: 00001-toy; kimg: 1.2; moment: tick 12 at 1.2 kimg; mode: {mode}; patches: centred" in facts


def test_a_page_and_a_picture(tmp_path: Path):
    write_sheet(tmp_path / "sigma.pdf", sheet(signed=True))
    content = (tmp_path / "sigma.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.rstrip().endswith(b"%%EOF")
    assert re.search(rb"/Subject \(run: 00001-toy; kimg: 1\.2", content)
    write_sheet(tmp_path / "sigma.png", sheet())
    with Image.open(tmp_path / "sigma.png") as image:
        image.load()
        assert image.info["Description"].startswith("run: 00001-toy; kimg: 1.2")
        assert round(image.info["dpi"][0]) == DPI
        assert image.width == pytest.approx(6.9 * DPI, abs=2)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".pdf", ".png"], "nothing is left behind"


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("app.inside.modulation_desk.pictures_dir", lambda: tmp_path / "file" / "folder")
    with pytest.raises(OSError, match=r"epigraf-sigma-.*\.csv cannot be written: .*\. Make room there"):
        save_sheet(".csv", sheet())
