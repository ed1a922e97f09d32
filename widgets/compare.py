"""The Compare panel: what a second picture, B, has of its own, and how the two are shown."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from core.description import UNKNOWN, Description
from core.lattice import SEEDS
from core.scene import Compared, Latent, Other, PictureKind, Quality, Scene, Source
from widgets import latent as latent_panel
from widgets import quality as quality_panel
from widgets.common import button, icons, row, text_colour
from widgets.toolbar import flow, text_button_width

VIEW_NAMES: dict[Compared, str] = {"off": "off", "split": "split", "difference": "difference"}
GAINS = (1, 4, 16, 64)
HINT = "A second picture, B, with the camera of the first: another seed, generator or way of drawing."


@dataclass(frozen=True)
class SourceChoice:
    """A generator that B can show.

    Attributes:
        label: For people.
        source: It.
    """

    label: str
    source: Source


@dataclass(frozen=True)
class CompareWish:
    """What somebody wants.

    Attributes:
        scene: With this comparison.
        choose_file: A file shall be chosen for B.
    """

    scene: Scene
    choose_file: bool = False


def draw(
    scene: Scene,
    sources: Sequence[SourceChoice],
    result: str,
    rng: random.Random,
    made_of: tuple[Description, Description] = (UNKNOWN, UNKNOWN),
) -> CompareWish:
    """Draw the panel.

    Args:
        scene: With what is compared.
        sources: Generators that B may show, beside any file.
        result: What a difference amounts to; empty unless one is shown.
        rng: For random seeds.
        made_of: What the generators of A and B are.

    Returns:
        What is wanted now.
    """
    other = scene.other or Other(view="off")
    view = quality_panel.choice(
        "View", "B right of a divider, or how much A and B differ", other.view, VIEW_NAMES, "off"
    )
    if view != other.view:
        other = begun(scene, replace(other, view=view))
    if other.view == "off":
        with text_colour("quiet"):
            imgui.text_wrapped(HINT)
        apart = _apart(scene) if made_of[0].upsampled else None
        if apart is not None:
            return CompareWish(apart)
        return CompareWish(scene if other == (scene.other or other) else replace(scene, other=other))
    if other.view == "difference":
        other = _gain(other, result)
    moved = _moved(replace(scene, other=other))
    if moved is not None:
        return CompareWish(moved)
    imgui.separator_text("B differs from A by")
    other = _latent(scene, other, rng)
    other, choose_file = _source(scene, other, sources)
    return CompareWish(replace(scene, other=_mode(scene, other, made_of[1])), choose_file)


def _moved(scene: Scene) -> Scene | None:
    """Buttons that carry values between A and B.  Returns the Scene after one was pressed."""
    copied, swapped, wanted = scene.levelled, scene.swapped, None
    if button(f"{icons.ICON_FA_COPY}  Copy A to B###copy", scene != copied, "Give B the values of A, to go on from"):
        wanted = copied
    label = f"{icons.ICON_FA_RIGHT_LEFT}  Swap###swap"
    flow(text_button_width(label))
    if button(label, scene != swapped, "A becomes B, and B becomes A"):
        wanted = swapped
    return wanted


def _apart(scene: Scene) -> Scene | None:
    """A button for what one wants to see of a generator with an upsampler.  Returns the Scene after it was pressed."""
    hint = "A becomes what rays see, B what the upsampler makes of it; Ctrl+Z brings back what was compared"
    if not button(f"{icons.ICON_FA_TABLE_COLUMNS}  Raw beside upsampled###raw beside", True, hint):
        return None
    kinds: tuple[PictureKind, PictureKind] = ("raw", "upsampled")
    raw, upsampled = (replace(scene.quality, picture=kind, show="colour", parts="both") for kind in kinds)
    return replace(scene, quality=raw, other=Other(quality=upsampled))


def toggled(scene: Scene) -> Scene:
    """The Scene with a split, or without what it compares."""
    other = scene.other or Other(view="off")
    if other.view != "off":
        return replace(scene, other=replace(other, view="off"))
    return replace(scene, other=begun(scene, replace(other, view="split")))


def begun(scene: Scene, other: Other) -> Other:
    """What is compared at first, so that there is something to see: the next seed, or the difference from torch."""
    if other.view == "off" or any(part is not None for part in (other.latent, other.source, other.quality)):
        return other
    if other.view == "split":
        return replace(other, latent=scene.latent.at_seed((scene.latent.seed + 1) % SEEDS))
    torch = scene.quality.field == "reference"
    return replace(other, quality=replace(scene.quality, field="exact" if torch else "reference"))


def _gain(other: Other, result: str) -> Other:
    names = {gain: f"× {gain}" for gain in sorted({*GAINS, other.gain})}
    gain = quality_panel.choice("Gain", "So many times brighter than it is", other.gain, names, Other().gain)
    with text_colour("quiet"):
        imgui.text_wrapped(result or "PSNR is told when both pictures are complete.")
    return replace(other, gain=gain)


def _part(label: str, name: str, on: bool, tooltip: str) -> bool:
    """A check box that gives B something of its own."""
    wanted = imgui.checkbox(f"{label}###own {name}", on)[1]
    imgui.set_item_tooltip(tooltip)
    return wanted


def _latent(scene: Scene, other: Other, rng: random.Random) -> Other:
    own = _part("Sample", "latent", other.latent is not None, "B has a seed and a truncation of its own")
    if not own:
        return replace(other, latent=None)
    return replace(other, latent=latent_panel.draw(other.latent or scene.latent, Latent(), rng))


def _source(scene: Scene, other: Other, sources: Sequence[SourceChoice]) -> tuple[Other, bool]:
    own = _part("Generator", "source", other.source is not None, "B shows another checkpoint, run or snapshot")
    if not own:
        return replace(other, source=None), False
    source, choose_file = other.source or scene.source, False
    row("Weights", f"{source.path} {source.snapshot}".strip() or "The demo")
    known = next((each.label for each in sources if each.source == source), source_name(source))
    if imgui.begin_combo("##source", known):
        for index, each in enumerate(sources):
            if imgui.selectable(f"{each.label}##{index}", each.source == source)[0]:
                source = each.source
        choose_file = imgui.selectable("Choose a file…", False)[0]
        imgui.end_combo()
    return replace(other, source=source), choose_file


def _mode(scene: Scene, other: Other, made_of: Description) -> Other:
    own = _part("Drawing", "quality", other.quality is not None, "B is drawn in another way")
    if not own:
        return replace(other, quality=None)
    return replace(other, quality=quality_panel.draw_quality(other.quality or scene.quality, Quality(), made_of))


def source_name(source: Source) -> str:
    """A generator in a few words."""
    if source.kind == "demo":
        return "demo"
    name = source.path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if source.snapshot:
        return f"{name}, {source.snapshot.removesuffix('.safetensors')}"
    return f"{name}, newest" if source.kind == "run" else name
