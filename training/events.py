"""TensorBoard event files without TensorBoard: scalars as framed protobuf records (TFRecord, tensorflow.Event).

A record is its length (8 bytes), a masked CRC-32C of these, the message, and a masked CRC-32C of the message.  The
message holds wall_time (field 1, double), step (2, varint), and either file_version (3, text), summary (5) with values
of tag (1) and simple_value (2, float), or session_log (7) with the status START, from which TensorBoard takes that
everything from this step on is void.
"""

from __future__ import annotations

import errno
import math
import os
import platform
import struct
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from core.files import replacing
from training.run_errors import explained
from training.wire import FIXED32, FIXED64, VARINT, bytes_field, fields, key, masked_crc, varint

PATTERN = "events.out.tfevents.*"
FILE_VERSION = b"brain.Event:2"


@dataclass(frozen=True)
class Event:
    """One record, as far as we write them.

    Attributes:
        wall_time: Unix seconds.
        step: Optimiser step.
        scalars: Values by name.
    """

    wall_time: float
    step: int
    scalars: dict[str, float] = field(default_factory=dict)


class EventWriter:
    """Appends scalars to an event file of its own, so that starts of a run do not meet in one file."""

    def __init__(self, folder: Path, first_step: int) -> None:
        """Open a new file.

        Args:
            folder: The run's folder.
            first_step: The first step that will be written; TensorBoard drops what it has from there on.

        Raises:
            RunError: It cannot be written.
        """
        now = time.time()
        # TensorBoard reads files in the order of their names: time first, then what tells starts apart.
        self.path = (
            folder / f"events.out.tfevents.{int(now):010d}.{platform.node() or 'host'}.{os.getpid()}.{time.time_ns()}"
        )
        start = bytes_field(7, key(1, VARINT) + varint(1))
        head = _record(_head(now, 0) + bytes_field(3, FILE_VERSION)) + _record(_head(now, first_step) + start)
        with explained("write", self.path):
            self._file = self.path.open("xb", buffering=0)
            self._file.write(head)

    def add(self, scalars: Mapping[str, float], step: int, wall_time: float | None = None) -> None:
        """Append one record, flushed.

        Args:
            scalars: Values by name.
            step: Optimiser step, >= 0.
            wall_time: Unix seconds; now if None.

        Raises:
            RunError: It cannot be written.
        """
        values = b"".join(
            bytes_field(1, bytes_field(1, name.encode()) + key(2, FIXED32) + struct.pack("<f", value))
            for name, value in scalars.items()
        )
        message = _head(time.time() if wall_time is None else wall_time, step) + bytes_field(5, values)
        record = _record(message)
        with explained("write", self.path):
            start = self._file.tell()
            if self._file.write(record) != len(record):
                # Readers end at a torn record, and would not see what follows it.
                self._file.truncate(start)
                self._file.seek(start)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_events(path: Path) -> list[Event]:
    """The events of a file up to the first torn or damaged record.  Raises RunError."""
    with explained("read", path):
        content = path.read_bytes()
    return [_event(message) for message, _ in _records(content)]


def cut_events(folder: Path, step: int, tick: float = math.inf) -> None:
    """Drop events beyond a step or a tick, and torn records, from all event files of a run.  Raises RunError."""
    with explained("cut back the events in", folder):
        for path in sorted(folder.glob(PATTERN)):
            content = path.read_bytes()
            kept = b"".join(record for message, record in _records(content) if _within(_event(message), step, tick))
            if kept != content:
                with replacing(path) as aside:
                    aside.write_bytes(kept)


def _within(event: Event, step: int, tick: float) -> bool:
    return event.step <= step and event.scalars.get("Progress/tick", 0) <= tick


def _record(message: bytes) -> bytes:
    length = struct.pack("<Q", len(message))
    crcs = struct.pack("<I", masked_crc(length)), struct.pack("<I", masked_crc(message))
    return length + crcs[0] + message + crcs[1]


def _records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Messages with their framed bytes, up to the first record that is not whole."""
    offset = 0
    while offset + 12 <= len(content):
        length, length_crc = struct.unpack_from("<QI", content, offset)
        end = offset + 12 + length + 4
        if length_crc != masked_crc(content[offset : offset + 8]) or end > len(content):
            return
        message = content[offset + 12 : end - 4]
        if struct.unpack_from("<I", content, end - 4)[0] != masked_crc(message):
            return
        yield message, content[offset:end]
        offset = end


def _head(wall_time: float, step: int) -> bytes:
    return key(1, FIXED64) + struct.pack("<d", wall_time) + key(2, VARINT) + varint(step)


def _event(message: bytes) -> Event:
    wall_time, step, scalars = 0.0, 0, {}
    for number, value in fields(message):
        if number == 1 and isinstance(value, bytes):
            wall_time = struct.unpack("<d", value)[0]
        elif number == 2 and isinstance(value, int):
            step = value
        elif number == 5 and isinstance(value, bytes):
            scalars |= dict(_scalar(entry) for tag, entry in fields(value) if tag == 1 and isinstance(entry, bytes))
    return Event(wall_time, step, scalars)


def _scalar(message: bytes) -> tuple[str, float]:
    name, number = "", 0.0
    for tag, value in fields(message):
        if tag == 1 and isinstance(value, bytes):
            name = value.decode()
        elif tag == 2 and isinstance(value, bytes):
            number = struct.unpack("<f", value)[0]
    return name, number
