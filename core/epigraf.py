"""The EpiGRAF generator family: mapping, backbone, tri-plane field, rays (EpiGRAF, Section 3.1)."""

from __future__ import annotations

from torch import Tensor

from core.backbone import LearnedPlanes, NoiseMode, SynthesisNetwork
from core.background import InverseSphereNetwork, PlaneBackground, SphereBackground
from core.field_generator import FieldGenerator, RayParts
from core.model_config import GeneratorConfig
from core.triplane import Background, TriPlaneDecoder, TriPlaneField


class EpigrafGenerator(FieldGenerator):
    """No upsampler: what rays see is all there is, so that patches of any scale can be shown."""

    def __init__(self, config: GeneratorConfig):
        super().__init__(config, RayParts())
        backbone = LearnedPlanes if config.backbone == "planes" else SynthesisNetwork
        self.backbone = backbone(config, 3 * config.plane_features + config.background_channels)
        self.decoder = TriPlaneDecoder(
            config.plane_features, config.decoder_hidden, view_direction=config.view_direction
        )
        if config.background == "sphere":
            self.background = InverseSphereNetwork(config)

    def field(self, ws: Tensor, noise: NoiseMode = "const") -> TriPlaneField:
        """The field of ws [batch, ws_count, w_dim]; spatial noise `const` makes it a function of ws alone."""
        config = self.config
        painted = self.backbone(ws[:, : config.backbone_ws_count], noise)
        planes, picture = painted.split([3 * config.plane_features, config.background_channels], dim=1)
        background: Background | None = None
        if config.background == "plane":
            background = PlaneBackground(picture)
        elif config.background == "sphere":
            rest = ws[:, config.backbone_ws_count :]
            background = SphereBackground(self.background, rest, config.render.radius, config.background_steps)
        return TriPlaneField(planes, self.decoder, config.render.cube_scale, background)
