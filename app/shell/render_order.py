"""What `epigraf render` is asked to draw: the Scene of a checkpoint, a run, a saved picture or a file, and its size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from app.pictures.film import FILM_SUFFIXES
from app.pictures.mesh_scene import MESH_SCENE_SUFFIXES, saved_mesh_scene
from core.camera import Camera
from core.scene import Quality, Scene, Source, SourceKind
from core.timeline import Timeline, is_timeline
from core.views import ViewName, seen_from

DEFAULT_QUALITY = Quality(steps=192, volume=128)
DEFAULT_SIZE = 512
PICTURE_SUFFIX, SCENE_SUFFIX = ".png", ".json"
# What was saved here, and tells what made it.
SAVED_SUFFIXES = (PICTURE_SUFFIX, SCENE_SUFFIX, *FILM_SUFFIXES, *MESH_SCENE_SUFFIXES)
TURNTABLE_KEY, GRID_KEY = "epigraf-turntable", "epigraf-grid"
RENDERER_KEY, NOISE_KEY = "epigraf-renderer", "epigraf-noise"
REFERENCE = "reference"
MEAN: Literal["mean"] = "mean"


@dataclass(frozen=True)
class Order:
    """What is to be drawn.

    Attributes:
        scene: The first view.
        size: Width and height of a view, pixels.
        views: So many side by side, all around.
        own_camera: The Scene's distance and angle of view are meant; else those of the training are taken.
        noise_seed: With it the randomness of training; none renders deterministically.
        grid: Columns and rows of samples, whose seeds count up from the Scene's.
        timeline: A journey that begins with the Scene, for films; none for a turntable.
    """

    scene: Scene
    size: tuple[int, int] = (DEFAULT_SIZE, DEFAULT_SIZE)
    views: int = 1
    own_camera: bool = False
    noise_seed: int | None = None
    grid: tuple[int, int] = (1, 1)
    timeline: Timeline | None = None

    @property
    def samples(self) -> list[Order]:
        """An order for each sample of the grid, row by row."""
        if self.grid == (1, 1):
            return [self]
        columns, rows = self.grid
        latent = self.scene.latent
        seeds = range(latent.seed, latent.seed + columns * rows)
        scenes = [replace(self.scene, latent=latent.at_seed(seed)) for seed in seeds]
        return [replace(self, scene=scene, grid=(1, 1)) for scene in scenes]

    @property
    def reference(self) -> bool:
        """By the generator's own renderer, not by a shader."""
        return self.scene.quality.field == REFERENCE


def notes_of(order: Order) -> dict[str, str]:
    """What the Scene does not hold and a picture must, to be made again."""
    notes = {TURNTABLE_KEY: str(order.views)} if order.views > 1 else {}
    if order.grid != (1, 1):
        notes[GRID_KEY] = "{}x{}".format(*order.grid)
    if order.noise_seed is not None:
        notes[NOISE_KEY] = str(order.noise_seed)
    return notes


def viewed(scene: Scene, view: ViewName | Literal["mean"]) -> Camera:
    """The Scene's camera, turned to a view that has a name.  Raises ValueError if nobody knows the training's poses."""
    if view != MEAN:
        return seen_from(scene.camera, view)
    from app.view.training_poses import look_up

    found = look_up(scene.source)
    if found.known is None:
        raise ValueError(f"--view {view}: the poses of the training are not known: {found.reason}")
    yaw = scene.camera.yaw if found.known.yaw is None else found.known.yaw
    return replace(scene.camera, yaw=yaw, pitch=found.known.pitch, roll=0.0)


def training_home(source: Source) -> Camera:
    """The camera of a checkpoint's training, which looks at the front.  Raises ValueError, OSError."""
    from app.pictures.reference import home_of
    from app.pictures.render import VOLUME_SUFFIX, source_file
    from core.checkpoint_header import read_header
    from core.model_config import GeneratorConfig

    path = source_file(source)
    if path.suffix == VOLUME_SUFFIX:
        raise ValueError(f"{path} is a baked volume, which holds one sample: name a checkpoint")
    facts = read_header(path)
    if "generator" not in facts:
        raise ValueError(f"{path} holds no generator")
    return home_of(GeneratorConfig.model_validate_json(facts["generator"]).rays)


def given(source: Path | None, snapshot: str | None = None) -> Order:
    """What SOURCE describes, at the snapshot of its run that is named, if any.  Raises ValueError, OSError."""
    if source is None:
        order = Order(Scene(quality=DEFAULT_QUALITY))
    elif source.suffix.lower() in SAVED_SUFFIXES and not source.is_dir():
        if not source.is_file():
            raise ValueError(f"there is no file {source}")
        order = replace(saved(source), own_camera=True)
    else:
        kind: SourceKind = "run" if source.is_dir() else "checkpoint"
        order = Order(Scene(Source(kind, str(source.resolve())), quality=DEFAULT_QUALITY))
    if snapshot is not None:
        order = replace(order, scene=at_snapshot(order.scene, snapshot))
    if order.timeline is not None and source is not None:
        return replace(journey_order(order.timeline, source), size=order.size)
    if order.own_camera and source is not None:
        return replace(order, scene=settled(order.scene, source))
    if order.scene.source.kind == "run":
        return replace(order, scene=replace(order.scene, source=_file_of(order.scene.source)))
    return order


