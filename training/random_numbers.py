"""Random numbers that do not depend on how a batch is divided: drawn for all of it, of which each takes its part."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from core.shares import Share


@dataclass(frozen=True)
class RandomState:
    """Where all random numbers of a step stand.

    Attributes:
        numpy: Of poses, patches and augmentation.
        torch: Of torch on the processor.
        device: Of torch on the accelerator, if that computes.
    """

    numpy: Any
    torch: Tensor
    device: Tensor | None


class RandomNumbers:
    """All random numbers of a step: what is drawn next can be taken note of, and drawn again."""

    def __init__(self, rng: np.random.Generator, device: torch.device) -> None:
        self.rng, self._device = rng, device

    def state(self) -> RandomState:
        """What the next numbers depend on."""
        return RandomState(self.rng.bit_generator.state, torch.get_rng_state(), device_random_state(self._device))

    def restore(self, state: RandomState) -> None:
        """Draw the same numbers again."""
        self.rng.bit_generator.state = state.numpy
        torch.set_rng_state(state.torch)
        if state.device is not None:
            restore_device_random_state(self._device, state.device)


def device_random_state(device: torch.device) -> Tensor | None:
    """The random state of an accelerator; none for the processor."""
    if device.type == "cuda":
        return torch.cuda.get_rng_state(device)
    return torch.mps.get_rng_state() if device.type == "mps" else None


def restore_device_random_state(device: torch.device, state: Tensor) -> None:
    """Restore what `device_random_state` gave of a device of the same type."""
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    elif device.type == "mps":
        torch.mps.set_rng_state(state)


def drawing_for(share: Share) -> AbstractContextManager[Any]:
    """Inside, what torch draws for the samples of a share are their rows of what it would draw for the whole batch."""
    return nullcontext() if share.is_whole else _RowsOfWhole(share)


class _RowsOfWhole(TorchFunctionMode):
    """Draws for the whole batch, and keeps the rows of a share.

    All random tensors have the batch as their first dimension, or as its slower part.
    """

    def __init__(self, share: Share) -> None:
        super().__init__()
        self._share = share

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Called by torch in place of each of its functions."""
        kwargs = kwargs or {}
        if func in (torch.rand, torch.randn):
            shape = args[0] if len(args) == 1 and not isinstance(args[0], int) else args
            return self._rows(lambda whole: func(whole, **kwargs), tuple(shape))
        if func in (torch.rand_like, torch.randn_like):
            like: Tensor = args[0]
            draw = torch.rand if func is torch.rand_like else torch.randn
            kwargs = {"dtype": like.dtype, "device": like.device, **kwargs}
            return self._rows(lambda whole: draw(whole, **kwargs), tuple(like.shape))
        if func is F.dropout:
            x: Tensor = args[0]
            return x * self._rows(lambda whole: F.dropout(x.new_ones(whole), *args[1:], **kwargs), tuple(x.shape))
        return func(*args, **kwargs)

    def _rows(self, draw: Callable[[tuple[int, ...]], Tensor], shape: tuple[int, ...]) -> Tensor:
        each, rest = divmod(shape[0], len(self._share))
        assert rest == 0, f"random numbers of shape {shape} for {len(self._share)} samples"
        whole = draw((each * self._share.whole, *shape[1:]))
        return whole[each * self._share.start : each * self._share.stop]
