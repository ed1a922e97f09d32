"""The pictures of the pages: each is shown by one, and can be made anew by a tool."""

import re
from pathlib import Path

import pytest

from tools.make_screenshots import NAMES

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("docs") / "images"
# What writes the pictures that are no screenshots; each of these files names them.
OTHERS = {
    "tools/make_demo.py": ("demo.png", "demo-curve.svg"),
    "tools/make_film.py": ("studio.gif",),
    "benchmarks/_families_report.py": ("families.svg",),
    "benchmarks/_study_report.py": ("study-metric.svg", "study-switching.svg"),
}
SHOWN = re.compile(r'!\[[^]]*\]\(([^)\s]+)\)|<img[^>]+src="([^"]+)"')


def pages() -> list[Path]:
    return [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]


def shown() -> dict[Path, Path]:
    """Pictures by the pages that show them."""
    found = {}
    for page in pages():
        for match in SHOWN.finditer(page.read_text(encoding="utf-8")):
            target = match[1] or match[2]
            if "://" not in target:
                found[(page.parent / target).resolve()] = page.relative_to(ROOT)
    return found


def stored() -> set[Path]:
    return {path for path in (ROOT / FOLDER).iterdir() if path.suffix in (".png", ".svg", ".gif")}


def test_every_picture_that_a_page_shows_is_there():
    missing = {str(path.name): str(page) for path, page in shown().items() if not path.is_file()}
    assert not missing


def test_every_picture_is_shown_by_a_page():
    assert not {path.name for path in stored() - shown().keys()}, "nobody sees them: show or remove them"


def test_every_picture_has_a_maker_that_makes_no_other():
    made = [*(f"{name}.png" for name in NAMES), *(name for names in OTHERS.values() for name in names)]
    assert len(made) == len(set(made)), "two makers of one picture"
    assert set(made) == {path.name for path in stored()}


@pytest.mark.parametrize("maker", OTHERS)
def test_a_maker_names_its_pictures(maker: str):
    text = (ROOT / maker).read_text(encoding="utf-8")
    assert not [name for name in OTHERS[maker] if name not in text]
