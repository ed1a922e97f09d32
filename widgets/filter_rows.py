"""The stack of filters that repair and reduce a surface: each can be switched off, moved and taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from core.geometry import Decimate, DropSmall, FillHoles, Filter, Geometry, Largest, Smooth
from core.surface_figures import Figures, Step
from widgets.amounts import count_words
from widgets.common import em, icon_button, icon_width, icons, text_colour
from widgets.setting_rows import begin_row

NAMES: dict[str, str] = {
    "largest": "Largest component",
    "small": "Drop small components",
    "holes": "Fill holes",
    "smooth": "Smooth (Taubin)",
    "decimate": "Decimate",
}
HINTS: dict[str, str] = {
    "largest": "Keeps the component with the most faces",
    "small": "Drops components of fewer faces",
    "holes": "Closes holes whose edge fits into a sphere of this radius",
    "smooth": "Takes fine noise away without shrinking the shape",
    "decimate": "Merges faces until about so many are left",
}
KINDS: dict[str, type[Largest | DropSmall | FillHoles | Smooth | Decimate]] = {
    "largest": Largest,
    "small": DropSmall,
    "holes": FillHoles,
    "smooth": Smooth,
    "decimate": Decimate,
}
CLAMP = imgui.SliderFlags_.always_clamp
LOGARITHMIC = imgui.SliderFlags_.logarithmic | CLAMP


def draw(geometry: Geometry, steps: Sequence[Step], faces: int) -> Geometry:
    """Draw the stack.

    Args:
        geometry: As it is.
        steps: What the filters that are on have done, as far as they are applied.
        faces: Of the surface without filters; a new decimation begins at half of them.

    Returns:
        The geometry as it is now wanted.
    """
    filters = list(geometry.filters)
    done = done_by(geometry.filters, steps)
    wanted: list[Filter] | None = None
    for index, step in enumerate(done):
        imgui.push_id(index)
        moved = _filter(filters, index, step)
        imgui.pop_id()
        wanted = wanted if moved is None else moved
    if not filters:
        with text_colour("quiet"):
            imgui.text_wrapped("Filters are applied one after the other; the surface itself stays as it is.")
    added = _adder(faces)
    if added is not None:
        wanted = [*(wanted if wanted is not None else filters), added]
    return geometry if wanted is None else replace(geometry, filters=tuple(wanted))


def done_by(filters: Sequence[Filter], steps: Sequence[Step]) -> list[Step | None]:
    """What each filter has done; None for those that are off, or not applied yet."""
    left, found = list(steps), []
    for each in filters:
        applied = each.on and bool(left) and left[0].filter == each
        found.append(left.pop(0) if applied else None)
    return found


def _filter(filters: list[Filter], index: int, step: Step | None) -> list[Filter] | None:
    """One filter.  Returns all of them as they are now wanted, or None if nothing has changed."""
    each = filters[index]
    tools = 3 * (icon_width() + imgui.get_style().item_inner_spacing.x)
    on = imgui.checkbox(f"{NAMES[each.kind]}###on", each.on)[1]
    imgui.set_item_tooltip(HINTS[each.kind])
    wanted = [replace(other, on=on) if place == index else other for place, other in enumerate(filters)]
    changed = on != each.on
    imgui.same_line()
    room = imgui.get_content_region_avail().x - tools
    imgui.dummy(ImVec2(max(room, 0.0), 1))
    if icon_button(icons.ICON_FA_ARROW_UP, "earlier", "Apply it earlier", index > 0):
        wanted[index - 1], wanted[index] = wanted[index], wanted[index - 1]
        return wanted
    if icon_button(icons.ICON_FA_ARROW_DOWN, "later", "Apply it later", index < len(filters) - 1):
        wanted[index + 1], wanted[index] = wanted[index], wanted[index + 1]
        return wanted
    if icon_button(icons.ICON_FA_XMARK, "remove", "Take it away"):
        return [*wanted[:index], *wanted[index + 1 :]]
    imgui.begin_disabled(not on)
    wanted[index] = _values(wanted[index])
    imgui.end_disabled()
    if step is not None:
        _before_and_after(step)
    return wanted if changed or wanted[index] != each else None


def _values(each: Filter) -> Filter:
    """The rows with a filter's own values."""
    match each:
        case DropSmall():
            return replace(each, faces=_faces("Below", "faces", each.faces, 1))
        case Decimate():
            return replace(each, faces=_faces("Faces", "target", each.faces, 100))
        case FillHoles():
            begin_row("   Radius", "World units")
            changed, radius = imgui.slider_float("##radius", each.radius, 0.001, 2, "%.3f", LOGARITHMIC)
            return replace(each, radius=radius) if changed else each
        case Smooth():
            begin_row("   Passes", "More come closer to the ideal filter")
            changed, passes = imgui.slider_int("##passes", each.passes, 1, 200, "%d", LOGARITHMIC)
            each = replace(each, passes=passes) if changed else each
            begin_row("   Band", "Smaller takes more away; 0.1 keeps shapes of some ten edges")
            changed, band = imgui.slider_float("##band", each.band, 0.001, 2, "%.3f", LOGARITHMIC)
            return replace(each, band=band) if changed else each
    return each


def _faces(label: str, name: str, value: int, least: int) -> int:
    begin_row(f"   {label}", "Faces; drag, or Ctrl+click to type")
    speed = max(value / 100, 1.0)
    changed, wanted = imgui.drag_int(f"##{name}", value, speed, least, 100_000_000, "%d", CLAMP)
    return min(max(wanted, least), 100_000_000) if changed else value


def _before_and_after(step: Step) -> None:
    """What it has changed."""
    with text_colour("quiet"):
        imgui.indent(em(1))
        imgui.text_wrapped("  ·  ".join(changes(step.before, step.after)) or "changes nothing here")
        imgui.unindent(em(1))


def changes(before: Figures, after: Figures) -> list[str]:
    """What differs, in words."""
    counts = (("faces", "faces"), ("components", "components"), ("open_edges", "boundary edges"))
    words = [
        f"{count_words(getattr(before, name))} → {count_words(getattr(after, name))} {label}"
        for name, label in counts
        if getattr(before, name) != getattr(after, name)
    ]
    if before.volume and after.volume is not None and abs(after.volume / before.volume - 1) >= 0.0005:
        words.append(f"volume {after.volume / before.volume - 1:+.1%}")
    if before.area and abs(after.area / before.area - 1) >= 0.0005:
        words.append(f"area {after.area / before.area - 1:+.1%}")
    if before.manifold != after.manifold:
        words.append("manifold now" if after.manifold else "not manifold any more")
    return words


def _adder(faces: int) -> Filter | None:
    """A chooser of new filters.  Returns the one that was chosen."""
    imgui.set_next_item_width(-1)
    chosen: Filter | None = None
    if imgui.begin_combo("##add filter", f"{icons.ICON_FA_PLUS}  Add a filter"):
        for kind, name in NAMES.items():
            if imgui.selectable(f"{name}###add {kind}", False)[0]:
                chosen = KINDS[kind]()
            imgui.set_item_tooltip(HINTS[kind])
        imgui.end_combo()
    if isinstance(chosen, Decimate) and faces:
        return replace(chosen, faces=max(faces // 2, 100))
    return chosen
