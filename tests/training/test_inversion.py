"""Inversion: a picture of a known sample of the demo is found again, whatever the pictures are."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from app.paths import asset
from core.camera import Camera, cam2world
from core.checkpoint import load_checkpoint, save_checkpoint
from core.epigraf import EpigrafGenerator
from core.families import build_generator
from core.given_w import w_text
from core.latents import sample_of
from core.model_config import GeneratorConfig, RenderConfig
from core.place_gradients import PlacedField, matrices_at, sampled
from core.rays import pose_matrices
from core.scene import Latent
from core.triplane import sample_planes
from training.given_picture import GivenPicture, read_given
from training.inversion import Inversion, Moment
from training.inversion_job import InversionOrder
from training.inversion_settings import InversionSettings
from training.invert import invert
from training.likeness import Likeness
from training.pinned_weights import pin

SIDE = 64
SMALL = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=16, channel_base=64, channel_max=16, plane_features=4,
    render=RenderConfig(coarse_samples=6, fine_samples=0),
)  # fmt: skip


def picture_of(generator, latent: Latent, camera: Camera, side: int = SIDE) -> np.ndarray:
    matrices = pose_matrices(np.array([[camera.yaw, camera.pitch]]), camera.radius)
    seen = generator.picture(sample_of(generator, latent), matrices, side)[0, :3].clamp(-1, 1)
    return ((seen + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()


def small(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    generator = EpigrafGenerator(SMALL)
    save_checkpoint(tmp_path / "small.safetensors", generator, None, {})
    return tmp_path / "small.safetensors"


def given(pixels: np.ndarray) -> GivenPicture:
    side = len(pixels)
    return GivenPicture(pixels, side / (side - 1))


def test_a_picture_of_the_demo_is_recovered_in_bounded_steps():
    """Seed and pose were none of those that the search begins with; what is found is seen as it was promised."""
    generator = load_checkpoint(asset("demo.safetensors")).generator
    wanted = picture_of(generator, Latent(11, 0.7), Camera(yaw=6.0, pitch=1.47))
    moments: list[Moment] = []
    found = Inversion(generator, given(wanted), InversionSettings(steps=40, size=32)).run(moments.append)
    assert [moment.done for moment in moments] == list(range(1, 41))
    assert moments[0].psnr < found.psnr - 3
    assert found.psnr >= 25
    assert abs(math.remainder(found.yaw - 6.0, math.tau)) < 0.3
    latent, camera = Latent(5, 1.0, w=w_text(found.w)), Camera(yaw=found.yaw, pitch=found.pitch)
    error = (picture_of(generator, latent, camera).astype(float) - wanted) / 255
    assert -10 * math.log10(np.square(error).mean()) >= 24, "at twice the size at which it was compared"


@pytest.mark.parametrize("family", ["epigraf", "stylegan2"])
def test_layers_of_their_own_come_closer_and_large_pictures_are_compared_in_parts(family):
    torch.manual_seed(0)
    generator = build_generator(SMALL.model_copy(update={"family": family})).eval()
    camera = Camera(yaw=1.5, pitch=1.4)
    wanted = given(picture_of(generator, Latent(3, 1.0), camera, 80))

    def found(**settings):
        order = InversionSettings(steps=10, **settings)
        return Inversion(generator, wanted, order, camera=camera).run(lambda _moment: None)

    first, again = found(size=80, layers="each"), found(size=80, layers="each")
    assert first.w.shape == (generator.config.ws_count, 16)
    assert first.pixels.shape == (80, 80, 3)
    assert np.array_equal(first.w, again.w), "the same seed leads to the same sample"
    assert (first.yaw, first.pitch) == (camera.yaw, camera.pitch)
    assert found(size=16).w.shape == (1, 16)
    assert not generator.mapping.w_avg.requires_grad


def test_pictures_are_squares_on_white(tmp_path):
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[10:30, 20:40] = (200, 60, 40, 255)
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    found = read_given(tmp_path / "wide.png", 20)
    assert found.pixels.shape == (20, 20, 3)
    assert found.reach == pytest.approx(40 / 39)
    assert found.pixels[0, 0].tolist() == [255, 255, 255]
    assert found.pixels[10, 10].tolist() == [200, 60, 40]
    assert [note.split()[-1] for note in found.notes] == ["white.", "taken."]
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff" + bytes(40))
    Image.new("RGB", (12, 40)).save(tmp_path / "thin.png")
    for name, says in (("torn.jpg", "cannot be read"), ("thin.png", "at least 16"), ("gone.png", "no such picture")):
        with pytest.raises(ValueError, match=f"{name}.*{says}"):
            read_given(tmp_path / name, 64)


def test_gradients_for_places_change_no_value():
    torch.manual_seed(0)
    planes, points = torch.randn(2, 12, 8, 8), torch.rand(2, 50, 3) * 2.4 - 1.2
    torch.testing.assert_close(sampled(planes, points), sample_planes(planes, points), atol=1e-5, rtol=1e-4)
    angles = torch.tensor([[0.3, 1.2], [4.0, 2.0]], dtype=torch.float64)
    expected = torch.from_numpy(cam2world(*angles.numpy().T, 1.5))
    torch.testing.assert_close(matrices_at(angles, 1.5), expected)
    generator = EpigrafGenerator(SMALL)
    field = PlacedField.of(sample_of(generator, Latent()))

    def brightness(pose: torch.Tensor) -> torch.Tensor:
        return generator.render(field, matrices_at(pose, 1.0), 8).rgb.double().sum()

    pose = torch.tensor([[1.0, 1.3]], requires_grad=True)
    (slope,) = torch.autograd.grad(brightness(pose), pose)
    assert slope.abs().min() > 0


def test_a_network_that_somebody_has_counts_too():
    wanted, seen = torch.rand(2, 1, 3, 16, 16) * 2 - 1
    seen.requires_grad_()
    asked = []

    def answers(pictures: torch.Tensor) -> list[torch.Tensor]:
        asked.append(pictures)
        return [pictures.mean(dim=1, keepdim=True)]

    plain, judged = Likeness(wanted)(seen), Likeness(wanted, answers)(seen)
    assert judged > plain
    (slope,) = torch.autograd.grad(judged.sum() - plain.sum(), seen)
    assert slope.abs().max() > 0
    assert len(asked) == 2
    assert Likeness(wanted, answers)(wanted) == 0


def test_weights_that_have_changed_are_not_used(tmp_path):
    weights = small(tmp_path)
    Image.new("RGB", (20, 20), "white").save(tmp_path / "white.png")
    order = InversionOrder(picture=tmp_path / "white.png", weights=pin(weights), settings=InversionSettings(steps=10))
    words = []
    result = invert(order, words.append)
    assert result.camera == replace(Camera(), yaw=result.camera.yaw, pitch=result.camera.pitch)
    assert (words[-1].done, words[-1].psnr, result.size) == (10, result.psnr, 20)
    torch.manual_seed(1)
    save_checkpoint(weights, EpigrafGenerator(SMALL), None, {})
    with pytest.raises(ValueError, match="has changed since this was asked for"):
        invert(order, words.append)
    missing = order.model_copy(update={"weights": pin(weights), "inception": tmp_path / "gone.pth"})
    with pytest.raises(ValueError, match=r"gone\.pth: cannot be read"):
        invert(missing, words.append)
