"""`epigraf data convert`: what its words do, and what it says."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli import main
from app.data.convert_cli import colour_of
from tests.training import pose_sources as forms
from training.data_check import check
from training.data_set import ImageDataSet


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = forms.pictures(tmp_path / "source")
    (folder / "cameras.csv").write_text(forms.csv().replace("_deg", ""))
    return folder


def test_words_become_a_data_set_with_a_sheet(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out, sheet = tmp_path / "out.zip", tmp_path / "sheet.png"
    words = ["data", "convert", str(source), "--poses", "cameras.csv", "--angles", "degrees", "--resolution", "8"]
    words += ["--behind", "black", "--turn", "90", "--mirror", "--preview", str(sheet), "--out", str(out)]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "8 pictures of 8 px, poses from CSV" in printed
    assert "note: 4 of 4 pictures were scaled down to 8 px" in printed
    assert main(words) == 2
    assert "--force" in capsys.readouterr().err
    assert check(out).ok
    with ImageDataSet.open(out) as data:
        assert data.info.background == "black"
        assert data.angles(0)[0] == pytest.approx(np.pi / 2)
    with Image.open(sheet) as picture:
        assert picture.size == (6 * 128, 2 * 128)


def test_what_is_not_said_is_asked_for(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    words = ["data", "convert", str(source), "--out", str(tmp_path / "out.zip")]
    assert main([*words, "--poses", "cameras.csv"]) == 2
    assert "--angles degrees" in capsys.readouterr().err
    assert main([*words, "--poses", "lost.csv"]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main([*words, "--crop", "middle"]) == 2
    assert "LEFT,TOP,SIDE" in capsys.readouterr().err
    assert main([*words, "--background", "pinkish"]) == 2
    assert "no colour" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["source"]


def test_colours():
    assert colour_of("white") == (1, 1, 1)
    assert colour_of("#ff0000") == (1, 0, 0)
