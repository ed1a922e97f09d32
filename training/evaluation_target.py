"""What is to be evaluated, and against which data: a snapshot, or the newest of a run with the run's own data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.poses import PoseConfig
from training.run_dir import RunDirectory


@dataclass(frozen=True)
class Target:
    """What to evaluate.

    Attributes:
        snapshot: The checkpoint.
        data: The data set.
        run: The run that the snapshot belongs to, if it lies in one.
        resolution: At which the run has seen its own data; none for other data, which are compared as they are.
        poses: The law that the run draws its cameras from; none where no run is known.
    """

    snapshot: Path
    data: Path
    run: RunDirectory | None
    resolution: int | None = None
    poses: PoseConfig | None = None


def target_of(path: Path, data: Path | None = None) -> Target:
    """Find snapshot and data.

    Args:
        path: A snapshot, or the folder of a run, of which the newest snapshot is taken.
        data: The data set; none: that of the run.

    Raises:
        ConfigError: The run's configuration cannot be read.
        ValueError: There is no snapshot, or no data set is known.
    """
    run = _run_of(path)
    snapshot = path
    if path.is_dir():
        snapshots = run.snapshots() if run is not None else []
        if not snapshots:
            raise ValueError(f"{path}: is no run with a snapshot: name a .safetensors file, or the folder of a run")
        snapshot = snapshots[-1].path
    config = run.config() if run is not None else None
    if data is not None:
        return Target(snapshot, data, run, poses=config.poses if config is not None else None)
    if config is None:
        raise ValueError(f"{path}: lies in no run, so name the data set to compare with: --data PATH")
    return Target(snapshot, config.data_path, run, config.data.resolution, config.poses)


def _run_of(path: Path) -> RunDirectory | None:
    """The run whose folder this is, or in whose snapshots it lies."""
    folder = path if path.is_dir() else path.resolve().parent.parent
    run = RunDirectory(folder)
    return run if run.config_path.is_file() else None
