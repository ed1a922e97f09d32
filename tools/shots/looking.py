"""Pictures of the window as somebody looks at a generator: camera, past, two samples, surface, a journey, its cost."""

from __future__ import annotations

import math
from dataclasses import replace

from app import layout
from app.geometry.geometry_desk import GeometryDesk
from app.settings import Look
from app.studio import Studio
from core.geometry import ClipPlane, Geometry, Slices
from core.scene import Other
from core.timeline import Keyframe, Timeline
from tests import ui
from tools.shots.inside import surface
from tools.shots.shot import PATIENCE_S, Shot, still

LIGHT = Look("light", 1.5)
# A picture by torch is photographed when so much of it is there.
DRAWN = (0.35, 0.8)
# Far enough to see where the cameras of a training stood.
ALOOF, WIDE_FOV = 3.1, 42.0
RESOLUTION = 128


def light(ctx: ui.Context, studio: Studio) -> None:
    """The light theme, large."""
    studio.look = LIGHT
    studio.panels_shown.reset(LIGHT.scale)
    still(ctx, studio)


def camera(ctx: ui.Context, studio: Studio) -> None:
    """The box, the cameras of the training and the cube."""
    stage = studio.stage
    stage.viewing = replace(stage.viewing, box=True, cameras=True, cube=True)
    far = replace(stage.scene.camera, radius=ALOOF * stage.scene.camera.radius, fov=WIDE_FOV)
    stage.scene = replace(stage.scene, camera=far)
    still(ctx, studio)


