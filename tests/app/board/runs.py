"""Runs for tests of the board: ours, of the StyleGAN family and of TensorBoard, written without a trainer."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.board.folders import FoundRun, find_runs
from app.board.pages import read_page
from app.board.reader import RunReader
from app.board.runs import BoardRun
from app.runs.scalars import KIMG
from tests.training.toy import toy_run
from training.run_dir import RunDirectory
from training.status import RunStatus

TICKS = 40


def own_run(folder: Path, name: str = "first", ticks: int = TICKS, offset: float = 0.0, **changes: Any) -> RunDirectory:
    """One of our runs, stopped; its losses lie `offset` higher."""
    run = toy_run(folder, name=name, **changes)
    rng = np.random.default_rng(len(name))
    with run.stats_path.open("w") as file:
        for tick in range(1, ticks + 1):
            row = {
                KIMG: tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick, "Progress/start": 1 + tick // 31,
                "Loss/G/loss": offset + 1 + 0.1 * rng.normal(), "Loss/D/loss": offset + 2 - tick / ticks,
                "Timing/total_sec": 360.0 * tick, "Timing/sec_per_kimg": 3600.0, "timestamp": 1.7e9 + 360 * tick,
                "Resources/cpu_mem_gb": 0.5, "Modulation/switch_scale": tick / 100,
            }  # fmt: skip
            if tick % 10 == 0:
                row["Metrics/frechet_random"] = offset + 100 / tick
            file.write(json.dumps(row) + "\n")
    for kimg in (0, 2, 4):
        tiles = np.repeat(np.arange(4, dtype=np.uint8) * 60, 8)[:, None] + np.repeat(np.arange(6, dtype=np.uint8), 8)
        Image.fromarray(np.stack([tiles + 5 * kimg] * 3, axis=2).astype(np.uint8)).save(run.sample_path(kimg))
    run.write_status(
        RunStatus(
            state="stopped", start=2, pid=1, pid_created=0.0, host="elsewhere", heartbeat=time.time(), step=25 * ticks,
            tick=ticks, kimg=ticks / 10, total_kimg=10, sec_per_kimg=3600.0, memory_gb=0.6,
        )
    )  # fmt: skip
    return run


def stylegan_run(folder: Path, ticks: int = 10) -> Path:
    """A folder as programs of the StyleGAN family write it."""
    folder.mkdir(parents=True)
    options = {
        "random_seed": 3, "batch_size": 32, "total_kimg": 25000, "loss_kwargs": {"r1_gamma": 6.5},
        "training_set_kwargs": {"path": "data/cats256.zip", "resolution": 256}, "run_dir": "out/1",
    }  # fmt: skip
    (folder / "training_options.json").write_text(json.dumps(options))
    lines = [
        {
            KIMG: {"num": 1, "mean": 4.0 * tick, "std": 0.0},
            "Loss/G/loss": {"num": 64, "mean": 0.5 * tick, "std": 0.1},
            "Timing/sec_per_kimg": {"num": 1, "mean": 12.5, "std": 0}, "timestamp": 1.6e9 + tick,
            "Timing/total_sec": {"num": 1, "mean": 7200.0 * tick, "std": 0.0},
        }
        for tick in range(1, ticks + 1)
    ]  # fmt: skip
    (folder / "stats.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    metric = [
        {"results": {"fid50k_full": value}, "metric": "fid50k_full", "snapshot_pkl": f"network-snapshot-{kimg:06d}.pkl"}
        for kimg, value in ((4, 90.0), (20, 30.0), (40, 35.0))
    ]
    (folder / "metric-fid50k_full.jsonl").write_text("".join(json.dumps(line) + "\n" for line in metric))
    return folder


def read(found: FoundRun) -> BoardRun:
    """A run as the board sees it after one look."""
    reader = RunReader(found)
    while reader.behind():
        reader.take(read_page(found.path, found.kind, reader.place, reader.files))
    reader.look()
    return reader.run


def read_all(root: Path) -> dict[str, BoardRun]:
    """All runs of a folder by name."""
    return {found.name: read(found) for found in find_runs(root)}


def scalar_event(step: int, name: str, value: float, as_tensor: bool = False) -> bytes:
    """A record of an event file, framed with its checksums, as other programs write it."""
    from training.wire import FIXED32, FIXED64, VARINT, bytes_field, key, masked_crc, varint

    if as_tensor:  # tf.summary.scalar of TensorFlow 2
        tensor = key(1, VARINT) + varint(1) + bytes_field(5, struct.pack("<f", value))
        metadata = bytes_field(1, bytes_field(1, b"scalars"))
        content = bytes_field(1, name.encode()) + bytes_field(8, tensor) + bytes_field(9, metadata)
    else:
        content = bytes_field(1, name.encode()) + key(2, FIXED32) + struct.pack("<f", value)
    head = key(1, FIXED64) + struct.pack("<d", 1.5e9 + step) + key(2, VARINT) + varint(step)
    message = head + bytes_field(5, bytes_field(1, content))
    length = struct.pack("<Q", len(message))
    return length + struct.pack("<I", masked_crc(length)) + message + struct.pack("<I", masked_crc(message))
