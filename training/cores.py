"""How many cores this process may use: in containers, on clusters and after taskset fewer than there are."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
# Parts of the names of the first version's files, both in µs.
PARTS = ("quota", "period")


def usable_cores() -> int:
    """Cores that this process may use at once, at least 1: by its affinity, and by the quotas of its control groups.

    A quota of one and a half cores counts as two, since two threads get all of it.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [math.ceil(quota) for quota in _quotas()]
    return max(min([allowed, *quotas]), 1)


def _quotas() -> list[float]:
    """What each of our control groups, and those above them, may have of the processor, in cores."""
    found: list[float] = []
    for folder in _folders():
        with contextlib.suppress(OSError, ValueError):  # absent where there is no limit, or of the other version
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            found.append(int(quota) / int(period))  # "max" is no number
        with contextlib.suppress(OSError, ValueError):
            quota, period = (int((folder / f"cpu.cfs_{name}_us").read_text(encoding="ascii")) for name in PARTS)
            found.append(quota / period)
    return [quota for quota in found if quota > 0]  # -1 is none


def _folders() -> list[Path]:
    """Folders of our control groups, of the second version and of the first, and of all above them."""
    try:
        lines = OWN_CGROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found: list[Path] = []
    for line in lines:
        controllers, _, place = line.partition(":")[2].partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        roots = [CGROUPS / controllers, CGROUPS / "cpu"] if controllers else [CGROUPS]
        for root in roots:
            # In a container the root shows our own group, whatever it is called outside.
            own = root / place.lstrip("/")
            found += [own, *(parent for parent in own.parents if parent.is_relative_to(root))]
    return found