def past(ctx: ui.Context, studio: Studio) -> None:
    """A snapshot in the middle of the run, held."""
    time = studio.stage.time
    ui.wait_until(ctx, lambda: len(time.snapshots) > 2, PATIENCE_S, "the snapshots")
    time.step(-(len(time.snapshots) // 2))
    ctx.yield_(5)
    still(ctx, studio)


def performance(ctx: ui.Context, studio: Studio) -> None:
    """What a new sample and a few pictures of it have cost."""
    stage = studio.stage
    stage.set_seed(stage.scene.latent.seed + 100)
    ctx.yield_(5)
    still(ctx, studio)
    for _ in range(4):
        stage.scene = replace(stage.scene, camera=stage.scene.camera.orbited(0.1, 0.0))
        ctx.yield_(10)
    still(ctx, studio)


def two_seeds(ctx: ui.Context, studio: Studio) -> None:
    """Two samples at a divider."""
    stage = studio.stage
    seed = stage.scene.latent.seed
    stage.scene = replace(stage.scene, other=Other(latent=stage.scene.latent.at_seed(seed + 1)))
    _both(ctx, studio)


def against_torch(ctx: ui.Context, studio: Studio) -> None:
    """How far the baked volume is from the generator's own renderer."""
    stage = studio.stage
    drawn = replace(stage.scene.quality, field="reference")
    stage.scene = replace(stage.scene, other=Other(quality=drawn, view="difference", gain=4))
    _both(ctx, studio)
    ui.wait_until(ctx, lambda: bool(stage.comparison.legend(stage.scene)), PATIENCE_S, "the difference")
    still(ctx, studio)


def raw_beside_upsampled(ctx: ui.Context, studio: Studio) -> None:
    """What rays see of a generator with an upsampler, beside what that makes of it."""
    still(ctx, studio)
    ctx.set_ref("//Compare")
    ctx.item_click("###raw beside")
    _both(ctx, studio)


def _both(ctx: ui.Context, studio: Studio) -> None:
    """Wait for both pictures."""
    still(ctx, studio)
    stage = studio.stage

    def whole() -> bool:
        other, beside = stage.comparison.side, stage.scene.beside
        return other is not None and beside is not None and other.is_complete(beside)

    ui.wait_until(ctx, whole, PATIENCE_S, "picture B")
    still(ctx, studio)


def by_torch(ctx: ui.Context, studio: Studio) -> None:
    """A picture by the generator's own renderer, as it comes."""
    still(ctx, studio)
    stage = studio.stage
    stage.scene = replace(stage.scene, quality=replace(stage.scene.quality, field="reference"))

    def coming() -> bool:
        work = stage.side.work(stage.scene)
        return work is not None and work.fraction is not None and DRAWN[0] <= work.fraction <= DRAWN[1]

    ui.wait_until(ctx, coming, PATIENCE_S, "part of a picture by torch")


def cut_open(ctx: ui.Context, studio: Studio) -> None:
    """A surface by its curvature, cut, with the density where it is cut."""
    shape = Geometry(RESOLUTION, colouring="mean", clip=ClipPlane((0.0, 0.0, 1.0)), slices=Slices(y=0.0), axes=True)
    _surface_as(ctx, studio, shape)
    _open(ctx, "cuts")
    surface(ctx, studio)


def two_surfaces(ctx: ui.Context, studio: Studio) -> None:
    """Two samples' surfaces, and how far they are apart."""
    stage = studio.stage
    tamer = replace(stage.scene.latent, psi=stage.scene.latent.psi / 2)
    stage.scene = replace(stage.scene, other=Other(latent=tamer))
    _surface_as(ctx, studio, Geometry(RESOLUTION, colouring="distance", axes=True))
    desk = studio.desks.find(layout.GEOMETRY)
    assert isinstance(desk, GeometryDesk)
    ui.wait_until(ctx, lambda: desk.surfaces.view().distances is not None, PATIENCE_S, "the distances")
    _open(ctx, "compare")
    surface(ctx, studio)


def _surface_as(ctx: ui.Context, studio: Studio, geometry: Geometry) -> None:
    """The surface at the proposed threshold."""
    stage = studio.stage
    surface(ctx, studio)
    desk = studio.desks.find(layout.GEOMETRY)
    assert isinstance(desk, GeometryDesk)
    densities = desk.surfaces.view().one.densities
    found = None if densities is None else densities.proposed
    quality = stage.scene.quality
    quality = quality if found is None else replace(quality, threshold=round(found, 2))
    stage.scene = replace(stage.scene, quality=quality, geometry=geometry)
    ctx.yield_(5)
    surface(ctx, studio)


def _open(ctx: ui.Context, section: str) -> None:
    """Open a section of the Geometry panel below how the surface looks, and close the others."""
    ctx.set_ref(ctx.window_info("//Geometry/settings").window)
    for name in ("surface", "cuts", "compare"):
        ctx.item_close(f"###{name}")
    ctx.item_open(f"###{section}")


def journey(ctx: ui.Context, studio: Studio) -> None:
    """Three keyframes and the way back, at the second of them."""
    stage = studio.stage
    first = stage.scene
    seed = first.latent.seed
    second = replace(first, latent=first.latent.at_seed(seed + 1), camera=first.camera.orbited(math.radians(100), -0.1))
    third = replace(first, latent=first.latent.at_seed(seed + 2), camera=first.camera.orbited(math.radians(200), 0.1))
    frames = Keyframe(0.0, first), Keyframe(2.0, second, "soft"), Keyframe(4.0, third)
    stage.journey.open(Timeline(frames, loop=2.0))
    ctx.set_ref("//Timeline")
    ctx.yield_(5)
    ctx.item_click("###keyframe after")
    still(ctx, studio)


# What is hidden where nothing is said of the sample.
SAMPLE, BOTH = (layout.LATENT,), (layout.VIEWPORT, layout.COMPARE)
SHOTS = (
    Shot("camera", layout.CAMERA, (camera,)),
    Shot("time", layout.CURVES, (past,)),
    Shot("compare", layout.COMPARE, (two_seeds, against_torch), BOTH, SAMPLE),
    Shot("reference", layout.CAMERA, (by_torch,), (layout.VIEWPORT, layout.CAMERA), SAMPLE),
    Shot("geometry", layout.GEOMETRY, (cut_open,), (layout.GEOMETRY,)),
    Shot("geometry-compare", layout.GEOMETRY, (two_surfaces,), (layout.GEOMETRY,)),
    Shot("timeline", layout.TIMELINE, (journey,)),
    Shot("performance", layout.PERFORMANCE, (performance,)),
    Shot("light", layout.CURVES, (light,)),
)
# Of a generator with an upsampler.
UPSAMPLED_SHOTS = (Shot("families", layout.COMPARE, (raw_beside_upsampled,), BOTH, SAMPLE),)
