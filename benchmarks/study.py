"""The paper's comparisons in small: schedules and discriminators at equal budget, several seeds each.

    python -m benchmarks.study run --out out/study        trains what is missing; may be interrupted
    python -m benchmarks.study report --out out/study     measures the last snapshots and writes tables and figures

Figures say nothing where the spread between seeds is as large as what variants differ by; the report says which do.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from training.run_dir import RunDirectory

ROOT = Path(__file__).resolve().parent.parent
PRESET = ROOT / "benchmarks" / "study.yaml"
DATA = ROOT / "assets" / "shapes128.zip"


@dataclass(frozen=True)
class Variant:
    """What is compared.

    Attributes:
        name: Of its runs' folders.
        label: For people.
        settings: What it changes of the preset.
        figure: Where the paper compares it.
    """

    name: str
    label: str
    settings: tuple[str, ...]
    figure: str


VARIANTS = (
    Variant("beta", "beta schedule, hyper-modulated D", (), "Figure 6, Table 2"),
    Variant("uniform", "uniform schedule, hyper-modulated D", ("patches.kind=uniform",), "Figure 6"),
    Variant("standard", "beta schedule, standard D", ("discriminator.kind=standard",), "Table 2"),
)
# What takes a GPU to say anything about: `--all` trains these too.
FURTHER = (
    Variant("output", "beta schedule, D modulated at its outputs", ("discriminator.modulation=output",), "Eq. 2"),
    Variant(
        "experts2", "two scale-specific Ds", ("discriminator.kind=scale-specific", "discriminator.experts=2"), "Table 2"
    ),
    Variant(
        "area", "beta schedule, anti-aliased patches", ("patches.antialias=area", "patches.supersample=2"), "Appendix A"
    ),
)


def variants(*, everything: bool) -> tuple[Variant, ...]:
    """Those of the small study, or all."""
    return (*VARIANTS, *FURTHER) if everything else VARIANTS


def run_of(out: Path, variant: Variant, seed: int) -> RunDirectory | None:
    """The run of a variant and a seed, if it was begun."""
    found = sorted(out.glob(f"*-{variant.name}-s{seed}"))
    return RunDirectory(found[0]) if found else None


def is_over(run: RunDirectory) -> bool:
    """Whether a run has reached its end."""
    return run.observe().state == "finished"


def train(out: Path, variant: Variant, seed: int, threads: int) -> bool:
    """Begin a run, or go on with it.  Returns whether it has come to its end."""
    run = run_of(out, variant, seed)
    if run is not None and is_over(run):
        return True
    begun = ["--resume", str(run.path)] if run is not None else [
        "--preset", str(PRESET), "--data", str(DATA), "--runs", str(out), "--name", f"{variant.name}-s{seed}",
        "--seed", str(seed), *(word for each in variant.settings for word in ("--set", each)),
    ]  # fmt: skip
    print(f"== {variant.label}, seed {seed}", flush=True)
    subprocess.run([sys.executable, "-m", "app", "train", *begun, "--threads", str(threads)], cwd=ROOT, check=False)
    run = run_of(out, variant, seed)
    return run is not None and is_over(run)


def main() -> None:
    """Train, or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("run", "report"), help="nothing: say what this is, and stop")
    parser.add_argument("--out", type=Path, default=Path("out/study"), help="folder of the runs (default: out/study)")
    parser.add_argument("--seeds", type=int, default=2, help="runs of each variant (default: 2)")
    parser.add_argument("--threads", type=int, default=0, help="of each training, 0 for all cores (default)")
    parser.add_argument("--pictures", type=int, default=800, help="measured of each run (default: 800)")
    parser.add_argument("--all", action="store_true", help="also what takes a GPU to say anything about")
    args = parser.parse_args()
    if args.what is None:
        parser.print_help()  # among all benchmarks: it would take hours
        return
    chosen = variants(everything=args.all)
    if args.what == "run":
        args.out.mkdir(parents=True, exist_ok=True)
        # Seed by seed: whoever stops early has one run of each.
        ends = [train(args.out.resolve(), each, seed, args.threads) for seed in range(args.seeds) for each in chosen]
        print(f"{sum(ends)} of {len(ends)} runs are over")
        sys.exit(not all(ends))
    from benchmarks._study_report import report

    report(args.out, chosen, args.seeds, args.pictures)


if __name__ == "__main__":
    main()
