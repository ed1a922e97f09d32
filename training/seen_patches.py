"""A few patches of a step, exactly as the discriminator was given them, with its scores and the pictures around them.

Kept for people, and without any influence: rows of tensors that a step has computed anyway are copied, and what the
rest costs (rendering the generated pictures as a whole) is done once per tick, without random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.generator import Generator
from core.rays import Patches
from core.shares import Share
from training.generated import Draw
from training.samples import as_pixels
from training.shown import Shown

# Of each kind; to render the pictures of more would take more than a hundredth of a small training's time.
MOST = 4
# Of the pictures that patches come from, pixels along a side.
MAX_RESOLUTION = 128


def chosen_rows(count: int, group: int, most: int = MOST) -> list[int]:
    """Samples that stand for all: from as many minibatch-std groups as can be, evenly spread, ascending.

    Args:
        count: Samples, whole groups of them.
        group: Samples of a group, which share their square.
        most: How many are wanted at most.
    """
    groups, wanted = max(count // group, 1), min(most, count)
    if groups >= wanted:
        return [index * groups // wanted * group for index in range(wanted)]
    return sorted(index % groups * group + index // groups for index in range(wanted))


class SeenRows:
    """Which samples of a share of a batch are kept."""

    def __init__(self, share: Share, group: int, device: torch.device) -> None:
        """Choose them.

        Args:
            share: What this process computes.
            group: Samples of a minibatch-std group.
            device: Where the samples are.
        """
        self._share, self._device = share, device
        self.rows = [share.start + row for row in chosen_rows(len(share), group)]
        self._of_share = self._indices(share)

    def of_batch(self, values: Tensor) -> Tensor:
        """The chosen ones of a batch's values, [batch, ...] -> [chosen, ...], copied."""
        return values[self._of_share + self._share.start]

    def of_share(self, values: Tensor) -> Tensor:
        """The chosen ones of the share's values, [share, ...] -> [chosen, ...], copied."""
        return values[self._of_share]

    def of_piece(self, values: Tensor, piece: Share) -> Tensor:
        """The chosen ones that lie in a piece of the share, of the piece's values [piece, ...], copied; maybe none."""
        return values.detach()[self._of_share if len(piece) == len(self._share) else self._indices(piece)]

    def _indices(self, part: Share) -> Tensor:
        rows = [row - part.start for row in self.rows if part.start <= row < part.stop]
        return torch.tensor(rows, dtype=torch.int64, device=self._device)


@dataclass(frozen=True)
class Sighting:
    """What D was given in its descent of one step, at the chosen rows.

    Attributes:
        rows: Their places in the batch.
        real: As D was given them: blurred, augmented; with squares and angles.
        fake: Likewise, generated.
        real_scores: D's logits, [chosen].
        fake_scores: Likewise.
        pictures: The real patches' whole pictures, [chosen, 3, R, R], neither blurred nor augmented.
        ws: What the generated patches were made of, [chosen, ws_count, w_dim].
        poses: The cameras that looked at these, [chosen, 2 or more].
        blur: Deviation of the blur, pixels of the patch.
        p: Probability of each of the augmentation's transformations.
    """

    rows: list[int]
    real: Shown
    fake: Shown
    real_scores: Tensor
    fake_scores: Tensor
    pictures: Tensor
    ws: Tensor
    poses: np.ndarray
    blur: float
    p: float


def sighting(
    seen: SeenRows, real: Shown, draw: Draw, facts: dict[str, Tensor], pictures: Tensor, ws: Tensor,
    angles: Tensor | None, blur: float, p: float,
) -> Sighting:  # fmt: skip
    """Gather what a step has computed.

    Args:
        seen: Which rows are kept.
        real: The share's real patches, before augmentation.
        draw: Of the whole batch's generated ones.
        facts: `real_given` and `fake_given` [chosen, 3, r, r]; `real` and `fake`, the scores [share].
        pictures: The share's real pictures, [share, 3, R, R].
        ws: Of the whole batch.
        angles: Of the cameras that looked at the generated ones, as D was told them, [batch, 2].
        blur: See Sighting.
        p: See Sighting.
    """
    squares = Patches(seen.of_share(real.patches.scales), seen.of_share(real.patches.offsets))
    fake_squares = Patches(seen.of_batch(draw.patches.scales), seen.of_batch(draw.patches.offsets))
    real_angles = None if real.angles is None else seen.of_share(real.angles)
    fake_angles = None if angles is None else seen.of_batch(angles)
    return Sighting(
        rows=seen.rows,
        real=Shown(facts["real_given"], squares, real_angles),
        fake=Shown(facts["fake_given"], fake_squares, fake_angles),
        real_scores=seen.of_share(facts["real"]),
        fake_scores=seen.of_share(facts["fake"]),
        pictures=seen.of_share(pictures),
        ws=seen.of_batch(ws),
        poses=draw.poses[seen.rows],
        blur=blur,
        p=p,
    )


def sighting_arrays(generator: Generator, sighted: Sighting, resolution: int) -> dict[str, np.ndarray]:
    """What is written of a sighting.

    Args:
        generator: As it was in that descent, so that it makes the same pictures again.
        sighted: It.
        resolution: Pixels along a side of the data's pictures, R.

    Returns:
        For each of `real` and `fake`: KIND/patches [n, r, r, 3] and KIND/pictures [n, side, side, 3], uint8, rows from
        the top; KIND/scales [n], KIND/offsets [n, 2] (y from the bottom), KIND/scores [n], KIND/angles [n, 2] (radians,
        where they are known), float32.  And `rows` [n], the places in the batch; `blur` and `p`, single numbers.
    """
    side = min(resolution, MAX_RESOLUTION)
    wholes = {
        "real": F.avg_pool2d(sighted.pictures, sighted.pictures.shape[-1] // side),
        "fake": whole_pictures(generator, sighted.ws, sighted.poses, side),
    }
    arrays: dict[str, np.ndarray] = {
        "rows": np.array(sighted.rows, np.int64),
        "blur": np.array(sighted.blur, np.float32),
        "p": np.array(sighted.p, np.float32),
    }
    kinds = (("real", sighted.real, sighted.real_scores), ("fake", sighted.fake, sighted.fake_scores))
    for kind, shown, scores in kinds:
        arrays[f"{kind}/patches"] = np.stack([as_pixels(image) for image in shown.images])
        arrays[f"{kind}/pictures"] = np.stack([as_pixels(image) for image in wholes[kind]])
        numbers = {"scales": shown.patches.scales, "offsets": shown.patches.offsets, "scores": scores}
        if shown.angles is not None:
            numbers["angles"] = shown.angles
        arrays |= {f"{kind}/{name}": values.to("cpu", torch.float32).numpy() for name, values in numbers.items()}
    return arrays


@torch.no_grad()
def whole_pictures(generator: Generator, ws: Tensor, poses: np.ndarray, side: int) -> Tensor:
    """The whole pictures of ws [n, ws_count, w_dim] from poses [n, 2 or more], without the training's random noise.

    Returns:
        [n, 3, side, side], in about [-1, 1].
    """
    # Spatial noise that is drawn anew each time has no value that could be repeated: the fixed one stands for it.
    noise = "const" if generator.config.noise == "random" else generator.config.noise
    matrices = generator.cameras(poses, ws.device)
    pictures = [
        generator.picture(generator.field(ws[row : row + 1], noise), matrices[row : row + 1], side)[0, :3]
        for row in range(len(ws))
    ]
    return torch.stack(pictures)
