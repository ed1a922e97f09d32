"""Files of seen patches, patches/000123.npz: of which ticks they are kept, so that long runs stay small."""

from __future__ import annotations

from pathlib import Path

# So many stay, evenly spread over the ticks so far, and the newest.
KEPT = 128
SUFFIX = ".npz"


def stride(newest: int) -> int:
    """Of every so many ticks one is kept: the smallest power of two by which at most KEPT stay."""
    step = 1
    while newest > KEPT * step:
        step *= 2
    return step


def is_kept(tick: int, newest: int) -> bool:
    """Whether the file of a tick is kept when the newest tick is this one."""
    return tick == newest or tick % stride(newest) == 0


def patch_ticks(folder: Path) -> list[int]:
    """Ticks of which there are files in a folder, ascending; none where there is no folder.  Raises OSError."""
    return sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal())


def prune_patches(folder: Path, newest: int) -> list[Path]:
    """Remove the files of ticks that are not kept.  Returns them.  Raises OSError."""
    gone = [folder / f"{tick:06d}{SUFFIX}" for tick in patch_ticks(folder) if not is_kept(tick, newest)]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
