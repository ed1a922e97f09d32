"""Planes as pictures: principal components against a plain decomposition, and points against the field itself."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.plane_pictures import SPREAD, plane_channel, plane_components, plane_features, plane_lengths, point_facts
from core.triplane import TriPlaneDecoder, TriPlaneField, sample_planes


def a_field(features: int = 6, size: int = 8) -> TriPlaneField:
    generator = torch.Generator().manual_seed(3)
    planes = torch.randn(1, 3 * features, size, size, generator=generator)
    planes[:, ::2] *= 3
    torch.manual_seed(0)
    return TriPlaneField(planes, TriPlaneDecoder(features, 16), box=0.5)


def test_components_are_those_of_a_singular_value_decomposition():
    field = a_field()
    found = plane_components(field)
    rows = plane_features(field).permute(0, 2, 3, 1).reshape(-1, 6).double().numpy()
    centred = rows - rows.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(found.shares.numpy(), (values**2 / (values**2).sum())[:3], rtol=1e-4)
    signs = np.sign(axes[np.arange(6), np.abs(axes).argmax(axis=1)])[:, None]
    expected = 0.5 + 0.5 * centred @ (axes * signs)[:3].T / (SPREAD * values[:3] / np.sqrt(len(rows)))
    np.testing.assert_allclose(found.colours.reshape(-1, 3).numpy(), expected.clip(0, 1), atol=1e-4)


@pytest.mark.parametrize("features", [1, 2])
def test_few_features_leave_the_last_colours_grey(features: int):
    found = plane_components(a_field(features))
    assert (found.colours[..., features:] == 0.5).all()
    assert found.colours[..., :features].std() > 0.1
    assert found.shares.sum() == pytest.approx(1)


def test_planes_of_one_colour_are_grey():
    field = a_field()
    flat = TriPlaneField(torch.ones_like(field.planes), field.decoder, field.box)
    found = plane_components(flat)
    assert torch.isfinite(found.colours).all()
    assert (found.colours - 0.5).abs().max() < 1e-3


def test_lengths_and_channels_are_those_of_the_planes():
    field = a_field()
    planes = field.planes[0].reshape(3, 6, 8, 8)
    torch.testing.assert_close(plane_channel(field, 4), planes[:, 4])
    torch.testing.assert_close(plane_lengths(field), planes.square().sum(dim=1).sqrt())
    with pytest.raises(ValueError, match="channel 6 does not exist: these planes have 6"):
        plane_channel(field, 6)


def test_a_plane_that_is_left_out_adds_nothing():
    field, point = a_field(), torch.tensor([[[0.1, -0.2, 0.3]]])
    planes = field.planes.reshape(1, 3, 6, 8, 8)
    for left in range(3):
        kept = planes.clone()
        kept[:, left] = 0
        expected = sample_planes(kept.reshape(field.planes.shape), point / field.box)
        only = field.only([each for each in range(3) if each != left])
        torch.testing.assert_close(sample_planes(only.planes, point / field.box), expected)
    assert field.only((0, 1, 2)) is field
    assert not field.only(()).planes.any()


@torch.no_grad()
def test_a_point_reads_what_the_field_says_there():
    field, point = a_field(), (0.1, -0.2, 0.3)
    facts = point_facts(field, point)
    colour, density = field(torch.tensor([[point]]))
    assert facts.density == pytest.approx(float(F.softplus(density)))
    assert facts.colour == pytest.approx(colour[0, 0].tolist())
    without = [float(F.softplus(field.only(planes)(torch.tensor([[point]]))[1])) for planes in ((1, 2), (0, 2), (0, 1))]
    assert facts.left_out == pytest.approx(without)
