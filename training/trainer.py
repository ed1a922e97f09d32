"""The training of one run, from its configuration to its last snapshot (EpiGRAF, Section 3.4)."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import torch

from training.batches import RealBatches
from training.bystander import Bystander
from training.changes import change_now
from training.config import ConfigError, RunConfig
from training.control import Control
from training.cores import usable_cores
from training.data_set import ImageDataSet
from training.device import choose_device, device_name
from training.distributed import Place, own_device
from training.full_disk import persistence
from training.networks import Networks
from training.recorder import Recorder
from training.run_dir import RunDirectory
from training.run_errors import RunError
from training.state_files import StateFiles, in_trouble
from training.status import TrainerState
from training.steering import REFUSED, steered, words_of
from training.steps import Stepper
from training.telemetry import Silence, Telemetry
from training.train_state import Progress, seeded_rng
from training.training_metrics import TrainingMetrics
from training.warm_start import beginning, require_fit

logger = logging.getLogger(__name__)


class Trainer:
    """Trains a run; the first process of the team owns it (hold its lock).

    Args:
        run: Its folder.
        config: Its settings.
        control: Hears commands, and reports.
        record: Whether anything is recorded: without, nothing of what was learned is left behind but the state.
    """

    def __init__(self, run: RunDirectory, config: RunConfig, control: Control, *, record: bool = True) -> None:
        self.run, self.config, self.control = run, config, control
        self.progress = control.progress
        self.team = control.team
        place = Place.from_environment() if self.team.size > 1 else Place()
        torch.set_num_threads(max((config.loop.threads or usable_cores()) // place.local_size, 1))
        device = control.device = own_device(choose_device(config.loop.device), place)
        threads = torch.get_num_threads()
        logger.info("device %s (%s), %d threads, torch %s", device, device_name(device), threads, torch.__version__)
        self.data = ImageDataSet.open(config.data_path, config.data.resolution, mirrored=config.data.mirror)
        torch.manual_seed(config.loop.seed)
        self.networks = Networks.build(config, device)
        rng = seeded_rng(config.loop.seed)
        self.stepper = Stepper(
            config, self.networks, self.data.all_angles, rng, device, self.data.all_labels, self.team
        )
        self.telemetry = Telemetry() if record else Silence()
        self.persist = persistence(control)
        self.states = StateFiles(run, self.persist)
        self._owes_snapshot = False
        self._restore()
        self.batches = RealBatches(self.data, config.loop.batch, config.loop.seed, device, self.stepper.share)
        # A tick half done may have left a row at this very step, which is void from now on.
        first_step = self.progress.step + (0 if self.telemetry.images else 1)
        self.recorder = (
            Recorder(run, self.config, self.networks, self.data, control.start, first_step, self.persist)
            if self.team.leads and record
            else Bystander(self.config)
        )
        self._state_at = time.monotonic() + 60 * self.config.loop.state_minutes
        self.metrics = (
            TrainingMetrics(run, self.config, self.networks.average, control.breathe, self.persist)
            if self.team.leads
            else None
        )
        control.steer = self.steer

    def train(self) -> TrainerState:
        """Train to the planned end or until stopped.  Returns how it ended: finished or stopped."""
        self.control.report("running")
        if self.progress.step == 0:
            with self.team.first_alone():
                self.recorder.sample(self.progress)
        while True:
            self.control.poll(self._record_if_asked)  # which may change the length, even of what is at its end
            if self.control.stop or self.progress.kimg >= self.config.loop.total_kimg:
                break
            self._step()
            self._record()
        ended: TrainerState = "stopped" if self.progress.kimg < self.config.loop.total_kimg else "finished"
        self.control.report("stopping", "writing the last snapshot")
        # The state keeps a tick half done; its row is for people, and gives way to the whole one if the run goes on.
        self._save()
        if self.telemetry.images:
            self._tick()
        with self.team.first_alone():
            self.recorder.sample(self.progress)
            self.recorder.snapshot(self.progress)
        return ended

    def steer(self, values: Mapping[str, Any]) -> str:
        """Change settings from the next step on.

        Args:
            values: By dotted name.

        Returns:
            What became of it, for people.
        """
        wish = self._wish(values) if self.team.leads else (None, "")
        config, words = self.team.share(wish, tuple[RunConfig | None, str])
        if config is not None:
            self._use(config)
            self.recorder.config = config
            # What is acknowledged must not be lost with the steps since the last state.
            self._save()
        return words

    def _wish(self, values: Mapping[str, Any]) -> tuple[RunConfig | None, str]:
        """The settings with a change, which is recorded; none if there is none.  And words for people."""
        progress = self.progress
        try:
            wish = steered(self.config, values, progress.kimg)
            if not wish.values:
                return None, "nothing to change: it is so already"
            self.run.append_change(change_now(wish.values, progress.step, progress.kimg, self.control.start))
        except (ConfigError, RunError) as error:
            return None, f"{REFUSED}{error}"
        return wish.config, words_of(wish.values)

    def _save(self) -> None:
        """Write the state, with what all processes have counted."""
        self.telemetry.unite(self.team)
        with self.team.first_alone():
            if self.team.leads:
                self.states.save(self.stepper, self.progress, self.telemetry)

    def close(self) -> None:
        """Let go of threads and files."""
        self.batches.close()
        self.recorder.close()
        if self.metrics is not None:
            self.metrics.close()
        self.data.close()

    def _restore(self) -> None:
        restored = self.states.restore(self.stepper, self.telemetry, self.team)
        progress = restored or Progress()
        if restored is not None:
            logger.info("resuming at %.3f kimg, step %d", progress.kimg, progress.step)
        elif self.config.init is not None:
            require_fit(self.config, self.config.init)
            self.networks.start_from(self.config.init)
            logger.info("%s", beginning(self.config.init))
        if self.team.leads:
            # Without a state the run starts over, whatever a start that was killed early has left behind.
            self.run.cut_back(progress.step, progress.tick, progress.kimg)
        else:
            self.telemetry.forget_all_but_time()
        vars(self.progress).update(vars(progress))
        steered_config = self.run.steered_config(self.config) if self.team.leads else self.config
        self._use(self.team.share(steered_config, RunConfig))
        self.team.align(self.networks.tensors())

    def _use(self, config: RunConfig) -> None:
        """Go on with these settings."""
        self.config, self.control.total_kimg = config, config.loop.total_kimg
        self.stepper.steer(config)
        if config.optimizer.r1_gamma == 0:  # no step will come to tell that all is well again
            self.stepper.bad_steps.pop("Gradients/R1", None)

    def _step(self) -> None:
        began = time.perf_counter()
        real = self.batches.at(self.progress.images)
        retries = self.stepper.pieces.retries
        self.stepper.step(real, self.progress.step, self.progress.kimg, self.telemetry)
        if self.stepper.pieces.retries > retries:
            self.control.report(self.control.state, self._memory_ended())
        spent = time.perf_counter() - began
        self.progress.step += 1
        self.progress.images += self.config.loop.batch
        self.progress.seconds += spent
        self.telemetry.add_time(spent, self.config.loop.batch)

    def _memory_ended(self) -> str:
        """What is done since memory did not suffice, for people."""
        return (
            f"memory ended at step {self.progress.step}: from there on each process computes "
            f"{self.stepper.pieces.size} pictures at once, which takes longer and learns the same"
        )

    def _record(self) -> None:
        """What is due after a step."""
        loop = self.config.loop
        if self._due(loop.kimg_per_tick):
            self._tick()
        if self._due(loop.sample_kimg):
            with self.team.first_alone():
                self.recorder.sample(self.progress)
        now = time.monotonic()
        # A run that is about to fail must not overwrite what it could go on from; what is due waits for good gradients.
        if self.team.any(self.team.leads and now >= self._state_at and not in_trouble(self.stepper)):
            self._state_at = now + 60 * loop.state_minutes
            self._save()
        if self._plans_snapshot() and not self.control.snapshot:
            with self.team.first_alone():
                self.recorder.snapshot(self.progress)
        self._owes_snapshot = self._snapshot_due() and not self._plans_snapshot()
        self._record_if_asked()

    def _snapshot_due(self) -> bool:
        return self._owes_snapshot or self._due(self.config.loop.snapshot_kimg)

    def _plans_snapshot(self) -> bool:
        """Whether the settings want a snapshot of this step; in trouble not where it would push out a good one."""
        waits = self.config.loop.keep_snapshots is not None and in_trouble(self.stepper)
        return self._snapshot_due() and not waits

    def _record_if_asked(self) -> None:
        """A snapshot that was asked for, and live weights for whoever watches; also during a pause."""
        if self.control.snapshot:
            self.control.snapshot = False
            with self.team.first_alone():
                self.recorder.snapshot(self.progress, asked=True)
        if self.control.evaluate:
            self.control.evaluate = False
            with self.team.first_alone():
                if self.metrics is not None:
                    self.metrics.on_demand(self.config, self.progress)
        self.recorder.live(self.progress, time.monotonic())

    def _due(self, interval_kimg: float) -> bool:
        """Whether the last step crossed a multiple of an interval."""
        interval = interval_kimg * 1000
        before = self.progress.images - self.config.loop.batch
        return self.progress.images // interval > before // interval

    def _tick(self) -> None:
        self.progress.tick += 1
        self.telemetry.unite(self.team)
        with self.team.first_alone():
            self._record_tick()
        self.telemetry.clear()

    def _record_tick(self) -> None:
        if isinstance(self.recorder, Bystander):
            return
        snapshot = None if self._plans_snapshot() else self.recorder.snapshot
        if self.metrics is not None:
            self.metrics.at_tick(self.config, self.progress, self.telemetry, snapshot)
        scalars = self.recorder.tick(self.progress, self.telemetry)
        self.control.sec_per_kimg = scalars["Timing/sec_per_kimg"]
        logger.info(
            "tick %d  %.3f kimg  %.1f s/kimg  G %.3f  D %.3f",
            self.progress.tick,
            self.progress.kimg,
            scalars["Timing/sec_per_kimg"],
            scalars.get("Loss/G/loss", float("nan")),
            scalars.get("Loss/D/loss", float("nan")),
        )
