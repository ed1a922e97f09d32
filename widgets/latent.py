"""The Latent panel: which sample is shown."""

from __future__ import annotations

import random
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from core.given_w import w_mark
from core.scene import Latent
from widgets import favourite_rows, latent_extras, lattice_pad
from widgets.common import icon_button, icons, reset_button, row
from widgets.latent_view import SPEED_RANGE, LatentView, LatentWish

# What a drag reaches; larger seeds can still come from a file.
DRAG_MAX = 2**31 - 1
SEED_END = 2**32
# What the slider reaches; Ctrl+click takes any psi that the Scene takes.
PSI_SLIDER = (0.0, 1.0)
PSI_RANGE = (-1.0, 2.0)
DEFAULT_SPEED = 0.5


def draw(latent: Latent, default: Latent, rng: random.Random) -> Latent:
    """Draw the rows that every sample has.  Returns the latent as it is now wanted."""
    return _psi(_seed(_found(latent), default, rng), default)


def draw_panel(view: LatentView, rng: random.Random) -> LatentWish:
    """Draw the whole panel.

    Args:
        view: What is shown.
        rng: For random seeds.

    Returns:
        What is wanted now.
    """
    default, traits = Latent(), view.traits
    latent = lattice_pad.draw(draw(view.latent, default, rng))
    latent, walking, speed = _walk(latent, view)
    names = view.names
    if traits is not None:
        latent = latent_extras.cutoff_row(latent, traits.layers)
        latent, names = latent_extras.draw(latent, traits, view.camera, names, rng)
    favourites = view.favourites
    if imgui.collapsing_header(f"Favourites{f'  ({len(favourites)})' if favourites else ''}###favourites"):
        favourites, latent = favourite_rows.draw(favourites, latent, view.portrait)
    return LatentWish(latent, walking, speed, favourites, names)


def _walk(latent: Latent, view: LatentView) -> tuple[Latent, bool, float]:
    """Where the sample lies between seeds, and how it moves by itself."""
    row(
        "Between",
        "How far right of the seed and above it; a walk goes on to the right until you take hold of it",
        tail=1,
    )
    changed, place = imgui.drag_float2("##place", [latent.x, latent.y], 0.005, -9, 9, "%.2f")
    if changed:
        latent = lattice_pad.moved(latent, place[0] - latent.x, place[1] - latent.y)
    if reset_button("place", (latent.x, latent.y) != (0, 0), "the seed itself"):
        latent = replace(latent, x=0.0, y=0.0)
    icon, tooltip = (
        (icons.ICON_FA_PAUSE, "Stop walking") if view.walking else (icons.ICON_FA_PLAY, "Walk from seed to seed")
    )
    row("Walk", "Seeds in a second; below 0 to the left", tail=2)
    changed, speed = imgui.slider_float("##speed", view.speed, *SPEED_RANGE, "%.2f seeds/s")
    speed = min(max(speed, SPEED_RANGE[0]), SPEED_RANGE[1]) if changed else view.speed
    walking = icon_button(icon, "walk", tooltip) != view.walking
    if reset_button("speed", speed != DEFAULT_SPEED, f"{DEFAULT_SPEED:g}"):
        speed = DEFAULT_SPEED
    return latent, walking, speed


def _found(latent: Latent) -> Latent:
    """A row for a sample that no seed leads to."""
    if latent.w is None:
        return latent
    row("Found", "This sample was found for a picture. It stands in the place of the seed until another is chosen.", 1)
    end = imgui.get_cursor_pos_x() + imgui.calc_item_width()
    imgui.align_text_to_frame_padding()
    imgui.text(f"{icons.ICON_FA_IMAGE}  for a picture ({w_mark(latent.w)})")
    imgui.same_line(end, 0)
    imgui.dummy(ImVec2(0, 0))
    return replace(latent, w=None) if reset_button("found", True, f"seed {latent.seed}") else latent


def _seed(latent: Latent, default: Latent, rng: random.Random) -> Latent:
    row("Seed", "Number of the sample. Drag it, or Ctrl+click to type.", tail=4)
    shown = "%d" if latent.seed <= DRAG_MAX else str(latent.seed)
    changed, seed = imgui.drag_int("##seed", min(latent.seed, DRAG_MAX), 0.1, 0, DRAG_MAX, shown)
    seed = min(max(seed, 0), DRAG_MAX) if changed else latent.seed
    if icon_button(icons.ICON_FA_MINUS, "seed-", "Previous seed", latent.seed > 0):
        seed = latent.seed - 1
    if icon_button(icons.ICON_FA_PLUS, "seed+", "Next seed", latent.seed < SEED_END - 1):
        seed = latent.seed + 1
    if icon_button(icons.ICON_FA_SHUFFLE, "random seed", "Random seed"):
        seed = rng.randrange(DRAG_MAX)
    if reset_button("seed", latent.seed != default.seed, str(default.seed)):
        seed = default.seed
    return latent if seed == latent.seed else latent.at_seed(seed)


def _psi(latent: Latent, default: Latent) -> Latent:
    tooltip = "Truncation psi: 1 shows samples as they were learned; smaller is more typical, 0 is the mean."
    row("Truncation", tooltip, tail=1)
    changed, psi = imgui.slider_float("##psi", latent.psi, *PSI_SLIDER, "%.2f")
    psi = min(max(psi, PSI_RANGE[0]), PSI_RANGE[1]) if changed else latent.psi
    if reset_button("psi", latent.psi != default.psi, f"{default.psi:g}"):
        psi = default.psi
    return latent if psi == latent.psi else replace(latent, psi=psi)
