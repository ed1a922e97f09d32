"""Weighted sums of rows of a table, with a backward pass that is as fast as the forward one on a processor."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def weighted_rows(table: Tensor, indices: Tensor, weights: Tensor) -> Tensor:
    """For each row of `indices` the weighted sum of the rows of the table that it names.

    Args:
        table: [rows, features].
        indices: int32, [n, taps].
        weights: [n, taps]; they take no gradient.

    Returns:
        [n, features].
    """
    if table.device.type == "cpu":
        gathered: Tensor = _WeightedRows.apply(table, indices, weights)  # pyright: ignore[reportAssignmentType]
        return gathered
    return F.embedding_bag(indices, table, per_sample_weights=weights, mode="sum")


class _WeightedRows(torch.autograd.Function):
    """On a processor torch scatters the gradient row by row; sorted by row it is one more weighted sum."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, indices: Tensor, weights: Tensor) -> Tensor:
        ctx.save_for_backward(indices, weights)
        ctx.rows = len(table)
        return F.embedding_bag(indices, table, per_sample_weights=weights, mode="sum")

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        indices, weights = ctx.saved_tensors
        rows = indices.flatten()
        counts = torch.bincount(rows, minlength=ctx.rows)
        first = (counts.cumsum(0) - counts).to(indices.dtype)  # where the taps of each row begin, once sorted
        # Stable, so that sums are formed in one order always: resume must be exact.
        order = rows.sort(stable=True).indices
        sources = (order // indices.shape[1]).to(indices.dtype)
        gradient = F.embedding_bag(
            sources, gradients[0].contiguous(), first, mode="sum", per_sample_weights=weights.flatten()[order]
        )
        return gradient, None, None
