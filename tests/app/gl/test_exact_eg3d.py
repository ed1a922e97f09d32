"""EG3D's field by the viewport's shaders against torch: planes, decoder, samples and what they add up to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.gl.headless import open_context
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.bake import bake_sample
from core.baked import BakedVolume
from core.camera import Camera
from core.eg3d import AXES, DENSITY_SHIFT, Eg3dGenerator
from core.field_generator import RayParts
from core.fold import fold, fold_sample
from core.midpoints import Midpoints, SmoothedSampler
from core.model_config import RenderConfig
from core.rays import centre_grid
from core.scene import Backdrop, Quality
from core.triplane import PLANE_AXES, TriPlaneField
from core.viewing import Tile, View, Viewing, image_places
from core.volume import Marching, Quadrature, Rendering, StratifiedSampler
from tests.app.gl.fields import psnr, require_passed_over, volume_of
from tests.core.eg3d_toy import eg3d_toy

WIDTH, HEIGHT = 40, 28  # wider than the pictures of training: what lies behind goes on beside them
CAMERA = Camera(yaw=0.8, pitch=1.1)
EXACT = Quality(field="exact", sampling="training")
RENDER = RenderConfig(cube_scale=0.3, coarse_samples=8, fine_samples=8)
BOUNDS = {"box": {"bounds": "box"}, "near and far": {"bounds": "range", "near": 0.7, "far": 1.4}}
# What shows that a test could tell: the same picture in torch with something of it wrong.
WRONG_FIELDS = {
    "EpiGRAF's axes": {"axes": PLANE_AXES},
    "aligned corners": {"aligned": True},
}
WRONG_MARCHING = {
    "EpiGRAF's samples": Marching(StratifiedSampler(), Midpoints()),
    "EpiGRAF's sum": Marching(SmoothedSampler(), Quadrature()),
}


@pytest.fixture(scope="module")
def context():
    with open_context() as context:
        yield context


@pytest.fixture(scope="module")
def drawer(context):
    """Draws everything, so that no program is compiled twice."""
    context.make_current()
    renderer = VolumeRenderer(RendererOptions(target="float"))
    yield renderer
    renderer.close()


def generator_of(plane_axes: str = "fixed", **render) -> tuple[Eg3dGenerator, TriPlaneField]:
    generator = eg3d_toy(plane_axes=plane_axes, render=RENDER.model_copy(update=render))
    generator.decoder.out.weight[0] *= 6  # dense here, thin there
    generator.decoder.out.bias[0] = -16
    return generator, generator.field(torch.randn(1, generator.config.ws_count, 8, generator=torch.manual_seed(3)))


def by_torch(
    generator: Eg3dGenerator, field: TriPlaneField, camera: Camera = CAMERA, backdrop: Backdrop = "learned"
) -> Rendering:
    """What the viewport's torch reference shows of the raw field, [HEIGHT * WIDTH, ...]."""
    view = View(camera, WIDTH, HEIGHT, backdrop, upsampled=False)
    places = image_places(WIDTH, HEIGHT, Tile(0, 0, WIDTH, HEIGHT)).reshape(1, -1, 2)
    return Viewing(generator, field, view).render(places)


def colours(seen: Rendering) -> np.ndarray:
    return seen.rgb.reshape(HEIGHT, WIDTH, 3).numpy()


def volume_in(generator: Eg3dGenerator, field: TriPlaneField, voxels: int = 8) -> BakedVolume:
    return bake_sample(field, generator.config.rays, voxels, generator.marching)


def drawn(
    renderer: VolumeRenderer, generator: Eg3dGenerator, field: TriPlaneField, quality: Quality, camera: Camera = CAMERA
) -> tuple[np.ndarray, np.ndarray]:
    """The shader's picture: raw colours and opacity."""
    exact = fold_sample(field, generator.config.rays, generator.marching)
    assert exact is not None
    renderer.upload(volume_in(generator, field), exact)
    renderer.render(camera, quality, WIDTH, HEIGHT, to_the_end=True)
    return renderer.read_floats()


@pytest.mark.parametrize("plane_axes", ["published", "fixed"])
@pytest.mark.parametrize("bounds", BOUNDS.values(), ids=BOUNDS)
@pytest.mark.parametrize("white", [True, False], ids=["white behind", "black behind"])
def test_with_the_samples_of_training_the_shader_meets_torch(drawer, plane_axes, bounds, white):
    generator, field = generator_of(plane_axes, **bounds, white_back=white)
    wanted = by_torch(generator, field)
    colour, opacity = drawn(drawer, generator, field, EXACT)
    assert wanted.opacity.std() > 0.1
    assert wanted.opacity.min() < 0.3, "what lies behind does not count"
    assert psnr(colour, colours(wanted), peak=2) >= 80
    assert psnr(opacity, wanted.opacity.reshape(HEIGHT, WIDTH).numpy(), peak=1) >= 80
    for name, wrong in {**WRONG_FIELDS, "the other axes": {"axes": AXES[other_than(plane_axes)]}}.items():
        assert psnr(colours(by_torch(generator, replace(field, **wrong))), colours(wanted), peak=2) < 40, name
    for name, marching in WRONG_MARCHING.items():
        generator.parts = RayParts(centre_grid, marching)
        assert psnr(colours(by_torch(generator, field)), colours(wanted), peak=2) < 70, name


