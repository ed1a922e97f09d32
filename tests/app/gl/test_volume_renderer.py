"""The shader draws what torch integrates; and it draws only when something has changed."""

import math
from dataclasses import replace

import numpy as np
import pytest

from app.gl.headless import open_context
from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.baked import BakedVolume
from core.bounds import shown_depths
from core.camera import Camera, pixel_directions
from core.scene import Quality, Shown
from tests.app.gl.fields import blob_volume, oracle, oracle_of_rays, psnr, smooth_volume, volume_of

SIZE, STEPS = 64, 48
QUALITY = Quality(steps=STEPS)
CAMERAS = {
    "home": Camera(),
    "above": Camera(yaw=0.7, pitch=0.4),
    "below and behind": Camera(yaw=-2.2, pitch=2.4),
    "near": Camera(yaw=0.3, pitch=1.1, radius=0.6),
    "inside the box": Camera(yaw=1.3, pitch=1.4, radius=0.2),
    "far and narrow": Camera(yaw=2.9, pitch=1.9, radius=2.5, fov=14),
    "panned": Camera(yaw=-0.9, pitch=1.3, target=(0.1, -0.05, 0.07)),
    "rolled": Camera(yaw=0.4, pitch=1.2, roll=0.6),
    "rolled and panned": Camera(yaw=0.4, pitch=1.2, roll=-2.0).panned(0.1, 0.05),
}


@pytest.fixture(scope="module")
def context():
    with open_context() as context:
        yield context


@pytest.fixture
def make(context):
    renderers = []

    def build(**options):
        renderers.append(VolumeRenderer(RendererOptions(**options)))
        return renderers[-1]

    context.make_current()
    yield build
    for renderer in renderers:
        renderer.close()


def floats(renderer: VolumeRenderer, volume, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    renderer.upload(volume)
    renderer.render(camera, QUALITY, SIZE, SIZE, to_the_end=True)
    return renderer.read_floats()


VOLUMES = {
    "smooth": smooth_volume(),
    "blobs": blob_volume(),
    "clear": blob_volume(empty_density=-30),  # the last sample, too, lets light through
    "clear, not white": replace(blob_volume(empty_density=-24), white_back=False),
    "fog beside the box": replace(blob_volume(), outside=(-0.5, 0.2, 0.7, 1.0)),
    "thin fog before white": replace(blob_volume(), outside=(-0.5, 0.2, 0.7, 300.0), last_delta=1e-3),
}


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS.keys())
@pytest.mark.parametrize("volume", VOLUMES.values(), ids=VOLUMES.keys())
@pytest.mark.parametrize("manual", [False, True], ids=["sampler", "by hand"])
def test_the_shader_matches_torch(make, volume, camera, manual):
    color, opacity = floats(make(target="float", manual_filter=manual), volume, camera)
    expected_color, expected_opacity = oracle(volume, camera, SIZE, STEPS)
    assert psnr(color, expected_color, peak=2) >= 60
    assert psnr(opacity, expected_opacity, peak=1) >= 60


def test_a_white_backdrop_matches_too(make):
    volume = replace(smooth_volume(), last_delta=1e-3)
    color, _ = floats(make(target="float"), volume, Camera())
    expected = oracle(volume, Camera(), SIZE, STEPS)[0]
    assert psnr(color, expected, peak=2) >= 60
    assert psnr(expected, oracle(smooth_volume(), Camera(), SIZE, STEPS)[0], peak=2) < 40


def test_volumes_keep_what_ends_a_ray(tmp_path):
    volume = replace(
        smooth_volume(), outside=(0.1, -0.2, 0.3, 4.0), note="without this and that", summation="midpoints"
    )
    volume.save(tmp_path / "volume.npz")
    loaded = BakedVolume.load(tmp_path / "volume.npz")
    assert (loaded.outside, loaded.note, loaded.summation) == (volume.outside, volume.note, "midpoints")
    smooth_volume().save(tmp_path / "plain.npz")
    assert BakedVolume.load(tmp_path / "plain.npz").outside is None
    unknown = dict(np.load(tmp_path / "plain.npz")) | {"summation": "by a later program"}
    np.savez(tmp_path / "later.npz", **unknown)
    with pytest.raises(ValueError, match=r"later.npz is not a baked volume"):
        BakedVolume.load(tmp_path / "later.npz")


