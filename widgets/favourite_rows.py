"""Rows of the Latent panel for favourites: samples that somebody wants to find again, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from core.scene import Latent
from widgets.common import button, em, icon_width, icons, reset_button, row, text_colour
from widgets.latent_view import Favourite
from widgets.picture import Picture
from widgets.thumbnail import draw_thumbnail
from widgets.toolbar import first_tool

LONGEST_NAME = 80
# Font sizes of a portrait's edge.
PORTRAIT = 3.0


def draw(
    favourites: tuple[Favourite, ...], latent: Latent, portrait: Callable[[Favourite], Picture | None]
) -> tuple[tuple[Favourite, ...], Latent]:
    """Draw the rows.

    Args:
        favourites: In their order.
        latent: The sample that is shown.
        portrait: Gives a small picture of a favourite; None where there is none.

    Returns:
        Both, as they are now wanted.
    """
    shown = next((index for index, each in enumerate(favourites) if each.latent == latent), None)
    if button(f"{icons.ICON_FA_STAR}  Keep this sample###keep", shown is None, "Add the sample that is shown"):
        favourites = (*favourites, Favourite(latent.place, latent))
    elif shown is not None:
        favourites = _named(favourites, shown)
    if not favourites:
        with text_colour("quiet"):
            imgui.text_wrapped("Nothing is kept yet.")
    for index, each in enumerate(favourites):
        seen = imgui.is_rect_visible(ImVec2(1, em(PORTRAIT)))  # nobody waits for pictures of the others
        if _favourite(each, index, portrait(each) if seen else None, each.latent == latent):
            latent = each.latent
        imgui.same_line(0, imgui.get_style().item_inner_spacing.x)
        imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + (em(PORTRAIT) - icon_width()) / 2)
        if first_tool(icons.ICON_FA_TRASH, f"forget {index}", "Forget it"):
            return favourites[:index] + favourites[index + 1 :], latent
    return favourites, _toward(favourites, latent)


def _favourite(each: Favourite, index: int, picture: Picture | None, shown: bool) -> bool:
    """A row that shows one, with room for a button behind it.  Returns whether it was clicked."""
    style, side = imgui.get_style(), em(PORTRAIT)
    room = imgui.get_content_region_avail().x - icon_width() - style.item_inner_spacing.x
    corner = imgui.get_cursor_screen_pos()
    clicked = imgui.selectable(f"###favourite {index}", shown, 0, ImVec2(max(room, icon_width()), side))[0]
    imgui.set_item_tooltip(f"Go to {each.latent.name}")
    draw_thumbnail(picture, corner, side, icons.ICON_FA_STAR)
    canvas, left = imgui.get_window_draw_list(), corner.x + side + style.item_spacing.x
    middle = corner.y + (side - imgui.get_text_line_height()) / 2
    canvas.push_clip_rect(ImVec2(left, corner.y), ImVec2(corner.x + room, corner.y + side), True)
    canvas.add_text(ImVec2(left, middle), imgui.get_color_u32(imgui.Col_.text), each.name)
    canvas.pop_clip_rect()
    return clicked


def _toward(favourites: tuple[Favourite, ...], latent: Latent) -> Latent:
    """Rows for the way to a favourite."""
    ends = [each for each in favourites if each.latent.toward is None]
    if not ends and latent.toward is None:
        return latent
    row("Go toward", "Blend the sample with a favourite: the straight way in w", tail=1)
    known = next((each.name for each in ends if each.latent == latent.toward), "a sample")
    if imgui.begin_combo("##toward", "none" if latent.toward is None else known):
        for index, each in enumerate(ends):
            if imgui.selectable(f"{each.name}###toward {index}", each.latent == latent.toward)[0]:
                latent = replace(latent, toward=each.latent, share=latent.share or 0.5)
        imgui.end_combo()
    if reset_button("toward", latent.toward is not None, "none"):
        latent = replace(latent, toward=None, share=0.0)
    if latent.toward is None:
        return latent
    row("Share", "How far on the way: 0 is this sample, 1 the favourite", tail=1)
    changed, share = imgui.slider_float("##share", latent.share, 0, 1, "%.2f", imgui.SliderFlags_.always_clamp)
    share = min(max(share, 0.0), 1.0) if changed else latent.share
    if reset_button("share", latent.share != 0, "0"):
        share = 0.0
    return replace(latent, share=share)


def _named(favourites: tuple[Favourite, ...], index: int) -> tuple[Favourite, ...]:
    """A row with the name of the one that is shown."""
    row("Name", "Of the favourite that is shown")
    changed, name = imgui.input_text("##favourite name", favourites[index].name)
    if not changed:
        return favourites
    named = replace(favourites[index], name=name[:LONGEST_NAME])
    return (*favourites[:index], named, *favourites[index + 1 :])
