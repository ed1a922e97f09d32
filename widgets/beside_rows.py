"""Rows of the Geometry panel that compare the surface with that of B."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import imgui

from core.scene import Other, Scene
from widgets.common import coloured, text_colour
from widgets.compare import toggled
from widgets.geometry_view import GeometryView
from widgets.mesh_figures import draw as draw_figures
from widgets.surface_rows import threshold_row


def draw(view: GeometryView) -> Scene:
    """Draw the rows.  Returns the Scene as it is now wanted."""
    scene, beside = view.scene, view.scene.beside
    on = imgui.checkbox("Beside B###beside", beside is not None)[1]
    imgui.set_item_tooltip("The surface of B with the same camera and filters; the panel Compare says what B is")
    if on != (beside is not None):
        return toggled(scene)
    if beside is None or scene.other is None:
        with text_colour("quiet"):
            imgui.text_wrapped("Two surfaces side by side: another seed, snapshot or threshold, and how far apart.")
        return scene
    scene = replace(scene, other=_threshold(scene, scene.other))
    if view.other is not None and view.other.figures is not None and view.one.figures is not None:
        draw_figures("figures of both", (("A", view.one.figures), ("B", view.other.figures)))
    distances = view.distances
    if view.trouble:
        coloured(f"Distances cannot be measured: {view.trouble}", "error")
        return scene
    if distances is None:
        coloured("Distances are measured when both surfaces are complete.", "quiet")
        return scene
    imgui.text(f"Chamfer distance  {distances.chamfer:.4g}")
    imgui.set_item_tooltip("Mean distance from A to B plus that from B to A, world units")
    with text_colour("quiet"):
        text = f"A to B {distances.forth:.3g}, B to A {distances.back:.3g}, farthest {distances.farthest:.3g}"
        imgui.text_wrapped(f"{text} (world units)")
    return scene


def _threshold(scene: Scene, other: Other) -> Other:
    """B's own threshold, if it has one."""
    own = other.quality is not None
    wanted = imgui.checkbox("B has its own threshold###own threshold", own)[1]
    imgui.set_item_tooltip("With it, B is also drawn in its own way in the viewport (Compare: Drawing)")
    if wanted != own:
        return replace(other, quality=scene.quality if wanted else None)
    if other.quality is None:
        return other
    hint = "Density on the surface of B, per world unit"
    threshold = threshold_row(
        "threshold of b", "Threshold of B", hint, other.quality.threshold, scene.quality.threshold
    )
    return replace(other, quality=replace(other.quality, threshold=threshold))
