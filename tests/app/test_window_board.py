"""File → Board… in the Studio."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.studio import Studio
from tests import ui
from tests.app.studio_runs import ball

pytestmark = pytest.mark.ui


def test_the_menu_opens_a_board_and_says_why_it_could_not(tmp_path: Path, monkeypatch):
    ball().save(tmp_path / "demo.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    monkeypatch.setenv("DISPLAY", "")
    monkeypatch.setattr("app.board.control.PATIENCE_S", 60.0)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ctx.set_ref("##MainMenuBar")
        ctx.menu_click("File/Board…")
        ui.wait_until(
            ctx,
            lambda: any("no display to open the board on" in toast.line.text for toast in studio.messages.toasts),
            60,
            "the notice",
        )

    ui.run_studio(clicks, monkeypatch, tmp_path)
