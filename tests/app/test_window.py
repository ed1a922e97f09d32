"""The studio's window, through clicks: all panels are there and do what they say."""

from pathlib import Path

import pytest

from app import layout
from app.studio import Studio
from tests import ui

pytestmark = pytest.mark.ui


def test_opens_with_all_panels(tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.capture(ctx, tmp_path / "window.png")
        for panel in layout.PLACES:
            assert ctx.window_info(f"//{panel}").id_ != 0, panel

    ui.run_studio(clicks, monkeypatch, tmp_path)
