"""Rows of the Latent panel for the directions of w: a slider for each principal component."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import imgui

from core.scene import LARGEST_SHIFT, Latent
from widgets.common import reset_button, row

# So many components have a slider; steps along later ones can still come from a file.
SHOWN = 8
# What a slider reaches; Ctrl+click takes more.
SLIDER = 3.0


def draw(latent: Latent, layers: int) -> Latent:
    """Draw the rows for a generator of so many layers.  Returns the latent as it is now wanted."""
    shifts = list(latent.shifts) + [0.0] * (SHOWN - len(latent.shifts))
    for index in range(SHOWN):
        shifts[index] = _shift(index, shifts[index])
    while shifts and shifts[-1] == 0:
        shifts.pop()
    return replace(latent, shifts=tuple(shifts), shift_layers=_range(latent.shift_layers, layers))


def _shift(index: int, shift: float) -> float:
    hint = "A principal component of w: 1 has the largest variance. In standard deviations."
    row(f"Direction {index + 1}", hint, tail=1)
    changed, wanted = imgui.slider_float(f"##shift {index}", shift, -SLIDER, SLIDER, "%.2f σ")
    shift = min(max(wanted, -LARGEST_SHIFT), LARGEST_SHIFT) if changed else shift
    return 0.0 if reset_button(f"shift {index}", shift != 0, "0") else shift


def _range(taken: tuple[int, int] | None, layers: int) -> tuple[int, int] | None:
    """The layers that take the steps."""
    row("Layers", "First and last layer that take the steps: early ones are coarse", tail=1, least=5)
    first, last = (0, layers - 1) if taken is None else (min(end, layers - 1) for end in taken)
    flags = imgui.SliderFlags_.always_clamp
    changed, ends = imgui.slider_int2("##shift layers", [first, last], 0, layers - 1, "%d", flags)
    if changed:
        first, last = sorted(ends)
        taken = None if (first, last) == (0, layers - 1) else (first, last)
    return None if reset_button("shift layers", taken is not None, "all layers") else taken
