"""The formats under TensorBoard's event files: protobuf's fields, and the checksum of TFRecord."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
SIZES = {FIXED64: 8, FIXED32: 4}
_CRC_MASK = 0xA282EAD8
_POLYNOMIAL = 0x82F63B78  # Castagnoli, reflected


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


def key(number: int, wire: int) -> bytes:
    """What stands before a field: its number and how its value is written."""
    return varint(number << 3 | wire)


def varint(value: int) -> bytes:
    """A whole number >= 0, seven bits to the byte."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def bytes_field(number: int, content: bytes) -> bytes:
    """A field that holds text, bytes or a message."""
    return key(number, BYTES) + varint(len(content)) + content


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Fields of a protobuf message: number, and the integer or the bytes.  Raises ValueError if it is none."""
    offset = 0
    while offset < len(message):
        head, offset = read_varint(message, offset)
        number, wire = head >> 3, head & 7
        if wire == VARINT:
            value, offset = read_varint(message, offset)
            yield number, value
            continue
        if wire == BYTES:
            size, offset = read_varint(message, offset)
        elif wire in SIZES:
            size = SIZES[wire]
        else:
            raise ValueError(f"a field of the unknown kind {wire}")
        if offset + size > len(message):
            raise ValueError("a field is cut short")
        yield number, message[offset : offset + size]
        offset += size


def read_varint(message: bytes, offset: int) -> tuple[int, int]:
    """A whole number and where it ends.  Raises ValueError if it has no end."""
    value = shift = 0
    while offset < len(message):
        byte = message[offset]
        value |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:
            return value, offset
    raise ValueError("a number is cut short")
