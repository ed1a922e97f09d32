"""Measures what the form's settings need when asked to, and remembers what was found."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.form.form_settings import Resolved
from widgets.setting_view import EstimateView

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.estimate import Estimate, Probe

KEEP = 16


class Estimates:
    """One measurement at a time.

    Args:
        wake: Called from a thread when `view` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Estimate] = OrderedDict()
        self._last = ""
        self._progress = ""
        self._problem: tuple[str, str] = ("", "")
        self._probe: Probe | None = None
        self._thread: threading.Thread | None = None

    def measure(self, resolved: Resolved) -> None:
        """Begin to measure, unless something is being measured already or there is nothing to measure."""
        from training.estimate import Probe

        config = resolved.config
        if config is None or (self._thread is not None and self._thread.is_alive()):
            return
        self._probe = Probe(config)
        self._progress, self._problem = "starting", ("", "")
        self._thread = threading.Thread(target=self._run, args=(self._probe, resolved.cost), name="estimate")
        self._thread.start()

    def cancel(self) -> None:
        """End the measurement, if there is one."""
        if self._probe is not None:
            self._probe.cancel()

    def close(self) -> None:
        """End the measurement and its thread."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()

    def view(self, resolved: Resolved | None) -> EstimateView:
        """What is known of these settings, or of the last ones that were measured."""
        config = resolved.config if resolved is not None else None
        cost = resolved.cost if resolved is not None else ""
        with self._lock:
            fresh = self._known.get(cost)
            shown = fresh or self._known.get(self._last)
            problem = self._problem[1] if self._problem[0] == cost else ""
            progress = self._progress
        if config is None or shown is None:
            return EstimateView(progress=progress, problem=problem, ready=config is not None)
        from training.retention import planned_count

        whole = shown.words(config.loop.total_kimg).replace(", ", "\n", 1)
        return EstimateView(
            text="\n".join(part for part in (whole, shown.disk_words(planned_count(config.loop))) if part),
            remark=_remark(shown),
            stale=fresh is None,
            progress=progress,
            problem=problem,
            ready=True,
        )

    def _run(self, probe: Probe, cost: str) -> None:
        from training.estimate import EstimateError

        try:
            estimate = probe.measure(self._report)
        except EstimateError as error:
            with self._lock:
                self._problem = (cost, str(error))
        else:
            if estimate is not None:
                with self._lock:
                    self._known[cost] = estimate
                    self._last = cost
                    while len(self._known) > KEEP:
                        self._known.popitem(last=False)
        self._report("")

    def _report(self, text: str) -> None:
        with self._lock:
            self._progress = text
        self._wake()


def _remark(estimate: Estimate) -> str:
    from training.estimate import BUSY

    if estimate.slowdown <= BUSY:
        return ""
    return f"Other programs use the processor: at present it takes {estimate.slowdown:.1f} times as long."
