"""What the viewport's benchmark draws, how close two pictures are, and what passing over empty space costs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from core.bake import bake_sample, z_from_seed
from core.baked import BakedVolume
from core.camera import Camera, cam2world
from core.checkpoint import load_checkpoint
from core.fold import fold_sample

RAYS_AT_ONCE, STEPS = 4096, 96


class Scenery:
    """One sample of a checkpoint, on the GPU if there is one.

    Attributes:
        device: Where torch computes.
        folded: The exact field.
        empty: Its cells, [z, y, x].
        training_samples: Coarse and fine samples of a training ray.
    """

    def __init__(self, checkpoint: Path) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.generator = load_checkpoint(checkpoint, self.device).generator
        self.rays = self.generator.config.rays
        z = z_from_seed(0, self.generator.config.z_dim).to(self.device)
        self.sample = self.generator.field(self.generator.mapping(z))
        folded = fold_sample(self.sample, self.rays, self.generator.marching)
        if folded is None or folded.empty is None:
            raise SystemExit(f"{checkpoint}: its field cannot be drawn by a shader")
        self.folded, self.empty = folded, folded.empty
        self.training_samples = (self.rays.coarse_samples, self.rays.fine_samples)

    def baked(self, resolution: int) -> BakedVolume:
        """The sample as a volume."""
        return bake_sample(self.sample, self.rays, resolution, self.generator.marching)

    def torch_picture(self, camera: Camera, size: int, samples: tuple[int, int]) -> np.ndarray:
        """Raw colours by the torch renderer with so many coarse and fine samples, [size, size, 3]."""
        matrix = torch.from_numpy(camera.matrix)[None].float().to(self.device)
        rays = self.rays.model_copy(update={"coarse_samples": samples[0], "fine_samples": samples[1]})
        picture = self.generator.picture(self.sample, matrix, size, self.rays.fov, rays=rays)[0, :3]
        return np.moveaxis(picture.cpu().numpy(), 0, -1)


def lost_opacity(scenery: Scenery, count: int) -> tuple[float, float]:
    """The opacity that random rays lose in cells that are passed over: the most of one ray, and the mean."""
    rays, half, edge = scenery.rays, scenery.folded.half, len(scenery.empty)
    random, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    cells = torch.from_numpy(scenery.empty.astype(np.int64)).flatten()
    most, total, done = 0.0, 0.0, 0
    while done < count:
        number = min(RAYS_AT_ONCE, count - done)
        yaw, pitch = rng.uniform(-math.pi, math.pi, 1), np.arccos(rng.uniform(-0.99, 0.99, 1))
        eye = torch.from_numpy(cam2world(yaw, pitch, rays.radius)[0, :3, 3]).float()
        aims = (torch.rand(number, 1, 3, generator=random) * 2 - 1) * half
        depths = torch.linspace(rays.near, rays.far, STEPS)[None, :, None]
        points = eye + F.normalize(aims - eye, dim=-1) * depths  # [rays, steps, 3]
        _, density = scenery.sample(points.flatten(0, 1)[None].to(scenery.device))
        places = ((points / half + 1) / 2 * edge).floor().long()
        inside = ((places >= 0) & (places < edge)).all(dim=-1)
        x, y, z = places.clamp(0, edge - 1).unbind(dim=-1)
        passed = inside & (cells[(z * edge + y) * edge + x] > 0)
        optical = F.softplus(density.cpu().reshape(passed.shape)) * (rays.far - rays.near) / (STEPS - 1)
        lost = 1 - torch.exp(-(optical * passed).sum(dim=1))
        most, total, done = max(most, float(lost.max())), total + float(lost.sum()), done + number
    return most, total / count


def psnr(picture: np.ndarray, truth: np.ndarray) -> float:
    """Closeness of raw colours, dB."""
    return 10 * math.log10(4 / max(float(np.mean((picture - truth) ** 2)), 1e-20))
