"""Damaged and hostile data: refused with the file's name and the reason, or read; never a crash, nor a full memory."""

import warnings
from pathlib import Path

import pytest

from app.cli import main
from tests.training.hostile_data import BAD, mutated
from training.data_check import check
from training.data_convert import ConvertOrder, convert
from training.data_format import DataSetError
from training.data_set import ImageDataSet
from training.pose_files import PoseReading


def refused_or_read(path: Path, out: Path) -> str:
    """Check and convert.  What is refused names the file, what is converted can be used.  Returns what happened."""
    report = check(path)
    report.text().encode()  # what is said can be printed
    assert report.ok or all(str(path) in error for error in report.errors)
    said = []
    for poses in (None, Path("cameras.csv")):
        order = ConvertOrder(path, out, poses=poses, reading=PoseReading("degrees"), overwrite=True, jobs=1)
        try:
            made = convert(order)
        except DataSetError as error:
            said.append(str(error))
        else:
            with ImageDataSet.open(out) as data:
                assert len(data) == made.count
                assert [data.image(index).shape for index in range(len(data))]
            return "converted"
    for text in said:
        assert str(path) in text
        assert len(text.encode()) < 2000
    return "refused"


@pytest.mark.parametrize("seed", range(20))
def test_mutations_are_refused_by_name_or_read(tmp_path: Path, seed: int):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PIL's remarks on damaged files
        refused_or_read(mutated(tmp_path / "data.zip", seed), tmp_path / "out.zip")
    assert {file.name for file in tmp_path.iterdir()} <= {"data.zip", "out.zip"}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20, 220))
def test_many_mutations_are_refused_by_name_or_read(tmp_path: Path, seed: int):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refused_or_read(mutated(tmp_path / "data.zip", seed), tmp_path / "out.zip")


def test_mutations_reach_both_ends(tmp_path: Path):
    """Else the campaign would only test one of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ends = {refused_or_read(mutated(tmp_path / f"{seed}.zip", seed), tmp_path / "out.zip") for seed in range(20)}
    assert ends == {"refused", "converted"}


@pytest.mark.parametrize("case", BAD)
def test_what_is_made_to_harm_is_refused(tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]):
    make, words = BAD[case]
    path = make(tmp_path / "data.zip")
    report = check(path)
    assert words in report.errors[0]
    assert str(path) in report.errors[0]
    assert main(["data", "check", str(path)]) == 1
    assert main(["data", "convert", str(path), "--out", str(tmp_path / "out.zip")]) == 2
    said = capsys.readouterr()
    assert "data.zip" in said.err
    assert "Traceback" not in said.err + said.out
    assert [file.name for file in tmp_path.iterdir()] == ["data.zip"]
