"""The file behind a source: whose weights are shown, drawn, or looked through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.paths import asset
from core.scene import Latent, Quality, Scene, Source

DEMO_VOLUME, DEMO_CHECKPOINT = "demo.npz", "demo.safetensors"
VOLUME_SUFFIX = ".npz"


def is_shipped(scene: Scene) -> bool:
    """Whether the Scene is the one whose volume ships with the program."""
    quality, usual = scene.quality, Quality()
    as_baked = (quality.volume, quality.planes) == (usual.volume, usual.planes) and quality.field != "exact"
    return scene.source.kind == "demo" and scene.latent == Latent() and as_baked


def source_file(source: Source) -> Path:
    """The file behind a source; of a run, the snapshot that is meant or the newest.  Raises ValueError without one."""
    if source.kind == "demo":
        path = asset(DEMO_CHECKPOINT)
        if not path.is_file():
            raise ValueError("the demo is not part of this installation: name a checkpoint or a baked volume")
        return path
    from training.run_dir import RunDirectory  # pydantic waits until after the first frame

    path = Path(source.snapshot_file or source.path)
    if source.kind == "run" and not source.snapshot:
        snapshots = RunDirectory(path).snapshots()
        if not snapshots:
            raise ValueError(f"{path}: there is no run with a snapshot here; a training writes one when it is stopped")
        path = snapshots[-1].path
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def pinned_source(source: Source) -> tuple[Source, Path]:
    """A source whose weights stay what they are, and their file: of a run, the newest snapshot unless one is meant.

    Raises:
        ValueError: There are no weights, or only a volume that was baked of them.
    """
    path = source_file(source)
    if path.suffix == VOLUME_SUFFIX:
        raise ValueError(f"{path} is a baked volume: a sample can be found only with a checkpoint")
    return replace(source, snapshot=path.name) if source.kind == "run" else source, path
