"""Mapping networks: latents and conditions to w, with the truncation trick (METHOD: Mapping)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.layers import FullyConnected, normalize_moment

W_AVERAGE_BETA = 0.998


class ConditionMapping(nn.Module):
    """A condition to a vector: embedding, normalisation, fully connected layers.

    The discriminator's hypernetwork and its projection head are of this kind.
    """

    def __init__(self, condition_dim: int, out_dim: int, layers: int = 2, lr_multiplier: float = 0.01):
        super().__init__()
        self.embed = FullyConnected(condition_dim, out_dim)
        self.layers = layers
        for index in range(layers):
            layer = FullyConnected(out_dim, out_dim, lr_multiplier=lr_multiplier, activate=True)
            self.add_module(f"fc{index}", layer)

    def forward(self, condition: Tensor) -> Tensor:
        """[batch, condition_dim] -> [batch, out_dim]."""
        x = normalize_moment(self.embed(condition))
        for index in range(self.layers):
            x = self.get_submodule(f"fc{index}")(x)
        return x


class MappingNetwork(nn.Module):
    """z to w, with the running mean of w around which truncation works."""

    w_avg: Tensor

    def __init__(self, z_dim: int, w_dim: int, ws_count: int, layers: int = 2, lr_multiplier: float = 0.01):
        super().__init__()
        self.z_dim, self.w_dim, self.ws_count, self.layers = z_dim, w_dim, ws_count, layers
        for index in range(layers):
            inputs = z_dim if index == 0 else w_dim
            self.add_module(f"fc{index}", FullyConnected(inputs, w_dim, lr_multiplier=lr_multiplier, activate=True))
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(self, z: Tensor, psi: float = 1, cutoff: int | None = None) -> Tensor:
        """Map latents.

        Args:
            z: [batch, z_dim], normal.
            psi: Truncation: w_avg + psi (w - w_avg).
            cutoff: Truncate only the first so many ws; none: all.

        Returns:
            ws, [batch, ws_count, w_dim].
        """
        x = normalize_moment(z.to(torch.float32))
        for index in range(self.layers):
            x = self.get_submodule(f"fc{index}")(x)
        ws = x.unsqueeze(1).repeat(1, self.ws_count, 1)
        if psi != 1:
            truncated = self.w_avg.lerp(ws[:, :cutoff], psi)
            ws = torch.cat([truncated, ws[:, truncated.shape[1] :]], dim=1)
        return ws

    @torch.no_grad()
    def track(self, ws: Tensor) -> None:
        """Move the running mean towards the batch's.  ws [batch, ws_count, w_dim]."""
        self.w_avg.copy_(ws[:, 0].detach().mean(dim=0).lerp(self.w_avg, W_AVERAGE_BETA))
