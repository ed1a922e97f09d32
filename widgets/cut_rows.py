"""Rows of the Geometry panel: a plane and a box that cut the surface, and slices that show the density."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import imgui

from core.camera import Camera, Vector
from core.geometry import FARTHEST_CLIP, ClipBox, ClipPlane, Geometry, Slices
from widgets.common import icon_button, icons, reset_button, row
from widgets.quality import choice
from widgets.surface_rows import check_row

AXES: dict[str, Vector] = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
WAYS: dict[str, Vector] = {
    **{f"across {name}": normal for name, normal in AXES.items()},
    **{f"across {name}, other side": (-x, -y, -z) for name, (x, y, z) in AXES.items()},
}
CLAMP = imgui.SliderFlags_.always_clamp
# A box never gets thinner, halves of the field's edge.
THINNEST = 0.01


def draw(geometry: Geometry, camera: Camera, half: float | None) -> Geometry:
    """Draw the rows.

    Args:
        geometry: As it is.
        camera: Along whose view a plane can cut.
        half: Half the edge of the field's box, world units; None while that is not known.

    Returns:
        The geometry as it is now wanted.
    """
    geometry = replace(geometry, clip=_plane(geometry.clip, camera, half))
    geometry = replace(geometry, clip_box=_box(geometry.clip_box, half))
    imgui.separator_text("Density slices")
    return replace(geometry, slices=_slices(geometry.slices, half))


def _plane(clip: ClipPlane | None, camera: Camera, half: float | None) -> ClipPlane | None:
    hint = "Cuts away what lies on one side of a plane"
    on = check_row("Clip plane", "clip", clip is not None, hint, tail=1)
    shown, usual = clip or ClipPlane(), ClipPlane()
    imgui.begin_disabled(not on)
    reach = FARTHEST_CLIP if shown.normal not in WAYS.values() else 1.0
    at = min(max(shown.at, -reach), reach)
    changed, at = imgui.slider_float("##clip at", at, -reach, reach, place_words(shown.at, half, "%.2f"), CLAMP)
    if changed:
        shown = replace(shown, at=at)
    if reset_button("clip at", shown.at != usual.at, "the middle"):
        shown = replace(shown, at=usual.at)
    imgui.end_disabled()
    if not on:
        return None
    row("Direction", "What lies on the side that it points to is cut away", tail=2)
    name = next((name for name, normal in WAYS.items() if normal == shown.normal), "free")
    if imgui.begin_combo("##clip direction", name):
        for way, normal in WAYS.items():
            if imgui.selectable(way, way == name)[0]:
                shown = replace(shown, normal=normal)
        imgui.end_combo()
    if icon_button(icons.ICON_FA_CAMERA, "clip of camera", "Across the view: cut away what is nearer to the eye"):
        x, y, z = (round(float(part), 6) for part in camera.matrix[:3, 2])
        shown = replace(shown, normal=(x, y, z))
    if reset_button("clip direction", shown.normal != usual.normal, "across x"):
        shown = replace(shown, normal=usual.normal)
    return shown


def _box(box: ClipBox | None, half: float | None) -> ClipBox | None:
    hint = "Cuts away what lies outside of a box: 1 is a side of the field's box"
    if half is not None:
        hint += f", {half:.3g} world units from the middle"
    on = imgui.checkbox("Clip box###clip box", box is not None)[1]
    imgui.set_item_tooltip(hint)
    if not on:
        return None
    box = box or ClipBox()
    for index, axis in enumerate("xyz"):
        row(f"   {axis}", hint, tail=1, least=7)
        low, high = box.low[index], box.high[index]
        changed, low, high = imgui.drag_float_range2(f"##box {axis}", low, high, 0.005, -1, 1, "%.2f", "%.2f", CLAMP)
        if reset_button(f"box {axis}", (low, high) != (-1, 1), "the whole field"):
            changed, low, high = True, -1.0, 1.0
        if changed:
            box = moved(box, index, low, high)
    return box


def moved(box: ClipBox, axis: int, low: float, high: float) -> ClipBox:
    """The box with these ends along an axis (0 is x), kept inside the field and never empty."""
    low = min(max(low, -1.0), 1.0 - THINNEST)
    high = max(min(high, 1.0), low + THINNEST)
    return replace(box, low=_with(box.low, axis, low), high=_with(box.high, axis, high))


def _with(vector: Vector, index: int, value: float) -> Vector:
    x, y, z = (value if each == index else old for each, old in enumerate(vector))
    return x, y, z


def _slices(slices: Slices, half: float | None) -> Slices:
    for axis in "xyz":
        at = getattr(slices, axis)
        hint = f"A plane across {axis} that shows the density"
        on = check_row(f"Across {axis}", f"slice {axis}", at is not None, hint, tail=1)
        imgui.begin_disabled(not on)
        shown = at or 0.0
        changed, wanted = imgui.slider_float(f"##slice {axis}", shown, -1, 1, place_words(shown, half, "%.2f"), CLAMP)
        if reset_button(f"slice {axis}", shown != 0, "the middle"):
            changed, wanted = True, 0.0
        imgui.end_disabled()
        value = None if not on else wanted if changed else shown
        if value != at:
            slices = replace(slices, **{axis: value})
    if any(each is not None for each in (slices.x, slices.y, slices.z)):
        contours = choice(
            "Contours", "Lines of equal density; the threshold's own is stronger", slices.contours,
            {True: "drawn", False: "none"}, True,
        )  # fmt: skip
        slices = replace(slices, contours=contours)
    return slices


def place_words(at: float, half: float | None, form: str) -> str:
    """How a slider says a place: in halves of the box's edge, and in world units where these are known."""
    return form if half is None else f"{form}  ({at * half:+.3f})"