def given_text(text: str) -> Order:
    """What a session or a timeline in a command describes.  Raises ValueError."""
    origin = Path("--scene")
    if is_timeline(text):
        return journey_order(Timeline.from_json(text), origin)
    return Order(settled(Scene.from_json(text), origin), own_camera=True)


def journey_order(timeline: Timeline, origin: Path) -> Order:
    """A timeline whose weights are files that are there.  Raises ValueError."""
    frames = tuple(replace(each, scene=settled(each.scene, origin)) for each in timeline.keyframes)
    return Order(frames[0].scene, own_camera=True, timeline=replace(timeline, keyframes=frames))


def at_snapshot(scene: Scene, name: str) -> Scene:
    """The Scene at a snapshot of its run, by kimg, file name or `best`.  Raises ValueError if there is none."""
    from training.best import read_best
    from training.run_dir import RunDirectory

    source = scene.source
    if source.kind != "run":
        raise ValueError(f"--snapshot {name}: chooses among the snapshots of a run, but SOURCE is no run")
    files = RunDirectory(Path(source.path)).snapshots()
    best = read_best(Path(source.path)) if name == "best" else None
    wanted = best.snapshot if best is not None else name
    found = [each.path.name for each in files if wanted in (each.path.name, each.path.stem, f"{each.kimg:g}")]
    if not found:
        there = ", ".join(f"{each.kimg:g}" for each in files) or "none"
        raise ValueError(f"--snapshot {name}: {source.path} has no such snapshot; there are (kimg): {there}")
    return replace(scene, source=replace(source, snapshot=found[0]))


def saved(path: Path) -> Order:
    """What a picture, a film, a mesh or a session was made of.  Raises ValueError if it does not say."""
    match path.suffix.lower():
        case ".png":
            return saved_picture(path)
        case ".json":
            return saved_scene(path)
        case suffix if suffix in MESH_SCENE_SUFFIXES:
            return Order(saved_mesh_scene(path))
        case _:
            from app.pictures.film import read_film

            film = read_film(path)
            return Order(film.scene, film.size, timeline=film.timeline)


def saved_picture(path: Path) -> Order:
    """What a picture was made of.  Raises ValueError if it does not say."""
    from app.pictures.picture_file import read_picture

    picture = read_picture(path)
    count = picture.notes.get(TURNTABLE_KEY, "1")
    views = int(count) if count.isdecimal() else 1
    words = picture.notes.get(GRID_KEY, "1x1").split("x")
    numbers = [max(int(word), 1) if word.isdecimal() else 1 for word in words]
    grid = (numbers[0], numbers[-1])
    width, height = picture.size[0] // grid[0], picture.size[1] // grid[1]
    noise = picture.notes.get(NOISE_KEY, "")
    # Older pictures say here what the Scene says by now.
    older = picture.notes.get(RENDERER_KEY) == REFERENCE
    scene = by_generator(picture.scene) if older else picture.scene
    order = Order(scene, (max(width // max(views, 1), 1), max(height, 1)), views, grid=grid)
    return replace(order, noise_seed=int(noise) if noise.lstrip("-").isdecimal() else None)


def by_generator(scene: Scene) -> Scene:
    """The Scene as the generator's own renderer draws it."""
    return replace(scene, quality=replace(scene.quality, field="reference"))


def saved_scene(path: Path) -> Order:
    """A Scene or a timeline in a file.  Raises ValueError if it is none."""
    try:
        text = path.read_text(encoding="utf-8")
        if is_timeline(text):
            timeline = Timeline.from_json(text)
            return Order(timeline.keyframes[0].scene, timeline=timeline)
        return Order(Scene.from_json(text))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def settled(scene: Scene, origin: Path) -> Scene:
    """A Scene whose weights are a file that is there: of a run, the newest snapshot.

    Args:
        scene: As it was saved.
        origin: Where it was saved.

    Raises:
        ValueError: The weights are gone.
    """
    if scene.other is not None and scene.other.source is not None:
        own = settled(Scene(scene.other.source, scene.other.latent or scene.latent), origin).source
        scene = replace(scene, other=replace(scene.other, source=own))
    if scene.source.kind == "demo":
        return scene
    try:
        return replace(scene, source=_file_of(scene.source))
    except ValueError as error:
        raise ValueError(
            f"{origin} was made of {scene.source.path}, which is not to be had any more ({error}): put it back, or "
            f"name another checkpoint, with --seed {scene.latent.seed} --psi {scene.latent.psi:g}"
        ) from error


def _file_of(source: Source) -> Source:
    """The checkpoint behind a source.  Raises ValueError."""
    from app.source_files import source_file

    return Source("checkpoint", str(source_file(source)))
