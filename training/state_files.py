"""The states of a run: the newest, and the one before it, for the day that the newest cannot be read."""

from __future__ import annotations

import logging

from training.full_disk import Persist
from training.run_dir import RunDirectory
from training.steps import Stepper
from training.telemetry import Telemetry
from training.train_state import DamagedStateError, Progress, read_state, restore_state, save_state

logger = logging.getLogger(__name__)


def in_trouble(stepper: Stepper) -> bool:
    """Whether the last gradients of any network were no numbers: what is learned then is not worth going on from."""
    return any(stepper.bad_steps.values())


class StateFiles:
    """Writes and reads the states of one run.

    Args:
        run: Its folder.
        persist: Writes, and waits while the disk is full.
    """

    def __init__(self, run: RunDirectory, persist: Persist) -> None:
        self._latest, self._previous, self._persist = run.state_path, run.previous_state_path, persist
        # Only a newest state that one can go on from may push out the one before it.
        self._sound = False

    def save(self, stepper: Stepper, progress: Progress, telemetry: Telemetry) -> None:
        """Write the newest state; what was the newest becomes the one before.

        Args:
            stepper: What trains.
            progress: Where it stands.
            telemetry: What the tick has collected so far.

        Raises:
            RunError: It cannot be written.
        """
        previous = self._previous if self._sound else None
        self._persist(lambda: save_state(self._latest, stepper, progress, telemetry, previous))
        self._sound = not in_trouble(stepper)

    def restore(self, stepper: Stepper, telemetry: Telemetry) -> Progress | None:
        """Go on from the newest state that is whole.

        Args:
            stepper: Gets weights, optimisers and random numbers.
            telemetry: Gets the tick half done.

        Returns:
            Where the training stands; none without a state.

        Raises:
            RunError: There are states, but none that can be gone on from.
        """
        damage: DamagedStateError | None = None
        for path in (self._latest, self._previous):
            if not path.exists():
                continue
            try:
                state = read_state(path)
            except DamagedStateError as error:
                damage = damage or error
                continue
            progress = restore_state(state, path, stepper, telemetry)
            self._sound = path == self._latest and not in_trouble(stepper)
            if path != self._latest:
                why = f"{self._latest} is damaged" if damage else f"there is no {self._latest}"
                logger.warning("%s: going on from %s, the state before it, at step %d", why, path.name, progress.step)
            return progress
        if damage is not None:
            raise damage
        return None
