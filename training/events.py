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

PATTERN = "events.out.tfevents.*"
FILE_VERSION = b"brain.Event:2"
_CRC_MASK = 0xA282EAD8
_POLYNOMIAL = 0x82F63B78  # Castagnoli, reflected
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


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
        start = _bytes_field(7, _key(1, _VARINT) + _varint(1))
        head = _record(_head(now, 0) + _bytes_field(3, FILE_VERSION)) + _record(_head(now, first_step) + start)
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
            _bytes_field(1, _bytes_field(1, name.encode()) + _key(2, _FIXED32) + struct.pack("<f", value))
            for name, value in scalars.items()
        )
        message = _head(time.time() if wall_time is None else wall_time, step) + _bytes_field(5, values)
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


def masked_crc(content: bytes) -> int:
    """CRC-32C as record files want it: rotated by 15 bits, plus a constant."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _CRC_MASK) & 0xFFFFFFFF


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_TABLE = _crc_table()


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


def _key(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _bytes_field(number: int, content: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(content)) + content


def _head(wall_time: float, step: int) -> bytes:
    return _key(1, _FIXED64) + struct.pack("<d", wall_time) + _key(2, _VARINT) + _varint(step)


def _event(message: bytes) -> Event:
    wall_time, step, scalars = 0.0, 0, {}
    for number, value in _fields(message):
        if number == 1 and isinstance(value, bytes):
            wall_time = struct.unpack("<d", value)[0]
        elif number == 2 and isinstance(value, int):
            step = value
        elif number == 5 and isinstance(value, bytes):
            scalars |= dict(_scalar(entry) for tag, entry in _fields(value) if tag == 1 and isinstance(entry, bytes))
    return Event(wall_time, step, scalars)


def _scalar(message: bytes) -> tuple[str, float]:
    name, number = "", 0.0
    for tag, value in _fields(message):
        if tag == 1 and isinstance(value, bytes):
            name = value.decode()
        elif tag == 2 and isinstance(value, bytes):
            number = struct.unpack("<f", value)[0]
    return name, number


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Fields of a protobuf message: number, and the integer or the bytes."""
    offset = 0
    while offset < len(message):
        key, offset = _read_varint(message, offset)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, offset = _read_varint(message, offset)
            yield number, value
            continue
        if wire == _BYTES:
            size, offset = _read_varint(message, offset)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}[wire]
        yield number, message[offset : offset + size]
        offset += size


def _read_varint(message: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[offset]
        value |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:
            return value, offset
