"""The report of benchmarks/families.py, of two untrained toys."""

import json

import pytest

from benchmarks import _families_report
from benchmarks._families_report import report, verdict
from benchmarks._page import into_page, marks
from benchmarks._tables import apart, spread
from benchmarks.families import MEMBERS
from core.checkpoint import save_checkpoint
from core.families import build_generator
from tests.training.toy import TOY_EG3D, toy_run

BEGIN, END = marks("families")
TICKS = [
    {"Progress/kimg": kimg, "Timing/sec_per_kimg": 10.0 * kimg, "Timing/total_sec": 36.0 * kimg,
     "Resources/cpu_mem_gb": 0.25 + kimg, "Metrics/frechet_random": 9.0 - kimg}
    for kimg in (1, 2, 3)
]  # fmt: skip


@pytest.fixture
def runs(tmp_path):
    """A run of each family, never trained."""
    for name, changes in (("epigraf", {}), ("eg3d", {**TOY_EG3D, "generator__camera_condition": False})):
        run = toy_run(tmp_path, name=f"{name}-s0", **changes)
        run.stats_path.write_text("".join(json.dumps(row) + "\n" for row in TICKS))
        save_checkpoint(run.snapshot_path(3), build_generator(run.config().generator), None, {"kimg": 3})
    return tmp_path / "runs"


def test_cost_quality_and_consistency_are_written_beside_the_runs_and_into_a_page(runs, tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(f"# Before\n{BEGIN}\nwhat was before\n{END}\nafter\n")
    report(runs, seeds=2, pictures=8, pairs=2, page=page)
    text = (runs / "families.md").read_text()
    lines = dict(line.strip("| ").split(" | ", 1) for line in text.splitlines() if line.count("|") > 3)
    assert lines["runs"] == "1 | 1"
    assert lines["training, s/kimg"] == "20 | 20"
    assert lines["memory of the process, GiB"] == "3.25 | 3.25"
    assert "8 pictures" in text
    assert "With one run of a family" in text
    assert any("Fréchet" in name and len(cells.split(" | ")) == 4 for name, cells in lines.items())
    filled = page.read_text()
    assert filled.startswith(f"# Before\n{BEGIN}\n")
    assert filled.endswith(f"{END}\nafter\n")
    assert text.strip() in filled
    assert "what was before" not in filled
    assert (tmp_path / "images" / "families.svg").read_bytes() == (runs / "families.svg").read_bytes()
    monkeypatch.setattr(_families_report, "evaluate", None)  # what was measured is kept
    report(runs, seeds=2, pictures=8, pairs=2)
    assert (runs / "families.md").read_text() == text


def test_a_page_without_marks_is_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing here")
    with pytest.raises(SystemExit, match="between which the report goes"):
        into_page(page, "families", "text", {})
    assert page.read_text() == "nothing here"


def test_both_families_are_needed(tmp_path):
    with pytest.raises(SystemExit, match=r"benchmarks\.families run"):
        report(tmp_path, seeds=1, pictures=8, pairs=2)


class Told:
    """As an outcome, with one figure."""

    def __init__(self, index: int, value: float | None) -> None:
        self.member, self._value = MEMBERS[index], value

    def figure(self, name: str) -> float | None:
        return self._value


@pytest.mark.parametrize(
    ("ours", "theirs", "lower", "higher"),
    [
        ([1.0, 2.0], [3.0, 4.0], "EpiGRAF with every seed", "EG3D with every seed"),
        ([1.0, 3.5], [3.0, 4.0], "within the spread", "within the spread"),
        ([1.0], [3.0, 4.0], "–", "–"),
    ],
)
def test_a_family_is_better_only_when_no_run_lies_among_the_others(ours, theirs, lower, higher):
    outcomes = [Told(0, value) for value in ours] + [Told(1, value) for value in [*theirs, None]]
    assert verdict(outcomes, "any") == lower
    assert verdict(outcomes, "any", higher=True) == higher


def test_spread_is_half_the_range():
    assert spread([1.0, 2.0, None]) == "1.5 ± 0.5"
    assert spread([2.0]) == "2"
    assert spread([None]) == "–"
    assert apart([1, 2], [2, 3]) is False
