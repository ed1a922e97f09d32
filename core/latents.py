"""From a Latent to w and to a sample: the one law that window, command line and exports share.

In this order: the seed's z is mapped to w; between the seeds of the lattice, w is blended bilinearly; some layers take
the w of a second seed; what results is truncated.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.backbone import NoiseMode
from core.bake import z_from_seed
from core.generator import Generator, Sample
from core.lattice import corners
from core.mapping import MappingNetwork
from core.scene import Latent


def ws_of(generator: Generator, latent: Latent) -> Tensor:
    """The ws of a latent.  Returns [1, ws_count, w_dim].

    At a seed of the lattice, without mixing, they are exactly those of `MappingNetwork` with the same psi and cutoff.
    """
    mapping = generator.mapping
    parts = [(share, _mapped(mapping, seed, latent)) for seed, share in corners(latent)]
    ws = parts[0][1] if len(parts) == 1 else torch.stack([share * each for share, each in parts]).sum(dim=0)
    layers = [layer for layer in latent.mix_layers if layer < mapping.ws_count]
    if latent.mix_seed is not None and layers:
        ws = ws.clone()
        ws[:, layers] = _mapped(mapping, latent.mix_seed, latent)[:, layers]
    return mapping.truncated(ws, latent.psi, latent.cutoff)


def sample_of(generator: Generator, latent: Latent, ws: Tensor | None = None) -> Sample:
    """What a generator makes of a latent, with the latent's noise; `ws` if they are known already."""
    return generator.field(ws_of(generator, latent) if ws is None else ws, noise_of(latent))


def noise_of(latent: Latent) -> NoiseMode:
    """The latent's noise: a random pattern comes from a seed, and is the same on all devices."""
    return torch.Generator().manual_seed(latent.noise_seed) if latent.noise == "random" else latent.noise


def _mapped(mapping: MappingNetwork, seed: int, latent: Latent) -> Tensor:
    """The ws of one seed, not truncated.  One at a time: in a batch the last bits might differ."""
    device = mapping.w_avg.device
    z = z_from_seed(seed, mapping.z_dim).to(device)
    angles = None if latent.pose is None else torch.tensor([latent.pose], device=device)
    labels = None
    if latent.label is not None and latent.label < mapping.label_count:
        labels = torch.tensor([latent.label], device=device)
    return mapping(z, angles=angles, labels=labels)
