"""Pictures by the generator's own renderer: with its background, deterministic unless noise is asked for."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from app.cli import main
from app.gl.headless import open_context
from app.gl.volume_renderer import VolumeRenderer
from app.paths import asset
from app.pictures.picture_file import read_picture, save_picture
from app.pictures.seen import difference
from core.bake import bake_sample, z_from_seed
from core.camera import Camera
from core.checkpoint import load_checkpoint, save_checkpoint
from core.epigraf import EpigrafGenerator
from core.families import build_generator
from core.fold import fold
from core.model_config import GeneratorConfig, RenderConfig
from core.scene import Quality
from core.upsampled_viewing import drawing_of
from core.viewing import Tile, View, Viewing
from tests.app.gl.fields import psnr
from tests.core.eg3d_toy import eg3d_toy

CONFIG = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16, background="sphere",
    background_width=16, background_steps=6,
    render=RenderConfig(bounds="box", coarse_samples=12, fine_samples=12),
)  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    torch.manual_seed(0)
    generator = EpigrafGenerator(CONFIG).eval().requires_grad_(False)
    generator.decoder.out.bias[3] = -2
    for module in generator.backbone.modules():
        if isinstance(strength := getattr(module, "noise_strength", None), torch.Tensor):
            strength.fill_(0.5)
    path = tmp_path_factory.mktemp("snapshots") / "sphere.safetensors"
    save_checkpoint(path, generator, None, {})
    return path


def rendered(out, *arguments: str) -> np.ndarray:
    assert main(["render", *arguments, "--out", str(out)]) == 0
    with Image.open(out) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def test_volume_and_reference_show_the_same(snapshot, tmp_path):
    baked = rendered(tmp_path / "baked.png", str(snapshot), "--size", "32", "--voxels", "128")
    whole = rendered(tmp_path / "whole.png", str(snapshot), "--size", "32", "--reference")
    assert np.abs(baked - whole).mean() < 2
    assert whole.std() > 10
    plain = rendered(tmp_path / "white.png", str(snapshot), "--size", "32", "--backdrop", "white")
    assert np.abs(plain - whole).mean() > 10, "the background counts"


def test_what_a_volume_leaves_out_is_said(tmp_path, capsys):
    config = CONFIG.model_copy(update={"background": "none", "view_direction": True})
    path = tmp_path / "sheen.safetensors"
    save_checkpoint(path, EpigrafGenerator(config).eval(), None, {})
    rendered(tmp_path / "baked.png", str(path), "--size", "16", "--voxels", "32")
    assert "colours as seen from the front; --field reference shows all" in capsys.readouterr().err


def test_deterministic_by_default_and_stochastic_on_request(snapshot, tmp_path):
    one = rendered(tmp_path / "one.png", str(snapshot), "--size", "24", "--reference")
    assert np.array_equal(one, rendered(tmp_path / "two.png", str(snapshot), "--size", "24", "--reference"))
    noisy = rendered(tmp_path / "noisy.png", str(snapshot), "--size", "24", "--stochastic", "1")
    assert not np.array_equal(one, noisy)
    assert not np.array_equal(noisy, rendered(tmp_path / "b.png", str(snapshot), "--size", "24", "--stochastic", "2"))
    assert np.array_equal(noisy, rendered(tmp_path / "c.png", str(snapshot), "--size", "24", "--stochastic", "1"))


def test_such_a_picture_can_be_made_again(snapshot, tmp_path):
    strip = rendered(tmp_path / "strip.png", str(snapshot), "--size", "16", "--stochastic", "3", "--turntable", "2")
    assert strip.shape == (16, 32, 3)
    again = rendered(tmp_path / "again.png", str(tmp_path / "strip.png"))
    assert np.array_equal(strip, again)
    assert read_picture(tmp_path / "again.png").scene == read_picture(tmp_path / "strip.png").scene


def test_off_the_training_sphere_the_whole_box_is_seen(snapshot, tmp_path):
    near = rendered(tmp_path / "near.png", str(snapshot), "--size", "16", "--reference", "--radius", "0.6")
    far = rendered(tmp_path / "far.png", str(snapshot), "--size", "16", "--reference", "--radius", "3")
    assert near.std() > 1
    assert far.std() > 1


@pytest.mark.parametrize("backdrop", ["learned", "white", "black"])
@pytest.mark.parametrize("radius", ["1", "0.8"])
def test_shader_and_torch_mean_the_same_by_a_picture(tmp_path, backdrop, radius):
    torch.manual_seed(1)
    generator = EpigrafGenerator(CONFIG.model_copy(update={"background": "none"})).eval().requires_grad_(False)
    generator.decoder.out.weight[3] *= 30
    path = tmp_path / "box.safetensors"
    save_checkpoint(path, generator, None, {})
    common = (str(path), "--size", "80x48", "--backdrop", backdrop, "--radius", radius, "--yaw", "40")
    torchs = rendered(tmp_path / "torch.png", *common, "--field", "reference")
    exact = rendered(tmp_path / "exact.png", *common, "--field", "exact", "--sampling", "training", "--voxels", "32")
    assert torchs.shape == (48, 80, 3)
    assert torchs.std() > 10
    assert psnr(exact, torchs, peak=255) > 48
    assert read_picture(tmp_path / "torch.png").scene.quality.field == "reference"


def test_pictures_of_older_versions_are_made_again_by_the_same_renderer(snapshot, tmp_path):
    whole = rendered(tmp_path / "whole.png", str(snapshot), "--size", "16", "--field", "reference")
    scene = read_picture(tmp_path / "whole.png").scene
    old = replace(scene, quality=replace(scene.quality, field="baked"))
    save_picture(tmp_path / "old.png", whole.astype(np.uint8), old, {"epigraf-renderer": "reference"})
    assert np.array_equal(rendered(tmp_path / "again.png", str(tmp_path / "old.png")), whole)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--show", "depth"], "all its parts; not depth"),
    ],
)
def test_what_it_cannot_do_is_said(snapshot, tmp_path, capsys, arguments, words):
    assert main(["render", str(snapshot), "--reference", *arguments, "--out", str(tmp_path / "x.png")]) != 0
    assert words in capsys.readouterr().err


def test_a_flat_family_is_drawn_from_both(tmp_path):
    torch.manual_seed(0)
    flat = GeneratorConfig(family="stylegan2", z_dim=16, w_dim=16, plane_resolution=16, channel_max=16)
    path = tmp_path / "flat.safetensors"
    save_checkpoint(path, build_generator(flat).eval(), None, {})
    strip = rendered(tmp_path / "flat.png", str(path), "--size", "16", "--reference", "--turntable", "2")
    assert np.array_equal(strip[:, :16], strip[:, 16:])
    baked = rendered(tmp_path / "baked.png", str(path), "--size", "16")
    assert np.abs(baked - strip[:, :16]).max() <= 2


@pytest.mark.parametrize("white", [True, False])
def test_an_eg3d_is_drawn_by_its_upsampler_and_its_field_as_rays_see_it(tmp_path, white, capsys):
    render = RenderConfig(bounds="box", coarse_samples=24, fine_samples=24, white_back=white)
    generator, path = eg3d_toy(render=render), tmp_path / "eg3d.safetensors"
    save_checkpoint(path, generator, None, {})
    asked = (str(path), "--size", "32", "--seed", "3")
    upsampled = rendered(tmp_path / "upsampled.png", *asked, "--picture", "upsampled")
    torchs = rendered(tmp_path / "torch.png", *asked, "--field", "reference")
    baked = rendered(tmp_path / "baked.png", *asked, "--voxels", "96")
    sample = generator.field(generator.mapping(z_from_seed(3, generator.config.z_dim), psi=0.7))
    camera = read_picture(tmp_path / "upsampled.png").scene.camera
    raw, large = (
        drawing_of(generator, sample, View(camera, 32, 32, upsampled=each)).draw(Tile(0, 0, 32, 32))[..., :3]
        for each in (False, True)
    )
    assert np.array_equal(upsampled, large)
    assert np.array_equal(torchs, raw)
    assert "--picture upsampled shows all" in capsys.readouterr().err
    assert np.abs(baked - raw).mean() < 2
    assert np.abs(raw.astype(int) - large).mean() > 2.5, "an untrained upsampler shows something else"
    exact = rendered(tmp_path / "exact.png", *asked, "--field", "exact", "--sampling", "training")
    assert difference(exact, raw, 1).psnr >= 50


def test_the_exact_demo_is_torchs_to_sixty_decibels():
    path = asset("demo.safetensors")
    if not path.is_file():
        pytest.skip("the demo is not part of this installation")
    generator, camera = load_checkpoint(path).generator, Camera(yaw=0.6, pitch=1.2)
    sample = generator.field(generator.mapping(z_from_seed(0, generator.config.z_dim), psi=0.7))
    wanted = Viewing(generator, sample, View(camera, 96, 64)).draw(Tile(0, 0, 96, 64))
    with open_context():
        renderer = VolumeRenderer()
        renderer.upload(bake_sample(sample, generator.config.rays, 8), fold(sample, generator.config.rays))
        renderer.render(camera, Quality(field="exact", sampling="training"), 96, 64)
        shown = renderer.read_pixels()
        renderer.close()
    assert wanted[..., :3].std() > 20
    assert difference(shown, wanted, 1).psnr >= 60
