"""The Inception network of the Fréchet inception distance, with weights that the user has (Heusel et al. 2017).

Its layers are those of Inception v3 (Szegedy et al. 2015) as TensorFlow's file of 2015-12-05 has them, which differ
from later ones in their poolings.  Names are those of the published conversion to PyTorch, a plain state dict.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEATURES = 2048
SIZE = 299
# Of pt_inception-2015-12-05-6726825d.pth, also known as weights-inception-2015-12-05-6726825d.pth.
STATE_DICT_SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
# Of inception-2015-12-05.pt: the same weights, but as a program (TorchScript).
TORCHSCRIPT_SHA256 = "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4"
WANTED = (
    "FID needs pt_inception-2015-12-05-6726825d.pth (95,628,359 bytes), as pytorch-fid and torch-fidelity publish it"
)
EPS = 0.001

Size = int | tuple[int, int]


class InceptionError(ValueError):
    """A file that is not the network of the FID; the message says which one is."""


class Unit(nn.Module):
    """Convolution without bias, batch normalisation by stored statistics, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: Size, stride: int = 1, pad: Size = 0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, pad, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=EPS)

    def forward(self, x: Tensor) -> Tensor:
        """[n, inputs, h, w] -> [n, outputs, h', w']."""
        return F.relu(self.bn(self.conv(x)))


def _mean3(x: Tensor) -> Tensor:
    """Mean over 3 x 3 neighbours that exist: TensorFlow counts no padding."""
    return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


class BlockA(nn.Module):
    """35 x 35 (Szegedy et al. 2015, Figure 5)."""

    def __init__(self, inputs: int, pooled: int):
        super().__init__()
        self.branch1x1 = Unit(inputs, 64, 1)
        self.branch5x5_1, self.branch5x5_2 = Unit(inputs, 48, 1), Unit(48, 64, 5, pad=2)
        self.branch3x3dbl_1, self.branch3x3dbl_2 = Unit(inputs, 64, 1), Unit(64, 96, 3, pad=1)
        self.branch3x3dbl_3 = Unit(96, 96, 3, pad=1)
        self.branch_pool = Unit(inputs, pooled, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[n, inputs, 35, 35] -> [n, 224 + pooled, 35, 35]."""
        triple = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), self.branch5x5_2(self.branch5x5_1(x)), triple,
                          self.branch_pool(_mean3(x))], dim=1)  # fmt: skip


class BlockB(nn.Module):
    """35 x 35 to 17 x 17."""

    def __init__(self, inputs: int):
        super().__init__()
        self.branch3x3 = Unit(inputs, 384, 3, 2)
        self.branch3x3dbl_1, self.branch3x3dbl_2 = Unit(inputs, 64, 1), Unit(64, 96, 3, pad=1)
        self.branch3x3dbl_3 = Unit(96, 96, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        """[n, inputs, 35, 35] -> [n, 480 + inputs, 17, 17]."""
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, F.max_pool2d(x, 3, 2)], dim=1)


class BlockC(nn.Module):
    """17 x 17, with factorised 7 x 7 convolutions (Figure 6)."""

    def __init__(self, width: int):
        super().__init__()
        row, column = partial(Unit, kernel=(1, 7), pad=(0, 3)), partial(Unit, kernel=(7, 1), pad=(3, 0))
        self.branch1x1 = Unit(768, 192, 1)
        self.branch7x7_1 = Unit(768, width, 1)
        self.branch7x7_2, self.branch7x7_3 = row(width, width), column(width, 192)
        self.branch7x7dbl_1 = Unit(768, width, 1)
        self.branch7x7dbl_2, self.branch7x7dbl_3 = column(width, width), row(width, width)
        self.branch7x7dbl_4, self.branch7x7dbl_5 = column(width, width), row(width, 192)
        self.branch_pool = Unit(768, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[n, 768, 17, 17] -> the same."""
        single = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return torch.cat([self.branch1x1(x), single, double, self.branch_pool(_mean3(x))], dim=1)


class BlockD(nn.Module):
    """17 x 17 to 8 x 8."""

    def __init__(self) -> None:
        super().__init__()
        self.branch3x3_1, self.branch3x3_2 = Unit(768, 192, 1), Unit(192, 320, 3, 2)
        self.branch7x7x3_1, self.branch7x7x3_2 = Unit(768, 192, 1), Unit(192, 192, (1, 7), pad=(0, 3))
        self.branch7x7x3_3, self.branch7x7x3_4 = Unit(192, 192, (7, 1), pad=(3, 0)), Unit(192, 192, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        """[n, 768, 17, 17] -> [n, 1280, 8, 8]."""
        long = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), long, F.max_pool2d(x, 3, 2)], dim=1)


