"""Which desk stands behind which panel; each is loaded when somebody first looks at its panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app import layout
from app.desks import PanelDesk

if TYPE_CHECKING:
    from app.studio import Studio


def desk_makers(studio: Studio) -> dict[str, Callable[[], PanelDesk]]:
    """What makes the desks of a window, by their panels' names."""
    return {
        layout.GEOMETRY: partial(_geometry, studio),
        layout.PLANES: partial(_planes, studio),
        layout.RAY_PROBE: partial(_ray_probe, studio),
        layout.SCORE_MAP: partial(_score_map, studio),
        layout.PATCHES: partial(_patches, studio),
        layout.MODULATION: partial(_modulation, studio),
        layout.PATCH_VIEW: partial(_patch_view, studio),
        layout.HEALTH: partial(_health, studio),
        layout.DATA: partial(_data, studio),
    }


def _geometry(studio: Studio) -> PanelDesk:
    from app.geometry.geometry_desk import GeometryDesk

    return GeometryDesk(studio.stage, studio.wake, partial(studio.panels_shown.show, layout.VIEWPORT))


def _data(studio: Studio) -> PanelDesk:
    from app.data.data_desk import DataDesk

    return DataDesk(studio.train, studio.wake)


def _planes(studio: Studio) -> PanelDesk:
    from app.inside.planes_desk import PlanesDesk

    return PlanesDesk(studio.stage, studio.spot)


def _ray_probe(studio: Studio) -> PanelDesk:
    from app.inside.ray_probe_desk import RayProbeDesk

    return RayProbeDesk(studio.stage)


def _score_map(studio: Studio) -> PanelDesk:
    from app.inside.score_map_desk import ScoreMapDesk

    return ScoreMapDesk(studio.stage, studio.train)


def _patches(studio: Studio) -> PanelDesk:
    from app.runs.patches_desk import PatchesDesk

    return PatchesDesk(studio, studio.wake)


def _modulation(studio: Studio) -> PanelDesk:
    from app.inside.modulation_desk import ModulationDesk

    return ModulationDesk(studio, studio.wake)


def _patch_view(studio: Studio) -> PanelDesk:
    from app.runs.patch_desk import PatchDesk

    return PatchDesk(studio.train, studio.ticks, studio.wake)


def _health(studio: Studio) -> PanelDesk:
    from app.runs.health_desk import HealthDesk

    return HealthDesk(studio.train, studio.ticks)
