"""The states of a run: the newest, and the one before it, for the day that the newest cannot be read."""

from __future__ import annotations

import logging
import platform
import time

from training.full_disk import Persist
from training.run_dir import RunDirectory
from training.run_errors import RunError
from training.steps import Stepper
from training.team import Team
from training.telemetry import Telemetry
from training.train_state import DamagedStateError, Progress, SavedState, read_state, restore_state, save_state

# File systems of several machines keep what they know of a folder for up to a minute.
REREADS = 15
REREAD_S = 6.0

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

    def restore(self, stepper: Stepper, telemetry: Telemetry, team: Team) -> Progress | None:
        """Go on from the newest state that is whole, in all processes of a team from the same.

        Args:
            stepper: Gets weights, optimisers and random numbers.
            telemetry: Gets the tick half done.
            team: The processes that train.

        Returns:
            Where the training stands; none without a state.

        Raises:
            RunError: There are states, but none that can be gone on from; or we do not find that of the first process.
            TeamError: Another process is gone.
        """
        saved = self._newest(digest=team.size > 1) if team.leads else None
        if team.size > 1:
            told = team.share(("", 0) if saved is None else (saved.digest, _step(saved)), tuple[str, int])
            if not team.leads and told[0]:
                saved = self._same(*told)
        if saved is None:
            return None
        progress = restore_state(saved, stepper, telemetry)
        self._sound = saved.path == self._latest and not in_trouble(stepper)
        return progress

    def _newest(self, *, digest: bool) -> SavedState | None:
        """The newest state that is whole, with a warning if it is not the latest; none without.  Raises RunError."""
        damage: DamagedStateError | None = None
        for path in (self._latest, self._previous):
            if not path.exists():
                continue
            try:
                saved = read_state(path, digest=digest)
            except DamagedStateError as error:
                damage = damage or error
                continue
            if path != self._latest:
                why = f"{self._latest} is damaged" if damage else f"there is no {self._latest}"
                logger.warning("%s: going on from %s, the state before it, at step %d", why, path.name, _step(saved))
            return saved
        if damage is not None:
            raise damage
        return None

    def _same(self, digest: str, step: int) -> SavedState:
        """The state that the first process has read, also where a file system shows us an older one for some time.

        Whoever began elsewhere would add the gradients of other weights, and nobody would notice.

        Args:
            digest: Of its file.
            step: Its step, for people.

        Raises:
            RunError: It does not come.
        """
        seen = "none"
        for again in range(REREADS + 1):
            if again == 1:
                logger.warning("the first process goes on from step %d, here %s is to be seen: waiting", step, seen)
            if again:
                time.sleep(REREAD_S)
            for path in (self._latest, self._previous):
                try:
                    saved = read_state(path, digest=True)
                except RunError as error:  # absent, or damaged: to be looked at again
                    logger.info("%s", error)
                    continue
                if saved.digest == digest:
                    return saved
                seen = f"step {_step(saved)}"
        raise RunError(
            f"{self._latest.parent}: the first process goes on from step {step}, but on {platform.node()} the state of "
            f"{seen} is to be seen, after {REREADS * REREAD_S:.0f} s still. All processes need the same folder: check "
            "that it lies on a file system that all machines share, wait until it shows the same on all, and resume."
        )


def _step(saved: SavedState) -> int:
    """Which step a state is of, also where that is not to be understood; whoever restores it will say so."""
    try:
        return int(saved.content["progress"]["step"])
    except (KeyError, TypeError, ValueError):
        return 0
