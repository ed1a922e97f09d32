"""What reading a pickle gives: plain values, names that are not imported, and records of calls that are not made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Scalar = str | int | float | bool | bytes | None
# Instructions that push what stands behind them in the file.
PUSHED = frozenset(
    (
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    )
)


def printable(text: str, most: int = 400) -> str:
    """Text out of a foreign file as it may be shown: on one line, not long, and nothing that a terminal would obey."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in text[: most + 1])
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


@dataclass(frozen=True)
class Name:
    """A function or class that a pickle names.  It is never imported."""

    module: str
    name: str

    def __str__(self) -> str:
        return printable(f"{self.module}.{self.name}", 80)


@dataclass(eq=False)
class Record:
    """An object as the pickle describes it.  It was not made.

    Attributes:
        maker: Name of the function or class, or the record of an object that was to be called.
        arguments: What it was to be called with.
        state: Its attributes, as far as the pickle sets them.
        items: What it holds by key.
        elements: What it holds in order.
    """

    maker: Any
    arguments: Any = ()
    state: Any = None
    items: dict[Any, Any] = field(default_factory=dict)
    elements: list[Any] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class StoredBytes:
    """A tensor's storage, not looked into yet.

    Attributes:
        data: As torch.save wrote it; text, of one letter per byte, in old pickles.
    """

    data: bytes | str


@dataclass(frozen=True, eq=False)
class StoredTensor:
    """A tensor that is not built yet.

    Attributes:
        storage: Where its numbers are; usually StoredBytes.
        offset: First number in the storage.
        shape: Lengths of its axes.
        strides: Steps in the storage along each axis.
    """

    storage: Any
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def mapping_of(value: Any) -> Mapping[Any, Any]:
    """The items of a dict, or of a record of something like a dict; empty for everything else."""
    if isinstance(value, dict):
        return value
    return value.items if isinstance(value, Record) else {}


def made_by(maker: Any, arguments: Any) -> Any:
    """What stands for a call's result: plain data where the call only rebuilds that, a Record otherwise."""
    rebuild = _REBUILT.get((maker.module, maker.name)) if isinstance(maker, Name) else None
    if rebuild is not None and isinstance(arguments, tuple):
        value = rebuild(*arguments[:4]) if arguments or rebuild is _ordered else None
        if value is not None:
            return value
    return Record(maker, arguments)


def collect_into(target: Any, values: list[Any]) -> None:
    """Append to a list, or to what stands for one.  Raises KeyError for anything else."""
    if isinstance(target, Record):
        target.elements.extend(values)
    elif isinstance(target, list):
        target.extend(values)
    else:
        raise KeyError


def put_items(target: Any, flat: list[Any]) -> None:
    """Put keys and values, in turn, into a dict or what stands for one.  Raises KeyError for anything else."""
    items = target.items if isinstance(target, Record) else target
    if not isinstance(items, dict) or len(flat) % 2:
        raise KeyError
    for start in range(0, len(flat), 2):
        items[_key(flat[start])] = flat[start + 1]


def _key(value: Any) -> Any:
    """A key that is quickly hashed: a tuple that shares its parts many times over would keep Python busy for ever."""
    if isinstance(value, Scalar | Name | Record):
        return value
    if isinstance(value, tuple) and len(value) <= 8 and all(isinstance(each, Scalar) for each in value):
        return value
    return Record(Name("pickle", "key"), (value,))


def _ordered(*arguments: Any) -> Any:
    return None if arguments else {}


def _tensor(storage: Any = None, offset: Any = None, shape: Any = None, strides: Any = None) -> StoredTensor | None:
    if not (_is_index(offset) and _are_indices(shape) and _are_indices(strides) and len(shape) == len(strides)):
        return None
    return StoredTensor(storage, offset, shape, strides)


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value < 2**40


def _are_indices(values: Any) -> bool:
    return isinstance(values, tuple) and len(values) <= 8 and all(_is_index(value) for value in values)


def _parameter(data: Any, *_: Any) -> StoredTensor | None:
    return data if isinstance(data, StoredTensor) else None


def _bytes(data: Any, *_: Any) -> StoredBytes | None:
    if isinstance(data, Record) and data.maker == Name("_codecs", "encode"):  # so old pickles write bytes
        match data.arguments:
            case (str(data), "latin1"):
                pass
    return StoredBytes(data) if isinstance(data, bytes | str) else None


def _size(values: Any, *_: Any) -> tuple[int, ...] | None:
    return values if _are_indices(values) else None


_REBUILT: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): _ordered,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch._utils", "_rebuild_parameter_with_state"): _parameter,
    ("torch.storage", "_load_from_bytes"): _bytes,
    ("torch", "Size"): _size,
}


def _dict_of(flat: list[Any]) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    put_items(made, flat)
    return made


# Instructions that make a container of all since the last mark.
MARKED: dict[str, Callable[[list[Any]], Any]] = {"TUPLE": tuple, "LIST": list, "FROZENSET": list, "DICT": _dict_of}
