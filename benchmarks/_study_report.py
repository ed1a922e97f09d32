"""What the runs of benchmarks/study.py say: figures with their floors and spread, as tables and pictures."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks._page import into_page
from benchmarks._runs import run_of
from benchmarks._tables import apart, number, row, spread
from core.checkpoint import load_checkpoint
from core.files import write_text
from core.filter_kinds import filter_kinds, shares
from core.rays import Patches
from training.evaluate import evaluate
from training.evaluation_report import Evaluation
from training.metrics_config import MetricsConfig
from training.run_dir import RunDirectory
from training.stats import read_stats

if TYPE_CHECKING:
    from benchmarks.study import Variant

# Kept beside the runs, so that a report is not measured twice.
EVALUATION = "study.json"
CENTRED_SCALES = 32
# Lower is better of all but these, and relief is neither.
HIGHER = ("density", "coverage", "mask_iou")
SHOWN = ("frechet_random", "coverage", "wasserstein_64", "wasserstein_32", "wasserstein_16", "mask_iou", "relief")
COLOURS = ("#3b76c4", "#d1762c", "#3a8f5c", "#8a5fb0", "#b5473f", "#6b6b6b")


@dataclass(frozen=True)
class Outcome:
    """One run.

    Attributes:
        variant: What it is of.
        seed: Its seed.
        evaluation: Of its last snapshot.
        kimg: [n] when it was measured in training.
        frechet: [n] what was found then.
        switching: Kimg and share of the filters that switch with the scale, of each snapshot; empty without any.
    """

    variant: Variant
    seed: int
    evaluation: Evaluation
    kimg: np.ndarray
    frechet: np.ndarray
    switching: tuple[tuple[float, float], ...]


def report(out: Path, chosen: Sequence[Variant], seeds: int, pictures: int, page: Path | None = None) -> None:
    """Measure what is missing, print the tables, draw the figures beside the runs, and put all into a page."""
    outcomes = []
    for variant in chosen:
        for seed in range(seeds):
            run = run_of(out, variant.name, seed)
            if run is not None and run.snapshots():
                outcomes.append(outcome_of(run, variant, seed, pictures))
    if not outcomes:
        raise SystemExit(f"{out} holds no run of the study with a snapshot: python -m benchmarks.study run")
    text = "\n\n".join((table(outcomes, chosen), comparisons(outcomes, chosen)))
    write_text(out / "study.md", text + "\n")
    figures = draw(out, outcomes, chosen)
    if page is not None:
        into_page(page, "study", text, figures)
    print(text)


def outcome_of(run: RunDirectory, variant: Variant, seed: int, pictures: int) -> Outcome:
    """What one run says; its last snapshot is measured once."""
    kept, snapshots = run.path / EVALUATION, run.snapshots()
    if kept.is_file():
        evaluation = Evaluation.model_validate_json(kept.read_text(encoding="utf-8"))
    else:
        config, settings = run.config(), MetricsConfig(pictures=pictures)
        evaluation = evaluate(snapshots[-1].path, config.data_path, settings, resolution=config.data.resolution)
        write_text(kept, evaluation.model_dump_json(indent=1))
    rows = read_stats(run.stats_path).rows
    measured = [
        (each["Progress/kimg"], each["Metrics/frechet_random"]) for each in rows if "Metrics/frechet_random" in each
    ]
    kimg, frechet = np.array(measured).reshape(-1, 2).T
    found = [(each.kimg, share) for each in snapshots if (share := switching_share(each.path)) is not None]
    return Outcome(variant, seed, evaluation, kimg, frechet, tuple(found))


def switching_share(snapshot: Path) -> float | None:
    """Which part of D's filters switches with the scale; None where nothing modulates them."""
    discriminator = load_checkpoint(snapshot).discriminator
    if discriminator is None:
        return None
    scales = torch.linspace(discriminator.config.min_scale, 1, CENTRED_SCALES)
    with torch.no_grad():
        sigmas = discriminator.modulations(Patches(scales, ((1 - scales) / 2)[:, None].expand(-1, 2)))
    if not sigmas:
        return None
    none = np.empty(0)
    kinds = {name: filter_kinds(sigma.numpy(), scales.numpy(), none, none) for name, sigma in sigmas.items()}
    return shares(kinds)["switches with scale"]


