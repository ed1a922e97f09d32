"""Reads pickles without executing anything: what they want to call becomes a record, tensors become descriptions.

A pickle is a program.  Python's own reader imports the modules that it names and calls their functions; this one is a
machine for the same instructions that knows neither import nor call.  Names stay names.  The few calls that rebuild
plain data (tensors, ordered dictionaries) are recognised by name and replaced by values of our own.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from core.inert_values import MARKED, PUSHED, Name, Record, collect_into, made_by, printable, put_items

LONGEST_LINE = 1 << 20
SAY_EVERY = 20_000  # instructions
LARGE = 1 << 20


class PickleRefusedError(ValueError):
    """A pickle that cannot be used; the message says why, without the file's name, and can be shown as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(printable(reason))


@dataclass(frozen=True)
class Limits:
    """How much a pickle may ask for.

    Attributes:
        operations: Instructions; a network of the StyleGAN lineage needs about a hundred thousand.
        memo: Values that are kept for later use.
        stack: Values that wait to be used.
        nesting: Containers that are open at once.
    """

    operations: int = 2_000_000
    memo: int = 500_000
    stack: int = 500_000
    nesting: int = 200


class PickleSource:
    """A file that is read once, from the front; a claim of more bytes than it has is refused before memory is taken.

    Args:
        file: Open for reading, binary.
        size: Bytes of the file.
        on_progress: Called with the share that was read, 0 to 1.
    """

    def __init__(self, file: BinaryIO, size: int, on_progress: Callable[[float], None] | None = None) -> None:
        self._file, self._size, self._on_progress = file, size, on_progress
        self._position = 0

    def read(self, count: int) -> bytes:
        """The next bytes.  Raises PickleRefusedError when there are not so many."""
        if not 0 <= count <= self._size - self._position:
            raise PickleRefusedError(
                f"it is cut off or damaged: at byte {self._position} more is announced than follows"
            )
        self._position += count
        if count > LARGE:
            self.say()
        return self._file.read(count)

    def readline(self) -> bytes:
        """Up to the next line feed."""
        line = self._file.readline(LONGEST_LINE)
        self._position += len(line)
        return line

    def tell(self) -> int:
        """Bytes that were read."""
        return self._position

    def say(self) -> None:
        """Tell how much was read."""
        if self._on_progress is not None:
            self._on_progress(self._position / max(self._size, 1))


def read_pickle(source: PickleSource, limits: Limits = Limits()) -> Any:
    """Read one pickle.

    Args:
        source: Stands at the pickle's first byte, and afterwards behind its last.
        limits: How much it may ask for.

    Returns:
        Numbers, strings, bytes, None, lists (also for sets), tuples, dicts, Names, Records, StoredBytes and
        StoredTensors.

    Raises:
        PickleRefusedError: It is damaged or exceeds the limits.
    """
    machine = _Machine(limits)
    start = source.tell()
    try:
        for count, (operation, argument, _) in enumerate(pickletools.genops(source)):  # type: ignore[arg-type]
            if operation.name == "STOP":
                return machine.stack[-1]
            machine.step(operation.name, argument, count)
            if count % SAY_EVERY == 0:
                source.say()
    except PickleRefusedError:
        raise
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        where = source.tell() - start
        raise PickleRefusedError(f"it is no pickle, or is cut off or damaged, at about byte {where}") from error
    raise PickleRefusedError("it is cut off")


