"""What all generator families share: z to w, w to a sample, a sample to pixels."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from core.backbone import NoiseMode
from core.embedding import ANGLES, CameraCode
from core.mapping import MappingNetwork
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, pose_matrices
from core.triplane import Painting, TriPlaneField
from core.volume import DETERMINISTIC, QUADRATURE, Marching, Rendering, SamplingNoise

# What a generator makes of ws: something to look at from all sides, or a flat picture.
Sample = TriPlaneField | Painting


class Generator(nn.Module):
    """A generator family; training, samples and metrics know only this much of it."""

    config: GeneratorConfig
    mapping: MappingNetwork

    def __init__(self, config: GeneratorConfig, camera_code: CameraCode = ANGLES):
        """Begin with the mapping network.

        Args:
            config: What it is made of.
            camera_code: How it is told the camera, with its camera condition.
        """
        super().__init__()
        self.config = config
        self.mapping = MappingNetwork(
            config.z_dim,
            config.w_dim,
            config.ws_count,
            config.mapping_layers,
            config.mapping_lr_multiplier,
            camera_condition=config.camera_condition,
            camera_code=camera_code,
            label_count=config.label_count,
        )

    def cameras(self, poses: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
        """Camera-to-world matrices of the training's cameras at poses [batch, 2 or more].  Returns [batch, 4, 4]."""
        return pose_matrices(poses, self.config.render.radius, device, self.config.render.pivot)

    @property
    def marching(self) -> Marching:
        """Which points of a ray are looked at, and how they are added up."""
        return QUADRATURE

    def pixel_fov(self, resolution: int) -> float:
        """Angle of view between the middles of a whole picture's outermost pixels, degrees."""
        return self.config.render.fov

    @abstractmethod
    def field(self, ws: Tensor, noise: NoiseMode = "const") -> Sample:
        """The samples of ws [batch, ws_count, w_dim]; spatial noise `const` makes them functions of ws alone."""

    @abstractmethod
    def render(
        self,
        field: Sample,
        matrices: Tensor,
        resolution: int,
        patches: Patches | None = None,
        fov: float | None = None,
        noise: SamplingNoise = DETERMINISTIC,
        places: Tensor | None = None,
        rays: RenderConfig | None = None,
    ) -> Rendering:
        """Render patches of samples with gradients.

        Args:
            field: Of [batch] samples.
            matrices: Camera-to-world, [batch, 4, 4].
            resolution: Pixels along a side of a patch.
            patches: Which squares of the image plane; none: the whole.
            fov: Full angle of view of the whole image, degrees; none: the data set's.
            noise: Randomness of training.
            places: Image-plane coordinates of the rays, [batch, rays, 2], instead of the patches' pixels.
            rays: Where and how rays are sampled; none: as in training.

        Returns:
            A Rendering with [batch, resolution^2 or rays, ...], rows from the top.
        """

    @abstractmethod
    def picture(
        self,
        field: Sample,
        matrices: Tensor,
        resolution: int,
        fov: float | None = None,
        noise: SamplingNoise = DETERMINISTIC,
        rays: RenderConfig | None = None,
    ) -> Tensor:
        """Whole pictures at inference.

        Args:
            field: Of [batch] samples.
            matrices: Camera-to-world, [batch, 4, 4].
            resolution: Pixels along a side.
            fov: Full angle of view, degrees; none: the data set's.
            noise: Deterministic unless asked for otherwise.
            rays: Where and how rays are sampled; none: as in training.

        Returns:
            [batch, 5, resolution, resolution]: red, green, blue in about [-1, 1], depth, opacity.
        """


def as_image(pixels: Tensor, resolution: int) -> Tensor:
    """[batch, resolution^2, channels] -> [batch, channels, resolution, resolution]."""
    return pixels.transpose(1, 2).reshape(len(pixels), -1, resolution, resolution)
