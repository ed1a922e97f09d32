"""TensorBoard event files of any program, read in pages while they grow: their scalars, and nothing else.

Beside `simple_value` (field 2 of a value) newer writers store a scalar as a tensor (field 8: its type, 1; packed
floats, 5, or doubles, 6; or raw bytes, 4) whose metadata (field 9) name the plugin `scalars`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.events import Event
from training.run_errors import explained
from training.wire import fields, masked_crc

# A record's length with its checksum, and the checksum behind its message.
HEAD, FOOT = 12, 4
SCALARS = b"scalars"
FLOAT, DOUBLE = 1, 2
FORMATS = {FLOAT: "<f", DOUBLE: "<d"}


@dataclass(frozen=True)
class EventPage:
    """What a reader got.

    Attributes:
        events: With at least one scalar each, in the order of the file.
        offset: Where to go on, bytes.
        more: There is more to be read.
        problem: Why nothing can be read from there on; empty if all is well.
    """

    events: list[Event]
    offset: int
    more: bool
    problem: str = ""


def read_event_page(path: Path, offset: int, most_bytes: int) -> EventPage:
    """The events since an offset, up to the first record that is not whole yet.

    Checksums of messages are not looked at: in Python that takes a hundred times longer than reading them.

    Args:
        path: The event file.
        offset: Where the last page ended, or 0.
        most_bytes: About how much is read at once; a longer record is read whole.

    Raises:
        RunError: The file cannot be read.
    """
    events, end, content = [], 0, b""
    try:
        with explained("read", path), path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(offset)
            content = file.read(most_bytes)
            if len(content) >= HEAD:
                content += file.read(max(HEAD + _length(content, 0) + FOOT - len(content), 0))
        while end + HEAD <= len(content):
            stop = end + HEAD + _length(content, end) + FOOT
            if stop > len(content):
                break
            event = _event(content[end + HEAD : stop - FOOT])
            events += [event] if event.scalars else []
            end = stop
    except (ValueError, struct.error) as error:
        problem = f"{path}: is damaged from byte {offset + end} on ({error}); what stands before that is shown"
        return EventPage(events, offset + end, more=False, problem=problem)
    return EventPage(events, offset + end, more=end > 0 and offset + len(content) < size)


def _length(content: bytes, offset: int) -> int:
    """Bytes of the message of a record.  Raises ValueError where no record begins."""
    length, checksum = struct.unpack_from("<QI", content, offset)
    if checksum != masked_crc(content[offset : offset + 8]):
        raise ValueError("no record begins there")
    return length


def _event(message: bytes) -> Event:
    """Raises ValueError, struct.error."""
    wall_time, step, scalars = 0.0, 0, {}
    for number, value in fields(message):
        if number == 1 and isinstance(value, bytes):
            wall_time = float(struct.unpack("<d", value)[0])
        elif number == 2 and isinstance(value, int):
            step = value
        elif number == 5 and isinstance(value, bytes):
            scalars |= dict(_scalars(value))
    return Event(wall_time, step, scalars)


def _scalars(summary: bytes) -> Iterator[tuple[str, float]]:
    for number, value in fields(summary):
        if number != 1 or not isinstance(value, bytes):
            continue
        parts = dict(fields(value))
        name = parts.get(1)
        figure = _simple(parts.get(2)) if 2 in parts else _tensor(parts)
        if isinstance(name, bytes) and figure is not None:
            yield name.decode("utf-8", "replace"), figure


def _simple(value: int | bytes | None) -> float | None:
    return float(struct.unpack("<f", value)[0]) if isinstance(value, bytes) else None


def _tensor(parts: dict[int, int | bytes]) -> float | None:
    """The only number of a tensor that is meant as a scalar."""
    tensor, metadata = parts.get(8), parts.get(9, b"")
    if not isinstance(tensor, bytes) or not isinstance(metadata, bytes) or SCALARS not in metadata:
        return None
    inside = dict(fields(tensor))
    kind = inside.get(1)
    content = inside.get(4) or inside.get({FLOAT: 5, DOUBLE: 6}.get(kind, 0) if isinstance(kind, int) else 0)
    form = FORMATS.get(kind) if isinstance(kind, int) else None
    if form is None or not isinstance(content, bytes) or len(content) != struct.calcsize(form):
        return None
    return float(struct.unpack(form, content)[0])
