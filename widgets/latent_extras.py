"""Rows of the Latent panel for what only some generators have: layers to mix, noise, labels, a pose they are told."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.scene import Latent, Noise
from widgets import direction_rows
from widgets.common import em, icon_button, icons, reset_button, row, text_colour
from widgets.latent_view import GeneratorTraits
from widgets.quality import choice
from widgets.toolbar import flow

NOISE_NAMES: dict[Noise, str] = {"none": "none", "const": "as learned", "random": "random"}
SEED_MAX = 2**31 - 1
# What a pose is dragged from while none is named: the front.
FRONT = (math.pi / 2, math.pi / 2)
MIXED, NOISY, TOLD = ("mix_seed", "mix_layers"), ("noise", "noise_seed"), ("label", "pose", "pose_follows")
SHIFTED = ("shifts", "shift_layers")


def section(title: str, name: str, latent: Latent, fields: Sequence[str]) -> bool:
    """A heading that folds; it is marked if something below it is not the default.  Returns whether it is open."""
    default = Latent()
    changed = any(getattr(latent, field) != getattr(default, field) for field in fields)
    return imgui.collapsing_header(f"{title}{'  (changed)' if changed else ''}###{name}")


def draw(
    latent: Latent, traits: GeneratorTraits, camera: Camera, names: tuple[str, ...], rng: random.Random
) -> tuple[Latent, tuple[str, ...]]:
    """Draw the sections that suit the generator.

    Args:
        latent: The sample.
        traits: What the generator has.
        camera: Of the viewport.
        names: What its directions are called.
        rng: For random seeds.

    Returns:
        The latent and the names, as they are now wanted.
    """
    if section("Style mixing", "mixing", latent, MIXED):
        latent = _mixing(latent, traits.layers, rng)
    if section("Directions", "directions", latent, SHIFTED):
        latent, names = direction_rows.draw(latent, traits.layers, names)
    if traits.noise and section("Noise", "noise section", latent, NOISY):
        latent = _noise(latent, rng)
    if (traits.labels or traits.poses) and section("Conditions", "conditions", latent, TOLD):
        if traits.labels:
            latent = _label(latent, traits.labels)
        if traits.poses:
            latent = _pose(latent, camera)
    return latent, names


def cutoff_row(latent: Latent, layers: int) -> Latent:
    """How many layers are truncated."""
    row("Cutoff", "Truncate only the first so many layers: the later ones keep their details", tail=1)
    value = layers if latent.cutoff is None else min(latent.cutoff, layers)
    shown = "all layers" if latent.cutoff is None else f"%d of {layers}"
    changed, cutoff = imgui.slider_int("##cutoff", value, 0, layers, shown, imgui.SliderFlags_.always_clamp)
    wanted = latent.cutoff if not changed else None if cutoff >= layers else cutoff
    if reset_button("cutoff", latent.cutoff is not None, "all layers"):
        wanted = None
    return replace(latent, cutoff=wanted)


def _mixing(latent: Latent, layers: int, rng: random.Random) -> Latent:
    row("Second seed", "The layers below take their style from this seed", tail=2)
    shown = "none" if latent.mix_seed is None else "%d"
    seed = min(latent.mix_seed or 0, SEED_MAX)
    changed, seed = imgui.drag_int("##mix seed", seed, 0.1, 0, SEED_MAX, shown, imgui.SliderFlags_.always_clamp)
    if icon_button(icons.ICON_FA_SHUFFLE, "random mix", "Random seed"):
        changed, seed = True, rng.randrange(SEED_MAX)
    if changed:  # at first something should be seen of it
        first = tuple(range((layers + 1) // 2))
        latent = replace(latent, mix_seed=seed, mix_layers=latent.mix_layers or first)
    if reset_button("mix", (latent.mix_seed, latent.mix_layers) != (None, ()), "no second seed"):
        latent = replace(latent, mix_seed=None, mix_layers=())
    imgui.begin_disabled(latent.mix_seed is None)
    with text_colour("quiet"):
        imgui.text("Layers: coarse first, then finer")
    chosen = layer_boxes("mix", latent.mix_layers, layers)
    imgui.end_disabled()
    return latent if chosen == latent.mix_layers else replace(latent, mix_layers=chosen)


def layer_boxes(name: str, chosen: tuple[int, ...], layers: int) -> tuple[int, ...]:
    """A box for each layer.  Returns those that are chosen now, in rising order."""
    wanted = set(chosen)
    width = em(1.9)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(0, imgui.get_style().frame_padding.y))
    for layer in range(layers):
        if layer:
            flow(width)
        on = layer in wanted
        if on:
            imgui.push_style_color(imgui.Col_.button, imgui.get_style_color_vec4(imgui.Col_.header_active))
        imgui.push_style_color(
            imgui.Col_.text, imgui.get_style_color_vec4(imgui.Col_.text if on else imgui.Col_.text_disabled)
        )
        if imgui.button(f"{layer}###{name} layer {layer}", ImVec2(width, 0)):
            wanted ^= {layer}
        imgui.pop_style_color(2 if on else 1)
        imgui.set_item_tooltip(f"Layer {layer}: {'on' if on else 'off'}")
    imgui.pop_style_var()
    return tuple(sorted(wanted))


def _noise(latent: Latent, rng: random.Random) -> Latent:
    hint = "Spatial noise of the backbone: none, the pattern that belongs to the weights, or a random one"
    latent = replace(latent, noise=choice("Noise", hint, latent.noise, NOISE_NAMES, Latent().noise))
    if latent.noise != "random":
        return latent
    row("Noise seed", "Number of the random pattern", tail=2)
    seed = min(latent.noise_seed, SEED_MAX)
    changed, seed = imgui.drag_int("##noise seed", seed, 0.1, 0, SEED_MAX, "%d", imgui.SliderFlags_.always_clamp)
    seed = seed if changed else latent.noise_seed
    if icon_button(icons.ICON_FA_SHUFFLE, "random noise", "Random pattern"):
        seed = rng.randrange(SEED_MAX)
    if reset_button("noise seed", latent.noise_seed != 0, "0"):
        seed = 0
    return replace(latent, noise_seed=seed)


def _label(latent: Latent, labels: int) -> Latent:
    row("Class", "What the generator is told; of the seed: the class that each seed stands for", tail=1)
    value = -1 if latent.label is None else min(latent.label, labels - 1)
    shown = "of the seed" if latent.label is None else "%d"
    changed, label = imgui.slider_int("##label", value, -1, labels - 1, shown, imgui.SliderFlags_.always_clamp)
    if changed:
        latent = replace(latent, label=None if label < 0 else label)
    if reset_button("label", latent.label is not None, "the class of the seed"):
        latent = replace(latent, label=None)
    return latent


def _pose(latent: Latent, camera: Camera) -> Latent:
    hint = (
        "Yaw and pitch that the generator is told: the sample depends on them, and not on where it is seen from. "
        "Mean: the middle of the training's poses, or the front where these are all around"
    )
    imgui.begin_disabled(latent.pose_follows)
    row("Told pose", hint, tail=2, least=8)
    told = latent.told(camera).pose
    degrees = [math.degrees(angle) for angle in told or FRONT]
    changed, angles = imgui.drag_float2("##pose", degrees, 0.5, 0, 0, "mean" if told is None else "%.1f°")
    if changed:
        yaw, pitch = (math.radians(round(angle, 3)) for angle in angles)
        latent = replace(latent, pose=(math.remainder(yaw, math.tau), min(max(pitch, 0.0), math.pi)))
    if icon_button(icons.ICON_FA_CAMERA, "pose of camera", "Tell it where the camera is now"):
        latent = replace(latent, pose=(camera.yaw, camera.pitch))
    if reset_button("pose", latent.pose is not None, "the mean of the training's poses"):
        latent = replace(latent, pose=None)
    imgui.end_disabled()
    follows = imgui.checkbox("Follow the viewing pose###pose follows", latent.pose_follows)[1]
    imgui.set_item_tooltip("The generator is told where the camera is: each turn makes another sample")
    return replace(latent, pose_follows=follows)
