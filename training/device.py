"""What a training computes on: chosen by name, named for people, and how much of its memory is taken."""

from __future__ import annotations

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


def memory_gb(device: torch.device) -> float:
    """Memory of a training, GiB: the peak on a GPU since its statistics were last reset, elsewhere this process's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**30
    return psutil.Process().memory_info().rss / 2**30
