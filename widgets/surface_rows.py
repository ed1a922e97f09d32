"""Rows of the Geometry panel: where the surface lies, and how it looks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from imgui_bundle import imgui

from core.geometry import Colouring, Geometry, Style
from core.scene import QUALITY_RANGES, Quality, Scene
from widgets import density_plot
from widgets.common import button, coloured, icon_button, icons, reset_button, row, row_start
from widgets.geometry_view import GeometryIntent, GeometryView, GeometryWish, LookInViewport
from widgets.quality import choice
from widgets.toolbar import check_width, flow

RESOLUTIONS = (64, 96, 128, 192, 256, 384, 512)
STYLE_NAMES: dict[Style, str] = {"surface": "surface", "wireframe": "wireframe", "points": "points"}
COLOURING_NAMES: dict[Colouring, str] = {
    "colour": "field's colour",
    "seen": "as rays see it",
    "plain": "one colour",
    "normals": "normals",
    "mean": "mean curvature",
    "gaussian": "Gaussian curvature",
    "density": "density",
    "distance": "distance to B",
}
LOGARITHMIC = imgui.SliderFlags_.logarithmic | imgui.SliderFlags_.always_clamp
# What the slider of opacities reaches.
OPACITIES = (0.001, 0.999)


def surface_rows(view: GeometryView) -> GeometryWish:
    """Draw the rows.  Returns the Scene as it is now wanted, and what else is to be done."""
    scene, densities = view.scene, view.one.densities
    geometry = _resolution(scene.geometry, view.costs)
    threshold = scene.quality.threshold
    if densities is None:
        density_plot.waiting()
    else:
        threshold = density_plot.draw(densities, threshold)
    threshold = _threshold(threshold, None if densities is None else densities.proposed)
    if view.step is not None:
        threshold = _opacity(threshold, view.step)
    hint = "Walls close the surface where it runs into a side of the field's box"
    geometry = replace(geometry, closed=_check("Closed at the box", "closed", geometry.closed, hint))
    scene = replace(scene, geometry=geometry, quality=replace(scene.quality, threshold=threshold))
    shows = scene.quality.show == "surface"
    label = f"{icons.ICON_FA_EYE}  {'Viewport shows it' if shows else 'Show in the viewport'}###in viewport"
    hint = "Back to colours in the viewport" if shows else "The viewport draws the surface at this same threshold"
    intents: tuple[GeometryIntent, ...] = ()
    if button(label, True, hint):
        shown = "colour" if shows else "surface"
        scene = replace(scene, quality=replace(scene.quality, show=shown))
        intents = () if shows else (LookInViewport(),)
    for warning in view.one.warnings:
        coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {warning}", "warning")
    return GeometryWish(scene, intents)


def look_rows(scene: Scene, comparing: bool) -> Scene:
    """Draw the rows of style, colours and what is drawn beside the surface.  Returns the Scene as it is now wanted."""
    geometry, usual = scene.geometry, Geometry()
    geometry = replace(
        geometry, style=choice("Style", "Faces, their edges, or vertices", geometry.style, STYLE_NAMES, usual.style)
    )
    hint = "The field's colour on the surface, what a ray sees that enters it there, or a property of the surface"
    names = {name: label for name, label in COLOURING_NAMES.items() if comparing or name != "distance"}
    names |= {geometry.colouring: COLOURING_NAMES[geometry.colouring]}
    geometry = replace(geometry, colouring=choice("Colours", hint, geometry.colouring, names, usual.colouring))
    if geometry.colouring == "distance" and not comparing:
        coloured("There is no B: switch Compare on below.", "quiet")
    extras = (
        ("Axes", "axes", "World axes in the corner: y is up"),
        ("Bounds", "bounds", "The field's box with its lengths, world units"),
        ("Scale bar", "scale_bar", "How long a world unit is at the target"),
    )
    for index, (label, name, hint) in enumerate(extras):
        if index:
            flow(check_width(label))
        geometry = replace(geometry, **{name: _check(label, name, getattr(geometry, name), hint)})
    hint = "Seen by the viewport's camera; else by one of its own"
    linked = _check("Camera of the viewport", "linked", geometry.camera is None, hint)
    if linked != (geometry.camera is None):
        geometry = replace(geometry, camera=None if linked else scene.camera)
    return replace(scene, geometry=geometry)


def threshold_row(name: str, label: str, hint: str, value: float, usual: float) -> float:
    """A slider over all thresholds.  Returns what is set now."""
    row(label, hint, tail=1)
    changed, wanted = imgui.slider_float(f"##{name}", value, *QUALITY_RANGES["threshold"], "%.3g", LOGARITHMIC)
    value = wanted if changed else value
    return usual if reset_button(name, value != usual, f"{usual:.3g}") else value


def _resolution(geometry: Geometry, costs: Mapping[int, str]) -> Geometry:
    usual, value = Geometry().resolution, geometry.resolution
    row("Resolution", "Points of the density's grid along an edge of the field's box", tail=1)
    if imgui.begin_combo("##resolution", f"{value}³", imgui.ComboFlags_.height_large):
        for each in sorted({*RESOLUTIONS, value}):
            cost = costs.get(each, "")
            if imgui.selectable(f"{each}³{f'   {cost}' if cost else ''}###{each}", each == value)[0]:
                geometry = replace(geometry, resolution=each)
        imgui.end_combo()
    if reset_button("resolution", geometry.resolution != usual, f"{usual}³"):
        geometry = replace(geometry, resolution=usual)
    return geometry


def _threshold(value: float, proposed: float | None) -> float:
    usual = Quality().threshold
    hint = "Density on the surface, per world unit; the viewport's `surface` shows the same"
    row("Threshold", hint, tail=2)
    changed, wanted = imgui.slider_float("##threshold", value, *QUALITY_RANGES["threshold"], "%.3g", LOGARITHMIC)
    value = wanted if changed else value
    hint = "No ray meets anything: there is nothing to propose"
    if proposed is not None:
        hint = f"Proposed: {proposed:.3g}, where the volume rendering has its shell"
    if icon_button(icons.ICON_FA_WAND_MAGIC_SPARKLES, "propose", hint, proposed is not None and value != proposed):
        value = value if proposed is None else min(max(proposed, QUALITY_RANGES["threshold"][0]), 10_000)
    return usual if reset_button("threshold", value != usual, f"{usual:.3g}") else value


def _opacity(threshold: float, step: float) -> float:
    """The same threshold, as what one sample of the training takes from light."""
    row("Opacity", f"The same threshold: what a sample takes from light on its step of {step:.3g} world units", tail=2)
    shown = min(max(density_plot.opacity_of(threshold, step), OPACITIES[0]), OPACITIES[1])
    flags = imgui.SliderFlags_.always_clamp
    changed, opacity = imgui.slider_float("##opacity", shown, *OPACITIES, "%.3f per step", flags)
    if not changed or math.isclose(opacity, shown, abs_tol=1e-7):
        return threshold
    least, most = QUALITY_RANGES["threshold"]
    return min(max(density_plot.density_of(opacity, step), least), most)


def _check(label: str, name: str, on: bool, hint: str) -> bool:
    wanted = imgui.checkbox(f"{label}###{name}", on)[1]
    imgui.set_item_tooltip(hint)
    return wanted


def check_row(label: str, name: str, on: bool, hint: str, tail: int = 0) -> bool:
    """A check box where rows have their label; the next item gets the rest of the row.  Returns whether it is on."""
    wanted = _check(label, name, on, hint)
    row_start(tail)
    return wanted
