"""From a Latent to w and to a sample: the one law that window, command line and exports share.

In this order: the seed's z is mapped to w; between the seeds of the lattice, w is blended bilinearly; a w that the
latent holds itself stands in the place of both; some layers take the w of a second seed; what results is truncated;
steps along directions of w are added; on the way to another latent, what they both give is blended linearly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import torch
from torch import Tensor

from core.backbone import NoiseMode
from core.bake import z_from_seed
from core.directions import directions_of
from core.generator import Generator, Sample
from core.given_w import w_values
from core.lattice import corners
from core.mapping import MappingNetwork
from core.scene import ALL_PLANES, Latent
from core.triplane import TriPlaneField


def ws_of(generator: Generator, latent: Latent, directions: Callable[[], Tensor] | None = None) -> Tensor:
    """The ws of a latent.

    Args:
        generator: Whose mapping it is.
        latent: Which sample.
        directions: Gives `directions_of` the mapping where they are kept; None computes them if they are needed.

    Returns:
        [1, ws_count, w_dim].  At a seed of the lattice, without mixing and steps, they are exactly those of
        `MappingNetwork` with the same psi and cutoff.

    Raises:
        ValueError: The latent holds a w of another generator.
    """
    if latent.toward is None or latent.share == 0:
        return _own(generator.mapping, latent, directions)
    here, there = (_own(generator.mapping, each, directions) for each in (latent, latent.toward))
    return torch.lerp(here, there, latent.share)


def _own(mapping: MappingNetwork, latent: Latent, directions: Callable[[], Tensor] | None) -> Tensor:
    """The ws of a latent without its way to another one."""
    ws = _at_place(mapping, latent) if latent.w is None else _given(mapping, latent.w)
    layers = [layer for layer in latent.mix_layers if layer < mapping.ws_count]
    if latent.mix_seed is not None and layers:
        ws = ws.clone()
        ws[:, layers] = _mapped(mapping, latent.mix_seed, latent)[:, layers]
    ws = mapping.truncated(ws, latent.psi, latent.cutoff)
    if not any(latent.shifts):
        return ws
    along = directions_of(mapping) if directions is None else directions()
    return ws + _step(latent, along, mapping.ws_count)


def sample_of(
    generator: Generator, latent: Latent, ws: Tensor | None = None, planes: Collection[int] = ALL_PLANES
) -> Sample:
    """What a generator makes of a latent, with the latent's noise.

    Args:
        generator: In evaluation mode.
        latent: Which sample.
        ws: Of the latent, if they are known already.
        planes: Of a tri-plane those that count (Quality.planes); flat pictures have none.
    """
    return with_planes(generator.field(ws_of(generator, latent) if ws is None else ws, noise_of(latent)), planes)


def with_planes(sample: Sample, planes: Collection[int]) -> Sample:
    """A sample whose tri-plane, if it has one, consists of these planes alone."""
    return sample.only(planes) if isinstance(sample, TriPlaneField) else sample


def noise_of(latent: Latent) -> NoiseMode:
    """The latent's noise: a random pattern comes from a seed, and is the same on all devices."""
    return torch.Generator().manual_seed(latent.noise_seed) if latent.noise == "random" else latent.noise


def _step(latent: Latent, directions: Tensor, layers: int) -> Tensor:
    """What is added along directions [w_dim, w_dim].  Returns [layers, w_dim]."""
    shifts = torch.tensor(latent.shifts[: len(directions)], device=directions.device)
    first, last = latent.shift_layers or (0, layers)
    taken = torch.zeros(layers, 1, device=directions.device)
    taken[first : last + 1] = 1
    return taken * (shifts @ directions[: len(shifts)])


def _at_place(mapping: MappingNetwork, latent: Latent) -> Tensor:
    """The ws between the seeds of the lattice, not truncated."""
    parts = [(share, _mapped(mapping, seed, latent)) for seed, share in corners(latent)]
    return parts[0][1] if len(parts) == 1 else torch.stack([share * each for share, each in parts]).sum(dim=0)


def _given(mapping: MappingNetwork, text: str) -> Tensor:
    """The ws that a latent holds itself.  Raises ValueError if they are those of another generator."""
    values, layers, width = w_values(text), mapping.ws_count, mapping.w_dim
    if len(values) not in (width, layers * width):
        raise ValueError(
            f"this sample was found for another generator: it has {len(values)} numbers, and this one takes {width}, "
            f"or as many for each of its {layers} layers. Choose a seed, or the generator that it was found for"
        )
    return torch.from_numpy(values).reshape(1, -1, width).expand(-1, layers, -1).to(mapping.w_avg.device)


def _mapped(mapping: MappingNetwork, seed: int, latent: Latent) -> Tensor:
    """The ws of one seed, not truncated.  One at a time: in a batch the last bits might differ."""
    device = mapping.w_avg.device
    z = z_from_seed(seed, mapping.z_dim).to(device)
    angles = None if latent.pose is None else torch.tensor([latent.pose], device=device)
    labels = None
    if latent.label is not None and latent.label < mapping.label_count:
        labels = torch.tensor([latent.label], device=device)
    return mapping(z, angles=angles, labels=labels)
