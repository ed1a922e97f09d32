"""What pictures of the window are made with, without a window: sheets, and runs that lie in a home of anybody."""

from pathlib import Path

import numpy as np

from tests.training.toy import toy_run
from tools.shots.home import linked_run
from tools.shots.shot import GAP, GROUND, sheet
from training.run_dir import RunDirectory


def test_captures_stand_in_rows_with_a_gap_between_them():
    pictures = [np.full((4, 6, 3), 100 + number, np.uint8) for number in range(3)]
    whole = sheet(pictures, 2)
    assert whole.shape == (2 * 4 + GAP, 2 * 6 + GAP, 3)
    assert (whole[:4, :6] == 100).all()
    assert (whole[:4, 6 + GAP :] == 101).all()
    assert (whole[4 + GAP :, :6] == 102).all()
    assert (whole[4 + GAP :, 6:] == GROUND).all()
    assert (sheet(pictures[:1], 4) == pictures[0]).all()


def test_a_linked_run_is_the_same_and_names_no_folder_of_its_preset(tmp_path: Path):
    run = toy_run(tmp_path, name="first")
    config = run.path / "config.yaml"
    preset = f"preset: {tmp_path / 'presets' / 'quick'}.yaml"
    lines = [preset if line.startswith("preset:") else line for line in config.read_text().splitlines()]
    config.write_text("\n".join(lines))
    linked = RunDirectory(linked_run(run.path, tmp_path / "home" / "runs"))
    assert linked.path.name == run.path.name
    assert linked.config().preset == "quick"
    assert linked.config().generator == run.config().generator
    (linked.path / "lease").touch()
    assert not (run.path / "lease").exists(), "what is written beside it stays in the home"
