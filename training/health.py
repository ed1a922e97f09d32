"""What bad gradients mean and when they end a run; said to people in the same words everywhere."""

from __future__ import annotations

# A bad step now and then is skipped and counted; this many in a row, of one network, end the run.
MAX_BAD_STEPS = 50
# What is counted in the statistics of a tick.
BAD_STEPS = "Gradients/bad_steps"
WAY_OUT = (
    "Resume the run with lower learning rates (epigraf train --resume RUN --set optimizer.generator_lr=…), or begin a "
    "new one with a larger optimizer.r1_gamma."
)


def diverged(kind: str, steps: int) -> str:
    """Why a run has ended.

    Args:
        kind: Whose gradients, as in the statistics.
        steps: How many steps in a row were bad.
    """
    return (
        f"{kind} were NaN or infinite for {steps} steps in a row, so nothing is learned any more. What was learned "
        f"until the last saved state is kept. {WAY_OUT}"
    )


def gradient_warning(late: int, total: int) -> str:
    """What is said while steps are bad.

    Args:
        late: Bad steps in the last tick.
        total: Bad steps in all.
    """
    steps = "step" if late == 1 else "steps"
    return (
        f"gradients were NaN or infinite in {late} {steps} of the last tick, {total} in all. Such steps are skipped "
        f"and counted; {MAX_BAD_STEPS} in a row end the run. If it goes on, lower the learning rates."
    )
