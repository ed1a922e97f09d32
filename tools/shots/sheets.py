"""Pictures without a window, several on a sheet, by what `epigraf render` and `epigraf mesh` draw with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import imgui_bundle
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.geometry.geometry_messages import GridFile, SurfaceRequest, ViewRequest
from app.geometry.making import Colours, Made, make
from app.model.model_geometry import ray_law
from app.pictures.reference import home_of, reference_views
from app.pictures.render import generator_of, journey_of, turntable
from app.source_files import source_file
from core.camera import Camera
from core.density import field_of
from core.geometry import ClipPlane, Geometry, Slices
from core.latents import sample_of
from core.model_config import RenderConfig
from core.scene import Latent, Quality, Scene, Source
from tools.shots.shot import BACK, GROUND, PITCH, YAW, sheet

# Edge of a picture, pixels.
MODE, MESH, VIEW = 320, 360, 128
MESH_RESOLUTION = 160
EG3D_SEEDS, EG3D_VIEWS, EG3D_PITCH = 4, 6, 1.35
# As in the window: letters, and what lies behind a surface.
FONT = Path(imgui_bundle.__file__).parent / "assets" / "fonts" / "DroidSans.ttf"
FONT_SIZE, HEAD = 18, 28
INK, PAPER = (0.9, 0.9, 0.9), (0.13, 0.14, 0.17)
Sheets = Callable[[Scene], np.ndarray]


def modes(scene: Scene) -> np.ndarray:
    """What the viewport can show of a sample, with names.  Returns [height, width, 3], uint8."""
    rays = generator_of(source_file(scene.source)).config.rays
    seen = replace(scene, camera=camera_of(rays))
    threshold = round(_made(seen, "none").scene.quality.threshold, 2)
    shown = {
        "colour": Quality(),
        "foreground": Quality(parts="foreground"),
        "depth": Quality(show="depth"),
        "normals": Quality(show="normals"),
        "opacity": Quality(show="opacity"),
        "samples": Quality(show="samples"),
        "surface": Quality(show="surface", threshold=threshold),
        "density slice": Quality(show="slice"),
    }
    scenes = [replace(seen, quality=replace(quality, steps=192, volume=128)) for quality in shown.values()]
    pictures = journey_of(scenes, MODE, MODE)
    return sheet([_named(name, each[..., :3]) for name, each in zip(shown, pictures, strict=True)], 4)


def meshes(scene: Scene) -> np.ndarray:
    """A surface in the field's colours, in those that are seen, alone, and cut open with its density."""
    from app.geometry.colouring import Coloured
    from app.geometry.picture import Painter
    from app.geometry.slices import slices_of

    rays = generator_of(source_file(scene.source)).config.rays
    seen = replace(scene, camera=camera_of(rays))
    by_field, by_ray = _made(seen, "field"), _made(seen, "seen")
    whole = Geometry(scale_bar=False)
    cut = Geometry(clip=ClipPlane((0.0, 0.0, 1.0)), slices=Slices(y=0.0), scale_bar=True, axes=True)
    half, threshold = by_field.grid.half, by_field.scene.quality.threshold
    pictures = []
    with Painter() as painter:
        for colours, geometry in (
            (by_field.mesh.colours, whole), (by_ray.mesh.colours, whole), (None, whole), (None, cut),
        ):  # fmt: skip
            painter.show(by_field.surface, Coloured(colours, None, lit=colours is None))
            planes = slices_of(by_field.grid, geometry.slices)
            painter.show_slices(planes, half, threshold, contours=True, ink=INK)
            surface = SurfaceRequest(GridFile("", MESH_RESOLUTION, half, ""), threshold)
            view = ViewRequest(surface, geometry, seen.camera, MESH, MESH, ground=PAPER, ink=INK)
            pictures.append(painter.picture(view, half)[..., :3])
    return sheet(pictures, len(pictures))


def eg3d_samples(scene: Scene) -> np.ndarray:
    """Samples in rows, cameras around them in columns, as the upsampler shows them."""
    rows: list[np.ndarray] = []
    for seed in range(EG3D_SEEDS):
        seen = replace(scene, latent=replace(scene.latent, seed=seed), quality=Quality(picture="upsampled"))
        around = reference_views(
            seen, lambda home: turntable(replace(home, pitch=EG3D_PITCH), EG3D_VIEWS), (VIEW, VIEW)
        )
        rows.append(np.concatenate([each[..., :3] for each in around], axis=1))
    return np.concatenate(rows)


def camera_of(rays: RenderConfig) -> Camera:
    """From where a sample is seen: aside and a little above, a little farther away than in training."""
    home = home_of(rays)
    return replace(home, yaw=YAW, pitch=PITCH, radius=BACK * home.radius)


def _made(scene: Scene, colours: Colours) -> Made:
    """The surface of a sample, where pictures show it."""
    path = source_file(scene.source)
    generator = generator_of(path)
    field, law = field_of(sample_of(generator, scene.latent), path.name), ray_law(generator.config.rays)
    scene = replace(scene, geometry=replace(scene.geometry, resolution=MESH_RESOLUTION))
    return make(field, law, scene, automatic=True, colours=colours, source=path.name, tell=lambda *_: None)


def _named(name: str, picture: np.ndarray) -> np.ndarray:
    """A picture [height, width, 3], uint8, below its name."""
    head = Image.new("RGB", (picture.shape[1], HEAD), GROUND)
    ImageDraw.Draw(head).text((8, HEAD / 2), name, (230, 230, 230), ImageFont.truetype(FONT, FONT_SIZE), anchor="lm")
    return np.concatenate([np.asarray(head), picture])


# Of the demo, and of a run of EG3D.
DEMO_SHEETS: dict[str, Sheets] = {"modes": modes, "meshes": meshes}
EG3D_SHEETS: dict[str, Sheets] = {"eg3d-samples": eg3d_samples}


def scene_of(run: Path | None, seed: int = 0, label: int | None = None) -> Scene:
    """A sample of the demo, or of a run's newest snapshot."""
    source = Source() if run is None else Source("run", str(run.resolve()))
    return Scene(source, Latent(seed=seed, label=label))


def write(name: str, pixels: np.ndarray, out: Path) -> None:
    """Write a sheet."""
    path = out / f"{name}.png"
    Image.fromarray(pixels).save(path, optimize=True)
    print(path, flush=True)
