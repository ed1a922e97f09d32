"""`epigraf evaluate`: how close a checkpoint's pictures are to a data set, and whether its shapes have depth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Self

from core.nearest import did_you_mean
from core.progress import ProgressLine

DESCRIPTION = """Compare what a checkpoint generates with a data set.  Without a further file: Fréchet distance, density
and coverage on features of networks with random weights, sliced Wasserstein distances, silhouettes, reprojection errors
of close views, and relief, which is 0 for flat shapes.  With --inception also FID and KID.  Each figure comes with its
number of pictures, its protocol, and its floor, which is as good as possible: two halves of the real pictures, and for
reprojection what warping itself costs."""

EXAMPLE = """examples:
  epigraf evaluate runs/00001-tiny/snapshots/000060.safetensors --data meshes64.zip
  epigraf evaluate runs/00001-tiny                      the newest snapshot of a run, with the run's data
  epigraf evaluate runs/00001-tiny --only views --pairs 64     how consistent close views are
  epigraf evaluate ffhq.safetensors --data ffhq.zip --inception pt_inception-2015-12-05-6726825d.pth --device cuda"""

STEPS = 1000  # of a part, as finely as its line of progress is drawn

MORE = "The floor is as good as possible.  How figures are measured{missing}: --verbose; all as JSON: --json."


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "evaluate",
        help="compare generated pictures with real ones",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkpoint", type=Path, help="snapshot to judge, .safetensors, or a run's folder")
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="zip or folder with a dataset.json; default: the run's"
    )
    parser.add_argument("--pictures", type=int, default=400, metavar="N", help="pictures in each set (default: 400)")
    parser.add_argument("--only", metavar="LIST", help="of features, wasserstein, views, fid; with commas between")
    parser.add_argument("--pairs", type=int, default=12, metavar="N", help="pairs of close views (default: 12)")
    parser.add_argument("--inception", type=Path, metavar="FILE", help="weights for FID and KID; never downloaded")
    parser.add_argument(
        "--fid-pictures", type=int, default=50_000, metavar="N", help="generated for FID and KID (default: 50000)"
    )
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "mps"), help="where to generate")
    parser.add_argument("--verbose", action="store_true", help="also print how each figure was measured")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON, protocols included")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code; raises CheckpointError, ConfigError, DataSetError, ValueError."""
    from training.evaluate import evaluate  # torch is loaded only when there is something to compute
    from training.evaluation_target import target_of

    target = target_of(args.checkpoint, args.data)
    compared = target.resolution, target.poses
    with PartLines() as lines:
        result = evaluate(target.snapshot, target.data, _settings(args), args.device, lines.beat, *compared)
    if args.json:
        print(result.model_dump_json(indent=1))
        return 0
    print(result.text(protocols=args.verbose))
    if not args.verbose:
        lacking = any(each.value is None for each in result.measurements)
        print(f"\n{MORE.format(missing=', and why one is missing (–)' if lacking else '')}")
    return 0


class PartLines:
    """A line of progress for each part of the evaluation."""

    def __init__(self) -> None:
        self._doing, self._line = "", ProgressLine("", shares=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.clear()

    def beat(self, fraction: float, doing: str) -> None:
        """Show that this fraction of what is being done is done."""
        if doing != self._doing:
            self._line.clear()
            self._doing, self._line = doing, ProgressLine(doing, shares=True)
        self._line.update(round(fraction * STEPS), STEPS)


def _settings(args: argparse.Namespace) -> Any:
    """What to measure.  Raises ConfigError."""
    from training.config import RunConfig
    from training.config_files import with_values

    values: dict[str, Any] = {
        "metrics.pictures": args.pictures,
        "metrics.pairs": args.pairs,
        "metrics.fid_pictures": args.fid_pictures,
        "metrics.inception": args.inception,
    }
    if args.only is not None:
        asked, known = set(args.only.split(",")), {"features", "wasserstein", "views", "fid"}
        if wrong := sorted(asked - known):
            raise ValueError(
                f"--only: choose of {', '.join(sorted(known))}; there is no {wrong[0]!r}{did_you_mean(wrong[0], known)}"
            )
        if "fid" in asked and args.inception is None:
            raise ValueError("--only fid: name the Inception file too, with --inception FILE; it is never downloaded")
        values |= {f"metrics.{name}": name in asked for name in known - {"fid"}}
        if "fid" not in asked:
            values["metrics.inception"] = None
    return with_values(RunConfig(), values, "options").metrics
