"""What a checkpoint says of itself, read without its weights."""

from __future__ import annotations

import json
import struct
from pathlib import Path

# A header larger than this is no header: the file is something else.
MAX_HEADER_BYTES = 100_000_000


def read_header(path: Path) -> dict[str, str]:
    """The facts in a safetensors file: `generator`, `discriminator`, `progress`, each as JSON.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no safetensors file, or says nothing of itself.
    """
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        content = file.read(length) if length <= MAX_HEADER_BYTES else b""
    try:
        metadata = json.loads(content)["__metadata__"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} says nothing of itself") from error
    if not isinstance(metadata, dict):
        raise ValueError(f"{path} says nothing of itself")
    return metadata
