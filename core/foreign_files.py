"""What a file really is that should be a network's pickle: downloads often bring something else."""

from __future__ import annotations

from pathlib import Path

from core.inert_pickle import PickleRefusedError

MOST_BYTES = 4 * 2**30
AGAIN = "download or copy it again"
HEAD_BYTES = 1024


def require_pickle(path: Path) -> int:
    """Refuse what is no pickle of a readable size, in words that say what it is.

    Returns:
        Its size, bytes.

    Raises:
        PickleRefusedError: The reason, without the file's name.
        OSError: It cannot be read.
    """
    if not path.is_file():
        raise PickleRefusedError("there is no such file")
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    reason = _reason(head)
    if not reason and size > MOST_BYTES:
        reason = f"it has {size / 2**30:.1f} GiB, and no network of this kind has more than {MOST_BYTES // 2**30}"
    if reason:
        raise PickleRefusedError(reason)
    return size


def _reason(head: bytes) -> str:
    """Why a file that begins so is no network's pickle; empty if it may be one."""
    text = head.lstrip().lower()
    if not head:
        return f"it is empty: {AGAIN}"
    if head.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer, not the network itself: run `git lfs pull` where it comes from"
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return (
            "it is a web page, not a network: perhaps one that asks for a login, or for a confirmation of the download"
        )
    if head.startswith(b"PK"):
        return "it is a zip, as torch.save writes them, not a pickled network (G_ema) of the StyleGAN lineage"
    if head.startswith(b"\x1f\x8b"):
        return "it is compressed (gzip): unpack it first"
    if head[8:9] == b"{" and head[:8].endswith(b"\0"):
        return "it is a safetensors file: open it as it is"
    if not (head.startswith(b"\x80") and head[1:2] in (b"\2", b"\3", b"\4", b"\5")):
        return f"it is no pickle of a network, or is damaged: {AGAIN}"
    return ""
