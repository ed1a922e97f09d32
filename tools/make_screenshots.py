"""Make the pictures of the window in docs/images anew, by driving the real window without a screen.

python -m tools.make_screenshots RUN                        a run that has recorded some ticks, with snapshots
python -m tools.make_screenshots --only latent              of the demo
python -m tools.make_screenshots RUN --only families        a run of a generator with an upsampler

To look at the window as others have it: --size 1600x1000 --theme light --scale 1.5 --out FOLDER.  Without a screen
there is a monitor of 1920 x 1080, and no window is larger.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from imgui_bundle import imgui

from app import layout
from app.geometry.geometry_desk import GeometryDesk
from app.inside.score_map_desk import ScoreMapDesk
from app.settings import Look
from app.studio import Studio
from app.style import Theme
from tests import ui

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
# What is asked of a worker has come after so long, seconds, also on a slow machine.
PATIENCE_S = 300.0


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file.
        panel: Which panel is brought to the front.
        prepare: What is done there first.
    """

    name: str
    panel: str
    prepare: Callable[[ui.Context, Studio], None]


def still(ctx: ui.Context, studio: Studio) -> None:
    """Wait until nothing is computed any more."""
    ctx.mouse_move_to_pos(imgui.ImVec2(5, 790))
    ctx.yield_(5)
    ui.wait_until(ctx, lambda: studio.stage.engine.complete and not studio.stage.worker.busy, PATIENCE_S, "the worker")
    ctx.yield_(10)


def probe(ctx: ui.Context, studio: Studio) -> None:
    """Point at the object, and go aside, so that the ray is seen."""
    still(ctx, studio)
    ctx.set_ref("//Viewport")
    ctx.mouse_move("canvas")
    ctx.key_down(imgui.Key.mod_alt)
    ctx.mouse_click()
    ctx.key_up(imgui.Key.mod_alt)
    still(ctx, studio)
    ctx.mouse_move("canvas")
    ctx.mouse_drag_with_delta(imgui.ImVec2(120, -40))
    still(ctx, studio)


def scores(ctx: ui.Context, studio: Studio) -> None:
    """All scores of both pictures."""
    still(ctx, studio)
    desk = studio.desks.find(layout.SCORE_MAP)
    assert isinstance(desk, ScoreMapDesk)
    ui.wait_until(ctx, lambda: desk.client.complete, PATIENCE_S, "all scores")
    still(ctx, studio)


def surface(ctx: ui.Context, studio: Studio) -> None:
    """The mesh of what the viewport shows."""
    still(ctx, studio)
    desk = studio.desks.find(layout.GEOMETRY)
    assert isinstance(desk, GeometryDesk)
    ui.wait_until(ctx, lambda: desk.surfaces.view().one.is_complete, PATIENCE_S, "the surface")
    still(ctx, studio)


def families(ctx: ui.Context, studio: Studio) -> None:
    """What rays see of a generator with an upsampler, beside what that makes of it."""
    still(ctx, studio)
    ctx.set_ref("//Compare")
    ctx.item_click("###raw beside")
    still(ctx, studio)
    stage = studio.stage

    def whole() -> bool:
        other, beside = stage.comparison.side, stage.scene.beside
        return other is not None and beside is not None and other.is_complete(beside)

    ui.wait_until(ctx, whole, PATIENCE_S, "the upsampled picture")
    still(ctx, studio)


SHOTS = (
    Shot("window", layout.SAMPLES, still),
    Shot("curves", layout.CURVES, still),
    Shot("latent", layout.LATENT, still),
    Shot("surface", layout.GEOMETRY, surface),
    Shot("patch-scales", layout.PATCHES, still),
    Shot("modulation", layout.MODULATION, still),
    Shot("patch-view", layout.PATCH_VIEW, still),
    Shot("health", layout.HEALTH, still),
    Shot("score-map", layout.SCORE_MAP, scores),
    Shot("tri-planes", layout.PLANES, probe),
    Shot("ray-probe", layout.RAY_PROBE, probe),
)
# Of other runs than the others: only when they are asked for.
ASKED = (Shot("families", layout.COMPARE, families),)


def size(text: str) -> tuple[int, int]:
    """WxH, pixels.  Raises ValueError."""
    width, height = map(int, text.split("x"))
    return width, height


def main() -> None:
    """Open the window with the run, and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", type=Path, help="folder of a run; without one, the demo and no run")
    parser.add_argument("--out", type=Path, default=IMAGES, help="where to (default: docs/images)")
    parser.add_argument("--only", choices=[shot.name for shot in (*SHOTS, *ASKED)], help="one of them")
    parser.add_argument("--size", type=size, default=layout.SIZE, metavar="WxH", help="of the window, pixels")
    parser.add_argument("--theme", choices=get_args(Theme), default="dark", help="its colours (default: dark)")
    parser.add_argument("--scale", type=float, default=1.0, help="of text and spacing, 1 to 2 (default: 1)")
    args = parser.parse_args()
    shots = [shot for shot in (*SHOTS, *ASKED) if args.only == shot.name] if args.only else SHOTS

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = Look(args.theme, args.scale)
        if args.run is not None:
            ui.wait_until(ctx, lambda: studio.train.run is not None, PATIENCE_S, "the run")
        still(ctx, studio)
        for shot in shots:
            studio.panels_shown.show(shot.panel)
            ctx.yield_(5)
            shot.prepare(ctx, studio)
            ui.capture(ctx, args.out / f"{shot.name}.png")
            if shot.panel in layout.HIDDEN:
                studio.panels_shown.toggle(shot.panel)
            print(args.out / f"{shot.name}.png")

    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "SIZE", args.size)
        source = None if args.run is None else str(args.run.resolve())
        ui.run_studio(clicks, patch, Path(home), source, fine=True, ahead=True)


if __name__ == "__main__":
    main()
