"""Rows of the Latent panel for the directions of w: a slider for each principal component."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import imgui

from core.scene import LARGEST_SHIFT, Latent
from widgets.common import em, icon_button, icons, reset_button, row

# So many components have a slider; steps along later ones can still come from a file.
SHOWN = 8
# What a slider reaches; Ctrl+click takes more.
SLIDER = 3.0
# Letters of a name, and how many of them a row has room for.
LONGEST_NAME, ROOM = 40, 11


def draw(latent: Latent, layers: int, names: tuple[str, ...]) -> tuple[Latent, tuple[str, ...]]:
    """Draw the rows.

    Args:
        latent: The sample.
        layers: Of the generator.
        names: What directions are called, from the first one on; empty where one has no name.

    Returns:
        The latent and the names, as they are now wanted.
    """
    shifts = list(latent.shifts) + [0.0] * (SHOWN - len(latent.shifts))
    called = list(names) + [""] * (SHOWN - len(names))
    for index in range(SHOWN):
        shifts[index], called[index] = _shift(index, shifts[index], called[index])
    while shifts and shifts[-1] == 0:
        shifts.pop()
    while called and not called[-1]:
        called.pop()
    return replace(latent, shifts=tuple(shifts), shift_layers=_range(latent.shift_layers, layers)), tuple(called)


def _shift(index: int, shift: float, name: str) -> tuple[float, str]:
    hint = f"Principal component {index + 1} of w: 1 has the largest variance. In standard deviations."
    label = name if len(name) <= ROOM else f"{name[: ROOM - 1]}…"
    row(label or f"Direction {index + 1}", f"{name}\n{hint}" if name else hint, tail=2)
    changed, wanted = imgui.slider_float(f"##shift {index}", shift, -SLIDER, SLIDER, "%.2f σ")
    shift = min(max(wanted, -LARGEST_SHIFT), LARGEST_SHIFT) if changed else shift
    if icon_button(icons.ICON_FA_PEN, f"name {index}", "Give it a name, which is kept for this generator"):
        imgui.open_popup(f"name of {index}")
    name = _named(index, name)
    return (0.0 if reset_button(f"shift {index}", shift != 0, "0") else shift), name


def _named(index: int, name: str) -> str:
    """The name after a word with the person, if the small window for it is open."""
    if not imgui.begin_popup(f"name of {index}"):
        return name
    imgui.text(f"Direction {index + 1}")
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(em(14))
    flags = imgui.InputTextFlags_.enter_returns_true
    entered, text = imgui.input_text_with_hint("##direction name", "What it changes", name, flags)
    if entered or imgui.is_item_deactivated_after_edit():
        name = text.strip()[:LONGEST_NAME]
    if entered:
        imgui.close_current_popup()
    imgui.end_popup()
    return name


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
