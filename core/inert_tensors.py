"""Builds tensors from the bytes in a pickle, with torch's reader of plain weights, after looking at what they claim."""

from __future__ import annotations

import io
import math
import pickle
import warnings

import torch
from torch import Tensor

from core.inert_pickle import Limits, PickleRefusedError, PickleSource, read_pickle
from core.inert_values import Name, Record, StoredBytes, StoredTensor

# torch.save without a zip: five pickles, the first of which is this number.
MAGIC = 0x1950A86A20F9469CFC6C
STORAGE_LIMITS = Limits(operations=2_000, memo=1_000, stack=1_000, nesting=10)
ELEMENT_BYTES = {"Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1,
                 "Byte": 1, "Bool": 1, "Untyped": 1}  # fmt: skip


class TensorBuilder:
    """Builds tensors; those that share a storage go on sharing it."""

    def __init__(self) -> None:
        self._storages: dict[int, tuple[StoredBytes, Tensor]] = {}

    def build(self, name: str, stored: StoredTensor) -> Tensor:
        """Build one tensor.

        Args:
            name: For messages.
            stored: Its description.

        Returns:
            A view of its storage, on the CPU.

        Raises:
            PickleRefusedError: The storage is not plain numbers, or smaller than the tensor claims.
        """
        if not isinstance(stored.storage, StoredBytes):
            raise PickleRefusedError(f"the parameter {name} has no numbers in this file")
        numbers = self._numbers(name, stored.storage)
        count = math.prod(stored.shape)
        last = stored.offset + sum((n - 1) * step for n, step in zip(stored.shape, stored.strides, strict=True))
        if count and not (last < numbers.numel() and count <= numbers.numel()):
            raise PickleRefusedError(
                f"the parameter {name} claims the shape {stored.shape}, but its storage has {numbers.numel():,} numbers"
            )
        return torch.as_strided(numbers, stored.shape, stored.strides, stored.offset)

    def _numbers(self, name: str, storage: StoredBytes) -> Tensor:
        known = self._storages.get(id(storage))
        if known is None:
            known = self._storages[id(storage)] = (storage, _load(name, storage.data))
        return known[1]


def _load(name: str, data: bytes | str) -> Tensor:
    """The numbers of a storage, in a row."""
    try:
        data = data.encode("latin1") if isinstance(data, str) else data
        _require_plain(data)
        loaded = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except PickleRefusedError as error:
        raise PickleRefusedError(f"the numbers of the parameter {name} cannot be read: {error}") from error
    except (pickle.UnpicklingError, ValueError, RuntimeError, EOFError, KeyError) as error:
        raise PickleRefusedError(f"the numbers of the parameter {name} cannot be read: torch refuses them") from error
    if not isinstance(loaded, torch.TypedStorage):
        raise PickleRefusedError(f"the parameter {name} does not lie in a storage of numbers")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # typed storages are to go; files go on holding them
        return torch.empty(0, dtype=loaded.dtype).set_(loaded.untyped())


def _require_plain(data: bytes) -> None:
    """Refuse a storage that holds anything but numbers, or claims more of them than there are bytes."""
    source = PickleSource(io.BytesIO(data), len(data))
    if read_pickle(source, STORAGE_LIMITS) != MAGIC:
        raise PickleRefusedError("they are not what torch.save writes for a storage")
    version, _, described, keys = (read_pickle(source, STORAGE_LIMITS) for _ in range(4))
    if not (isinstance(described, Record) and described.maker == Name("pickle", "persistent_load")):
        wanted = f" but a call of {described.maker}, which was not made" if isinstance(described, Record) else ""
        raise PickleRefusedError(f"they are no storage{wanted}")
    match described.arguments:
        case (("storage", Name("torch", kind), str(key), str(), int(count), None),) if (version, keys) == (1001, [key]):
            size = ELEMENT_BYTES.get(kind.removesuffix("Storage"))
        case _:
            raise PickleRefusedError("they are no storage of numbers")
    if size is None:
        raise PickleRefusedError(f"numbers of the kind {kind} are not known")
    if not 0 <= count * size <= len(data):
        raise PickleRefusedError(f"{count:,} numbers are announced, in {len(data):,} bytes")
