"""What was computed, kept under the inputs that made it as long as there is memory for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class MemoryCache(Generic[Value]):
    """The values that were used last, up to so many bytes; the last one is kept however large it is.

    Args:
        limit: Bytes.
        size: Bytes of a value.
    """

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        self._limit, self._size = limit, size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self.taken = 0

    def __contains__(self, key: Hashable) -> bool:
        """Whether the value of these inputs is at hand."""
        return key in self._values

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of these inputs; made if it is not at hand."""
        if key not in self._values:
            value = make()
            self._values[key] = value
            self.taken += self._size(value)
        self._values.move_to_end(key)
        while self.taken > self._limit and len(self._values) > 1:
            self.taken -= self._size(self._values.popitem(last=False)[1])
        return self._values[key]

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self.taken = 0
