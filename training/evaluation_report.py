"""What an evaluation found: each figure with its number of pictures, its protocol and what real pictures give."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from core.files import write_text
from core.model_config import FrozenModel
from training.run_errors import RunError, explained, read_bytes

FOLDER = "evaluations"
WIDTH = 100

Better = Literal["lower", "higher", "neither"]


class Measurement(FrozenModel):
    """One figure."""

    name: str = Field(description="As in the statistics, after Metrics/.")
    label: str = Field(description="For people.")
    value: float | None = Field(description="None if it has no value, for the reason that the protocol tells.")
    spread: float | None = Field(default=None, description="Standard deviation over seeds, subsets or samples.")
    unit: str = Field(default="", description="Of value, spread and floor; empty for pure numbers.")
    floor: float | None = Field(
        default=None, description="As good as possible: between disjoint halves of the real pictures, or as told."
    )
    floor_spread: float | None = Field(default=None, description="Its spread.")
    count: int = Field(description="Generated pictures, or pairs of views.")
    better: Better = Field(description="Which way is better.")
    protocol: str = Field(description="How it was measured, in a sentence or two.")

    @property
    def heading(self) -> str:
        """Label and unit."""
        return f"{self.label} [{self.unit}]" if self.unit else self.label


class Evaluation(FrozenModel):
    """All figures of one generator at one time."""

    version: Literal[1] = Field(default=1, description="Version of this format.")
    checkpoint: str = Field(description="What was evaluated.")
    data: str = Field(description="The data set.")
    kimg: float | None = Field(default=None, description="Length of its training.")
    resolution: int = Field(description="Pixels along a side of the compared pictures.")
    cameras: str = Field(default="", description="Where the cameras of generated pictures stand, for people.")
    seconds: float = Field(default=0.0, description="How long it took.")
    alarm: str = Field(default="", description="What looks wrong, for people; empty if nothing does.")
    measurements: tuple[Measurement, ...] = Field(description="The figures.")

    def value(self, name: str) -> float | None:
        """A figure by its name; None without one."""
        return next((each.value for each in self.measurements if each.name == name), None)

    def scalars(self) -> dict[str, float]:
        """The figures as the statistics have them."""
        return {f"Metrics/{each.name}": each.value for each in self.measurements if each.value is not None}

    def protocols(self) -> list[tuple[str, str]]:
        """What figures are, and how they were measured; once for those that differ in resolution alone."""
        told: dict[str, str] = {}
        for each in self.measurements:
            told.setdefault(each.protocol, each.label.partition(", ")[0] if "px" in each.label else each.label)
        return [(label, protocol) for protocol, label in told.items()]

    def text(self, *, protocols: bool = True) -> str:
        """A table with what looks wrong, and the protocols if they are wanted, for a terminal or a clipboard."""
        at = f" at {self.kimg:g} kimg" if self.kimg is not None else ""
        label = max((len(each.heading) for each in self.measurements), default=0)
        by = f", cameras by {self.cameras}" if self.cameras else ""
        lines = [f"{self.checkpoint}{at}, against {self.data}, {self.resolution} px{by}", ""]
        lines.append(f"{'':{label}}  {'N':>6}  {'generated':>18}  {'floor':>18}  better")
        for each in self.measurements:
            value, floor = figure(each.value, each.spread), figure(each.floor, each.floor_spread)
            better = "" if each.better == "neither" else each.better
            lines.append(f"{each.heading:{label}}  {each.count:6d}  {value:>18}  {floor:>18}  {better}".rstrip())
        if self.alarm:
            lines += ["", *textwrap.wrap(f"Alarm: {self.alarm}", WIDTH)]
        if protocols:
            lines.append("")
            for name, protocol in self.protocols():
                lines += textwrap.wrap(f"{name}: {protocol}", WIDTH, subsequent_indent="  ")
        return "\n".join(lines)


def figure(value: float | None, spread: float | None = None) -> str:
    """A figure for people: four digits, with its spread if it has one; a dash for none."""
    if value is None:
        return "–"
    return f"{value:.4g}" if spread is None else f"{value:.4g} ± {spread:.2g}"


def evaluation_path(run: Path, kimg: float) -> Path:
    """Where the evaluation at a time lies in a run's folder."""
    return run / FOLDER / f"{round(kimg * 1000):09d}.json"


def save_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Write an evaluation; its folder is made if absent.  Raises RunError."""
    with explained("write", path):
        path.parent.mkdir(exist_ok=True)
        write_text(path, evaluation.model_dump_json(indent=1) + "\n")


def load_evaluation(path: Path) -> Evaluation | None:
    """Read an evaluation; None if there is none.  Raises RunError."""
    content = read_bytes(path)
    if content is None:
        return None
    try:
        return Evaluation.model_validate_json(content)
    except ValidationError as error:
        raise RunError(f"{path}: is no evaluation that this program understands: delete it") from error