def test_a_wrong_texel_convention_would_be_noticed(make):
    volume = smooth_volume()
    color, _ = floats(make(target="float", corners_aligned=False), volume, Camera())
    assert psnr(color, oracle(volume, Camera(), SIZE, STEPS)[0], peak=2) < 55


def test_axes_are_where_the_camera_says(make):
    renderer = make()
    renderer.upload(blob_volume())
    balls = np.eye(3) * 0.18
    for camera in (Camera(yaw=0.6, pitch=1.0), Camera(yaw=-0.5, pitch=0.8)):
        renderer.render(camera, Quality(steps=96), 128, 128)
        pixels = renderer.read_pixels().astype(int)
        for axis, ball in enumerate(balls):
            others = [other for other in range(3) if other != axis]
            lit = (pixels[..., axis] > 200) & (pixels[..., others].max(axis=-1) < 60)
            if lit.sum() < 30:  # behind another one
                continue
            eye = np.linalg.inv(camera.matrix) @ [*ball, 1]
            focal = 1 / math.tan(math.radians(camera.fov) / 2)
            x, y = (np.array([eye[0], -eye[1]]) / -eye[2] * focal + 1) / 2 * 127
            rows, columns = np.nonzero(lit)
            assert abs(columns.mean() - x) < 3, (camera, axis)
            assert abs(rows.mean() - y) < 3, (camera, axis)


def test_early_termination_is_invisible_and_never_takes_the_backdrop(make):
    renderer = make()
    renderer.upload(blob_volume())
    renderer.render(Camera(), QUALITY, SIZE, SIZE)
    quick = renderer.read_pixels().astype(int)
    renderer.render(Camera(), QUALITY, SIZE, SIZE, to_the_end=True)
    exact = renderer.read_pixels().astype(int)
    assert np.abs(quick - exact).max() <= 2
    empty = exact[..., 3] == 0
    assert empty.any()
    assert (exact[empty][:, :3] == 255).all()  # the learned white behind the balls


@pytest.mark.parametrize(("backdrop", "expected"), [("white", 255), ("black", 0)])
def test_constant_backdrops(make, backdrop, expected):
    renderer = make()
    renderer.upload(smooth_volume())
    off = Camera(radius=4, fov=60)  # most rays miss the box
    renderer.render(off, replace(QUALITY, backdrop=backdrop), SIZE, SIZE)
    pixels = renderer.read_pixels()
    assert (pixels[0, 0, :3] == expected).all()
    assert pixels[0, 0, 3] == 0


def test_nothing_is_drawn_twice(make):
    renderer = make()
    renderer.upload(smooth_volume())
    renderer.render(Camera(), QUALITY, SIZE, SIZE)
    renderer.render(Camera(), QUALITY, SIZE, SIZE)
    assert renderer.draws == 1
    changes = [
        (Camera(yaw=1.0), QUALITY, SIZE, SIZE),
        (Camera(yaw=1.0), Quality(steps=20), SIZE, SIZE),
        (Camera(yaw=1.0), Quality(steps=20), SIZE, 2 * SIZE),
    ]
    for count, change in enumerate(changes, start=2):
        renderer.render(*change)
        assert renderer.draws == count
    renderer.upload(smooth_volume(seed=1))
    renderer.render(*changes[-1])
    assert renderer.draws == 5


def test_moving_is_coarser_and_rest_is_full(make):
    renderer = make()
    renderer.upload(smooth_volume())
    renderer.render(Camera(yaw=0.1), QUALITY, 200, 100, moving=True)
    assert renderer.read_pixels().shape[0] < 100
    renderer.render(Camera(yaw=0.1), QUALITY, 200, 100)
    assert renderer.read_pixels().shape == (100, 200, 4)


