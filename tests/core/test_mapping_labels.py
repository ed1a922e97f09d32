"""A generator that is told of classes: by number, or by z where nobody names one."""

from __future__ import annotations

import torch

from core.mapping import MappingNetwork


def test_the_class_counts():
    torch.manual_seed(0)
    mapping, z = MappingNetwork(8, 16, 4, label_count=3), torch.randn(5, 8)
    zeros = torch.zeros(5, dtype=torch.int64)
    first, second = mapping(z, labels=zeros), mapping(z, labels=zeros + 2)
    assert first.shape == (5, 4, 16)
    assert not torch.allclose(first, second)
    assert torch.equal(mapping(z), mapping(z, labels=mapping.usual_labels(z)))


def test_label_and_camera_go_together():
    torch.manual_seed(0)
    mapping, z = MappingNetwork(8, 16, 4, label_count=3, camera_condition=True), torch.randn(2, 8)
    assert mapping.embed.weight.shape == (16, 3 + 24)
    labels, angles = torch.tensor([0, 1]), torch.tensor([[0.1, 1.0], [0.4, 1.5]])
    assert not torch.allclose(mapping(z, angles=angles, labels=labels), mapping(z, angles=angles, labels=1 - labels))
    assert not torch.allclose(mapping(z, angles=angles, labels=labels), mapping(z, labels=labels))


def test_usual_classes_are_as_likely_and_belong_to_z():
    mapping, z = MappingNetwork(2, 4, 1, label_count=7), torch.randn(70_000, 2, generator=torch.manual_seed(1))
    labels = mapping.usual_labels(z)
    assert torch.equal(labels, mapping.usual_labels(z.clone()))
    shares = torch.bincount(labels, minlength=7) / len(z)
    assert (shares - 1 / 7).abs().max() < 0.006
    assert abs(torch.corrcoef(torch.stack([labels.float(), z[:, 0]]))[0, 1].item()) < 0.015


def test_without_classes_nothing_is_added():
    assert not any(name.startswith("embed") for name in MappingNetwork(8, 16, 4).state_dict())
