"""What the program is, and which versions it runs on: what belongs into a report of a fault."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from widgets.common import em, text_colour


def draw(facts: str) -> bool:
    """Draw the page, with the versions of everything.  Returns whether it stays open."""
    centre = imgui.get_main_viewport().get_center()
    imgui.set_next_window_pos(centre, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    flags = (
        imgui.WindowFlags_.no_docking
        | imgui.WindowFlags_.no_saved_settings
        | imgui.WindowFlags_.no_collapse
        | imgui.WindowFlags_.always_auto_resize
    )
    visible, stays = imgui.begin("About###about", True, flags)
    if visible:
        _contents(facts)
    if imgui.is_window_focused() and imgui.is_key_pressed(imgui.Key.escape, False):
        stays = False
    imgui.end()
    return bool(stays)


def _contents(facts: str) -> None:
    imgui.push_font(None, em(1.5))
    imgui.text("EpiGRAF Studio")
    imgui.pop_font()
    imgui.push_text_wrap_pos(em(30))
    imgui.text("Trains a 3D GAN, and lets one see into it while it learns.")
    with text_colour("quiet"):
        imgui.text(
            "The method: Skorokhodov, Tulyakov, Wang, Wonka. EpiGRAF: Rethinking training of 3D GANs. NeurIPS 2022."
        )
    imgui.pop_text_wrap_pos()
    imgui.dummy(ImVec2(em(30), em(0.3)))
    with text_colour("quiet"):
        imgui.text(facts)
    if imgui.button("Copy###copy versions"):
        imgui.set_clipboard_text(facts)
    imgui.set_item_tooltip("For a report of a fault")
