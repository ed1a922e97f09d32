"""`python -m training RUN_DIR`: train one run, as the window and the command line start it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from contextlib import nullcontext
from pathlib import Path

from core.memory import is_out_of_memory
from training.config import RunConfig
from training.control import Control
from training.device import choose_device
from training.distributed import Place, join, own_device
from training.priority import TRAINER_NICENESS, step_back
from training.run_dir import RunDirectory
from training.steps import TrainingDiverged
from training.team import Team, TeamError
from training.train_state import Progress
from training.trainer import Trainer

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Train the run named on the command line.  Returns the exit status: 0 finished or stopped, 1 failed."""
    parser = argparse.ArgumentParser(prog="python -m training", description="Train one run from its directory.")
    parser.add_argument("run", type=Path, metavar="RUN_DIR", help="directory of the run, with its config.yaml")
    # Of several processes that write one log only the first tells everything, and the others who they are.
    rank = int(os.environ.get("RANK", "0"))
    logging.basicConfig(
        level=logging.WARNING if rank else logging.INFO,
        stream=sys.stdout,
        format=f"%(asctime)s %(levelname)s {f'[process {rank + 1}] ' if rank else ''}%(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    step_back(TRAINER_NICENESS)
    return train_run(RunDirectory(parser.parse_args(arguments).run))


def train_run(run: RunDirectory) -> int:
    """Own a run and train it; whatever goes wrong ends in its log and status.  Returns the exit status."""
    try:
        config = run.config()
        place = Place.from_environment()
        team = join(place, own_device(choose_device(config.loop.device), place), config.parallel.patience_minutes)
        try:
            with run.lock() if team.leads else nullcontext():
                return _train(run, config, _control(run, config, team))
        finally:
            team.leave()
    except (ValueError, OSError, TeamError) as error:
        # The run is not ours (locked, unreadable): its status is left alone.
        logger.error("%s", error)
        return 1


def _control(run: RunDirectory, config: RunConfig, team: Team) -> Control:
    if team.leads:
        run.prepare()
    start = team.share(run.next_start() if team.leads else 0, int)
    control = Control(run, start, config.loop.total_kimg, Progress(), team)
    control.catch_signals()
    return control


def _train(run: RunDirectory, config: RunConfig, control: Control) -> int:
    control.report("starting", "loading data and building networks")
    try:
        trainer = Trainer(run, config, control)
        try:
            ended = trainer.train()
        finally:
            trainer.close()
    except BaseException as error:
        message = failure_message(error)
        if message is None:
            logger.exception("the training failed")
            control.team.farewell(f"{type(error).__name__}: {error}")
            control.report("failed", f"{type(error).__name__}: {error} (the whole story is in log.txt)")
            raise
        logger.error("%s", error)
        if isinstance(error, TeamError):
            message = f"{control.team.last_words() or error}; see log.txt. Resume goes on from the last state"
        else:
            control.team.farewell(message)
        control.report("failed", message)
        return 1
    control.report(ended)
    logger.info("%s at %.3f kimg", ended, control.progress.kimg)
    return 0


def failure_message(error: BaseException) -> str | None:
    """What ended the training, for people; None if nobody has foreseen it."""
    if is_out_of_memory(error):
        return (
            "there is not enough memory: lower loop.batch, the samples along a ray or the resolution of the planes in "
            "a new run, or close other programs and resume"
        )
    return str(error) if isinstance(error, ValueError | OSError | TrainingDiverged | TeamError) else None


if __name__ == "__main__":
    sys.exit(main())
