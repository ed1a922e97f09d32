"""The latest values of a stage of some work, kept by their inputs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class Stage:
    """The latest values of one stage by their inputs."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of these inputs; made if it is not at hand."""
        if key not in self._values:
            self._values[key] = make()
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return self._values[key]


class Stages:
    """Further stages, by name."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._stages.clear()

    def get(self, name: str, most: int) -> Stage:
        """The stage of a name, which keeps so many values; made when it is first asked for."""
        return self._stages.setdefault(name, Stage(most))
