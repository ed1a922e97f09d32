"""What has arrived in the window, opened or dropped, is shown where it belongs."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from app import layout
from app.dialogs import DialogKind
from app.incoming.opening import Opened
from core.scene import Source
from widgets.train_view import TrainForm

if TYPE_CHECKING:
    from app.studio import Studio

log = logging.getLogger(__name__)


def show_opened(studio: Studio, opened: Opened) -> None:
    """Show what was opened where it belongs."""
    match opened.kind:
        case "run":
            studio.show_source(Source("run", str(opened.path)))
            studio.panels_shown.show(layout.TRAIN)
        case "checkpoint":
            studio.show_source(Source("checkpoint", str(opened.path)))
        case "data":
            studio.train.edit(with_path(studio.train.form, "zip", str(opened.path)), ())
            studio.panels_shown.show(layout.TRAIN)
        case "picture":
            studio.inverting.offer(opened.path)
        case "scene" | "timeline":
            if opened.scene is not None:
                studio.show_scene(opened.scene)
            if opened.timeline is not None:
                studio.stage.journey.open(opened.timeline)
                studio.panels_shown.show(layout.TIMELINE)
    if opened.kind not in ("scene", "timeline", "picture"):
        studio.openings.remember(opened.path)
    log.info("Opened %s", opened.path)


def with_path(form: TrainForm, kind: DialogKind, path: str) -> TrainForm:
    """The form with a path that was chosen for it."""
    return replace(form, runs_dir=path) if kind == "runs" else replace(form, choice="own", data_path=path)
