"""What metrics keep of a set of pictures, gathered batch by batch: never all pictures at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from training.distances import Moments, density_and_coverage, frechet_distance
from training.evaluation_report import Better, Measurement
from training.metrics import mask_iou, object_mask, patch_descriptors, sliced_wasserstein
from training.random_features import SEEDS, RandomNetwork, deviations


@dataclass(frozen=True)
class KnownFeatures:
    """What features of one network tell of two sets of real pictures, whatever is compared with them.

    Attributes:
        scale: The first set's deviations, [64].
        features: The first set's, over its deviations, [count, 64].
        moments: Of these.
        frechet: Between the sets.
        near: Density and coverage between the sets.
    """

    scale: Tensor
    features: Tensor
    moments: Moments
    frechet: float
    near: tuple[float, float]

    @classmethod
    def of(cls, ours: Tensor, others: Tensor) -> KnownFeatures:
        """From the features of both, [count, 64] each."""
        scale = deviations(ours)
        ours, others = ours / scale, others / scale
        moments = Moments.of(ours)
        near = density_and_coverage(ours, others)
        return cls(scale, ours, moments, frechet_distance(moments, Moments.of(others)), near)


@dataclass(frozen=True)
class Known:
    """What two sets of real pictures tell by themselves.

    Attributes:
        features: Of each network.
        patches: The first set's, by resolution.
        wasserstein: Sliced Wasserstein distances between them, by resolution.
    """

    features: tuple[KnownFeatures, ...]
    patches: dict[int, Tensor]
    wasserstein: dict[int, float]

    @classmethod
    def of(cls, real: PictureSet, other: PictureSet) -> Known:
        """From two sets of equally many pictures."""
        patches, others = real.patches, other.patches
        return cls(
            tuple(KnownFeatures.of(*each) for each in zip(real.features, other.features, strict=True)),
            patches,
            {level: sliced_wasserstein(rows, others[level]) for level, rows in patches.items()},
        )


class PictureSet:
    """Silhouettes, patches and features of pictures.

    Args:
        networks: For features; none for none.
        patches: Whether to keep patches of a pyramid.
        seed: Of the patches' places.
    """

    def __init__(self, networks: Sequence[RandomNetwork], *, patches: bool, seed: int) -> None:
        self._networks, self._keeps_patches = networks, patches
        self._random = torch.Generator().manual_seed(seed)
        self._masks: Tensor | None = None
        self._features: list[list[Tensor]] = [[] for _ in networks]
        self._patches: dict[int, list[Tensor]] = {}
        self._known: tuple[PictureSet, tuple[int, int], Known] | None = None
        self.count = 0

    def add(self, images: Tensor) -> None:
        """Gather pictures [n, 3, R, R] in [-1, 1]."""
        self.count += len(images)
        masks = object_mask(images).sum(dim=0)
        self._masks = masks if self._masks is None else self._masks + masks
        for kept, network in zip(self._features, self._networks, strict=True):
            kept.append(network(images).cpu())
        if self._keeps_patches:
            for level, rows in patch_descriptors(images, self._random).items():
                self._patches.setdefault(level, []).append(rows.cpu())

    @property
    def mask(self) -> Tensor:
        """How often each pixel shows the object, [R, R]."""
        assert self._masks is not None
        return self._masks / self.count

    @property
    def features(self) -> list[Tensor]:
        """Of each network, [count, 64]."""
        return [torch.cat(kept) for kept in self._features]

    @property
    def patches(self) -> dict[int, Tensor]:
        """By resolution of the level, [count * 64, 147]."""
        for rows in self._patches.values():
            if len(rows) > 1:  # kept as one, so that who keeps it does not double the memory
                rows[:] = [torch.cat(rows)]
        return {level: rows[0] for level, rows in self._patches.items()}

    def known(self, other: PictureSet) -> Known:
        """What we and others tell by ourselves: computed once, and again when there are more pictures."""
        counts = self.count, other.count
        if self._known is None or self._known[0] is not other or self._known[1] != counts:
            self._known = other, counts, Known.of(self, other)
        return self._known[2]


def compare(real: PictureSet, other: PictureSet, fake: PictureSet, *, on_white: bool) -> list[Measurement]:
    """Everything that sets of equally many pictures tell.

    Args:
        real: Half of the real pictures.
        other: Further real pictures, for the floor.
        fake: Generated ones.
        on_white: Whether the background is white, so that there are silhouettes.
    """
    known, theirs = real.known(other), fake.patches
    measured = _of_features(known.features, fake) if known.features else []
    for level, ours in known.patches.items():
        measured.append(
            Measurement(
                name=f"wasserstein_{level}",
                label=f"Sliced Wasserstein, {level} px",
                value=sliced_wasserstein(ours, theirs[level]),
                floor=known.wasserstein[level],
                count=fake.count,
                better="lower",
                protocol="64 patches of 7² per picture and level of a Laplacian pyramid, 256 directions, times 1000; "
                "not normalised, so that colours count.",
            )
        )
    if on_white:
        measured.append(
            Measurement(
                name="mask_iou",
                label="Silhouettes, soft IoU",
                value=mask_iou(real.mask, fake.mask),
                floor=mask_iou(real.mask, other.mask),
                count=fake.count,
                better="higher",
                protocol="Mean silhouettes on white, intersection over union; 1 is equal.",
            )
        )
    return measured


def _of_features(known: Sequence[KnownFeatures], fake: PictureSet) -> list[Measurement]:
    """Fréchet distance, density and coverage, each the mean over the networks."""
    rows: list[tuple[float, ...]] = []
    for real, theirs in zip(known, fake.features, strict=True):
        theirs = theirs / real.scale
        near = density_and_coverage(real.features, theirs)
        distance = frechet_distance(real.moments, Moments.of(theirs))
        rows.append((distance, real.frechet, near[0], real.near[0], near[1], real.near[1]))
    table = torch.tensor(rows, dtype=torch.float64)
    mean, spread = table.mean(dim=0).tolist(), table.std(dim=0).tolist()
    nets = f"64 features of {len(SEEDS)} convolutional networks with random weights, each scaled by the real ones"
    about: dict[str, tuple[str, Better, str]] = {
        "frechet_random": ("Fréchet, random features", "lower",
                           f"Squared Fréchet distance on {nets}; the spread is over the networks. Not an FID."),
        "density": ("Density", "higher",
                    f"Naeem et al. 2020, 5th neighbours, on {nets}; about 1 between equal sets, may exceed it."),
        "coverage": ("Coverage", "higher",
                     f"Naeem et al. 2020, 5th neighbours, on {nets}; about 0.97 between equal sets."),
    }  # fmt: skip
    return [
        Measurement(
            name=name, label=label, value=mean[2 * place], spread=spread[2 * place], floor=mean[2 * place + 1],
            floor_spread=spread[2 * place + 1], count=fake.count,
            better=better, protocol=protocol,
        )
        for place, (name, (label, better, protocol)) in enumerate(about.items())
    ]  # fmt: skip
