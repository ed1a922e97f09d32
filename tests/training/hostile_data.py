"""Data sets with something wrong: mutations drawn from a seed, and the bad ones that people have thought of."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.training import pose_sources as forms

Files = dict[str, bytes]
# Format and mode of pictures.
KINDS = (
    "png RGB", "png RGBA", "png P", "png I;16", "png 1", "jpeg L", "jpeg CMYK", "webp RGBA", "tiff RGB", "bmp RGB",
)  # fmt: skip
# What a JSON value can be replaced with.
ODD_VALUES: list[Any] = [
    None, True, -1, 0, 10**400, 1e308, float("nan"), float("inf"), "", "../x", "\ud800", [], [[]], {}, {"a": {}},
    [1] * 25, "x" * 5000, 1.5, -0.0, [["a.png", [0, 1, 0]]], 2**63,
]  # fmt: skip


def picture(rng: random.Random) -> tuple[str, bytes]:
    """A small picture of any format and mode."""
    kind, mode = rng.choice(KINDS).split()
    pixels = np.random.default_rng(rng.randrange(2**32)).integers(0, 256, (16, 16, 3), np.uint8)
    made = Image.fromarray(pixels)
    image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257) if mode == "I;16" else made.convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return {"jpeg": "jpg", "tiff": "tif"}.get(kind, kind), buffer.getvalue()


def sound_files(rng: random.Random) -> Files:
    """A data set that could be converted."""
    files: Files = {}
    for index in range(4):
        suffix, content = picture(rng)
        files[f"p{index}.{suffix}"] = content
    names = list(files)
    name, text = rng.choice([("dataset.json", forms.epigraf()), ("dataset.json", forms.eg3d()),
                             ("transforms.json", json.dumps(forms.nerf())), ("cameras.csv", forms.csv())])  # fmt: skip
    for index, wanted in enumerate(names):
        text = text.replace(f"p{index}.png", wanted)
    files[name] = text.encode()
    return files


def flipped(content: bytes, rng: random.Random) -> bytes:
    """Some bits changed, a piece cut out, doubled, or replaced by nonsense."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 8, 40])):
        if not data:
            break
        at, length = rng.randrange(len(data)), rng.randrange(1, 64)
        match rng.randrange(5):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at : at + length] = rng.randbytes(length)
            case _:
                data[at : at + 4] = struct.pack(">I", rng.choice([0, 2**31, 2**32 - 1, 65535]))
    return bytes(data)


def odd_json(text: bytes, rng: random.Random) -> bytes:
    """A description with one of its values replaced."""
    content = json.loads(text)
    holder, key = rng.choice(_places(content))
    holder[key] = rng.choice(ODD_VALUES)
    return json.dumps(content).encode("utf-8", "surrogatepass")


def _places(content: Any) -> list[tuple[Any, Any]]:
    """Everything in JSON that has a value: (its list or object, its index or key)."""
    found, waiting = [], [content]
    while waiting:
        holder = waiting.pop()
        pairs = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, value in pairs:
            found.append((holder, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    return found


def pack(path: Path, files: Files, packing: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def mutated(path: Path, seed: int) -> Path:
    """Write a data set with something wrong, as zip or folder."""
    rng = random.Random(seed)
    files = sound_files(rng)
    text = next(name for name in files if name.endswith((".json", ".csv")))
    where = rng.choice(["picture", "text", "value", "zip", "zip"])
    if where == "picture":
        name = rng.choice([name for name in files if name != text])
        files[name] = flipped(files[name], rng)
    elif where == "text":
        files[text] = flipped(files[text], rng)
    elif where == "value" and text.endswith(".json"):
        files[text] = odd_json(files[text], rng)
    if where != "zip" and rng.random() < 0.3:
        path.mkdir()
        for name, content in files.items():
            (path / name).write_bytes(content)
        return path
    pack(path, files, rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    if where == "zip":
        path.write_bytes(flipped(path.read_bytes(), rng))
    return path


def vast_png() -> bytes:
    """A PNG of a few bytes that says it has 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def linked(path: Path) -> Path:
    """A zip in which a picture is a link to a file elsewhere."""
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("a.png")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("dataset.json", "{}")
    return path


def bomb(path: Path) -> Path:
    """A zip of some kilobytes that unpacks to a hundred megabytes of description."""
    return pack(path, {"a.png": forms.png(np.zeros((16, 16, 3), np.uint8)), "dataset.json": b" " * 10**8},
                zipfile.ZIP_DEFLATED)  # fmt: skip


def twice(path: Path) -> Path:
    """A zip with two pictures of one name."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dataset.json", "{}")
        for grey in (0, 9):
            archive.writestr("a.png", forms.png(np.full((16, 16, 3), grey, np.uint8)))
    return path


def described(text: bytes) -> Callable[[Path], Path]:
    """A zip with one picture and this description."""
    return lambda path: pack(path, {"a.png": forms.png(np.zeros((16, 16, 3), np.uint8)), "dataset.json": text})


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a name that leads out": (lambda path: pack(path, {"../a.png": b"x"}), "points out"),
    "a drive": (lambda path: pack(path, {"C:/a.png": b"x"}), "points out"),
    "a link": (linked, "a.png is a link"),
    "a bomb": (bomb, "times its size"),
    "two of one name": (twice, "a.png twice"),
    "a vast picture": (lambda path: pack(path, {"a.png": vast_png(), "dataset.json": b"{}"}), "a.png"),
    "a deep description": (described(b"[" * 100_000), "too deeply"),
    "a torn description": (described(b'{"camera_angles": [["a.png", [0, 1'), "dataset.json"),
    "a key twice": (described(b'{"labels": null, "labels": null}'), "twice"),
    "a pose of nothing": (described(b'{"camera_angles": [["a.png", [NaN, 1, 0]]]}'), "a.png"),
    "a pose without end": (described(b'{"camera_angles": [["a.png", [1e999, 1, 0]]]}'), "a.png"),
    "a huge number": (described(b'{"camera_angles": [["a.png", [1' + b"0" * 400 + b", 1, 0]]]}"), "a.png"),
    "a huge label": (described(b'{"labels": [["a.png", 1' + b"0" * 30 + b"]]}"), "a.png"),
    "half a character": (described(b'{"camera_angles": [["\\ud800.png", [0, 1, 0]]]}'), "cannot be shown"),
    "a text for a pose": (described(b'{"camera_angles": [["a.png", "left"]]}'), "a.png"),
}
