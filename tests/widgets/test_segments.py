"""Views of a panel look alike everywhere."""

from pathlib import Path

import widgets


def test_panels_have_one_kind_of_inner_tabs():
    """Of ImGui's own tabs the chosen one is the flat one, which beside marked buttons reads as the opposite."""
    files = Path(widgets.__file__).parent.glob("*.py")
    assert [file.name for file in files if "begin_tab_bar" in file.read_text(encoding="utf-8")] == []
