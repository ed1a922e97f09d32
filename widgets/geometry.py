"""The Geometry panel: the surface of the sample as a mesh, what it looks like, and what is made of it."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.geometry import Geometry
from core.scene import Scene
from widgets import beside_rows, cut_rows, filter_rows, mesh_figures, surface_rows
from widgets.amounts import count_words
from widgets.common import em, text_colour
from widgets.geometry_view import GeometryIntent, GeometryView, GeometryWish, SurfacePictures
from widgets.mesh_save import MeshSaving, heading
from widgets.surface_pane import PaneWish, SurfacePane

# Width of the settings beside the pictures, font sizes and share of the panel; narrow and high panels have them below.
SETTINGS, SHARE, NARROW = 20.0, 0.47, 24.0
PICTURES_ABOVE = 0.55
SECTION = imgui.TreeNodeFlags_.default_open


class GeometryPanel:
    """Draws the panel; it keeps gestures in progress, and the format that was chosen last."""

    def __init__(self) -> None:
        self._panes = {"a": SurfacePane("a"), "b": SurfacePane("b")}
        self._saving = MeshSaving()

    def draw(self, view: GeometryView, pictures: SurfacePictures) -> GeometryWish:
        """Draw the panel over all the room there is.

        Args:
            view: What is shown.
            pictures: Gives the pictures of the surfaces.

        Returns:
            What is wanted.
        """
        room = imgui.get_content_region_avail()
        gap = imgui.get_style().item_spacing
        beside = room.x >= em(NARROW) and room.x > 0.9 * room.y
        if beside:
            canvas = ImVec2(room.x - min(em(SETTINGS), SHARE * room.x) - gap.x, room.y)
        else:
            canvas = ImVec2(room.x, PICTURES_ABOVE * room.y)
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(em(0.15), em(0.15)))
        wish = self._pictures(view, pictures, canvas)
        imgui.pop_style_var()
        if beside:
            imgui.same_line(0, gap.x)
        imgui.begin_child("settings", ImVec2(0, 0), imgui.ChildFlags_.none)
        wish = self._settings(replace(view, scene=wish.scene), wish)
        imgui.end_child()
        return wish

    def _pictures(self, view: GeometryView, pictures: SurfacePictures, room: ImVec2) -> GeometryWish:
        """The picture, or both: side by side, or one above the other, whichever leaves them more alike in shape."""
        camera = view.scene.geometry.camera or view.scene.camera
        origin, wide, gap = imgui.get_cursor_pos(), room.x >= room.y, em(0.15)
        sides = [("a", view.one)] if view.other is None else [("a", view.one), ("b", view.other)]
        size = ImVec2(room.x, room.y)
        if len(sides) == 2:
            size = ImVec2((room.x - gap) / 2, room.y) if wide else ImVec2(room.x, (room.y - gap) / 2)
        wishes: list[PaneWish] = []
        imgui.begin_group()
        for index, (which, side) in enumerate(sides):
            step = index * (size.x + gap), index * (size.y + gap)
            imgui.set_cursor_pos(ImVec2(origin.x + (step[0] if wide else 0), origin.y + (0 if wide else step[1])))
            wishes.append(self._panes[which].draw(side, camera, view.home, pictures, size))
        imgui.end_group()
        scene, intents = view.scene, tuple(intent for wish in wishes for intent in wish.intents)
        for wish in wishes:
            scene = with_camera(scene, wish.camera)
        for (which, _), wish in zip(sides, wishes, strict=True):
            if wish.threshold is not None:
                scene = with_threshold(scene, which, wish.threshold)
        return GeometryWish(scene, intents)

    def _settings(self, view: GeometryView, wish: GeometryWish) -> GeometryWish:
        """The sections."""
        scene, comparing = view.scene, view.other is not None
        intents: tuple[GeometryIntent, ...] = wish.intents
        if _section("Surface", "surface", scene.geometry, ("resolution", "closed"), SECTION):
            rows = surface_rows.surface_rows(view)
            scene, intents = rows.scene, intents + rows.intents
        if _section(
            "Look", "look", scene.geometry, ("style", "colouring", "axes", "bounds", "scale_bar", "camera"), SECTION
        ):
            scene = surface_rows.look_rows(scene, comparing)
        if _section("Cuts", "cuts", scene.geometry, ("clip", "clip_box", "slices")):
            geometry = cut_rows.draw(scene.geometry, scene.geometry.camera or scene.camera, view.half)
            scene = replace(scene, geometry=geometry)
        if _section("Filters", "filters", scene.geometry, ("filters",)):
            faces = view.one.raw.faces if view.one.raw is not None else 0
            scene = replace(scene, geometry=filter_rows.draw(scene.geometry, view.one.steps, faces))
        if imgui.collapsing_header(f"Figures{_count(view)}###figures"):
            _figures(view)
        if imgui.collapsing_header(f"Compare{'  (on)' if comparing else ''}###compare"):
            scene = beside_rows.draw(replace(view, scene=scene))
        if imgui.collapsing_header(f"{heading(view)}###export"):
            intents += self._saving.draw(view)
        return GeometryWish(scene, intents)


def with_camera(scene: Scene, camera: Camera | None) -> Scene:
    """The Scene with the camera that was taken hold of: the inspector's own, or the one that all share."""
    if camera is None:
        return scene
    if scene.geometry.camera is None:
        return replace(scene, camera=camera)
    return replace(scene, geometry=replace(scene.geometry, camera=camera))


def with_threshold(scene: Scene, which: str, threshold: float) -> Scene:
    """The Scene with another threshold of A; of B, if that has one of its own."""
    other = scene.other
    if which == "b" and other is not None and other.quality is not None:
        return replace(scene, other=replace(other, quality=replace(other.quality, threshold=threshold)))
    return replace(scene, quality=replace(scene.quality, threshold=threshold))


def _section(title: str, name: str, geometry: Geometry, fields: tuple[str, ...], flags: int = 0) -> bool:
    """A heading that folds; it is marked if something below it is not the default.  Returns whether it is open."""
    usual = Geometry()
    changed = any(getattr(geometry, field) != getattr(usual, field) for field in fields)
    return imgui.collapsing_header(f"{title}{'  (changed)' if changed else ''}###{name}", flags)


def _count(view: GeometryView) -> str:
    figures = view.one.figures
    return "" if figures is None else f"  ({count_words(figures.faces)} faces)"


def _figures(view: GeometryView) -> None:
    one = view.one
    if one.raw is None:
        with text_colour("quiet"):
            imgui.text_wrapped("Faces, components, area and volume are counted once there is a surface.")
        return
    columns = [("plain", one.raw), ("filtered", one.steps[-1].after)] if one.steps else [("", one.raw)]
    mesh_figures.draw("figures", columns)
