"""Make the demo of the program: data, training, assets/demo.safetensors, and the baked volume that opens without torch.

python -m tools.make_demo                              all of it; hours; goes on where it was interrupted
python -m tools.make_demo --kimg 30                    up to so many thousand images
python -m tools.make_demo --snapshot RUN/snapshots/000060.safetensors          only the files, of a snapshot
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from app.data.shapes import render_shapes
from app.pictures.reference import reference_views
from app.pictures.render import turntable
from benchmarks._runs import run_of, train
from core.bake import bake
from core.checkpoint import load_checkpoint, save_checkpoint
from core.latents import ws_of
from core.scene import Latent, Scene, Source
from training.stats import read_stats

ROOT = Path(__file__).resolve().parent.parent
ASSETS, IMAGES = ROOT / "assets", ROOT / "docs" / "images"
# A few kinds that soft shapes of 64 pixels can tell from each other, many objects of each.
KINDS = ("mushroom", "cactus", "pear", "cupcake", "teapot", "pumpkin")
COUNT, VIEWS, RESOLUTION, SEED = 720, 8, 64, 0
# What differs from the preset `tiny`.
SETTINGS = (
    f"generator.label_count={len(KINDS)}", f"discriminator.label_count={len(KINDS)}",  # told, so that people can choose
    "discriminator.label_gain=20",  # as published, D hardly looks at it
    "discriminator.camera_condition=true",  # views are from all around: where they are from says much
    "optimizer.r1_gamma=0.5",  # with 0.05 D had won after some 15 kimg
    "loop.precision=bf16",  # a third faster where processors have it
    "anneal.blur_kimg=6", "anneal.density_noise_kimg=12", "patches.anneal_kimg=40",  # a short run
)  # fmt: skip

# Of the picture in docs: a little from above.
SHEET_PITCH, SHEET_SIZE = 1.35, (128, 128)


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snapshot", type=Path, help="checkpoint with both networks; nothing is trained")
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="of data and run (default: out/demo)")
    parser.add_argument("--kimg", type=float, help="length of the training (default: the preset's)")
    parser.add_argument("--threads", type=int, default=0, help="of the training, 0 for all cores (default)")
    args = parser.parse_args()
    snapshot = args.snapshot or trained(args.out.resolve(), args.kimg, args.threads)
    write_assets(snapshot)
    write_sheet()
    write_curve(snapshot.resolve().parent.parent / "stats.jsonl")


def trained(out: Path, kimg: float | None, threads: int) -> Path:
    """Train as far as it is not yet.  Returns the last snapshot."""
    data = out / f"kinds{RESOLUTION}.zip"
    if not data.exists():
        out.mkdir(parents=True, exist_ok=True)
        render_shapes(
            data, count=COUNT, views=VIEWS, resolution=RESOLUTION, kinds=KINDS, full_colour=True, by_kind=True
        )
    changed = (word for each in SETTINGS for word in ("--set", each))
    over = train(out, "demo", SEED, threads, ("--preset", "tiny", "--data", data, *changed), kimg)
    run = run_of(out, "demo", SEED)
    if not over or run is None:
        sys.exit(f"the training in {out} is not over: the same command goes on with it")
    return run.snapshots()[-1].path


def write_assets(snapshot: Path) -> None:
    """Write both files of a snapshot, with half of its precision."""
    checkpoint = load_checkpoint(snapshot)
    scene = Scene()
    target = ASSETS / "demo.safetensors"
    save_checkpoint(target, checkpoint.generator, checkpoint.discriminator, checkpoint.progress, torch.float16)
    # From the written file, so that the volume is exactly what a worker would bake.
    generator = load_checkpoint(target).generator
    ws = ws_of(generator, scene.latent)
    source = f"demo, seed {scene.latent.seed}, psi {scene.latent.psi:g}"
    volume = bake(generator, ws, scene.quality.volume, source=source)
    volume.save(ASSETS / "demo.npz")
    for path in (target, ASSETS / "demo.npz"):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def write_sheet() -> None:
    """Write docs/images/demo.png: a sample of each kind, six times around."""
    source, rows = Source("checkpoint", str(ASSETS / "demo.safetensors")), []
    for label in range(len(KINDS)):
        scene = Scene(source, Latent(seed=label, label=label))
        around = reference_views(scene, lambda home: turntable(replace(home, pitch=SHEET_PITCH), 6), SHEET_SIZE)
        rows.append(np.concatenate(list(around), axis=1))
    Image.fromarray(np.concatenate(rows)[..., :3]).save(IMAGES / "demo.png")


def write_curve(stats: Path) -> None:
    """Write docs/images/demo-curve.svg, of the statistics of its run: losses, and the distance to the data."""
    from matplotlib.figure import Figure

    rows = read_stats(stats).rows
    if not rows:
        print(f"no curve: there is no {stats}")
        return
    figure = Figure(figsize=(8, 3), layout="constrained")
    losses, distance = figure.subplots(1, 2)
    drawn = {"Loss/G/loss": "generator", "Loss/D/loss": "discriminator", "Metrics/frechet_random": None}
    for name, label in drawn.items():
        points = [(row["Progress/kimg"], row[name]) for row in rows if name in row]
        axes = losses if label else distance
        axes.plot(*zip(*points, strict=True), label=label, linewidth=1.2)
        axes.set_xlabel("kimg")
        axes.grid(alpha=0.25)
    losses.set_ylabel("loss")
    losses.legend(frameon=False)
    distance.set_ylabel("Fréchet, random features")
    figure.savefig(IMAGES / "demo-curve.svg")


if __name__ == "__main__":
    main()
