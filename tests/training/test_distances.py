import itertools
import math

import numpy as np
import pytest
import torch

from training import distances
from training.distances import Moments, density_and_coverage, frechet_distance, kernel_distance


def normal(mean: list[float], covariance: list[list[float]]) -> Moments:
    return Moments(np.array(mean, float), np.array(covariance, float))


def test_frechet_distance_of_normal_distributions_along_a_line():
    one, other = normal([1], [[4]]), normal([-2], [[0.25]])
    assert frechet_distance(one, other) == pytest.approx(3**2 + (2 - 0.5) ** 2)


def test_frechet_distance_equals_the_formula_with_the_product_s_own_eigenvalues():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(5, 5)), rng.normal(size=(5, 5))
    one, other = Moments(rng.normal(size=5), first @ first.T), Moments(rng.normal(size=5), second @ second.T)
    roots = np.sqrt(np.linalg.eigvals(one.covariance @ other.covariance).astype(complex)).real.sum()
    wanted = ((one.mean - other.mean) ** 2).sum() + np.trace(one.covariance) + np.trace(other.covariance) - 2 * roots
    assert frechet_distance(one, other) == pytest.approx(wanted, rel=1e-9)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-9)


def test_moments_of_a_shifted_set_differ_by_the_shift():
    features = torch.randn(50, 4, generator=torch.Generator().manual_seed(0))
    shift = torch.tensor([1.0, -2.0, 0.0, 0.5])
    distance = frechet_distance(Moments.of(features), Moments.of(features + shift))
    assert distance == pytest.approx(float((shift**2).sum()), rel=1e-5)
    assert Moments.of(features).covariance == pytest.approx(torch.cov(features.T).double().numpy(), abs=1e-6)


def test_few_vectors_of_many_features_are_no_trouble():
    features = torch.randn(10, 64, generator=torch.Generator().manual_seed(0))
    assert frechet_distance(Moments.of(features), Moments.of(features)) == pytest.approx(0, abs=1e-6)


def test_kernel_distance_is_the_mean_over_pairs_without_a_vector_and_itself():
    random = torch.Generator().manual_seed(0)
    one, other = torch.randn(6, 3, generator=random), torch.randn(6, 3, generator=random) + 1

    def kernel(x: torch.Tensor, y: torch.Tensor) -> float:
        return float((x.double() @ y.double()) / 3 + 1) ** 3

    within = sum(kernel(x, y) for group in (one, other) for x, y in itertools.permutations(group, 2)) / (6 * 5)
    between = sum(kernel(x, y) for x in one for y in other) / 36
    value, spread = kernel_distance(one, other)
    assert value == pytest.approx(within - 2 * between)
    assert spread == 0  # one subset is all there is


def test_kernel_distance_is_unbiased_and_grows_with_a_shift(monkeypatch):
    monkeypatch.setattr(distances, "SUBSET", 100)
    random = torch.Generator().manual_seed(0)
    one, like, other = (torch.randn(1000, 4, generator=random) for _ in range(3))
    value, spread = kernel_distance(one, like)
    assert abs(value) < 0.03
    assert 0 < spread < 0.2
    assert kernel_distance(one, other + 0.5)[0] > 10 * abs(value)


def test_coverage_of_equal_distributions_is_what_theory_says():
    """Naeem et al. 2020, Equation 9: with equally many of both it tends to 1 - 2^-k."""
    random = torch.Generator().manual_seed(0)
    count, k = 600, 5
    real, fake = torch.randn(2, count, 3, generator=random)
    density, coverage = density_and_coverage(real, fake)
    missed = math.prod((count - 1 - i) / (2 * count - 1 - i) for i in range(k))
    assert coverage == pytest.approx(1 - missed, abs=0.02)
    assert missed == pytest.approx(2**-k, abs=0.002)
    assert density == pytest.approx(1, abs=0.1)


def test_density_and_coverage_by_hand():
    real = torch.tensor([[0.0], [1.0], [2.0], [10.0]])
    fake = torch.tensor([[0.1], [0.2], [50.0]])
    # k = 1: the balls reach 1, 1, 1 and 8; both fakes near 0 lie in those of 0 and of 1, and in no other.
    assert density_and_coverage(real, fake, neighbour=1) == (4 / 3, 2 / 4)


def test_one_mode_alone_is_dense_and_covers_little():
    random = torch.Generator().manual_seed(0)
    real = torch.cat([torch.randn(100, 2, generator=random), torch.randn(100, 2, generator=random) + 20])
    density, coverage = density_and_coverage(real, torch.randn(200, 2, generator=random) * 0.3)
    assert density > 1
    assert coverage <= 0.5


def test_too_few_reals_are_refused():
    with pytest.raises(ValueError, match="more than 5"):
        density_and_coverage(torch.zeros(5, 2), torch.zeros(5, 2))
