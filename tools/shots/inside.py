"""Pictures of the window with what a training leaves behind: samples, ticks, and what its networks do."""

from __future__ import annotations

from imgui_bundle import imgui

from app import layout
from app.geometry.geometry_desk import GeometryDesk
from app.inside.score_map_desk import ScoreMapDesk
from app.studio import Studio
from tests import ui
from tools.shots.shot import PATIENCE_S, Shot, still


def sections(ctx: ui.Context, studio: Studio) -> None:
    """Open what a new person finds folded in the Latent panel."""
    still(ctx, studio)
    ctx.set_ref("//Latent")
    for name in ("mixing", "conditions"):
        ctx.item_click(f"###{name}")
    still(ctx, studio)


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
    ctx.mouse_drag_with_delta(imgui.ImVec2(90, -40))
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
    ui.wait_until(ctx, lambda: not desk.surfaces.worker.busy, PATIENCE_S, "the picture of the surface")
    ctx.yield_(10)


# So much of the height is for what lies below the viewport, where that is looked at.
TALL = 0.6
# What a person sees first, who has trained nothing yet.
DEMO_SHOTS = (
    Shot("latent", layout.LATENT, (sections,), (layout.VIEWPORT, layout.LATENT)),
    Shot("surface", layout.GEOMETRY, (surface,), (layout.GEOMETRY,)),
)
RUN_SHOTS = (
    Shot("window", layout.SAMPLES, (still,)),
    *(
        Shot(name, panel, (still,), (panel,), below=TALL)
        for name, panel in (
            ("patch-scales", layout.PATCHES),
            ("modulation", layout.MODULATION),
            ("patch-view", layout.PATCH_VIEW),
            ("health", layout.HEALTH),
        )
    ),
    Shot("score-map", layout.SCORE_MAP, (scores,), (layout.SCORE_MAP,)),
    Shot("tri-planes", layout.PLANES, (probe,), (layout.VIEWPORT, layout.PLANES), below=TALL),
    Shot("ray-probe", layout.RAY_PROBE, (probe,), (layout.VIEWPORT, layout.RAY_PROBE)),
)
