"""One picture of the Score map panel: its scores over it, the patch under the mouse, and the chosen place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.score_grid import Place, centred_offsets, map_extent, map_offsets, nearest_cell
from widgets.common import em, empty_state, error_box, icons, text_colour
from widgets.on_picture import cased_lines, grey, picture_ink
from widgets.score_view import ScorePane, ScoreSetup


@dataclass(frozen=True)
class Touched:
    """What the mouse does on a picture.

    Attributes:
        pointed: The place under it, in shares of the picture, y from the bottom.
        said: What is known of the patch there, for people.
        place: The place that was chosen just now.
        retry: Whether to try again what has failed.
    """

    pointed: Place | None = None
    said: str = ""
    place: Place | None = None
    retry: bool = False


def draw_score_pane(name: str, pane: ScorePane, setup: ScoreSetup, size: ImVec2, pointed: Place | None) -> Touched:
    """Draw it.

    Args:
        name: Its heading.
        pane: What it shows.
        setup: What is chosen.
        size: Of the pane, pixels.
        pointed: The place under the mouse, on whichever picture: its patch is outlined on both.
    """
    imgui.begin_child(f"pane {name}", size, imgui.ChildFlags_.none, imgui.WindowFlags_.no_scroll_with_mouse)
    touched = Touched()
    if pane.problem is not None:
        box = error_box(name, pane.problem.message, pane.problem.detail, retry=True, dismiss=False)
        touched = Touched(retry=box == "retry")
    elif pane.missing:
        empty_state(icons.ICON_FA_IMAGE, f"{name}: nothing to show", pane.missing)
    elif pane.picture is None:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, f"{name}…", "Its patches are on their way to the discriminator.")
    else:
        touched = _picture(name, pane, setup, size, pointed)
    imgui.end_child()
    return touched


def _picture(name: str, pane: ScorePane, setup: ScoreSetup, size: ImVec2, pointed: Place | None) -> Touched:
    assert pane.picture is not None
    _heading(name, pane)
    corner, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    side = max(min(room.x, room.y), 1.0)
    low = ImVec2(corner.x + (size.x - side) / 2, corner.y)
    high = ImVec2(low.x + side, low.y + side)
    imgui.set_cursor_screen_pos(low)
    imgui.invisible_button("picture", ImVec2(side, side))
    hovered, active = imgui.is_item_hovered(), imgui.is_item_active()
    canvas = imgui.get_window_draw_list()
    canvas.add_image(imgui.ImTextureRef(pane.picture.texture), low, high)
    if pane.overlay is not None and pane.scores is not None:
        first, last = map_extent(pane.scale, len(pane.scores))
        ends = ImVec2(low.x + first * side, high.y - last * side), ImVec2(low.x + last * side, high.y - first * side)
        tint = imgui.IM_COL32(255, 255, 255, round(255 * setup.strength))
        canvas.add_image(imgui.ImTextureRef(pane.overlay.texture), *ends, ImVec2(0, 0), ImVec2(1, 1), tint)
    _outline(canvas, low, side, _square(setup.scale, setup.place), picture_ink("accent"))
    mouse = imgui.get_mouse_pos()
    here = (mouse.x - low.x) / side, (high.y - mouse.y) / side
    said = ""
    if hovered and pane.scores is not None:
        said = score_words(pane, here)
        imgui.set_tooltip(said)
    shown = here if hovered else pointed
    if shown is not None and pane.scores is not None:
        _outline(canvas, low, side, _cell_square(pane, shown), grey(0.97))
    inside = (min(max(here[0], 0.0), 1.0), min(max(here[1], 0.0), 1.0))
    return Touched(here if hovered else None, said, inside if active else None)


def _heading(name: str, pane: ScorePane) -> None:
    """What the picture is, and the mean of its scores; all of it in the tooltip."""
    imgui.begin_group()
    imgui.text(name)
    if pane.scores is not None:
        imgui.same_line()
        with text_colour("quiet"):
            imgui.text(f"mean {pane.scores.mean():+.2f}")
    imgui.end_group()
    imgui.set_item_tooltip(pane.caption)


def score_words(pane: ScorePane, place: Place) -> str:
    """What is known of the map's patch nearest around a place, for people."""
    assert pane.scores is not None
    row, column = nearest_cell(pane.scale, len(pane.scores), place)
    x, y = map_offsets(pane.scale, len(pane.scores))[row, column]
    return (
        f"score {pane.scores[row, column]:+.3f}\nscale {pane.scale:.3f}, offset ({x:.3f}, {y:.3f})\n"
        "click: its scores over the scale"
    )


def _square(scale: float, place: Place) -> tuple[float, float, float]:
    """Left, bottom and edge of the patch around a place."""
    x, y = centred_offsets(np.array([scale]), place)[0].tolist()
    return x, y, scale


def _cell_square(pane: ScorePane, place: Place) -> tuple[float, float, float]:
    """Likewise of the map's patch nearest around a place."""
    assert pane.scores is not None
    x, y = map_offsets(pane.scale, len(pane.scores))[nearest_cell(pane.scale, len(pane.scores), place)].tolist()
    return x, y, pane.scale


def _outline(canvas: imgui.ImDrawList, low: ImVec2, side: float, square: tuple[float, float, float], ink: int) -> None:
    """The outline of a patch, kept inside the picture by half its width."""
    x, y, edge = square
    inset = em(0.1)
    left, right = low.x + x * side + inset, low.x + (x + edge) * side - inset
    top, bottom = low.y + (1 - y - edge) * side + inset, low.y + (1 - y) * side - inset
    ring = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    cased_lines(canvas, np.stack([ring, np.roll(ring, -1, axis=0)], axis=1), ink)
