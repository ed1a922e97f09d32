"""Writes what a training leaves behind: statistics, ticks, samples, snapshots, live weights.  It influences nothing."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from core.checkpoint import save_checkpoint
from core.files import replacing
from training.config import RunConfig
from training.data_set import ImageDataSet
from training.events import EventWriter
from training.full_disk import Persist
from training.known_poses import MEAN_POSE, middle_of
from training.networks import Networks
from training.patch_files import prune_patches
from training.retention import REASON, prune, reason_of
from training.run_dir import RunDirectory
from training.run_errors import RunError, explained
from training.samples import MAX_RESOLUTION, real_grid, sample_grid, sample_poses, write_picture
from training.seen_patches import sighting_arrays
from training.spared import spared
from training.telemetry import Telemetry, thinned
from training.tick_modulations import tick_modulations
from training.tick_relief import ReliefGauge
from training.train_state import Progress

# Percentiles of D's scores that are scalars.
PERCENTILES = (10, 50, 90)

logger = logging.getLogger(__name__)


class Recorder:
    """Everything in the run directory but status, state and commands."""

    def __init__(
        self,
        run: RunDirectory,
        config: RunConfig,
        networks: Networks,
        data: ImageDataSet,
        start: int,
        step: int,
        persist: Persist,
    ) -> None:
        """Open the event file.

        Args:
            run: Its folder.
            config: Its configuration.
            networks: What is recorded.
            data: What is learned from.
            start: Number of this start.
            step: The first step that will be recorded.
            persist: Writes, and waits while the disk is full.

        Raises:
            RunError: The folder cannot be written.
        """
        self._persist = persist
        self.run, self.config, self.networks, self.start = run, config, networks, start
        self.events = EventWriter(run.path, step)
        self.lease = run.lease_watch()
        self.process = psutil.Process()
        self._poses = sample_poses(config, data.all_angles)
        self._middle = middle_of(config, data.all_angles)
        self._relief = ReliefGauge(config, data)
        self._resolution = min(config.discriminator.image_resolution, MAX_RESOLUTION)
        self._ticked = time.monotonic()
        self._live_at, self._live_step = 0.0, -1
        if not run.reals_path.exists():
            with explained("write", run.reals_path):
                write_picture(run.reals_path, real_grid(data, self._resolution))

    def tick(self, progress: Progress, telemetry: Telemetry) -> dict[str, float]:
        """Record a tick.

        Args:
            progress: Where training stands.
            telemetry: What happened since the last tick.

        Returns:
            The scalars, by name.
        """
        scales, offsets = telemetry.patches()
        counted, scores = telemetry.scalars(), telemetry.scores()
        kimg = progress.kimg
        scalars = {
            "Progress/kimg": kimg,
            "Progress/tick": progress.tick,
            "Progress/step": progress.step,
            "Progress/start": self.start,
            **dict(sorted(counted.items())),
            **score_percentiles(scores),
            **self._geometry(),
            "Patch/scale_mean": float(scales.mean()) if len(scales) else float("nan"),
            "Patch/scale_expected": self.config.schedule.mean(kimg),
            "Anneal/blur_sigma": self.config.anneal.blur(kimg),
            "Anneal/density_noise": self.config.anneal.noise(kimg),
            **({"Anneal/spoof": self.config.anneal.spoof(kimg)} if self.config.generator.camera_condition else {}),
            "Timing/sec_per_kimg": telemetry.seconds / max(telemetry.images / 1000, 1e-9),
            # These are called as in the StyleGAN family, whose tools read them.
            "Progress/augment": counted.get("Augment/p", 0.0),
            "Timing/sec_per_tick": telemetry.seconds,
            "Timing/maintenance_sec": self._maintenance(telemetry.seconds),
            "Timing/total_sec": progress.seconds,
            "Timing/total_hours": progress.seconds / 3600,
            "Timing/total_days": progress.seconds / 86_400,
            "Resources/cpu_mem_gb": self.process.memory_info().rss / 2**30,
        }
        if torch.cuda.is_available():
            scalars["Resources/peak_gpu_mem_gb"] = torch.cuda.max_memory_allocated() / 2**30
            scalars["Resources/peak_gpu_mem_reserved_gb"] = torch.cuda.max_memory_reserved() / 2**30
            torch.cuda.reset_peak_memory_stats()
        modulations, kinds = tick_modulations(self.networks.discriminator)
        scalars |= kinds
        drawn = {"scales": scales, "offsets": offsets}
        self._write_arrays(progress.tick, {**drawn, **modulations}, scores, telemetry)
        self._write_patches(progress.tick, telemetry)
        self._persist(lambda: self.run.append_stats({**scalars, "timestamp": time.time()}))
        self._persist(lambda: self.events.add(scalars, progress.step))
        return scalars

    def _maintenance(self, training: float) -> float:
        """Seconds since the last tick, or since the start, that were not spent training."""
        now, since = time.monotonic(), self._ticked
        self._ticked = now
        return max(now - since - training, 0.0)

    def sample(self, progress: Progress) -> None:
        """Write the sample pictures of the moving average."""
        path = self.run.sample_path(progress.kimg)
        pixels = spared("samples", lambda: sample_grid(self.networks.average, self._poses, self._resolution))
        if pixels is None:
            return

        def write() -> None:
            with explained("write", path):
                write_picture(path, pixels, run=self.run.name, kimg=f"{progress.kimg:g}")

        self._persist(write)

    def snapshot(self, progress: Progress, *, asked: bool = False) -> None:
        """Write the moving average and the discriminator, and let go of what the settings do not keep.

        Args:
            progress: Where training stands.
            asked: Whether somebody asked for it by hand, so that it stays.
        """
        path, networks = self.run.snapshot_path(progress.kimg), self.networks
        reason = "asked" if asked or reason_of(path) == "asked" else "planned"
        facts = {**self._facts(progress), REASON: reason}

        def write() -> None:
            with explained("write", path):
                save_checkpoint(path, networks.average, networks.discriminator, facts)

        self._persist(write)
        logger.info("snapshot %s", path.name)
        prune(self.run, self.config.loop)

    def live(self, progress: Progress, now: float) -> None:
        """Write live weights, if somebody watches and it is time.  now: monotonic seconds."""
        if now < self._live_at or self._live_step == progress.step or not self._watched():
            return
        self._live_at, self._live_step = now + self.config.loop.live_seconds, progress.step
        path, networks = self.run.live_path, self.networks
        try:
            with explained("write", path):
                save_checkpoint(path, networks.average, networks.discriminator, self._facts(progress), torch.float16)
        except RunError as error:  # whoever looks on must not be able to end the training
            logger.warning("%s; trying again later", error)

    def close(self) -> None:
        """Close the event file."""
        self.events.close()

    def _watched(self) -> bool:
        try:
            return self.lease.watched()
        except RunError as error:
            logger.warning("%s", error)
            return False

    def _facts(self, progress: Progress) -> dict[str, Any]:
        facts = {"run": self.run.name, "kimg": progress.kimg, "step": progress.step, "preset": self.config.preset}
        return facts if self._middle is None else {**facts, MEAN_POSE: self._middle}

    def _geometry(self) -> dict[str, float]:
        """Relief of the moving average; nothing where there is no surface."""
        relief = spared("the relief of surfaces", lambda: self._relief.measure(self.networks.average))
        return {} if relief is None else {"Geometry/relief": relief}

    def _write_patches(self, tick: int, telemetry: Telemetry) -> None:
        """What D was shown in the last step; nothing if no step was taken since a restored state.

        The generator has not learned since: its own descent comes before D's in a step.
        """
        sighting, generator = telemetry.sighting, self.networks.generator
        if sighting is None:
            return
        resolution = self.config.discriminator.image_resolution
        arrays = spared("what D was shown", lambda: sighting_arrays(generator, sighting, resolution))
        if arrays is None:
            return
        self._write_npz(self.run.patches_path(tick), arrays)
        try:
            with explained("remove old files in", self.run.patches_folder):
                prune_patches(self.run.patches_folder, tick)
        except RunError as error:  # somebody may be looking at one of them; the next tick tries again
            logger.warning("%s", error)

    def _write_arrays(
        self, tick: int, arrays: dict[str, Any], scores: dict[str, np.ndarray], telemetry: Telemetry
    ) -> None:
        for network in ("G", "D"):
            names, norms = layer_norms(network, telemetry)
            arrays |= {f"gradient_names/{network}": names, f"gradient_norms/{network}": norms}
        arrays |= {f"scores/{kind}": thinned(values) for kind, values in scores.items()}
        self._write_npz(self.run.tick_path(tick), arrays)

    def _write_npz(self, path: Path, arrays: dict[str, Any]) -> None:
        def write() -> None:
            with explained("write", path), replacing(path) as aside:
                np.savez_compressed(aside, **arrays)

        self._persist(write)


def score_percentiles(scores: dict[str, np.ndarray]) -> dict[str, float]:
    """Percentiles of D's scores by kind, as scalars; those that are no numbers do not count."""
    known = {kind: values[np.isfinite(values)].astype(np.float32) for kind, values in scores.items()}
    return {
        f"Loss/scores/{kind}_p{percent}": float(np.percentile(values, percent))
        for kind, values in known.items() if len(values)
        for percent in PERCENTILES
    }  # fmt: skip


def layer_norms(network: str, telemetry: Telemetry) -> tuple[np.ndarray, np.ndarray]:
    """Norms of the last gradients that a network has learned from, parameter by parameter.

    One that was no number at any time since the tick before is shown so, although that step was skipped.

    Args:
        network: G or D.
        telemetry: What happened since the tick before.

    Returns:
        Names [n], text, and norms [n], float32; empty where no step was taken.
    """
    names, norms = telemetry.norms.get(network, ([], torch.empty(0)))
    shown = [telemetry.broken.get(f"{network}.{name}", norm) for name, norm in zip(names, norms.tolist(), strict=True)]
    return np.array(names, dtype=np.str_), np.array(shown, dtype=np.float32)
