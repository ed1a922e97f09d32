"""`python -m training RUN_DIR`: train one run, as the window and the command line start it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from core.memory import is_out_of_memory
from training.config import RunConfig
from training.control import Control
from training.priority import TRAINER_NICENESS, step_back
from training.run_dir import RunDirectory
from training.steps import TrainingDiverged
from training.train_state import Progress
from training.trainer import Trainer

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Train the run named on the command line.  Returns the exit status: 0 finished or stopped, 1 failed."""
    parser = argparse.ArgumentParser(prog="python -m training", description="Train one run from its directory.")
    parser.add_argument("run", type=Path, metavar="RUN_DIR", help="directory of the run, with its config.yaml")
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stdout,
        format="%(asctime)s %(levelname)s %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    step_back(TRAINER_NICENESS)
    return train_run(RunDirectory(parser.parse_args(arguments).run))


def train_run(run: RunDirectory) -> int:
    """Own a run and train it; whatever goes wrong ends in its log and status.  Returns the exit status."""
    try:
        config = run.config()
        with run.lock():
            run.prepare()
            control = Control(run, run.next_start(), config.loop.total_kimg, Progress())
            control.catch_signals()
            return _train(run, config, control)
    except (ValueError, OSError) as error:
        # The run is not ours (locked, unreadable): its status is left alone.
        logger.error("%s", error)
        return 1


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
            control.report("failed", f"{type(error).__name__}: {error} (the whole story is in log.txt)")
            raise
        logger.error("%s", error)
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
    return str(error) if isinstance(error, ValueError | OSError | TrainingDiverged) else None


if __name__ == "__main__":
    sys.exit(main())