def table(outcomes: Sequence[Outcome], chosen: Sequence[Variant]) -> str:
    """Mean over seeds and half the range, with what two halves of the real pictures give."""
    first = outcomes[0].evaluation
    labels = {each.name: each for each in first.measurements if each.name in SHOWN}
    head = ["variant", "runs", *(f"{labels[name].label} ({labels[name].better})" for name in labels)]
    lines = [row(head), row(["---"] * len(head))]
    for variant in chosen:
        mine = [each for each in outcomes if each.variant == variant]
        if mine:
            cells = [spread([each.evaluation.value(name) for each in mine]) for name in labels]
            lines.append(row([variant.label, str(len(mine)), *cells]))
    floors = [number(labels[name].floor) for name in labels]
    return "\n".join([*lines, row(["real against real", "", *floors])])


def comparisons(outcomes: Sequence[Outcome], chosen: Sequence[Variant]) -> str:
    """What the spread allows to say of each variant beside the first one."""
    base, lines = chosen[0], []
    for variant in chosen[1:]:
        for name in SHOWN[:-1]:
            ours = _values(outcomes, base, name)
            theirs = _values(outcomes, variant, name)
            if (differs := apart(ours, theirs)) is None:
                continue
            better = (statistics.mean(ours) > statistics.mean(theirs)) == (name in HIGHER)
            verdict = (
                f"{base.name if better else variant.name} is better with every seed" if differs else "within the spread"
            )
            lines.append(row([f"{base.name} against {variant.name}", variant.figure, name, verdict]))
    return "\n".join([row(["comparison", "paper", "metric", "what the runs say"]), row(["---"] * 4), *lines])


def draw(out: Path, outcomes: Sequence[Outcome], chosen: Sequence[Variant]) -> dict[Path, str]:
    """The metric over training (as Figure 6), and the share of switching filters (as Figure 7).

    Returns:
        The files, with what they show.
    """

    def metric(outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
        return outcome.kimg, outcome.frechet

    def switching(outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
        kimg, share = np.array(outcome.switching).reshape(-1, 2).T
        return kimg, 100 * share

    files = {out / "study-metric.svg": "Fréchet, random features, over the training, a line for each seed"}
    _plot(out / "study-metric.svg", outcomes, chosen, metric, "Fréchet, random features", logarithmic=True)
    aware = [each for each in outcomes if each.switching]
    if aware:
        files[out / "study-switching.svg"] = "Share of D's filters that switch with the scale, a line for each seed"
        _plot(out / "study-switching.svg", aware, chosen, switching, "filters that switch with the scale, %")
    return files


def _plot(
    path: Path,
    outcomes: Sequence[Outcome],
    chosen: Sequence[Variant],
    values: Callable[[Outcome], tuple[np.ndarray, np.ndarray]],
    title: str,
    *,
    logarithmic: bool = False,
) -> None:
    """A line for each seed, a colour for each variant."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for variant, colour in zip(chosen, COLOURS, strict=False):
        for index, each in enumerate(one for one in outcomes if one.variant == variant):
            axes.plot(*values(each), color=colour, linewidth=1.4, marker="o", markersize=2.5,
                      label=variant.label if index == 0 else None)  # fmt: skip
    axes.set(xlabel="kimg", ylabel=title, yscale="log" if logarithmic else "linear")
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize="small")
    figure.savefig(path)


def _values(outcomes: Sequence[Outcome], variant: Variant, name: str) -> list[float]:
    found = [each.evaluation.value(name) for each in outcomes if each.variant == variant]
    return [value for value in found if value is not None]
