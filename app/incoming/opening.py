"""What a path is that somebody drops on the window or opens: a run, a checkpoint, data, or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.paths import user_path
from core.scene import Scene
from core.timeline import Timeline, is_timeline

OpenedKind = Literal["run", "checkpoint", "pickle", "data", "scene", "timeline", "picture"]
WAY_OUT = (
    "Open the folder of a run, a .safetensors checkpoint, a published network (.pkl), a data set (zip or folder), a "
    "picture, film, mesh, session or timeline saved here, or another picture, to find the sample that comes closest."
)


@dataclass(frozen=True)
class Opened:
    """Something that the studio can show.

    Attributes:
        kind: What it is.
        path: Where it is.
        scene: What a saved picture was made of, a session, or the first of a timeline; None for the other kinds.
        timeline: A journey, or what a film was made of; None for the other kinds.
    """

    kind: OpenedKind
    path: Path
    scene: Scene | None = None
    timeline: Timeline | None = None


def recognise(text: str) -> Opened:
    """Tell what a path is.  Raises ValueError that says why it cannot be opened, and what can."""
    path = user_path(text).resolve()
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise ValueError(f"there is no file or folder {path}")
    match path.suffix.lower():
        case ".safetensors":
            return Opened("checkpoint", path)
        case ".pkl":
            return Opened("pickle", path)
        case ".zip":
            return _zip(path)
        case ".png":
            from app.pictures.picture_file import NoSceneError, read_picture  # loads PIL

            try:
                return Opened("scene", path, read_picture(path).scene)
            except NoSceneError:
                return Opened("picture", path)
        case ".jpg" | ".jpeg" | ".webp":
            from training.given_picture import read_given

            read_given(path, 16)  # one that cannot be read is reported at once
            return Opened("picture", path)
        case ".mp4" | ".gif":
            from app.pictures.film import read_film

            film = read_film(path)
            return Opened("scene" if film.timeline is None else "timeline", path, film.scene, film.timeline)
        case ".glb" | ".ply" | ".obj":
            from app.pictures.mesh_scene import saved_mesh_scene

            return Opened("scene", path, saved_mesh_scene(path))
        case ".yaml" | ".json" if (path.parent / "config.yaml").is_file():
            return Opened("run", path.parent)
        case ".json" if path.name == "dataset.json":
            return Opened("data", path.parent)
        case ".json":
            return _session(path)
        case ".pt" | ".pth":
            raise ValueError(
                f"{path} is a pickle of torch: opening one can run any code that it holds, so the studio does not. "
                f"{WAY_OUT}"
            )
        case _:
            raise ValueError(f"{path} is nothing that the studio knows. {WAY_OUT}")


def _session(path: Path) -> Opened:
    try:
        text = path.read_text(encoding="utf-8")
        if is_timeline(text):
            timeline = Timeline.from_json(text)
            return Opened("timeline", path, timeline.keyframes[0].scene, timeline)
        return Opened("scene", path, Scene.from_json(text))
    except ValueError as error:
        raise ValueError(f"{path} is no session or timeline of the studio: {error}. {WAY_OUT}") from error


def _folder(path: Path) -> Opened:
    if (path / "config.yaml").is_file():
        return Opened("run", path)
    if (path / "dataset.json").is_file():
        return Opened("data", path)
    if (path.parent / "config.yaml").is_file():  # snapshots/ of a run
        return Opened("run", path.parent)
    raise ValueError(f"{path} is neither a run (no config.yaml) nor a data set (no dataset.json). {WAY_OUT}")


def _zip(path: Path) -> Opened:
    import zipfile  # not before the first frame

    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is no zip file, or not all of it is there: copy or download it again")
    return Opened("data", path)
