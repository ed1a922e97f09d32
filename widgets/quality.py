"""How finely the sample is drawn, and what of it: rows of the Camera panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar, get_args

from imgui_bundle import imgui

from core.description import UNKNOWN, Description
from core.scene import QUALITY_RANGES, Axis, Backdrop, FieldMode, Parts, PictureKind, Quality, Sampling, Shown
from widgets.common import reset_button, row

LARGEST = (0, 128, 256, 384, 512, 768, 1024, 2048)
VOLUMES = (32, 48, 64, 96, 128, 192, 256)
SMOOTH_NAMES = {0: "automatic", 1: "off", 4: "4 pictures", 16: "16 pictures", 64: "64 pictures"}
BACKDROP_NAMES: dict[Backdrop, str] = {"learned": "as learned", "white": "white", "black": "black"}
SHOWN_NAMES: dict[Shown, str] = {**{name: name for name in get_args(Shown)}, "slice": "density slice"}
PARTS_NAMES: dict[Parts, str] = {"both": "all", "foreground": "foreground", "background": "background"}
AXIS_NAMES: dict[Axis, str] = {"x": "across x", "y": "across y", "z": "across z"}
FIELD_NAMES: dict[FieldMode, str] = {"baked": "baked volume", "exact": "exact", "reference": "torch reference"}
PICTURE_NAMES: dict[PictureKind, str] = {"raw": "raw", "upsampled": "upsampled"}
SAMPLING_NAMES: dict[Sampling, str] = {"even": "even", "training": "as in training"}

Choice = TypeVar("Choice")


def draw_quality(quality: Quality, default: Quality, made_of: Description = UNKNOWN) -> Quality:
    """Draw the rows.

    Args:
        quality: As it is.
        default: What it is reset to.
        made_of: What the generator is.

    Returns:
        The quality as it is now wanted.
    """
    quality = _shown(quality, default)
    if made_of.upsampled:
        quality = _picture(quality, default, made_of)
    quality = _field(quality, default)
    quality = _samples(quality, default)
    row("Volume", "Voxels along an edge: more show finer detail and take longer to compute", tail=1)
    if imgui.begin_combo("##volume", f"{quality.volume}³"):
        for size in VOLUMES:
            if imgui.selectable(f"{size}³", size == quality.volume)[0]:
                quality = replace(quality, volume=size)
        imgui.end_combo()
    if reset_button("volume", quality.volume != default.volume, f"{default.volume}³"):
        quality = replace(quality, volume=default.volume)
    hint = "What is seen through the object: the learned background, or a plain colour"
    return replace(quality, backdrop=choice("Backdrop", hint, quality.backdrop, BACKDROP_NAMES, default.backdrop))


def _shown(quality: Quality, default: Quality) -> Quality:
    """What is shown, with the values that it needs."""
    hint = "Colour, or something else: of each ray, of the surface at a density, or of a plane that cuts the box"
    quality = replace(quality, show=choice("Show", hint, quality.show, SHOWN_NAMES, default.show))
    match quality.show:
        case "colour":
            hint = "The object and what lies behind it, or one of them"
            return replace(quality, parts=choice("Parts", hint, quality.parts, PARTS_NAMES, default.parts))
        case "surface":
            hint = "Density on the surface, per world unit: what a thin layer takes from light, by its thickness"
            flags = imgui.SliderFlags_.logarithmic | imgui.SliderFlags_.always_clamp
            return replace(quality, threshold=_number("Threshold", hint, quality, default, "%.3g", flags))
        case "slice":
            hint = "The world axis that the plane stands across"
            axis = choice("Axis", hint, quality.slice_axis, AXIS_NAMES, default.slice_axis)
            quality = replace(quality, slice_axis=axis)
            hint = "Where the plane cuts: -1 and 1 are the faces of the box"
            flags = imgui.SliderFlags_.always_clamp
            return replace(quality, slice_at=_number("Slice at", hint, quality, default, "%.2f", flags))
        case _:
            return quality


def _picture(quality: Quality, default: Quality, made_of: Description) -> Quality:
    """What rays see, or what the upsampler makes of it."""
    hint = (
        "Raw: what rays see of the field, in any size. "
        f"Upsampled: what the generator shows, {made_of.upsampled} × {made_of.upsampled} px from {made_of.raw} × "
        f"{made_of.raw} rays; drawn by torch while the camera rests, and only in colour."
    )
    return replace(quality, picture=choice("Picture", hint, quality.picture, PICTURE_NAMES, default.picture))


def _samples(quality: Quality, default: Quality) -> Quality:
    """How many samples a ray has, and how many rays a pixel."""
    as_in_training = quality.field == "exact" and quality.sampling == "training"
    imgui.begin_disabled(quality.field == "reference" or as_in_training)
    row("Steps", "Samples along a ray", tail=1)
    least, most = (int(end) for end in QUALITY_RANGES["steps"])
    changed, steps = imgui.slider_int("##steps", quality.steps, least, most, "%d", imgui.SliderFlags_.logarithmic)
    if changed:
        quality = replace(quality, steps=min(max(steps, least), most))
    if reset_button("steps", quality.steps != default.steps, str(default.steps)):
        quality = replace(quality, steps=default.steps)
    hint = "Pictures with rays shifted a little, whose mean is shown at rest: smooth edges. Automatic: 16 on a GPU"
    names = {**SMOOTH_NAMES, quality.smooth: SMOOTH_NAMES.get(quality.smooth, f"{quality.smooth} pictures")}
    quality = replace(quality, smooth=choice("Smoothing", hint, quality.smooth, names, default.smooth))
    imgui.end_disabled()
    return quality


def _field(quality: Quality, default: Quality) -> Quality:
    """What rays march through, and where they sample it."""
    hint = (
        "The baked volume is fast on any GPU. Exact: the planes and the decoder, at every sample. "
        "Torch reference: the generator's own renderer, which draws while the camera rests."
    )
    field = choice("Field", hint, quality.field, FIELD_NAMES, default.field)
    quality = replace(quality, field=field)
    if field == "reference":
        hint = (
            "Pixels along the longer side, at most: the generator's own renderer takes 10 to 100 µs for each. "
            "Automatic: as many as take some seconds"
        )
        names = {size: f"{size} px" if size else "automatic" for size in sorted({*LARGEST, quality.largest})}
        return replace(quality, largest=choice("Size", hint, quality.largest, names, default.largest))
    if field != "exact":
        return quality
    hint = "Even ones, or just those that the generator's own renderer takes"
    return replace(quality, sampling=choice("Samples", hint, quality.sampling, SAMPLING_NAMES, default.sampling))


def choice(name: str, hint: str, value: Choice, names: Mapping[Choice, str], default: Choice) -> Choice:
    """A row with a chooser.  Returns what is chosen now."""
    identity = name.lower()
    row(name, hint, tail=1)
    if imgui.begin_combo(f"##{identity}", names[value]):
        for each, label in names.items():
            if imgui.selectable(label, each == value)[0]:
                value = each
        imgui.end_combo()
    return default if reset_button(identity, value != default, names[default]) else value


def _number(name: str, hint: str, quality: Quality, default: Quality, form: str, flags: int) -> float:
    """A row with a slider over all values that a Quality takes.  Returns what is set now."""
    field = {"Threshold": "threshold", "Slice at": "slice_at"}[name]
    value, usual = float(getattr(quality, field)), float(getattr(default, field))
    row(name, hint, tail=1)
    changed, wanted = imgui.slider_float(f"##{field}", value, *QUALITY_RANGES[field], form, flags)
    value = wanted if changed else value
    return usual if reset_button(field, value != usual, form % usual) else value