class BlockE(nn.Module):
    """8 x 8, widened (Figure 7); the last one of this file pools by the maximum."""

    def __init__(self, inputs: int, *, last: bool):
        super().__init__()
        self.last = last
        self.branch1x1 = Unit(inputs, 320, 1)
        self.branch3x3_1 = Unit(inputs, 384, 1)
        self.branch3x3_2a, self.branch3x3_2b = Unit(384, 384, (1, 3), pad=(0, 1)), Unit(384, 384, (3, 1), pad=(1, 0))
        self.branch3x3dbl_1, self.branch3x3dbl_2 = Unit(inputs, 448, 1), Unit(448, 384, 3, pad=1)
        self.branch3x3dbl_3a = Unit(384, 384, (1, 3), pad=(0, 1))
        self.branch3x3dbl_3b = Unit(384, 384, (3, 1), pad=(1, 0))
        self.branch_pool = Unit(inputs, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[n, inputs, 8, 8] -> [n, 2048, 8, 8]."""
        single = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pooled = F.max_pool2d(x, 3, stride=1, padding=1) if self.last else _mean3(x)
        return torch.cat([self.branch1x1(x), self.branch3x3_2a(single), self.branch3x3_2b(single),
                          self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double),
                          self.branch_pool(pooled)], dim=1)  # fmt: skip


class Inception(nn.Module):
    """Pictures to the 2048 features before the classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3, self.Conv2d_2a_3x3 = Unit(3, 32, 3, 2), Unit(32, 32, 3)
        self.Conv2d_2b_3x3 = Unit(32, 64, 3, pad=1)
        self.Conv2d_3b_1x1, self.Conv2d_4a_3x3 = Unit(64, 80, 1), Unit(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = BlockA(192, 32), BlockA(256, 64), BlockA(288, 64)
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b, self.Mixed_6c, self.Mixed_6d, self.Mixed_6e = (BlockC(width) for width in (128, 160, 160, 192))
        self.Mixed_7a = BlockD()
        self.Mixed_7b, self.Mixed_7c = BlockE(1280, last=False), BlockE(2048, last=True)
        self.fc = nn.Linear(FEATURES, 1008)  # the classifier, which nobody asks here; it is in the file

    @torch.no_grad()
    def forward(self, pixels: Tensor) -> Tensor:
        """[n, 3, R, R] in [0, 255] -> [n, 2048], float32."""
        x = self.maps(pixels)[-1]
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        return x.mean(dim=(2, 3))

    def maps(self, pixels: Tensor) -> list[Tensor]:
        """What its first blocks answer where, with gradients: edges, then textures, then parts.

        [n, 3, R, R] in [0, 255] -> [n, 64, 147, 147], [n, 192, 71, 71], [n, 288, 35, 35].
        """
        x = (resized(pixels.to(torch.float32), SIZE) - 128) / 128
        edges = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        textures = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(edges, 3, 2)))
        return [edges, textures, self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(F.max_pool2d(textures, 3, 2))))]


def resized(images: Tensor, size: int) -> Tensor:
    """Bilinear as TensorFlow 1 does it: pixel i lies at i · old / new, without half-pixel centres or smoothing.

    [n, c, R, R] -> [n, c, size, size].
    """
    for axis in (-2, -1):
        old = images.shape[axis]
        places = torch.arange(size, device=images.device, dtype=torch.float32) * (old / size)
        low = places.floor().long()
        high = (low + 1).clamp(max=old - 1)
        fraction = (places - low)[:, None] if axis == -2 else places - low
        images = torch.lerp(images.index_select(axis, low), images.index_select(axis, high), fraction)
    return images


def load_inception(path: Path, device: torch.device | str = "cpu", *, sha256: str = STATE_DICT_SHA256) -> Inception:
    """Read the network; the file is known by its hash before anything in it is looked at, and nothing in it runs.

    Args:
        path: The published file.
        device: Where to compute.
        sha256: The hash that it must have.

    Raises:
        InceptionError: It is absent, or another file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InceptionError(f"{path}: cannot be read: {error.strerror or error}. {WANTED}.") from error
    found = hashlib.sha256(content).hexdigest()
    if found == TORCHSCRIPT_SHA256:
        raise InceptionError(f"{path}: is the network as a TorchScript program, and no file is run here. {WANTED}.")
    if found != sha256:
        raise InceptionError(f"{path}: is another file (SHA-256 {found}, expected {sha256}). {WANTED}.")
    with torch.device("meta"):  # draws no random numbers, which belong to training
        network = Inception()
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        network.load_state_dict(state, strict=True, assign=True)
    except (pickle.UnpicklingError, RuntimeError, TypeError) as error:
        raise InceptionError(f"{path}: does not hold the weights of the network: {error}") from error
    return network.eval().requires_grad_(False).to(device)
