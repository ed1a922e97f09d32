"""Properties of adaptive augmentation: what p does, what stays the same, gradients of first and second order."""

import math
from typing import get_args

import numpy as np
import pytest
import torch

from core.augment import augment, cut_out, recolour, transform
from core.augment_filters import BANDS, SYM2, SYM6, _normalised, amplify, downsample, filter_bank, reflected, upsample
from core.augment_laws import (
    BAND_POWER,
    CUTOUT_SIZE,
    NOISE_DEVIATION,
    Colour,
    Family,
    Geometry,
    draw_band_gains,
    draw_colour,
    draw_cutouts,
    draw_geometry,
    draw_noise,
)
from core.bilinear import sample_bilinear

FAMILIES: tuple[Family, ...] = get_args(Family)


def pictures(count: int = 3, size: int = 16, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_at_zero_nothing_is_touched_and_nothing_drawn():
    images, numbers = pictures(), rng()
    before, torch_before = numbers.bit_generator.state, torch.get_rng_state()
    assert augment(images, FAMILIES, 0, numbers) is images
    assert augment(images, (), 1, numbers) is images
    assert numbers.bit_generator.state == before
    assert torch.equal(torch.get_rng_state(), torch_before)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [8, 16, 64])
def test_each_family_changes_pictures_and_keeps_their_shape(family, size):
    torch.manual_seed(0)
    images = pictures(4, size)
    changed = augment(images, (family,), 1, rng())
    assert changed.shape == images.shape
    assert changed.dtype == images.dtype
    assert torch.isfinite(changed).all()
    assert (changed - images).abs().max() > 0.05


def test_the_same_random_state_gives_the_same_pictures():
    images, results = pictures(), []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        results.append(augment(images, FAMILIES, 0.7, rng(seed)))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_pictures_of_a_batch_do_not_mix():
    images = pictures(6, 16)
    inverse = draw_geometry(("blit", "geometry"), 1, 6, rng()).inverse(16, 16)
    gains = draw_band_gains(1, 6, rng())
    together, filtered = transform(images, inverse), amplify(images, gains)
    for index in range(6):
        one = slice(index, index + 1)
        # Margins follow the widest of a batch; what lies beyond the needed ones must not show.
        torch.testing.assert_close(transform(images[one], inverse[one]), together[one], rtol=0, atol=2e-5)
        torch.testing.assert_close(amplify(images[one], gains[one]), filtered[one], rtol=0, atol=1e-5)
    changed = images.clone()
    changed[0] += 1
    torch.testing.assert_close(transform(changed, inverse)[1:], together[1:], rtol=0, atol=0)


def test_gradients_reach_pictures_and_keep_to_their_own():
    torch.manual_seed(0)
    images = pictures(4).requires_grad_(True)
    augment(images, [name for name in FAMILIES if name != "cutout"], 1, rng())[1].square().sum().backward()
    gradient = images.grad
    assert gradient is not None
    assert torch.isfinite(gradient).all()
    assert gradient[1].abs().max() > 0
    assert gradient[[0, 2, 3]].abs().max() == 0


