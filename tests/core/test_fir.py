import pytest
import torch
import torch.nn.functional as F

from core.fir import TAPS, fir_downsample, fir_filter, fir_upsample


def reference(x: torch.Tensor, up: int, down: int, padding: tuple[int, int], gain: float) -> torch.Tensor:
    """The definition: zero insertion, padding, filter, every so-manieth pixel."""
    batch, channels, height, width = x.shape
    spread = torch.zeros(batch, channels, height * up, width * up, dtype=x.dtype)
    spread[:, :, ::up, ::up] = x
    taps = torch.tensor(TAPS, dtype=x.dtype)
    kernel = torch.outer(taps, taps) / 64 * gain
    padded = F.pad(spread, (*padding, *padding))
    return F.conv2d(padded, kernel.repeat(channels, 1, 1, 1), groups=channels)[:, :, ::down, ::down]


CASES = {
    "same": (lambda x: fir_filter(x, 1, 4), lambda x: reference(x, 1, 1, (1, 1), 4)),
    "wider": (lambda x: fir_filter(x, 2), lambda x: reference(x, 1, 1, (2, 2), 1)),
    "up": (fir_upsample, lambda x: reference(x, 2, 1, (2, 1), 4)),
    "down": (fir_downsample, lambda x: reference(x, 1, 2, (1, 1), 1)),
}


@pytest.mark.parametrize("case", CASES)
def test_filters_and_their_gradients_equal_the_definition(case: str):
    filtered, plain = CASES[case]
    x = torch.randn(1, 2, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_(True)
    torch.testing.assert_close(filtered(x), plain(x))
    assert torch.autograd.gradcheck(filtered, x)
    assert torch.autograd.gradgradcheck(filtered, x)


def test_half_precision_keeps_its_type():
    x = torch.randn(1, 2, 8, 8, dtype=torch.bfloat16, generator=torch.Generator().manual_seed(0))
    for filtered, plain in CASES.values():
        assert filtered(x).dtype == torch.bfloat16
        torch.testing.assert_close(filtered(x).float(), plain(x.float()), atol=0.05, rtol=0.02)
