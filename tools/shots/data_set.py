"""The picture of the Data panel: its tabs side by side."""

from __future__ import annotations

from dataclasses import replace

from app import layout
from app.data.data_desk import DataDesk
from app.studio import Studio
from tests import ui
from tools.shots.shot import PATIENCE_S, Shot, Step, still
from widgets.data import CAMERAS, FOUND, PICTURES, POSES


def tab(name: str, data: str) -> Step:
    """A tab, once all pictures of a data set are read.

    Args:
        name: Of the tab.
        data: The data set, as somebody types it; empty: what the form says.
    """

    def shown(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.desks.find(layout.DATA) is not None, PATIENCE_S, "the panel")
        desk = studio.desks.find(layout.DATA)
        assert isinstance(desk, DataDesk)
        if desk.form.path != data:
            desk.form = replace(desk.form, path=data)
            ctx.yield_(20)
        ui.wait_until(ctx, lambda: desk.reading.found is not None, PATIENCE_S, "the pictures")
        desk.front(name)
        ctx.yield_(20)
        still(ctx, studio)

    return shown


def data_shot(data: str) -> Shot:
    """Pictures, poses, cameras and findings of a data set."""
    steps = tuple(tab(name, data) for name in (PICTURES, POSES, CAMERAS, FOUND))
    return Shot("data", layout.DATA, steps, (layout.DATA,), hidden=(), columns=2)
