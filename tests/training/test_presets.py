"""The presets against the published numbers (paper, Sections 3.1 to 3.4; published configurations)."""

import math

import pytest
import yaml

from training.config import ConfigError
from training.presets import describe_preset, load_preset, named, preset_names

PAPER = ("ffhq512", "ffhq256", "cats256", "plants256", "food256")
EG3D = ("eg3d-ffhq", "eg3d-afhq", "eg3d-shapenet")
# fov in degrees, near, far, radius, cube scale, white background, poses
FACES = (12, 0.88, 1.12, 1, 0.2, False, "custom")
MEGASCANS = (30, 0.75, 1.25, 1, 0.475, True, "spherical-uniform")
CAMERAS = {"ffhq512": FACES, "ffhq256": FACES, "cats256": FACES, "plants256": MEGASCANS, "food256": MEGASCANS}
MILLION_IMAGES = {"ffhq512": 20, "ffhq256": 15, "cats256": 15, "plants256": 15, "food256": 15}


def test_all_are_there():
    eg3d = ["tiny-eg3d", *EG3D[::-1]]
    assert preset_names() == ["tiny", "small", "plants256", "food256", "cats256", "ffhq256", "ffhq512", *eg3d]


@pytest.mark.parametrize("name", preset_names())
def test_each_loads_and_is_described(name):
    config = load_preset(name)
    assert config.preset == config.name == name
    assert 20 < len(describe_preset(name)) < 120
    assert "\n" not in describe_preset(name)


@pytest.mark.parametrize("name", PAPER)
def test_cameras_of_the_paper(name):
    config = load_preset(name)
    render = config.generator.render
    cameras = (render.fov, render.near, render.far, render.radius, render.cube_scale, render.white_back)
    assert (*cameras, config.poses.kind) == CAMERAS[name]
    assert config.discriminator.camera_condition == (CAMERAS[name] is FACES)
    assert config.data.mirror == (CAMERAS[name] is FACES)
    assert (render.coarse_samples, render.fine_samples) == (48, 48)
    if CAMERAS[name] is MEGASCANS:
        assert config.poses.yaw_spread == math.pi
        assert (config.poses.pitch_center, config.poses.pitch_spread) == (math.pi / 2, math.pi / 2)


@pytest.mark.parametrize("name", PAPER)
def test_networks_of_the_paper(name):
    config = load_preset(name)
    generator, discriminator = config.generator, config.discriminator
    assert (generator.z_dim, generator.w_dim, generator.mapping_layers) == (512, 512, 2)
    assert generator.mapping_lr_multiplier == 0.01
    assert (generator.plane_resolution, generator.plane_features, generator.decoder_hidden) == (512, 32, 64)
    assert [generator.channels(n) for n in (4, 64, 128, 512)] == [512, 512, 256, 64]
    assert generator.noise != "none"
    assert discriminator.image_resolution == int(name[-3:])
    assert discriminator.patch_resolution == 64
    assert [discriminator.channels(n) for n in (4, 32, 64, 256)] == [512, 512, 256, 64]
    assert (discriminator.conv_clamp, discriminator.group_size) == (256, 4)
    assert (discriminator.modulation, discriminator.hyper_dim) == ("input", 512)
    assert discriminator.mixed_precision_blocks == 4
    assert discriminator.camera_dropout == 0.5


@pytest.mark.parametrize("name", PAPER)
def test_training_of_the_paper(name):
    config = load_preset(name)
    optimizer, anneal, patches = config.optimizer, config.anneal, config.patches
    assert (optimizer.generator_lr, optimizer.discriminator_lr) == (0.0025, 0.002)
    assert (optimizer.beta1, optimizer.beta2, optimizer.eps) == (0, 0.99, 1e-8)
    assert (optimizer.r1_gamma, optimizer.r1_interval) == (0.05, 16)
    assert (patches.kind, patches.anneal_kimg, patches.beta_start, patches.beta_end) == ("beta", 10_000, 0.001, 0.8)
    assert (anneal.blur_sigma, anneal.blur_kimg) == (10, 200)
    assert (anneal.density_noise, anneal.density_noise_kimg) == (1, 5000)
    assert (config.loop.batch, config.ema_half_life_kimg, config.ema.ramp_up) == (64, 20, 0.05)
    assert config.loop.total_kimg == 1000 * MILLION_IMAGES[name]


