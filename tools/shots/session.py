"""One window in which several pictures are taken, each of them as if it were the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app import layout
from app.settings import Look
from app.studio import Studio
from core.scene import Scene
from tests import ui
from tools.shots.home import Home, home_of
from tools.shots.shot import BACK, PATIENCE_S, PITCH, YAW, Shot, still, take

SEED = 3


@dataclass(frozen=True)
class Setting:
    """How the window is, and what it shows first.

    Attributes:
        size: Of the window, pixels.
        look: Its theme and scale.
        seed: Of the sample; its neighbours in the Latent panel have short numbers, too.
        label: Its class, where there are some; None: the seed's own.
        back: So much farther away than in training.
    """

    size: tuple[int, int] = layout.SIZE
    look: Look = field(default_factory=Look)
    seed: int = SEED
    label: int | None = None
    back: float = BACK


def take_all(run: Path | None, shots: Callable[[Home], Sequence[Shot]], setting: Setting, out: Path) -> None:
    """Open a window without a screen, and take pictures of it.

    Args:
        run: What it shows; None for the demo.
        shots: Which pictures, told the home that the window lives in.
        setting: How it is.
        out: Folder of the pictures.
    """
    with pytest.MonkeyPatch.context() as patch, home_of(run, patch) as home:
        patch.setattr(layout, "SIZE", setting.size)

        def clicks(ctx: ui.Context, studio: Studio) -> None:
            home.settle(studio)
            studio.look = setting.look
            if home.run is not None:
                ui.wait_until(ctx, lambda: studio.train.run is not None, PATIENCE_S, "the run")
            still(ctx, studio)
            first = _first(studio, setting)
            for shot in shots(home):
                _begin(ctx, studio, first, setting)
                print(take(ctx, studio, shot, out), flush=True)

        source = None if home.run is None else str(home.run)
        ui.run_studio(clicks, patch, home.path, source, fine=True, ahead=True)


def _first(studio: Studio, setting: Setting) -> Scene:
    """What each picture begins with."""
    scene = studio.stage.scene
    latent = replace(scene.latent, seed=setting.seed, label=setting.label)
    camera = replace(scene.camera, yaw=YAW, pitch=PITCH, radius=setting.back * scene.camera.radius)
    return replace(scene, latent=latent, camera=camera)


def _begin(ctx: ui.Context, studio: Studio, first: Scene, setting: Setting) -> None:
    """Take back what the last picture has changed."""
    stage = studio.stage
    studio.look = setting.look
    studio.panels_shown.reset(setting.look.scale)
    stage.journey.show(None)
    stage.viewing = replace(stage.viewing, box=False, cameras=False)
    stage.scene = first
    if first.source.kind == "run":
        stage.time.go_live()
    ctx.yield_(5)
    studio.panels_shown.show(layout.CURVES)
    still(ctx, studio)
