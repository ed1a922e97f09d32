"""What a tick records of the discriminator's modulation: sigma over scales and positions, and how filters behave."""

from __future__ import annotations

import numpy as np
import torch

from core.discriminator import Discriminator
from core.filter_kinds import SCALARS, filter_kinds, shares
from core.rays import Patches
from core.sigma_patches import centred_patches, edge_patches


@torch.no_grad()
def sigma_at(discriminator: Discriminator, scales: np.ndarray, offsets: np.ndarray) -> dict[str, np.ndarray]:
    """Sigma of each modulated layer for patches.

    Args:
        discriminator: In whichever mode; no random numbers are drawn.
        scales: [n] of the patches.
        offsets: [n, 2] of the patches.

    Returns:
        [n, filters] each, float32, by the layer's name in the order of the forward pass.
    """
    device = next(discriminator.parameters()).device
    patches = Patches(torch.from_numpy(scales).to(device), torch.from_numpy(offsets).to(device))
    return {name: sigma.float().cpu().numpy() for name, sigma in discriminator.modulations(patches).items()}


def tick_modulations(discriminator: Discriminator) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Measure the modulation at the end of a tick.

    Returns:
        Arrays of the tick's file: sigma/LAYER [m, filters] for centred patches of sigma_scales [m], and
        sigma_places/LAYER [n, filters] for those at the edges of the image, of sigma_place_scales [n] and
        sigma_place_offsets [n, 2]; half precision.  And the scalars of the tick; none without modulation.
    """
    least = discriminator.config.min_scale
    (scales, offsets), (edge_scales, edge_offsets) = centred_patches(least), edge_patches(least)
    sigmas = sigma_at(discriminator, np.concatenate([scales, edge_scales]), np.concatenate([offsets, edge_offsets]))
    halves = {name: sigma.astype(np.float16) for name, sigma in sigmas.items()}
    centred = {name: sigma[: len(scales)] for name, sigma in halves.items()}
    placed = {name: sigma[len(scales) :] for name, sigma in halves.items()}
    arrays = {"sigma_scales": scales, "sigma_place_scales": edge_scales, "sigma_place_offsets": edge_offsets}
    arrays |= {f"sigma/{name}": sigma for name, sigma in centred.items()}
    arrays |= {f"sigma_places/{name}": sigma for name, sigma in placed.items()}
    if not centred:
        return arrays, {}
    parts = shares({name: filter_kinds(centred[name], scales, placed[name], edge_scales) for name in centred})
    return arrays, {scalar: parts[kind] for kind, scalar in SCALARS.items()}
