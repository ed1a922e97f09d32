"""In how many bits the products of a training are formed (docs/training-speed.md)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from core.backbone import SynthesisBlock
from core.discriminator import ResidualBlock
from training.config import Precision


def set_precision(precision: Precision, networks: Iterable[nn.Module], device: torch.device) -> None:
    """Set how the convolutions of networks compute; weights, optimisers, rays and sums of planes stay float32.

    Args:
        precision: `bf16` has features of backbone and discriminator in bfloat16.  `tf32` lets NVIDIA GPUs round what
            they multiply to 10 bits, and so does `bf16` with all else; `float32` leaves everything as torch has it.
        networks: To be trained; those that are shown are not concerned.
        device: Where they compute.
    """
    if precision != "float32" and device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
    if precision == "bf16":
        for network in networks:
            for module in network.modules():
                if isinstance(module, SynthesisBlock | ResidualBlock):
                    module.dtype = torch.bfloat16
