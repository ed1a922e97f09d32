import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.gather import weighted_rows


@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 12), st.integers(0, 1000))
def test_sums_and_gradient_equal_the_definition(rows, count, taps, seed):
    random = torch.Generator().manual_seed(seed)
    table = torch.randn(rows, 5, generator=random).requires_grad_(True)
    indices = torch.randint(rows, (count, taps), dtype=torch.int32, generator=random)
    weights = torch.rand(count, taps, generator=random)
    upstream = torch.randn(count, 5, generator=random)
    expected = (F.embedding(indices, table) * weights[..., None]).sum(dim=1)
    (wanted,) = torch.autograd.grad(expected, table, upstream)
    gathered = weighted_rows(table, indices, weights)
    torch.testing.assert_close(gathered, expected, atol=1e-5, rtol=1e-5)
    (gradient,) = torch.autograd.grad(gathered, table, upstream)
    torch.testing.assert_close(gradient, wanted, atol=1e-5, rtol=1e-5)


def test_the_gradient_is_the_same_every_time():
    random = torch.Generator().manual_seed(0)
    table = torch.randn(7, 32, generator=random).requires_grad_(True)
    indices = torch.randint(7, (20_000, 12), dtype=torch.int32, generator=random)
    weights, upstream = torch.rand(20_000, 12, generator=random), torch.randn(20_000, 32, generator=random)
    one, other = (torch.autograd.grad(weighted_rows(table, indices, weights), table, upstream)[0] for _ in range(2))
    assert torch.equal(one, other)
