"""Mapping networks: latents and conditions to w, with the truncation trick (METHOD: Mapping)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embedding import ANGLES, CameraCode
from core.layers import FullyConnected, normalize_moment

W_AVERAGE_BETA = 0.998
# Where cameras come from all around, the mean of their places is near the centre and no place of any camera.
SHORTEST_MEAN = 0.3
FRONT = (0.0, 0.0, 1.0)
LABEL_STEPS = 1e5


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
    """z to w, with the running mean of w around which truncation works.

    Label and camera, where they are told, are embedded, normalised and joined to z.  Who names no camera means the mean
    of those that were seen in training, or the front if they were everywhere; who names no class, the one that z stands
    for: all are as likely, and the same z always has the same.
    """

    w_avg: Tensor
    camera_avg: Tensor

    def __init__(
        self,
        z_dim: int,
        w_dim: int,
        ws_count: int,
        layers: int = 2,
        lr_multiplier: float = 0.01,
        *,
        camera_condition: bool = False,
        camera_code: CameraCode = ANGLES,
        label_count: int = 0,
    ):
        super().__init__()
        self.camera_code = camera_code
        self.z_dim, self.w_dim, self.ws_count, self.layers = z_dim, w_dim, ws_count, layers
        self.camera_condition, self.label_count = camera_condition, label_count
        told = label_count + (camera_code.dim if camera_condition else 0)
        if told:
            self.embed = FullyConnected(told, w_dim)
        if camera_condition:
            self.register_buffer("camera_avg", torch.tensor(FRONT))
        first = z_dim + w_dim if told else z_dim
        for index in range(layers):
            inputs = first if index == 0 else w_dim
            self.add_module(f"fc{index}", FullyConnected(inputs, w_dim, lr_multiplier=lr_multiplier, activate=True))
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(
        self,
        z: Tensor,
        psi: float = 1,
        cutoff: int | None = None,
        angles: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Tensor:
        """Map latents.

        Args:
            z: [batch, z_dim], normal.
            psi: Truncation: w_avg + psi (w - w_avg).
            cutoff: Truncate only the first so many ws; none: all.
            angles: Yaw and pitch that the generator is told, radians, [batch, 2]; none: the usual ones. Without camera
                condition they have no effect.
            labels: Classes, [batch], int64; none: usual_labels().  Without label condition they have no effect.

        Returns:
            ws, [batch, ws_count, w_dim].
        """
        x = normalize_moment(z.to(torch.float32))
        told: list[Tensor] = []
        if self.label_count:
            labels = self.usual_labels(z) if labels is None else labels
            told.append(F.one_hot(labels, self.label_count).to(torch.float32))
        if self.camera_condition:
            angles = self.usual_angles().expand(len(z), -1) if angles is None else angles
            told.append(self.camera_code(angles))
        if told:
            x = torch.cat([x, normalize_moment(self.embed(torch.cat(told, dim=1)))], dim=1)
        for index in range(self.layers):
            x = self.get_submodule(f"fc{index}")(x)
        return self.truncated(x.unsqueeze(1).repeat(1, self.ws_count, 1), psi, cutoff)

    def truncated(self, ws: Tensor, psi: float, cutoff: int | None = None) -> Tensor:
        """Move ws [batch, ws_count, w_dim] towards the mean of w, arguments as of `forward`."""
        if psi == 1:
            return ws
        moved = self.w_avg.lerp(ws[:, :cutoff], psi)
        return torch.cat([moved, ws[:, moved.shape[1] :]], dim=1)

    def usual_angles(self) -> Tensor:
        """Yaw and pitch of a camera-conditioned generator when nobody names them, radians.  Returns [2]."""
        front = torch.tensor(FRONT, device=self.camera_avg.device)
        x, y, z = torch.where(self.camera_avg.norm() < SHORTEST_MEAN, front, self.camera_avg)
        return torch.stack([torch.atan2(z, x), torch.atan2(torch.hypot(x, z), y)])

    def usual_labels(self, z: Tensor) -> Tensor:
        """Classes of a label-conditioned generator when nobody names them.  [batch, z_dim] -> [batch], int64."""
        # Digits far behind the point: they say nothing else, and are the same on all devices.
        return (z[:, 0].to(torch.float32) * LABEL_STEPS).floor().to(torch.int64) % self.label_count

    @torch.no_grad()
    def track(self, ws: Tensor, angles: Tensor | None = None) -> None:
        """Move the running means towards the batch's.

        Args:
            ws: [batch, ws_count, w_dim].
            angles: What the generator was told, [batch, 2], with camera condition.
        """
        self.w_avg.copy_(ws[:, 0].detach().mean(dim=0).lerp(self.w_avg, W_AVERAGE_BETA))
        if self.camera_condition and angles is not None:
            yaw, pitch = angles.unbind(dim=1)
            places = torch.stack([pitch.sin() * yaw.cos(), pitch.cos(), pitch.sin() * yaw.sin()], dim=1)
            self.camera_avg.copy_(places.mean(dim=0).lerp(self.camera_avg, W_AVERAGE_BETA))
