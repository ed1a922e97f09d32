"""The command that draws what a window shows: `epigraf render` with the options that make the same Scene."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

from app.shell.render_latent import in_degrees, latent_options, number_words
from core.geometry import Geometry
from core.scene import Quality, Scene, Source
from core.timeline import Timeline
from widgets.export_view import ExportForm

# Options of `epigraf render`, by the fields of a Quality that they set; what is the default goes unsaid.
_QUALITY_OPTIONS = {
    "steps": "--steps",
    "volume": "--voxels",
    "backdrop": "--backdrop",
    "field": "--field",
    "picture": "--picture",
    "sampling": "--sampling",
    "show": "--show",
    "parts": "--parts",
    "threshold": "--threshold",
    "smooth": "--smooth",
    "planes": "--planes",
}


def render_arguments(scene: Scene, form: ExportForm, out: Path, timeline: Timeline | None = None) -> list[str]:
    """What follows `epigraf render`.

    Args:
        scene: Of the window. What options cannot say is handed over as the text of a session.
        form: What is made of it, and how smooth; the generator's own renderer knows no smoothing.
        out: The file; its suffix chooses the format.
        timeline: For a film of it.
    """
    size = str(form.width) if form.width == form.height else f"{form.width}x{form.height}"
    if form.kind == "timeline" and timeline is not None:
        drawn = ["--size", size, "--smooth", str(form.smooth), "--fps", str(form.fps)]
        return ["--scene", _compact(timeline.to_json()), *drawn, "--out", str(out)]
    if scene.quality.field != "reference":
        scene = replace(scene, quality=replace(scene.quality, smooth=form.smooth))
    text = _options(scene)
    if text is None:
        text = scene_words(scene)
    made = {
        "picture": [],
        "cutout": ["--transparent"],
        "depth": ["--depth"],
        "turntable": ["--turntable", str(form.views), "--fps", str(form.fps)],
        "grid": ["--grid", f"{form.columns}x{form.rows}"],
    }
    return [*text, "--size", size, *made[form.kind], "--out", str(out)]


def _compact(text: str) -> str:
    """JSON without spaces."""
    return json.dumps(json.loads(text), separators=(",", ":"))


def command_text(program: str, arguments: list[str]) -> str:
    """`epigraf PROGRAM ARGUMENTS` for a shell."""
    return shlex.join(["epigraf", program, *arguments])


def _options(scene: Scene) -> list[str] | None:
    """The Scene in words; None if there are none for all of it."""
    latent, camera, quality = scene.latent, scene.camera, scene.quality
    angles = [in_degrees(angle) for angle in (camera.yaw, camera.pitch, camera.roll)]
    sample = latent_options(latent)
    if scene.other is not None or scene.geometry != Geometry() or sample is None or None in angles:
        return None
    view = ["--yaw", str(angles[0]), "--pitch", str(angles[1]), "--roll", str(angles[2])]
    lens = ["--radius", number_words(camera.radius), "--fov", number_words(camera.fov)]
    target = ["--target", *map(number_words, camera.target)] if any(camera.target) else []
    # The training's is the default, whatever that is.
    target += ["--pivot", number_words(camera.pivot)]
    drawn = _quality_options(quality)
    return None if drawn is None else [*source_words(scene.source), *sample, *view, *lens, *target, *drawn]


def source_words(source: Source) -> list[str]:
    """The generator: of a live run, which changes, the newest snapshot is what a command can draw."""
    words = [] if source.kind == "demo" else [source.path]
    return [*words, "--snapshot", Path(source.snapshot).stem] if source.snapshot else words


def scene_words(scene: Scene) -> list[str]:
    """The whole Scene, for what options cannot say."""
    return ["--scene", _compact(scene.to_json())]


def _quality_options(quality: Quality) -> list[str] | None:
    options: list[str] = []
    for name, option in _QUALITY_OPTIONS.items():
        # Steps and voxels have other defaults there.
        if name in ("steps", "volume") or getattr(quality, name) != getattr(Quality(), name):
            options += [option, *_words(getattr(quality, name))]
    if quality.show == "slice":
        at = options.index("--show")
        options[at : at + 2] = ["--slice", quality.slice_axis, number_words(quality.slice_at)]
    # What is not said above must be as it is by itself.
    said = {name: getattr(quality, name) for name in (*_QUALITY_OPTIONS, "slice_axis", "slice_at")}
    plain = Quality(**{**said, **({} if quality.show == "slice" else {"slice_axis": "z", "slice_at": 0.0})})
    return options if plain == quality else None


def _words(value: str | float | tuple[int, ...]) -> list[str]:
    """A value as it follows its option."""
    if isinstance(value, tuple):
        return [",".join(map(str, value)) or "none"]
    return [number_words(value) if isinstance(value, float) else str(value)]
