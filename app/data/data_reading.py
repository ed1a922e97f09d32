"""A data set read for the Data panel: opened on a thread, its pictures read in a process, both kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.data_process import SURVEY
from app.workers.told_errand import carry_out
from training.errand import Errand
from widgets.data_view import DataFacts

if TYPE_CHECKING:  # pydantic and PIL wait until somebody looks at the panel
    from training.data_findings import Finding
    from training.data_set import DataSetInfo
    from training.data_survey import Survey


@dataclass(frozen=True)
class OpenedData:
    """A data set without its pictures.

    Attributes:
        facts: For the panel.
        info: What it says of itself.
        findings: What is odd about its poses and size.
    """

    facts: DataFacts
    info: DataSetInfo
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class ReadPictures:
    """What its pictures tell.

    Attributes:
        survey: It.
        findings: What is odd about everything.
    """

    survey: Survey
    findings: tuple[Finding, ...]


def open_data(path: str) -> OpenedData:
    """Open a data set.  Raises DataSetError."""
    from training.data_findings import findings
    from training.data_set import ImageDataSet
    from training.pose_figures import pose_figures

    with ImageDataSet.open(Path(path)) as data:
        info, angles, names = data.info, data.all_angles, data.names
    parts = [info.name, f"{info.count} pictures of {info.resolution} px"]
    if info.objects:
        parts.append(info.labelled)
    if info.background != "as-is":
        parts.append(f"on {info.background}")
    figures = None if angles is None else pose_figures(angles)
    facts = DataFacts(info.path, names, info.resolution, ", ".join(parts), angles, figures, info.cube_scale)
    return OpenedData(facts, info, findings(info, angles, None))


class PictureReading:
    """Reads all pictures of one data set at a time, in a process; what was read before is taken from a file.

    Args:
        folder: Where surveys are kept.
        wake: Called from the thread when there is something new.

    Attributes:
        fraction: How far it is, in [0, 1]; None when nothing is being read.
        found: What has come of the data set that was asked for last; None until then.
        problem: Why nothing has; empty if something has, or will.
    """

    def __init__(self, folder: Path, wake: Callable[[], None]) -> None:
        self._folder, self._wake = folder, wake
        self._errand: Errand | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._mark = ""
        self.fraction: float | None = None
        self.found: ReadPictures | None = None
        self.problem = ""

    def want(self, opened: OpenedData) -> None:
        """Read this data set, unless it was asked for last."""
        with self._lock:
            if opened.info.fingerprint == self._mark:
                return
            self._mark = opened.info.fingerprint
            self.fraction, self.found, self.problem = 0.0, None, ""
            if self._errand is not None:
                self._errand.cancel()
            self._errand = Errand("app.data.data_process")
            self._thread = threading.Thread(
                target=self._read, args=(opened, self._errand, self._mark), name="data pictures", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop reading; what was read is forgotten."""
        with self._lock:
            if self._errand is not None and self.fraction is not None:
                self._errand.cancel()
                self.fraction, self.problem = None, "The pictures were not read to the end."

    def forget(self) -> None:
        """Read even the same data set anew when it is wanted, past what was kept."""
        with self._lock:
            if self._mark:
                self._file(self._mark).unlink(missing_ok=True)
            if self._errand is not None:
                self._errand.cancel()
            self._mark, self.fraction, self.found, self.problem = "", None, None, ""

    def close(self) -> None:
        """End the process and the thread."""
        with self._lock:
            errand, thread, self._mark = self._errand, self._thread, ""
        if errand is not None:
            errand.cancel()
        if thread is not None:
            thread.join()

    def _file(self, mark: str) -> Path:
        return self._folder / f"{mark}.npz"

    def _read(self, opened: OpenedData, errand: Errand, mark: str) -> None:
        from training.data_findings import findings
        from training.data_survey import load_survey

        file, reason = self._file(mark), ""
        found = load_survey(file, mark)
        if found is None:
            order = json.dumps([SURVEY, str(opened.facts.path), str(file)])
            ended = carry_out(errand, order, lambda _doing, done, total: self._tell(mark, done / max(total, 1)))
            found, reason = load_survey(file, mark), ended.reason
        told = None if found is None else ReadPictures(found, findings(opened.info, opened.facts.angles, found))
        with self._lock:
            if mark == self._mark and not errand.cancelled:
                self.fraction, self.found, self.problem = None, told, "" if told is not None else reason
        self._wake()

    def _tell(self, mark: str, fraction: float) -> None:
        with self._lock:
            if mark == self._mark and self.fraction is not None:
                self.fraction = fraction
        self._wake()