@dataclass
class _Machine:
    """The state of the reading."""

    limits: Limits
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def step(self, name: str, argument: Any, count: int) -> None:
        """Carry out one instruction.  Raises PickleRefusedError, IndexError, KeyError."""
        limits = self.limits
        if count >= limits.operations or len(self.stack) > limits.stack or len(self.memo) > limits.memo:
            raise PickleRefusedError(
                f"it asks for more than a network needs ({count:,} instructions, {len(self.memo):,} kept values)"
            )
        if name in PUSHED:
            self.stack.append(argument)
        elif name in MARKED:
            self.stack.append(MARKED[name](self._since_mark()))
        else:
            instruction = _INSTRUCTIONS.get(name)
            if instruction is None:
                raise PickleRefusedError(f"it holds an instruction that no network needs ({name})")
            instruction(self, argument)

    def _since_mark(self) -> list[Any]:
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def mark(self, _: Any) -> None:
        if len(self.marks) >= self.limits.nesting:
            raise PickleRefusedError(f"it is nested more than {self.limits.nesting} deep")
        self.marks.append(len(self.stack))

    def pop(self, _: Any) -> None:
        if self.marks and self.marks[-1] == len(self.stack):
            self.marks.pop()
        else:
            self.stack.pop()

    def pop_mark(self, _: Any) -> None:
        self._since_mark()

    def duplicate(self, _: Any) -> None:
        self.stack.append(self.stack[-1])

    def put(self, index: Any) -> None:
        self.memo[index] = self.stack[-1]

    def memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def get(self, index: Any) -> None:
        self.stack.append(self.memo[index])

    def constant(self, value: Any) -> None:
        self.stack.append(value)

    def tuple_of(self, count: int) -> None:
        if len(self.stack) < count:
            raise IndexError
        values = tuple(self.stack[-count:])
        self.stack[-count:] = [values]

    def append(self, _: Any) -> None:
        value = self.stack.pop()
        collect_into(self.stack[-1], [value])

    def appends(self, _: Any) -> None:
        values = self._since_mark()
        collect_into(self.stack[-1], values)

    def set_item(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        put_items(self.stack[-1], [key, value])

    def set_items(self, _: Any) -> None:
        values = self._since_mark()
        put_items(self.stack[-1], values)

    def name(self, argument: Any) -> None:
        module, _, name = str(argument).partition(" ")
        self.stack.append(Name(module, name))

    def stack_name(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise KeyError
        self.stack.append(Name(module, name))

    def call(self, _: Any) -> None:
        arguments, maker = self.stack.pop(), self.stack.pop()
        self.stack.append(made_by(maker, arguments))

    def call_with_names(self, _: Any) -> None:
        self.stack.pop()
        self.call(None)

    def instance(self, argument: Any) -> None:
        values = self._since_mark()
        module, _, name = str(argument).partition(" ")
        self.stack.append(made_by(Name(module, name), tuple(values)))

    def object_of(self, _: Any) -> None:
        maker, *values = self._since_mark()
        self.stack.append(made_by(maker, tuple(values)))

    def build(self, _: Any) -> None:
        state = self.stack.pop()
        if isinstance(self.stack[-1], Record):
            self.stack[-1].state = state

    def persistent(self, argument: Any) -> None:
        identity = self.stack.pop() if argument is None else argument
        self.stack.append(Record(Name("pickle", "persistent_load"), (identity,)))

    def extension(self, code: Any) -> None:
        self.stack.append(Name("copyreg", f"extension {code:d}"))

    def nothing(self, _: Any) -> None:
        pass


_Instruction = Callable[[_Machine, Any], None]
_INSTRUCTIONS: dict[str, _Instruction] = {
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    "DUP": _Machine.duplicate,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Machine.put),
    "MEMOIZE": _Machine.memoize,
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.get),
    "NONE": lambda machine, _: machine.constant(None),
    "NEWTRUE": lambda machine, _: machine.constant(True),
    "NEWFALSE": lambda machine, _: machine.constant(False),
    "EMPTY_TUPLE": lambda machine, _: machine.constant(()),
    # A set stays a list: nothing that a file holds is hashed but plain keys.
    **dict.fromkeys(("EMPTY_LIST", "EMPTY_SET"), lambda machine, _: machine.constant([])),
    "EMPTY_DICT": lambda machine, _: machine.constant({}),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": _Machine.append,
    **dict.fromkeys(("APPENDS", "ADDITEMS"), _Machine.appends),
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.stack_name,
    **dict.fromkeys(("REDUCE", "NEWOBJ"), _Machine.call),
    "NEWOBJ_EX": _Machine.call_with_names,
    "INST": _Machine.instance,
    "OBJ": _Machine.object_of,
    "BUILD": _Machine.build,
    **dict.fromkeys(("PERSID", "BINPERSID"), _Machine.persistent),
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), _Machine.extension),
    **dict.fromkeys(("PROTO", "FRAME", "READONLY_BUFFER"), _Machine.nothing),
}
