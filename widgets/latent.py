"""The Latent panel: which sample is shown."""

from __future__ import annotations

import random
from dataclasses import replace

from imgui_bundle import imgui

from core.scene import Latent
from widgets.common import icon_button, icons, reset_button, row

# What a drag reaches; larger seeds can still come from a file.
DRAG_MAX = 2**31 - 1
SEED_END = 2**32
# What the slider reaches; Ctrl+click takes any psi that the Scene takes.
PSI_SLIDER = (0.0, 1.0)
PSI_RANGE = (-1.0, 2.0)


def draw(latent: Latent, default: Latent, rng: random.Random) -> Latent:
    """Draw the panel.  Returns the latent as it is now wanted."""
    return _psi(_seed(latent, default, rng), default)


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
    return latent if seed == latent.seed else replace(latent, seed=seed)


def _psi(latent: Latent, default: Latent) -> Latent:
    tooltip = "Truncation psi: 1 shows samples as they were learned; smaller is more typical, 0 is the mean."
    row("Truncation", tooltip, tail=1)
    changed, psi = imgui.slider_float("##psi", latent.psi, *PSI_SLIDER, "%.2f")
    psi = min(max(psi, PSI_RANGE[0]), PSI_RANGE[1]) if changed else latent.psi
    if reset_button("psi", latent.psi != default.psi, f"{default.psi:g}"):
        psi = default.psi
    return latent if psi == latent.psi else replace(latent, psi=psi)
