"""The EG3D generator family: a tri-plane of features, and an upsampler of what rays see (Chan et al. 2022).

Colours are those of [-1, 1] in which they are integrated, and densities those before softplus, as in all families:
what EG3D does to the numbers of its decoder is done in its decoder.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from core.backbone import NoiseMode, SynthesisNetwork
from core.background import PlainBackground
from core.camera_label import CameraLabel
from core.field_generator import FieldGenerator, RayParts
from core.field_parts import Axes, DecoderForm
from core.layers import FullyConnected
from core.midpoints import MIDPOINTS
from core.model_config import GeneratorConfig, PlaneMode
from core.rays import centre_grid
from core.triplane import TriPlaneField
from core.upsampler import FeatureDecoder, Upsampler

# The third of the published ones repeats the second: a slip that released weights depend on.
AXES: dict[PlaneMode, Axes] = {"published": ((0, 1), (0, 2), (2, 0)), "fixed": ((0, 1), (0, 2), (2, 1))}
# Sigmoids a little wider than [0, 1], so that black and white can be reached.
WIDTH, MARGIN = 1.002, 0.001
DENSITY_SHIFT = 1.0
BLACK = -1.0


class Eg3dDecoder(FeatureDecoder):
    """Features to density and, in place of a colour, as many features again, whose first three are the colour."""

    form = DecoderForm("softplus", "sigmoid")

    def __init__(self, features: int, hidden: int):
        super().__init__()
        self.hidden = FullyConnected(features, hidden)
        self.out = FullyConnected(hidden, 1 + features)

    def forward(self, features: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Colour and density alone."""
        return self._decoded(features, 4)

    def everything(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """All that there is."""
        return self._decoded(features, len(self.out.weight))

    def activated_(self, hidden: Tensor) -> Tensor:
        """Softplus."""
        return torch.logaddexp(hidden, hidden.new_zeros(()), out=hidden)

    def density_row(self) -> tuple[Tensor, Tensor]:
        """The first; EG3D's softplus is of the density minus 1."""
        bias = self.out.bias[0] * self.out.bias_gain - DENSITY_SHIFT
        return self.out.weight[0] * self.out.weight_gain, bias

    def colour_rows(self) -> tuple[Tensor, Tensor]:
        """The three after it, before their sigmoids."""
        return self.out.weight[1:4] * self.out.weight_gain, self.out.bias[1:4] * self.out.bias_gain

    def _decoded(self, features: Tensor, rows: int) -> tuple[Tensor, Tensor]:
        weight, bias = self.out.weight[:rows] * self.out.weight_gain, self.out.bias[:rows] * self.out.bias_gain
        density, raw = F.linear(F.softplus(self.hidden(features)), weight, bias).split([1, rows - 1], dim=-1)
        colour = 2 * (WIDTH * torch.sigmoid(raw) - MARGIN) - 1
        return colour, density - DENSITY_SHIFT


class Eg3dGenerator(FieldGenerator):
    """A field of features; what its rays see is made larger by a network that is told the sample's last w."""

    def __init__(self, config: GeneratorConfig):
        super().__init__(config, RayParts(centre_grid, MIDPOINTS), CameraLabel(config.render))
        self.backbone = SynthesisNetwork(config, 3 * config.plane_features)
        self.axes = AXES[config.plane_axes]
        self.decoder = Eg3dDecoder(config.plane_features, config.decoder_hidden)
        self.upsampler = Upsampler(config.upsampler, config.plane_features, config.w_dim)

    def field(self, ws: Tensor, noise: NoiseMode = "const") -> TriPlaneField:
        """The field of ws [batch, ws_count, w_dim]; behind it is white, or else black."""
        render = self.config.render
        return TriPlaneField(
            self.backbone(ws, noise),
            self.decoder,
            render.cube_scale,
            None if render.white_back else PlainBackground(BLACK),
            self.axes,
            aligned=False,
            style=ws[:, -1],
        )
