"""Networks in what was read from a pickle: parameters by their dotted names, and the attributes of every part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from core.inert_pickle import PickleRefusedError
from core.inert_values import Name, Record, StoredTensor, mapping_of

# Classes of this lineage pickle themselves as a call of this function with one record of source, name and state.
PERSISTENT = ("torch_utils.persistence", "_reconstruct_persistent_obj")
MOST_NETWORKS = 8
MOST_DEPTH = 64
MOST_PARTS = 100_000


@dataclass(frozen=True)
class InertNetwork:
    """A network that nobody has built.

    Attributes:
        class_name: As the file calls it.
        tensors: Parameters and buffers by their dotted names.
        parts: Attributes of the network ("") and of its parts, by their dotted names.
    """

    class_name: str
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    parts: dict[str, Mapping[Any, Any]] = field(default_factory=dict)

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of a parameter; None if there is none of this name."""
        tensor = self.tensors.get(name)
        return tensor.shape if tensor is not None else None

    def attribute(self, part: str, name: str) -> Any:
        """An attribute of a part; None if it has none of this name."""
        return self.parts.get(part, {}).get(name)


def networks_in(value: Any) -> dict[str, InertNetwork]:
    """Networks by the names that the file gives them (G, D, G_ema); a file that is one network calls it G_ema.

    Raises:
        PickleRefusedError: It is nested without end.
    """
    if _module(value) is not None:
        return {"G_ema": network_of(value)}
    items = mapping_of(value).items()
    found = ((key, each) for key, each in items if isinstance(key, str) and _module(each) is not None)
    return {key: network_of(each) for key, each in islice(found, MOST_NETWORKS)}


def network_of(value: Any) -> InertNetwork:
    """Walk a network.  Raises PickleRefusedError if it is nested without end."""
    found = _module(value)
    assert found is not None
    network = InertNetwork(found[0])
    waiting = [("", value, 0)]
    while waiting:
        path, each, depth = waiting.pop()
        module = _module(each)
        if module is None:
            continue
        if depth > MOST_DEPTH or len(network.parts) > MOST_PARTS:
            raise PickleRefusedError(f"its network has parts within parts without end, at {path[:80]}…")
        attributes = module[1]
        prefix = f"{path}." if path else ""
        network.parts[path] = attributes
        network.tensors.update({f"{prefix}{name}": tensor for name, tensor in _own_tensors(attributes)})
        for name, child in mapping_of(attributes.get("_modules")).items():
            waiting.append((f"{prefix}{name}", child, depth + 1))
    return network


def _own_tensors(attributes: Mapping[Any, Any]) -> Iterator[tuple[Any, StoredTensor]]:
    """Parameters, and the buffers that are saved with them."""
    fleeting = attributes.get("_non_persistent_buffers_set")
    for kind in ("_parameters", "_buffers"):
        for name, tensor in mapping_of(attributes.get(kind)).items():
            if isinstance(tensor, StoredTensor) and not (isinstance(fleeting, list) and name in fleeting):
                yield name, tensor


def foreign_calls(value: Any) -> tuple[str, ...]:
    """Names of functions outside of torch and of this lineage that making the value would have called, sorted."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or not isinstance(each, Record | dict | list | tuple):
            continue
        seen.add(id(each))
        if isinstance(each, Record):
            if isinstance(each.maker, Name) and _is_dangerous(each.maker):
                found.add(str(each.maker))
            waiting += [each.maker, each.arguments, each.state, each.items, each.elements]
        elif isinstance(each, dict):
            waiting += [*each, *each.values()]
        else:
            waiting += each
    return tuple(sorted(found))


# Packages of which no network needs a function: who asks for one wants something else.
DANGEROUS = frozenset(
    (
        *("os", "posix", "nt", "pty", "subprocess", "commands", "multiprocessing", "threading", "asyncio"),
        *("sys", "builtins", "__builtin__", "importlib", "runpy", "code", "codeop", "types", "ctypes"),
        *("shutil", "socket", "http", "urllib", "webbrowser", "pickle", "marshal", "operator", "functools"),
    )
)
HARMLESS = frozenset(
    ("set", "frozenset", "bytearray", "slice", "complex", "range", "object", "partial", "SimpleNamespace")
)


def _is_dangerous(maker: Name) -> bool:
    return maker.module.split(".")[0] in DANGEROUS and maker.name not in HARMLESS


def plain(value: Any, budget: int = 20_000) -> Any:
    """Settings as dicts, lists and scalars: records of omegaconf and of dicts with attributes are unwrapped.

    Args:
        value: As it was read.
        budget: So many values are looked at; the rest is left out.
    """
    return _Plain(budget).of(value, 0)


class _Plain:
    def __init__(self, budget: int) -> None:
        self._left = budget

    def of(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > MOST_DEPTH:
            return None
        if isinstance(value, str | int | float | bool):
            return value
        if isinstance(value, list | tuple):
            return [self.of(each, depth + 1) for each in value]
        if isinstance(value, Record):
            state = mapping_of(value.state)
            for wrapped in ("_content", "_val"):  # of omegaconf: containers, and values
                if wrapped in state:
                    return self.of(state[wrapped], depth + 1)
            value = value.items
        if isinstance(value, dict):
            return {str(key): self.of(each, depth + 1) for key, each in value.items() if isinstance(key, str)}
        return None


def _module(value: Any) -> tuple[str, Mapping[Any, Any]] | None:
    """Class name and attributes of what would be a torch module."""
    if not isinstance(value, Record):
        return None
    name, state = str(value.maker) if isinstance(value.maker, Name) else "", mapping_of(value.state)
    if isinstance(value.maker, Name) and isinstance(value.arguments, tuple) and value.arguments:
        module, function = PERSISTENT
        if value.maker.name == function and value.maker.module.endswith(module):
            record = mapping_of(value.arguments[0])
            name, state = str(record.get("class_name", ""))[:80], mapping_of(record.get("state"))
    return (name, state) if "_parameters" in state and "_modules" in state else None
