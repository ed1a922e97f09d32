"""Behind the Health panel: what the attached run's statistics and one tick's arrays say of how the training does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.runs.tick_history import TickHistory
from app.runs.train_controller import TrainController
from training.health_alarms import Alarm, alarms
from widgets.common import empty_state, icons, sentence
from widgets.health import HealthPanel
from widgets.health_view import HealthView, LayerNorms, Network, by_layer
from widgets.seen_view import KINDS, Kind
from widgets.views import CurvesView

NETWORKS: tuple[Network, ...] = ("G", "D")


class HealthDesk:
    """Reads nothing by itself: statistics come with the run, arrays with the moment.

    All methods are called on the window's thread.

    Args:
        train: Knows the attached run.
        ticks: The moment that is looked at.
    """

    def __init__(self, train: TrainController, ticks: TickHistory) -> None:
        self._train, self._ticks = train, ticks
        self._judged: tuple[tuple[str, int, int], tuple[Alarm, ...]] | None = None
        self._read: tuple[object, dict[Kind, np.ndarray], dict[Network, LayerNorms]] = (None, {}, {})
        self.panel = HealthPanel()

    def update(self) -> None:
        """Nothing is due while nobody looks."""

    def draw(self) -> None:
        """Draw the panel."""
        if self._train.trouble:
            trouble = sentence(self._train.trouble)
            empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "This run cannot be read", trouble)
            return
        wish = self.panel.draw(self.view())
        if wish is not None:
            self._ticks.go(wish)

    def view(self) -> HealthView:
        """What the panel shows."""
        run, attached, moment = self._train.run, self._train.attached, self._ticks.view
        name = attached.name if attached is not None else ""
        if run is None:
            return HealthView(name, moment, loading=attached is not None)
        curves = run.curves
        until = int(np.searchsorted(curves.kimg, moment.at_kimg, side="right")) if moment.tick is not None else 0
        arrays = self._ticks.arrays
        if self._read[0] != self._ticks.version or self._read[0] is None:
            scores = {kind: found for kind in KINDS if len(found := _scores(arrays.get(f"scores/{kind}")))}
            norms = {each: found for each in NETWORKS if (found := _norms(arrays, each)) is not None}
            self._read = (self._ticks.version, scores, norms)
        return HealthView(
            run=name,
            moment=moment,
            kimg=curves.kimg,
            columns=curves.columns,
            until=until,
            scores=self._read[1] if arrays else {},
            norms=self._read[2] if arrays else {},
            alarms=self._alarms(curves, until),
            problem=self._ticks.problem,
        )

    def free_gpu(self) -> None:
        """There is nothing on the GPU."""

    def close(self) -> None:
        """There are no threads."""

    def _alarms(self, curves: CurvesView, until: int) -> tuple[Alarm, ...]:
        """Alarms at a moment, worked out once."""
        asked = (curves.run, curves.version, until)
        if self._judged is None or self._judged[0] != asked:
            self._judged = (asked, alarms({name: column[:until] for name, column in curves.columns.items()}))
        return self._judged[1]


def _scores(values: np.ndarray | None) -> np.ndarray:
    """Scores of a tick that are numbers, [n]; none where the file has none, or something else of that name."""
    if values is None or values.ndim != 1 or values.dtype.kind != "f":
        return np.empty(0)
    return values[np.isfinite(values)].astype(np.float64)


def _norms(arrays: Mapping[str, np.ndarray], network: Network) -> LayerNorms | None:
    """Norms of a tick by layer; None where the file has none, or something else of that name."""
    names, norms = (arrays.get(f"gradient_{what}/{network}") for what in ("names", "norms"))
    if names is None or norms is None or names.ndim != 1 or names.shape != norms.shape:
        return None
    if names.dtype.kind != "U" or norms.dtype.kind != "f":
        return None
    return by_layer(names, norms)