def test_sampling_has_gradients_of_both_orders():
    torch.manual_seed(0)
    images = torch.rand(2, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    grid = torch.rand(2, 3, 6, 2, dtype=torch.float64) * 2.4 - 1.2
    assert torch.autograd.gradcheck(lambda each: sample_bilinear(each, grid), images)
    assert torch.autograd.gradgradcheck(lambda each: sample_bilinear(each, grid), images)


def test_a_penalty_on_gradients_reaches_the_weights_behind_all_transformations():
    torch.manual_seed(0)
    images = pictures(4).requires_grad_(True)
    convolution = torch.nn.Conv2d(3, 2, 3)
    scores = convolution(augment(images, FAMILIES, 1, rng())).tanh().sum(dim=(1, 2, 3))
    (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    gradient.square().sum().backward()
    assert convolution.weight.grad is not None
    assert torch.isfinite(convolution.weight.grad).all()
    assert convolution.weight.grad.abs().max() > 0


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_how_often_each_transformation_is_drawn(p):
    count = 20_000
    geometry, colour = draw_geometry(FAMILIES, p, count, rng()), draw_colour(p, count, rng())
    tolerance = 4 * math.sqrt(p * (1 - p) / count)
    changed = {
        "flip": 2 * (geometry.flip != 0).mean(),  # half of the draws leave it as it is
        "quarter turns": (geometry.quarter_turns != 0).mean() / 0.75,
        "shift": (geometry.shift != 0).all(axis=1).mean(),
        "scale": (geometry.scale != 1).mean(),
        "turned, before or after": ((geometry.turn_before != 0) | (geometry.turn_after != 0)).mean(),
        "stretch": (geometry.stretch != 1).mean(),
        "drift": (geometry.drift != 0).all(axis=1).mean(),
        "brightness": (colour.brightness != 0).mean(),
        "contrast": (colour.contrast != 1).mean(),
        "luma flip": 2 * (colour.luma_flip != 0).mean(),
        "hue": (colour.hue != 0).mean(),
        "saturation": (colour.saturation != 1).mean(),
        "noise": (draw_noise(p, count, rng()) > 0).mean(),
        "cutout": (draw_cutouts(p, count, rng())[1] > 0).mean(),
    }
    for name, part in changed.items():
        assert part == pytest.approx(p, abs=3 * tolerance), name
    assert (geometry.turn_before != 0).mean() == pytest.approx(1 - math.sqrt(1 - p), abs=tolerance)


def test_laws_of_what_is_drawn():
    count = 20_000
    geometry, colour = draw_geometry(FAMILIES, 1, count, rng()), draw_colour(1, count, rng())
    assert np.abs(geometry.shift).max() <= 0.125
    assert set(geometry.quarter_turns.tolist()) == {0, 1, 2, 3}
    assert np.log2(geometry.scale).std() == pytest.approx(0.2, rel=0.03)
    assert np.log2(geometry.stretch).std() == pytest.approx(0.2, rel=0.03)
    assert geometry.drift.std() == pytest.approx(0.125, rel=0.03)
    assert colour.brightness.std() == pytest.approx(0.2, rel=0.03)
    assert np.log2(colour.contrast).std() == pytest.approx(0.5, rel=0.03)
    assert np.log2(colour.saturation).std() == pytest.approx(1, rel=0.03)
    for angle in (geometry.turn_before, geometry.turn_after, colour.hue):
        assert np.abs(angle).max() <= np.pi
        assert angle.std() == pytest.approx(np.pi / math.sqrt(3), rel=0.03)
    noise = draw_noise(1, count, rng())
    assert np.sqrt((noise**2).mean()) == pytest.approx(NOISE_DEVIATION, rel=0.03)


def test_switched_off_families_leave_their_part_alone():
    geometry = draw_geometry(("blit",), 1, 50, rng())
    assert not geometry.flip.any()
    assert (geometry.scale == 1).all()
    assert (geometry.quarter_turns != 0).any()


def test_what_changes_nothing():
    images = pictures(2, 16)
    still = transform(images, Geometry.identity(2).inverse(16, 16))
    torch.testing.assert_close(still, images, rtol=0, atol=1e-5)
    torch.testing.assert_close(recolour(images, Colour.identity(2).matrix()), images, rtol=0, atol=1e-6)
    torch.testing.assert_close(amplify(images, np.ones((2, BANDS))), images, rtol=0, atol=1e-5)
    assert torch.equal(cut_out(images, np.full((2, 2), 0.5), np.zeros(2)), images)


def test_pictures_need_not_be_square():
    images = torch.rand(2, 3, 8, 16)
    torch.testing.assert_close(transform(images, Geometry.identity(2).inverse(8, 16)), images, rtol=0, atol=1e-5)
    shifted = Geometry(**{**vars(Geometry.identity(2)), "shift": np.array([[0.125, 0], [0, -0.125]])})
    moved = transform(images, shifted.inverse(8, 16))
    torch.testing.assert_close(moved[0, :, :, 2:], images[0, :, :, :-2], rtol=0, atol=1e-5)
    torch.testing.assert_close(moved[1, :, :-1], images[1, :, 1:], rtol=0, atol=1e-5)


@pytest.mark.parametrize("taps", [SYM2, SYM6])
def test_wavelet_filters_are_orthonormal_and_blind_to_polynomials(taps):
    low = np.array(taps)
    assert low.sum() == pytest.approx(math.sqrt(2))
    for shift in range(0, len(low), 2):
        assert low[shift:] @ low[: len(low) - shift] == pytest.approx(float(shift == 0), abs=1e-9)
    high = low * (-1.0) ** np.arange(len(low))
    for power in range(len(low) // 2):
        assert high @ np.linspace(-1, 1, len(low)) ** power == pytest.approx(0, abs=1e-6)


def test_up_and_down_again_is_the_same():
    images = pictures(2, 12)
    widened = upsample(reflected(images, (6, 6, 6, 6)))
    assert widened.shape[2:] == (48, 48)
    # Six pixels of margin are twelve of twice the size; downsampling takes six of them at each edge.
    torch.testing.assert_close(downsample(widened[:, :, 6:-6, 6:-6]), images, rtol=0, atol=1e-5)


def test_taps_are_sent_once_and_serve_gradients_whoever_asked_first():
    _normalised.cache_clear()
    images = torch.rand(1, 3, 20, 20)
    with torch.inference_mode():
        downsample(upsample(images))
    downsample(upsample(images.requires_grad_())).sum().backward()
    assert images.grad is not None
    assert _normalised.cache_info().misses == 1


def test_bands_add_up_to_the_picture_and_each_has_its_place():
    bank = filter_bank()
    assert bank.shape[0] == BANDS
    identity = np.zeros(bank.shape[1])
    identity[bank.shape[1] // 2] = 1
    np.testing.assert_allclose(bank.sum(axis=0), identity, atol=1e-9)
    np.testing.assert_allclose(bank, bank[:, ::-1], atol=1e-9)
    response = np.abs(np.fft.rfft(bank, 512))  # [band, frequency up to π]
    for band, frequency in enumerate((0.03, 0.1875, 0.375, 0.85)):
        assert response[:, int(frequency * 256)].argmax() == band


def test_amplified_bands_keep_the_expected_power():
    gains = draw_band_gains(1, 500, rng())
    assert gains.shape == (500, BANDS)
    assert gains.std() > 0.2
    assert (draw_band_gains(0, 5, rng()) == 1).all()
    single = draw_band_gains(0.05, 4000, rng())
    # Where only one band was amplified, the others give way so far that the power stays.
    assert np.median((single**2) @ BAND_POWER) == pytest.approx(1)


def test_margins_are_mirrored_as_often_as_it_takes():
    row = torch.arange(4.0).reshape(1, 1, 1, 4).expand(1, 1, 2, 4)
    assert reflected(row, (7, 0, 5, 0))[0, 0, 0].tolist() == [1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2]
    images = pictures(1, 8)
    assert torch.equal(reflected(images, (3, 2, 1, 4)), torch.nn.functional.pad(images, (3, 1, 2, 4), mode="reflect"))


def test_cutouts_are_grey_squares():
    images = torch.ones(3, 3, 16, 16)
    cut = cut_out(images, np.array([[0.5, 0.5], [0, 0.25], [0.5, 0.5]]), np.array([CUTOUT_SIZE, CUTOUT_SIZE, 0]))
    assert (cut[0] == 0).sum() == 3 * 8 * 8
    assert (cut[0, :, 4:12, 4:12] == 0).all()
    assert (cut[1, :, :8, :4] == 0).all()
    assert (cut[1] == 0).sum() == 3 * 8 * 4
    assert (cut[2] == 1).all()
