"""States, times and sizes of runs in words and colours."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.durations import duration
from widgets.palette import Tone
from widgets.runs_view import RunItem

if TYPE_CHECKING:
    from training.liveness import RunState

STATE_TONES: dict[RunState, Tone] = {
    "new": "quiet",
    "starting": "busy",
    "running": "good",
    "paused": "warning",
    "stopping": "busy",
    "stopped": "quiet",
    "finished": "good",
    "failed": "error",
    "slow": "warning",
    "hung": "error",
    "dead": "error",
}
# States that want a word, and perhaps a hand.
TROUBLED = ("slow", "hung", "dead", "failed")
# From the liveliest to the deadest, for sorting.
STATE_ORDER: tuple[RunState, ...] = (
    "running", "slow", "hung", "starting", "stopping", "paused", "dead", "failed", "stopped", "finished", "new",
)  # fmt: skip


def state_words(item: RunItem) -> tuple[str, Tone]:
    """The state of a run, for people, and its colour."""
    if item.problem:
        return "unreadable", "error"
    return item.view.state, STATE_TONES[item.view.state]


def trouble(item: RunItem) -> str:
    """What is the matter with a run; empty if nothing is."""
    if item.problem:
        return item.problem
    # A pause that somebody has asked for has no message; one because of a full disk has.
    return item.view.message if item.view.state in (*TROUBLED, "paused") else ""


def age(seconds: float) -> str:
    """How long ago something was, in one number: "now", "45 s", "12 min", "3 h", "5 days"."""
    if seconds < 10:
        return "now"
    if seconds < 60:
        return f"{seconds:.0f} s"
    for limit, unit, word in ((3600, 60, "min"), (86_400, 3600, "h"), (float("inf"), 86_400, "day")):
        if seconds < limit:
            count = int(seconds // unit)
            return f"{count} {word}{'s' if word == 'day' and count > 1 else ''}"
    return ""


def ago(stamp: float, now: float) -> str:
    """The same for running text: "just now", "12 min ago"; empty if it is not known."""
    if not stamp:
        return ""
    text = age(max(now - stamp, 0.0))
    return "just now" if text == "now" else f"{text} ago"


def date(stamp: float) -> str:
    """A moment: "2026-01-31 23:59"; empty if it is not known."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(stamp)) if stamp else ""


def progress_line(item: RunItem) -> str:
    """Progress, speed and time left on one line."""
    status = item.view.status
    if status is None:
        return "not started yet"
    parts = [f"{status.kimg:.4g} of {status.total_kimg:g} kimg"]
    if status.sec_per_kimg:
        parts.append(f"{status.sec_per_kimg:.3g} s/kimg")
    if status.eta_s is not None and item.view.state in ("running", "slow"):
        parts.append(f"{duration(status.eta_s)} left")
    return " · ".join(parts)
