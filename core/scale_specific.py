"""A discriminator for each interval of patch scales (EpiGRAF, Table 2), and the choice between the kinds."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.discriminator import Discriminator, PatchDiscriminator
from core.dual_discriminator import DualDiscriminator
from core.model_config import DiscriminatorConfig, GeneratorConfig
from core.rays import Patches


class ScaleSpecificDiscriminator(Discriminator):
    """A network for each interval of scales, as the paper's ablation has it (Table 2).

    The intervals divide [r / R, 1] evenly, the first one has the finest patches.  Each network is of the kind
    `standard`; it learns only from the patches of its interval.
    """

    def __init__(self, config: DiscriminatorConfig):
        super().__init__()
        self.config = config
        single = config.model_copy(update={"kind": "standard"})
        self.experts = nn.ModuleList(PatchDiscriminator(single) for _ in range(config.experts))

    def forward(
        self, images: Tensor, patches: Patches, angles: Tensor | None = None, labels: Tensor | None = None
    ) -> Tensor:
        """Score patches: see Discriminator.  Raises ValueError when scales differ inside a minibatch-std group."""
        self.require_condition(angles, labels)
        chosen = self.expert_indices(patches)
        groups = chosen.reshape(-1, min(self.config.group_size, len(chosen)))
        if bool((groups != groups[:, :1]).any()):
            raise ValueError("samples of a minibatch-std group must share their scale")
        # Before rows are chosen: random numbers are drawn for all samples that are computed together, so that numbers
        # of processes and pieces do not count (training/random_numbers.py).
        camera = self._networks[0].told(angles)
        logits, places = [], []
        for index, expert in enumerate(self._networks):
            mine = (chosen == index).nonzero()[:, 0]
            if len(mine):
                theirs = [None if each is None else each[mine] for each in (camera, labels)]
                square = Patches(patches.scales[mine], patches.offsets[mine])
                logits.append(expert.judged(images[mine], square, *theirs))
                places.append(mine)
        return torch.cat(logits)[torch.cat(places).argsort()]

    @property
    def _networks(self) -> list[PatchDiscriminator]:
        """The experts, finest patches first."""
        return [expert for expert in self.experts if isinstance(expert, PatchDiscriminator)]

    def expert_indices(self, patches: Patches) -> Tensor:
        """Which network judges each patch.  Returns [batch], int64."""
        least, count = self.config.min_scale, self.config.experts
        return ((patches.scales - least) / (1 - least) * count).to(torch.int64).clamp(0, count - 1)

    def modulations(self, patches: Patches) -> dict[str, Tensor]:
        """None: nothing modulates these networks."""
        return {}


def build_discriminator(config: DiscriminatorConfig, generator: GeneratorConfig | None = None) -> Discriminator:
    """A discriminator of the configured kind, initialised from torch's random state.

    Args:
        config: What it is made of.
        generator: Whose pictures it judges; the dual kind is told their cameras and their raw size.

    Raises:
        ValueError: The dual kind without a generator.
    """
    if config.kind == "dual":
        if generator is None:
            raise ValueError("dual discrimination needs to know the generator that it judges")
        return DualDiscriminator(config, generator)
    return ScaleSpecificDiscriminator(config) if config.kind == "scale-specific" else PatchDiscriminator(config)
