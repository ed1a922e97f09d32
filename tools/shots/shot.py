"""A picture of the window: which panel is in front, what is done there first, and which part of the window is kept."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from imgui_bundle import hello_imgui, imgui
from imgui_bundle.immapp import testing
from PIL import Image

from app import layout
from app.studio import Studio
from tests import ui

# What is asked of a worker has come after so long, seconds, also on a slow machine.
PATIENCE_S = 300.0
# After so many frames what the window says of itself has settled.
SETTLED = 40
# From a little above and aside, where depth is seen, radians; and so much farther away than in training.
YAW, PITCH, BACK = math.radians(55), math.radians(70), 1.15
# Between two captures in one picture, pixels, and their colour.
GAP, GROUND = 6, (20, 22, 27)

Step = Callable[[ui.Context, Studio], None]


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file, without its suffix.
        panel: Which panel is brought to the front.
        steps: What is done one after the other; after each the window is photographed, and captures stand side by side.
        kept: Panels that are kept of the window; none keeps all of it.
        hidden: Panels whose room they have; None: of all others.
        columns: So many captures stand in a row.
        below: The part of the height that panels below the viewport have; 0: as usual.
    """

    name: str
    panel: str
    steps: tuple[Step, ...]
    kept: tuple[str, ...] = ()
    hidden: tuple[str, ...] | None = None
    columns: int = 1
    below: float = 0.0


def still(ctx: ui.Context, studio: Studio) -> None:
    """Wait until nothing is computed any more, with the mouse out of the way."""
    ctx.mouse_move_to_pos(imgui.ImVec2(5, layout.SIZE[1] - 10))
    ctx.yield_(5)
    ui.wait_until(ctx, lambda: studio.stage.engine.complete and not studio.stage.worker.busy, PATIENCE_S, "the worker")
    ctx.yield_(SETTLED)


def take(ctx: ui.Context, studio: Studio, shot: Shot, out: Path) -> Path:
    """Take one picture of the window.

    Args:
        ctx: Of the test engine.
        studio: The window's.
        shot: Which.
        out: Folder of the picture.

    Returns:
        Its file.
    """
    _arrange(studio, shot)
    ctx.yield_(5)
    studio.panels_shown.show(shot.panel)
    ctx.yield_(5)
    captures = []
    for step in shot.steps:
        step(ctx, studio)
        pixels = captured(ctx)
        left, top, right, bottom = _box(shot, pixels.shape[1], pixels.shape[0])
        captures.append(pixels[top:bottom, left:right])
    path = out / f"{shot.name}.png"
    Image.fromarray(sheet(captures, shot.columns)).save(path, optimize=True)
    return path


def captured(ctx: ui.Context) -> np.ndarray:
    """What the window shows, without the mouse.  Returns [height, width, 3], uint8."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "window.png"
        testing.capture(ctx, str(path), flags=imgui.test_engine.CaptureFlags_.hide_mouse_cursor.value)
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))


def sheet(pictures: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Pictures [height, width, 3], uint8, of one size in rows, with a gap between them; one alone stays as it is."""
    height, width = pictures[0].shape[:2]
    rows, columns = math.ceil(len(pictures) / columns), min(columns, len(pictures))
    whole = np.empty((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), np.uint8)
    whole[:] = GROUND
    for number, picture in enumerate(pictures):
        top, left = (number // columns) * (height + GAP), (number % columns) * (width + GAP)
        whole[top : top + height, left : left + width] = picture
    return whole


def _arrange(studio: Studio, shot: Shot) -> None:
    """Give panels that are kept the room of the others.  The viewport stays: it is the middle of the window."""
    docking = hello_imgui.get_runner_params().docking_params
    if shot.kept:
        for window in docking.dockable_windows:
            stays = window.label in (*shot.kept, layout.VIEWPORT)
            window.is_visible = (
                stays if shot.hidden is None else stays or (window.is_visible and window.label not in shot.hidden)
            )
    if shot.below:
        splits = layout.splits(studio.look.scale)
        for split in splits:
            split.ratio = shot.below if split.new_dock == "bottom" else split.ratio
        docking.docking_splits, docking.layout_reset = splits, True


def _box(shot: Shot, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is kept of the window, pixels."""
    if not shot.kept:
        return 0, 0, width, height
    boxes = np.array([_dock(panel) for panel in shot.kept])
    left, top = boxes[:, :2].min(axis=0).round().astype(int)
    right, bottom = boxes[:, 2:].max(axis=0).round().astype(int)
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def _dock(panel: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a panel with its tabs, pixels."""
    node = imgui.internal.find_window_by_name(panel).dock_node
    return node.pos.x, node.pos.y, node.pos.x + node.size.x, node.pos.y + node.size.y
