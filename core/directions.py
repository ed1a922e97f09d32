"""Directions in w along which samples differ most: principal components of what the mapping gives (GANSpace, 2020)."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from core.bake import z_from_seed
from core.mapping import MappingNetwork

# The w of so many seeds, from 0 on, are looked at; they are mapped in pieces.
SEEDS, PIECE = 2048, 256


@torch.no_grad()
def directions_of(mapping: MappingNetwork) -> Tensor:
    """Principal components of w before truncation, the one with the largest variance first.

    The same weights have the same ones: the seeds are fixed, all is computed by the processor, and each component's
    sign is that of its largest entry, which is positive.

    Returns:
        Components that are one standard deviation long, [w_dim, w_dim], float32, where the mapping is.
    """
    device, mapping = mapping.w_avg.device, copy.deepcopy(mapping).cpu()
    pieces = [range(start, start + PIECE) for start in range(0, SEEDS, PIECE)]
    zs = (torch.cat([z_from_seed(seed, mapping.z_dim) for seed in piece]) for piece in pieces)
    w = torch.cat([mapping(z)[:, 0] for z in zs]).double()  # [SEEDS, w_dim]
    variances, components = torch.linalg.eigh(torch.cov(w.t()))
    directions = (components * variances.clamp(min=0).sqrt()).t().flip(0)
    largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    return (directions * torch.where(largest < 0, -1.0, 1.0)).to(device, torch.float32)