def other_than(plane_axes: str) -> str:
    return "fixed" if plane_axes == "published" else "published"


@pytest.mark.parametrize("backdrop", ["white", "black"])
@pytest.mark.parametrize("white", [True, False], ids=["white behind", "black behind"])
def test_another_backdrop_takes_the_place_of_what_lies_behind(drawer, backdrop, white):
    generator, field = generator_of(bounds="box", white_back=white)
    colour, _ = drawn(drawer, generator, field, replace(EXACT, backdrop=backdrop))
    assert psnr(colour, colours(by_torch(generator, field, backdrop=backdrop)), peak=2) >= 80


@pytest.mark.parametrize(
    "camera", [Camera(yaw=2.0, pitch=0.5, radius=0.25), Camera(radius=1.6, target=(0.1, 0.05, -0.2))], ids=["in", "off"]
)
def test_from_anywhere_the_box_is_drawn(drawer, camera):
    generator, field = generator_of(bounds="range")
    colour, _ = drawn(drawer, generator, field, EXACT, camera)
    assert psnr(colour, colours(by_torch(generator, field, camera)), peak=2) >= 80


@pytest.mark.parametrize(("coarse", "fine"), [(2, 3), (4, 1)])
def test_few_samples_are_no_exception(drawer, coarse, fine):
    generator, field = generator_of(bounds="box", coarse_samples=coarse, fine_samples=fine)
    colour, _ = drawn(drawer, generator, field, EXACT)
    assert psnr(colour, colours(by_torch(generator, field)), peak=2) >= 80


@pytest.mark.parametrize("bounds", BOUNDS.values(), ids=BOUNDS)
def test_even_samples_are_those_of_torch(drawer, bounds):
    """As many, and none that are finer; and many of them show what few cannot."""
    generator, field = generator_of(**bounds, coarse_samples=192, fine_samples=0)
    wanted = by_torch(generator, field)
    (many, opacity), (few, _) = (
        drawn(drawer, generator, field, Quality(field="exact", steps=steps)) for steps in (192, 16)
    )
    assert psnr(many, colours(wanted), peak=2) >= 80
    assert psnr(opacity, wanted.opacity.reshape(HEIGHT, WIDTH).numpy(), peak=1) >= 80
    assert psnr(few, colours(wanted), peak=2) < 60


def test_empty_space_is_passed_over_and_no_interval_is_missed(context):
    generator, field = generator_of(bounds="box")
    generator.decoder.out.weight[0] *= 2
    generator.decoder.out.bias[0] = -60
    full = fold(field, generator.config.rays, generator.marching)
    sparse = fold_sample(field, generator.config.rays, generator.marching)
    assert 0.2 < (sparse.empty > 0).mean() < 0.97
    cameras = CAMERA, replace(CAMERA, radius=0.2), replace(CAMERA, yaw=-2.0)
    context.make_current()
    require_passed_over(volume_in(generator, field), full, sparse, cameras, steps=16, size=(WIDTH, HEIGHT))


