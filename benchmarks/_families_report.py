"""What the runs of benchmarks/families.py say: cost, quality and consistency with floors and spread."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from benchmarks._families_figure import Course, draw
from benchmarks._page import into_page
from benchmarks._runs import run_of
from benchmarks._tables import apart, number, row, spread
from benchmarks.families import MEMBERS, Member
from core.checkpoint import load_checkpoint
from core.files import write_text
from training.device import choose_device
from training.evaluate import evaluate
from training.evaluation_report import Evaluation
from training.metrics_config import MetricsConfig
from training.run_dir import RunDirectory
from training.stats import read_stats

TEXT, FIGURE = "families.md", "families.svg"
CONSISTENCY = {
    "reprojection_picture": "pictures as they are shown, 1/255",
    "reprojection_rays": "what rays see of the field: floor of the former, 1/255",
    "interpolation": "reading between pixels: floor of rays, 1/255",
    "added": "what the upsampler adds to what rays see, 1/255",
    "reprojection_unrelated": "another sample's picture: the scale, 1/255",
    "reprojection_visible": "visible part of the surface",
    "relief": "relief: 0 is a plane, 0.47 a sphere",
}
# Told for scale, or so that the others can be judged: nobody wins in them.
NO_CONTEST = ("interpolation", "reprojection_unrelated", "reprojection_visible", "relief")


@dataclass(frozen=True)
class Outcome:
    """One run.

    Attributes:
        member: Whose.
        evaluation: Of its last snapshot.
        course: What was measured in training.
        costs: By name.
        device: Where it was trained, for people.
    """

    member: Member
    evaluation: Evaluation
    course: Course
    costs: dict[str, float]
    device: str

    def figure(self, name: str) -> float | None:
        """A figure of merit by name, also those that follow from others."""
        rays = next((each for each in self.evaluation.measurements if each.name == "reprojection_rays"), None)
        if name == "interpolation":
            return rays.floor if rays is not None else None
        if name == "added":
            shown = self.evaluation.value("reprojection_picture")
            return None if rays is None or rays.value is None or shown is None else shown - rays.value
        return self.evaluation.value(name)


def report(out: Path, seeds: int, pictures: int, pairs: int, page: Path | None = None) -> None:
    """Measure what is missing, write text and figure beside the runs, and into a page if one is named."""
    settings = MetricsConfig(pictures=pictures, pairs=pairs)
    runs = [(each, run_of(out, each.name, seed)) for each in MEMBERS for seed in range(seeds)]
    outcomes = [outcome_of(run, each, settings) for each, run in runs if run is not None and run.snapshots()]
    if len({each.member for each in outcomes}) < len(MEMBERS):
        raise SystemExit(f"{out} lacks a run of each family with a snapshot: python -m benchmarks.families run")
    text = "\n\n".join((about(outcomes), costs(outcomes), quality(outcomes), consistency(outcomes), words(outcomes)))
    write_text(out / TEXT, text + "\n")
    draw(out / FIGURE, [(each.member.label, each.course, each.figure) for each in outcomes])
    if page is not None:
        shows = "Distance over images and over hours, and errors of close views"
        into_page(page, "families", text, {out / FIGURE: shows})
    print(text)


def outcome_of(run: RunDirectory, member: Member, settings: MetricsConfig) -> Outcome:
    """What one run says; its last snapshot is measured once for the same settings."""
    config, last = run.config(), run.snapshots()[-1]
    evaluation = _measured(run, last.path, settings)
    rows = read_stats(run.stats_path).rows
    networks = load_checkpoint(last.path)
    gpu = [each["Resources/peak_gpu_mem_gb"] for each in rows if "Resources/peak_gpu_mem_gb" in each]
    costs = {
        "kimg": last.kimg,
        "training, s/kimg": statistics.median(each["Timing/sec_per_kimg"] for each in rows),
        "training, hours": rows[-1]["Timing/total_sec"] / 3600,
        "memory of the GPU, GiB" if gpu else "memory of the process, GiB": max(
            gpu or [each["Resources/cpu_mem_gb"] for each in rows]
        ),
        "parameters of G, million": _parameters(networks.generator) / 1e6,
    }
    if networks.discriminator is not None:
        costs["parameters of D, million"] = _parameters(networks.discriminator) / 1e6
    device = "a GPU" if gpu else f"a CPU, loop.threads {config.loop.threads}"
    return Outcome(member, evaluation, Course.of(rows), costs, device)


def _measured(run: RunDirectory, snapshot: Path, settings: MetricsConfig) -> Evaluation:
    """Of a snapshot; kept beside the run, so that a report is not measured twice."""
    kept = run.path / f"families-{snapshot.stem}-{settings.pictures}-{settings.pairs}.json"
    if kept.is_file():
        return Evaluation.model_validate_json(kept.read_text(encoding="utf-8"))
    config = run.config()
    device = str(choose_device(config.loop.device))
    found = evaluate(snapshot, config.data_path, settings, device, resolution=config.data.resolution)
    write_text(kept, found.model_dump_json(indent=1))
    return found


def _parameters(network: nn.Module) -> int:
    return sum(each.numel() for each in network.parameters())


def about(outcomes: Sequence[Outcome]) -> str:
    """What was compared, on one line."""
    first = outcomes[0]
    found = {each.name: each.count for each in first.evaluation.measurements}
    presets = " and ".join(f"`{each.preset}`" for each in MEMBERS)
    return (
        f"Presets {presets}, {Path(first.evaluation.data).name} at {first.evaluation.resolution} px, trained on "
        f"{first.device}; {found.get('frechet_random', 0)} pictures measured of each run. With several seeds, ± is "
        "half of the range over them."
    )


def costs(outcomes: Sequence[Outcome]) -> str:
    """What a training takes."""
    names = list(dict.fromkeys(name for each in outcomes for name in each.costs))
    lines = [_line("cost", [each.label for each in MEMBERS]), row(["---"] * (1 + len(MEMBERS)))]
    lines.append(_line("runs", [str(len(_of(outcomes, each))) for each in MEMBERS]))
    for name in names:
        lines.append(_line(name, [spread([one.costs.get(name) for one in _of(outcomes, each)]) for each in MEMBERS]))
    return "\n".join(lines)


def quality(outcomes: Sequence[Outcome]) -> str:
    """How near pictures are to the data; the floor is between halves of the real ones."""
    shown = [
        each for each in outcomes[0].evaluation.measurements if not each.name.startswith(("reprojection", "relief"))
    ]
    head = ["pictures", *(each.label for each in MEMBERS), "real against real", "what the seeds say"]
    lines = [row(head), row(["---"] * len(head))]
    for each in shown:
        values = [spread([one.figure(each.name) for one in _of(outcomes, member)]) for member in MEMBERS]
        said = verdict(outcomes, each.name, higher=each.better == "higher")
        lines.append(row([f"{each.label} ({each.better})", *values, number(each.floor), said]))
    return "\n".join(lines)


def consistency(outcomes: Sequence[Outcome]) -> str:
    """Whether close views agree."""
    head = ["close views (lower)", *(each.label for each in MEMBERS), "what the seeds say"]
    lines = [row(head), row(["---"] * len(head))]
    for name, label in CONSISTENCY.items():
        values = [spread([one.figure(name) for one in _of(outcomes, member)]) for member in MEMBERS]
        lines.append(row([label, *values, "" if name in NO_CONTEST else verdict(outcomes, name)]))
    return "\n".join(lines)


def verdict(outcomes: Sequence[Outcome], name: str, *, higher: bool = False) -> str:
    """Which family is better, as far as seeds allow to say."""
    ours, theirs = (
        [value for one in _of(outcomes, each) if (value := one.figure(name)) is not None] for each in MEMBERS
    )
    differs = apart(ours, theirs)
    if differs is None:
        return "–"
    if not differs:
        return "within the spread"
    return f"{MEMBERS[0 if (min(ours) > max(theirs)) == higher else 1].label} with every seed"


def words(outcomes: Sequence[Outcome]) -> str:
    """What may be said, and what not."""
    fewest = min(len(_of(outcomes, each)) for each in MEMBERS)
    said = [
        "With one run of a family, what differs between families cannot be told from what differs between seeds: who "
        "is better is not said."
        if fewest < 2
        else f"*With every seed*: no run of one family lies among the other's, as chance alone would have it in "
        f"one of {_chance(fewest)} cases. What is within the spread says nothing."
    ]
    for each in MEMBERS:
        mine = _of(outcomes, each)
        shown, rays, added = (
            spread([one.figure(name) for one in mine])
            for name in ("reprojection_picture", "reprojection_rays", "added")
        )
        if shown == "–":
            said.append(f"{each.label}: no view showed a surface, so nothing could be warped.")
        elif all(one.figure("added") in (None, 0) for one in mine):
            said.append(
                f"{each.label} has no upsampler: its pictures are what rays see; close views differ by {shown}."
            )
        else:
            said.append(f"{each.label}: close pictures differ by {shown}, what rays see by {rays}: {added} is added.")
    return "\n".join(f"- {each}" for each in said)


def _chance(runs: int) -> int:
    """One in how many orders of two times so many runs has one family wholly before the other, either way round."""
    return math.comb(2 * runs, runs) // 2


def _of(outcomes: Sequence[Outcome], member: Member) -> list[Outcome]:
    return [each for each in outcomes if each.member == member]


def _line(name: str, cells: Sequence[str]) -> str:
    return row([name, *cells])
