"""The paper's comparisons in small: schedules and discriminators at equal budget, several seeds each.

    python -m benchmarks.study run --out out/study        trains what is missing; may be interrupted
    python -m benchmarks.study report --out out/study     measures the last snapshots and writes tables and figures
    python -m benchmarks.study report --page docs/study.md       … and puts them into that page

Figures say nothing where the spread between seeds is as large as what variants differ by; the report says which do.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks._runs import ROOT, train
from training.built_in import built_in_shapes

PRESET = ROOT / "benchmarks" / "study.yaml"


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


def begun(variant: Variant) -> tuple[str | Path, ...]:
    """Options of `epigraf train` that begin a run of a variant."""
    return (
        "--preset",
        PRESET,
        "--data",
        built_in_shapes(),
        *(word for each in variant.settings for word in ("--set", each)),
    )


def main() -> None:
    """Train, or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("run", "report"), help="nothing: say what this is, and stop")
    parser.add_argument("--out", type=Path, default=Path("out/study"), help="folder of the runs (default: out/study)")
    parser.add_argument("--seeds", type=int, default=2, help="runs of each variant (default: 2)")
    parser.add_argument("--threads", type=int, default=0, help="of each training, 0 for all cores (default)")
    parser.add_argument("--pictures", type=int, default=800, help="measured of each run (default: 800)")
    parser.add_argument("--all", action="store_true", help="also what takes a GPU to say anything about")
    parser.add_argument("--page", type=Path, metavar="FILE.md", help="put the report between the marks of this page")
    args = parser.parse_args()
    if args.what is None:
        parser.print_help()  # among all benchmarks: it would take hours
        return
    chosen = variants(everything=args.all)
    if args.what == "run":
        args.out.mkdir(parents=True, exist_ok=True)
        # Seed by seed: whoever stops early has one run of each.
        ends = []
        for seed in range(args.seeds):
            for each in chosen:
                print(f"== {each.label}, seed {seed}", flush=True)
                ends.append(train(args.out.resolve(), each.name, seed, args.threads, begun(each)))
        print(f"{sum(ends)} of {len(ends)} runs are over")
        sys.exit(not all(ends))
    from benchmarks._study_report import report

    report(args.out, chosen, args.seeds, args.pictures, args.page)


if __name__ == "__main__":
    main()
