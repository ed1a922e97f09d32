"""The pages that are written from the code are up to date."""

import pytest

from app.cli import COMMANDS
from tools import make_reference


@pytest.mark.parametrize(
    ("name", "page"),
    [("commands.md", make_reference.commands_page), ("configuration.md", make_reference.configuration_page)],
)
def test_reference_pages_say_what_the_code_says(name: str, page, monkeypatch: pytest.MonkeyPatch):
    written = (make_reference.DOCS / name).read_text(encoding="utf-8")
    assert written == page(), f"docs/{name} is out of date: python tools/make_reference.py"


def test_every_command_is_told():
    page = make_reference.commands_page()
    assert all(f"## epigraf {name}" in page for name in COMMANDS)