def test_the_shorter_side_spans_the_field_of_view(make):
    renderer = make(target="float")
    square = floats(renderer, smooth_volume(), Camera())[0]
    renderer.render(Camera(), QUALITY, 2 * SIZE, SIZE, to_the_end=True)
    wide = renderer.read_floats()[0]
    # The middle of the wide picture is the square one, up to the half pixel that the two grids differ by.
    middle = (wide[:, SIZE // 2 - 1 : 3 * SIZE // 2 - 1] + wide[:, SIZE // 2 : 3 * SIZE // 2]) / 2
    assert psnr(middle, square, peak=2) > 25


def test_drawing_before_the_first_volume_is_an_error(make):
    with pytest.raises(RuntimeError, match="upload a volume first"):
        make().render(Camera(), QUALITY, 8, 8)
    assert make().picture(Camera(), QUALITY, 8, 8) is None


def shown(renderer: VolumeRenderer, camera: Camera, what: Shown) -> np.ndarray:
    """What a mode shows, as on the screen, [SIZE, SIZE, 3]."""
    renderer.render(camera, replace(QUALITY, show=what), SIZE, SIZE, to_the_end=True)
    return (renderer.read_floats()[0] + 1) / 2


def test_depth_and_opacity_are_those_of_the_samples(make):
    renderer, volume, camera = make(target="float"), blob_volume(), CAMERAS["above"]
    _, opacity, depth = oracle_of_rays(volume, camera, SIZE, STEPS)
    renderer.upload(volume)
    assert psnr(shown(renderer, camera, "opacity")[..., 0], opacity, peak=1) >= 60
    solid = opacity > 0.9
    assert solid.mean() > 0.05
    near, far = shown_depths(camera, volume.half)
    assert near < depth[solid].min() < depth[solid].max() < far
    tones = shown(renderer, camera, "depth")
    # The ramp's green rises with its argument: what is nearer is brighter.
    assert np.corrcoef(depth[solid], tones[..., 1][solid])[0, 1] < -0.9
    assert np.allclose(tones[opacity < 1e-4], [0.06, 0.065, 0.08], atol=0.01)


def test_normals_point_out_of_a_ball(make):
    line = np.linspace(-0.35, 0.35, 48)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    values = np.ones((48, 48, 48, 4))
    values[..., 3] = np.clip((0.2 - np.sqrt(x**2 + y**2 + z**2)) * 3000, -60, 60)
    renderer, camera, volume = make(target="float"), Camera(yaw=0.5, pitch=1.2), volume_of(values)
    renderer.upload(volume)
    normals = 2 * shown(renderer, camera, "normals") - 1
    _, opacity, depth = oracle_of_rays(volume, camera, SIZE, STEPS)
    rays = pixel_directions(SIZE, camera.fov) @ camera.matrix[:3, :3].T
    points = camera.matrix[:3, 3] + rays * depth[..., None]
    outward = points / np.linalg.norm(points, axis=-1, keepdims=True)
    solid = opacity > 0.99
    agreement = (normals * outward).sum(axis=-1)[solid]
    assert solid.mean() > 0.1
    assert np.median(agreement) > 0.99


def test_samples_are_counted_against_the_most_there_can_be(make):
    renderer = make(target="float")
    renderer.upload(blob_volume(empty_density=-30))
    tones = shown(renderer, Camera(), "samples")
    assert np.allclose(tones[SIZE // 2, SIZE // 2], [0.993, 0.906, 0.144], atol=0.02), "all samples are the brightest"


def test_it_says_what_a_picture_takes(make):
    renderer = make()
    assert renderer.march_ms is None
    volume = smooth_volume()
    renderer.upload(volume)
    renderer.render(CAMERAS["home"], QUALITY, SIZE, SIZE)
    assert renderer.texture_bytes == volume.values.nbytes + SIZE * SIZE * 8
    renderer.wait()
    renderer.render(CAMERAS["above"], QUALITY, SIZE, SIZE)
    assert renderer.march_ms > 0
