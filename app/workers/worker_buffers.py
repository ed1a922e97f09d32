"""Shared memory between the window and a worker: numbered buffers, reused only after they were acknowledged.

The window creates and removes every block, so that a worker that dies leaves nothing behind; the worker only attaches.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.workers.worker_messages import ArrayPlace, Buffer, Buffers

if TYPE_CHECKING:  # loaded with the first arrays, after the first frame
    from multiprocessing.shared_memory import SharedMemory

SLOTS = 2
# Linux gives out shared memory that it does not have, and kills who writes there.  So look first, and leave a reserve.
SHARED_FOLDER = Path("/dev/shm")
RESERVE = 8 * 2**20
# Arrays start at multiples of this, bytes.
ALIGNMENT = 64


def place_arrays(arrays: tuple[np.ndarray, ...]) -> tuple[tuple[ArrayPlace, ...], int]:
    """Where each array goes when they share one buffer, and the bytes it takes."""
    places, offset = [], 0
    for array in arrays:
        places.append(ArrayPlace(array.shape, array.dtype.str, offset))
        offset += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    return tuple(places), offset


def pack(buffer: memoryview | bytearray, places: tuple[ArrayPlace, ...], arrays: tuple[np.ndarray, ...]) -> None:
    """Copy arrays to their places."""
    for place, array in zip(places, arrays, strict=True):
        np.ndarray(place.shape, place.dtype, buffer, place.offset)[...] = array


def unpack(buffer: memoryview | bytes, places: tuple[ArrayPlace, ...]) -> tuple[np.ndarray, ...]:
    """Copies of the arrays at these places."""
    return tuple(np.ndarray(place.shape, place.dtype, buffer, place.offset).copy() for place in places)


class WindowBuffers:
    """The window's side: creates blocks of the size a worker asks for, and copies arrays out of them."""

    def __init__(self, shared_folder: Path = SHARED_FOLDER) -> None:
        self._folder = shared_folder
        self._blocks: list[SharedMemory] = []

    def provide(self, size: int) -> Buffers:
        """Replace the blocks by ones of `size` bytes; none if there is no room for them."""
        from multiprocessing.shared_memory import SharedMemory

        self.close()
        if not self._has_room(size * SLOTS):
            return Buffers(())
        try:
            for _ in range(SLOTS):
                self._blocks.append(SharedMemory(create=True, size=size))
        except OSError:
            self.close()
        return Buffers(tuple(Buffer(slot, block.name, block.size) for slot, block in enumerate(self._blocks)))

    def take(self, slot: int, places: tuple[ArrayPlace, ...]) -> tuple[np.ndarray, ...]:
        """Copies of the arrays in a slot."""
        return unpack(self._blocks[slot].buf, places)

    def close(self) -> None:
        """Remove every block."""
        for block in self._blocks:
            block.close()
            # A worker that ended badly may have taken its blocks along.
            with contextlib.suppress(FileNotFoundError):
                block.unlink()
        self._blocks.clear()

    def _has_room(self, size: int) -> bool:
        return not self._folder.exists() or shutil.disk_usage(self._folder).free >= size + RESERVE


class WorkerBuffers:
    """The worker's side: attached blocks, and which of them may be written."""

    def __init__(self) -> None:
        self._blocks: dict[int, SharedMemory] = {}
        self._free: set[int] = set()
        self.size = 0

    def attach(self, buffers: Buffers) -> None:
        """Use these blocks from now on."""
        from multiprocessing.shared_memory import SharedMemory

        self.close()
        for buffer in buffers.buffers:
            self._blocks[buffer.slot] = SharedMemory(name=buffer.name)
            self._free.add(buffer.slot)
        self.size = min((buffer.size for buffer in buffers.buffers), default=0)

    def acknowledge(self, slot: int) -> None:
        """A slot may be written again."""
        self._free.add(slot)

    @property
    def has_free(self) -> bool:
        """Whether a slot may be written."""
        return bool(self._free)

    def put(self, places: tuple[ArrayPlace, ...], arrays: tuple[np.ndarray, ...]) -> int:
        """Copy arrays into a free slot.  Returns the slot."""
        slot = self._free.pop()
        pack(self._blocks[slot].buf, places, arrays)
        return slot

    def close(self) -> None:
        """Let go of every block; the window removes them."""
        for block in self._blocks.values():
            block.close()
        self._blocks.clear()
        self._free.clear()
        self.size = 0
