"""Make the demo of the program from a snapshot: assets/demo.safetensors and the baked volume that opens without torch.

python tools/make_demo.py runs/00001-tiny/snapshots/000060.safetensors
"""

import argparse
from pathlib import Path

import torch

from core.bake import bake, z_from_seed
from core.checkpoint import load_checkpoint, save_checkpoint
from core.scene import Scene

ASSETS = Path(__file__).parent.parent / "assets"


def main() -> None:
    """Read the snapshot and write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot", type=Path, help="checkpoint with both networks")
    checkpoint = load_checkpoint(parser.parse_args().snapshot)
    scene = Scene()
    target = ASSETS / "demo.safetensors"
    save_checkpoint(target, checkpoint.generator, checkpoint.discriminator, checkpoint.progress, torch.float16)
    # From the written file, so that the volume is exactly what a worker would bake.
    generator = load_checkpoint(target).generator
    ws = generator.mapping(z_from_seed(scene.latent.seed, generator.config.z_dim), scene.latent.psi)
    source = f"demo, seed {scene.latent.seed}, psi {scene.latent.psi:g}"
    volume = bake(generator, ws, scene.quality.volume, source=source)
    volume.save(ASSETS / "demo.npz")
    for path in (target, ASSETS / "demo.npz"):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
