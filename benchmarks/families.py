"""EpiGRAF and EG3D on equal terms: as many images of the same data, several seeds each.

    python -m benchmarks.families run --out out/families        trains what is missing; may be interrupted
    python -m benchmarks.families report --out out/families     measures the last snapshots, writes table and figure
    python -m benchmarks.families report --page docs/comparison.md       … and puts them into that page

The presets are tiny and tiny-eg3d: the same planes, channels, rays and samples.  With --kimg the budget is another;
how fast schedules anneal stays as the presets have it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks._runs import train
from training.built_in import built_in_shapes


@dataclass(frozen=True)
class Member:
    """A family as it is compared.

    Attributes:
        name: Of its runs' folders.
        label: For people.
        preset: What it is trained with.
    """

    name: str
    label: str
    preset: str


MEMBERS = (Member("epigraf", "EpiGRAF", "tiny"), Member("eg3d", "EG3D", "tiny-eg3d"))


def main() -> None:
    """Train, or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("run", "report"), help="nothing: say what this is, and stop")
    parser.add_argument("--out", type=Path, default=Path("out/families"), help="of the runs (default: out/families)")
    parser.add_argument("--data", type=Path, default=built_in_shapes(), help="data set (default: the built-in shapes)")
    parser.add_argument("--kimg", type=float, help="length of each training (default: the presets', 60)")
    parser.add_argument("--seeds", type=int, default=2, help="runs of each family (default: 2)")
    parser.add_argument("--threads", type=int, default=0, help="of each training, 0 for all cores (default)")
    parser.add_argument("--pictures", type=int, default=400, help="measured of each run (default: 400)")
    parser.add_argument("--pairs", type=int, default=64, help="of close views, likewise (default: 64)")
    parser.add_argument("--page", type=Path, metavar="FILE.md", help="put the report between the marks of this page")
    args = parser.parse_args()
    if args.what is None:
        parser.print_help()  # among all benchmarks: it would take hours
        return
    if args.what == "run":
        sys.exit(not _train_all(args))
    from benchmarks._families_report import report

    report(args.out, args.seeds, args.pictures, args.pairs, args.page)


def _train_all(args: argparse.Namespace) -> bool:
    """Train what is missing.  Returns whether all runs have come to their ends."""
    args.out.mkdir(parents=True, exist_ok=True)
    ends = []
    for seed in range(args.seeds):  # whoever stops early has one run of each
        for each in MEMBERS:
            print(f"== {each.label}, seed {seed}", flush=True)
            begun = ("--preset", each.preset, "--data", args.data.resolve())
            ends.append(train(args.out.resolve(), each.name, seed, args.threads, begun, args.kimg))
    print(f"{sum(ends)} of {len(ends)} runs are over")
    return all(ends)


if __name__ == "__main__":
    main()
