"""What a training computes on: chosen by name, named for people, and how much of its memory is taken."""

from __future__ import annotations

import os
import platform

import psutil
import torch


def choose_device(name: str) -> torch.device:
    """A device by its name; `auto` takes a GPU if there is one.  Raises ValueError when it is not there."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if available[kind]))
    if not available[name]:
        raise ValueError(f"loop.device is {name!r}, but this machine has no such device: use auto or cpu")
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """A device for people: "NVIDIA H200", or "cpu, 2 threads"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return f"{platform.processor() or 'Apple'} GPU"
    threads = torch.get_num_threads()
    return f"cpu, {threads} thread{'s' if threads > 1 else ''}"


def held_gpus(device: torch.device, processes: int) -> tuple[int, ...]:
    """The GPUs of this machine that a training holds, by their numbers; none on other devices.

    Args:
        device: Of this process, which sees those of CUDA_VISIBLE_DEVICES alone, under numbers of their own.
        processes: Of the whole team, which takes all that are seen.
    """
    if device.type != "cuda":
        return ()
    words = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    numbers = tuple(map(int, words)) if all(map(str.isdecimal, words)) else tuple(range(torch.cuda.device_count()))
    return numbers if processes > 1 else numbers[device.index or 0 :][:1]


def memory_gb(device: torch.device) -> float:
    """Memory of a training, GiB: the peak on a GPU since its statistics were last reset, elsewhere this process's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**30
    return psutil.Process().memory_info().rss / 2**30