def test_the_interval_that_leads_out_of_empty_space_counts_and_is_no_longer_than_others(drawer):
    """Samples lie many cells apart: the last one before a wall is far from what is known to be near it."""
    generator, field = generator_of(bounds="box")
    planes = torch.zeros(1, field.planes.shape[1], 64, 64)
    planes[:, : planes.shape[1] // 3, :, 32:] = 8  # a wall in half of the box
    wall = replace(field, planes=planes)
    out = generator.decoder.out
    points = torch.tensor([[[-0.2, 0.0, 0.0], [0.2, 0.0, 0.0]]])
    out.bias[0] = DENSITY_SHIFT
    empty, full = wall(points)[1][0, :, 0].tolist()
    out.weight[0] *= 26 / (full - empty)
    out.bias[0] = DENSITY_SHIFT + 16 - full * 26 / (full - empty)  # densities of -10 and 16
    exact = fold_sample(wall, generator.config.rays, generator.marching)
    assert wall(points)[1].flatten().tolist() == pytest.approx([-10, 16], abs=1e-3)
    pictures = []
    for folded in (replace(exact, empty=None), exact):
        drawer.upload(volume_in(generator, wall), folded)
        drawer.render(Camera(yaw=np.pi, pitch=1.5), Quality(steps=16, field="exact"), WIDTH, HEIGHT, to_the_end=True)
        pictures.append(drawer.read_floats()[0])
    assert (exact.empty > 0).mean() > 0.3
    assert np.ptp(pictures[0]) > 0.1
    assert psnr(pictures[1], pictures[0], peak=2) >= 60


def test_depth_is_the_mean_of_what_absorbs(context):
    generator, field = generator_of(bounds="box")
    seen = by_torch(generator, field)
    context.make_current()
    renderer = VolumeRenderer(RendererOptions(target="float", counted=True))
    renderer.upload(volume_in(generator, field), fold(field, generator.config.rays, generator.marching))
    renderer.render(CAMERA, EXACT, WIDTH, HEIGHT, to_the_end=True)
    depth, opacity = renderer.read_depths()
    renderer.close()
    wanted = seen.depth.reshape(HEIGHT, WIDTH).numpy()
    assert psnr(depth * opacity, wanted, peak=1) >= 75
    assert wanted.std() > 0.1


def test_modes_show_what_rays_meet_and_nothing_behind(drawer):
    generator, field = generator_of(bounds="box")
    wanted = by_torch(generator, field).opacity.reshape(HEIGHT, WIDTH).numpy()
    shown = {mode: drawn(drawer, generator, field, replace(EXACT, show=mode))[0] for mode in ("opacity", "normals")}
    assert psnr(shown["opacity"][..., 0], 2 * wanted - 1, peak=2) >= 75
    missed = wanted == 0
    assert missed.mean() > 0.01
    assert np.allclose(shown["normals"][missed], 2 * np.array([0.06, 0.065, 0.08]) - 1, atol=1e-3)
    assert shown["normals"][~missed].std() > 0.1
    behind, opacity = drawn(drawer, generator, field, replace(EXACT, parts="background"))
    assert np.allclose(behind, 1, atol=1e-3), "an EG3D ray ends in nothing but white"
    assert (opacity == 0).all()


def test_pixels_of_training_lie_within_their_picture(drawer):
    """Training's angle of view ends at the edges of the outer pixels, the viewport's in their middles."""
    generator, field = generator_of(bounds="box")
    matrix = torch.from_numpy(CAMERA.matrix)[None].float()
    wanted = generator.render(field, matrix, 24).rgb.reshape(24, 24, 3).numpy()
    drawer.upload(volume_in(generator, field), fold(field, generator.config.rays, generator.marching))
    likeness = []
    for fov in (generator.pixel_fov(24), generator.config.render.fov):
        drawer.render(replace(CAMERA, fov=fov), EXACT, 24, 24, to_the_end=True)
        likeness.append(psnr(drawer.read_floats()[0], wanted, peak=2))
    assert likeness[0] >= 80
    assert likeness[1] < 50


@pytest.mark.parametrize("white", [True, False], ids=["white behind", "black behind"])
def test_a_baked_volume_is_added_up_as_its_generator_does(drawer, white):
    generator, field = generator_of(bounds="box", coarse_samples=24, fine_samples=0, white_back=white)
    wanted = colours(by_torch(generator, field))
    volume, likeness = volume_in(generator, field, 64), {}
    for summation in ("midpoints", "samples"):
        drawer.upload(replace(volume, summation=summation))
        drawer.render(CAMERA, Quality(steps=24), WIDTH, HEIGHT, to_the_end=True)
        likeness[summation] = psnr(drawer.read_floats()[0], wanted, peak=2)
    assert volume.summation == "midpoints"
    assert likeness["midpoints"] >= 55
    assert likeness["samples"] < likeness["midpoints"] - 5


def test_a_volume_baked_on_the_gpu_is_that_of_torch(drawer):
    generator, field = generator_of("published", bounds="box")
    fine, quality = volume_in(generator, field, 24), Quality(steps=48)
    pictures = []
    for volume, finer in ((fine, 0), (volume_in(generator, field, 4), 24)):
        drawer.upload(volume, fold(field, generator.config.rays, generator.marching), finer=finer)
        drawer.render(CAMERA, quality, WIDTH, HEIGHT, to_the_end=True)
        pictures.append(drawer.read_floats()[0])
    assert pictures[0].std() > 0.1
    assert psnr(pictures[1], pictures[0], peak=2) >= 60


def test_shifted_samples_fill_the_same_segment(drawer):
    """Fog that is the same everywhere absorbs as much wherever its samples lie."""
    values = np.zeros((4, 4, 4, 4))
    values[..., 3] = 1.0
    drawer.upload(replace(volume_of(values), summation="midpoints"))
    pictures = []
    for smooth in (1, 8):
        drawer.render(Camera(radius=0.7, fov=20), Quality(steps=8, smooth=smooth), WIDTH, HEIGHT)
        pictures.append(drawer.read_floats()[1])
    assert 0.3 < pictures[0].mean() < 0.9
    assert np.abs(pictures[1] - pictures[0]).max() < 2e-3