@pytest.mark.parametrize("name", PAPER)
def test_augmentation_of_the_paper(name):
    augment = load_preset(name).augment
    assert (augment.kind, augment.target, augment.interval, augment.speed_kimg) == ("adaptive", 0.6, 4, 500)
    assert augment.families == ("blit", "geometry", "colour")  # flips: the data set is mirrored instead


@pytest.mark.parametrize("name", PAPER)
def test_the_paper_needs_no_advice(name):
    assert load_preset(name).advice() == []


@pytest.mark.parametrize("name", ["tiny", "small"])
def test_time_scales_of_short_runs(name):
    config = load_preset(name)
    assert config.patches.anneal_kimg == 60
    assert (config.anneal.blur_sigma, config.anneal.blur_kimg) == (4, 10)
    assert (config.anneal.density_noise, config.anneal.density_noise_kimg) == (1, 20)
    assert (config.ema.factor, config.optimizer.r1_gamma, config.loop.batch) == (0.4, 0.05, 8)
    assert (config.augment.kind, config.augment.speed_kimg) == ("adaptive", 25)
    assert {note.field for note in config.advice()} <= {"generator.render.cube_scale"}


def test_tiny_is_tiny():
    config = load_preset("tiny")
    assert (config.discriminator.image_resolution, config.discriminator.patch_resolution) == (64, 32)
    assert (config.generator.plane_resolution, config.generator.plane_features) == (64, 32)
    assert (config.generator.render.coarse_samples, config.generator.render.fine_samples) == (12, 12)
    assert load_preset("small").discriminator.image_resolution == 128


def test_a_preset_of_ones_own(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"description": "mine", "loop": {"batch": 12}}), encoding="utf-8")
    config = load_preset(str(file))
    assert (config.name, config.preset, config.loop.batch) == ("mine", str(file), 12)
    assert describe_preset(str(file)) == "mine"
    file.write_text("loop: {bach: 12}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml.*loop\.batch"):
        load_preset(str(file))
    with pytest.raises(ConfigError, match="description"):
        describe_preset(str(file))


def test_a_run_has_the_name_that_was_typed_or_its_presets(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("description: mine", encoding="utf-8")
    for preset, name in (("tiny", "tiny"), (str(file), "mine")):
        config = load_preset(preset)
        assert [named(config, typed, "here").name for typed in ("", None, "other")] == [name, name, "other"]
    with pytest.raises(ConfigError, match=r"here: name.*a/b"):
        named(config, "a/b", "here")


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"'tyni'; did you mean 'tiny'\? Choose one of tiny, small"):
        load_preset("tyni")
    with pytest.raises(ConfigError, match=r"'xyzzy': choose one of tiny, small"):
        load_preset("xyzzy")


# near, far, half box, white, radius, pivot, samples; image, input, raw; focal length over the picture's size
RAYS = {
    "eg3d-ffhq": (2.25, 3.3, 0.5, False, 2.7, 0.2, 48, 512, 128, 128, 4.2647),
    "eg3d-afhq": (2.25, 3.3, 0.5, False, 2.7, -0.06, 48, 512, 128, 128, 4.2647),
    "eg3d-shapenet": (0.1, 2.6, 0.8, True, 1.7, 0.0, 64, 128, 64, 64, 1.0254),
}


@pytest.mark.parametrize("name", EG3D)
def test_eg3d_as_published(name):
    config = load_preset(name)
    generator, render, upsampler = config.generator, config.generator.render, config.generator.upsampler
    near, far, half, white, radius, pivot, samples, *sizes, focal = RAYS[name]
    assert (render.near, render.far, render.cube_scale, render.white_back) == (near, far, half, white)
    assert (render.radius, render.pivot) == (radius, pivot)
    assert 0.5 / math.tan(math.radians(render.fov) / 2) == pytest.approx(focal, rel=1e-3)
    assert (render.coarse_samples, render.fine_samples) == (samples, samples)
    assert [upsampler.image_resolution, upsampler.input_resolution, upsampler.raw_resolution] == sizes
    assert (generator.plane_resolution, generator.plane_features, generator.mapping_layers) == (256, 32, 2)
    assert (config.optimizer.density_weight, config.optimizer.density_interval) == (0.25, 4)
    assert (config.loop.batch, config.ema_half_life_kimg) == (32, 10)
    if name != "eg3d-shapenet":
        assert [config.raw_resolution(kimg) for kimg in (0, 500, 1000, 2000)] == [64, 96, 128, 128]
        assert [config.anneal.spoof(kimg) for kimg in (0, 500, 2000)] == [1, 0.75, 0.5]
    assert config.advice() == []
