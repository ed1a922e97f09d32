"""Make the animated picture at the head of the README: the real window, turned, walked through and looked into.

python -m tools.make_film                the demo
python -m tools.make_film RUN            a run, whose generator the viewport follows
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app import layout
from app.studio import Studio
from core.scene import Scene
from tests import ui
from tools.make_screenshots import IMAGES
from tools.shots.home import Home, home_of
from tools.shots.shot import captured, still

# As it is seen on a page: large enough to read the panels, small enough to be loaded at once.
SIZE, COLOURS, FRAME_MS = (800, 500), 256, 90
# Where the viewport is in it.
OBJECT = (270, 70, 530, 280)
TURN, WALK, SEEDS = 20, 8, 3


def scenes(first: Scene) -> Iterator[Scene]:
    """What the film shows, frame by frame: once around, from seed to seed, and once around its surface."""
    for step in range(TURN):
        yield turned(first, step / TURN)
    for seed in range(SEEDS):
        for step in range(WALK):
            latent = replace(first.latent, seed=first.latent.seed + seed, x=step / WALK)
            yield replace(turned(first, (seed * WALK + step) / (SEEDS * WALK * 4)), latent=latent)
    for step in range(TURN):
        yield turned(replace(first, quality=replace(first.quality, show="surface")), 0.25 + step / TURN)


def turned(scene: Scene, share: float) -> Scene:
    """The camera so far on its way around."""
    return replace(scene, camera=scene.camera.orbited(math.tau * share, 0.0))


def write(path: Path, frames: list[Image.Image]) -> None:
    """One palette for all frames, so that what does not move does not flicker; most of it is for the object."""
    seen = [frames[0], *(frame.crop(OBJECT) for frame in frames[:: max(len(frames) // 12, 1)])]
    together = Image.new("RGB", (SIZE[0], sum(each.height for each in seen)))
    above = 0
    for each in seen:
        together.paste(each, (0, above))
        above += each.height
    palette = together.quantize(COLOURS, dither=Image.Dither.NONE)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    drawn[0].save(path, save_all=True, append_images=drawn[1:], duration=FRAME_MS, loop=0, optimize=True)


def main() -> None:
    """Drive the window, and write the film."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", type=Path, help="folder of a run (default: the demo)")
    parser.add_argument("--seed", type=int, default=0, help="the first sample (default: 0)")
    parser.add_argument("--out", type=Path, default=IMAGES / "studio.gif", help="default: docs/images/studio.gif")
    args = parser.parse_args()
    frames: list[Image.Image] = []

    def clicks(ctx: ui.Context, studio: Studio, home: Home) -> None:
        home.settle(studio)
        still(ctx, studio)
        first = studio.stage.scene
        for scene in scenes(replace(first, latent=replace(first.latent, seed=args.seed))):
            studio.stage.scene = scene
            still(ctx, studio)
            frames.append(Image.fromarray(captured(ctx)).resize(SIZE, Image.Resampling.LANCZOS))

    with pytest.MonkeyPatch.context() as patch, home_of(args.run, patch) as home:
        source = None if home.run is None else str(home.run)
        ui.run_studio(lambda ctx, studio: clicks(ctx, studio, home), patch, home.path, source, fine=True, ahead=True)
    write(args.out, frames)
    print(f"{args.out}: {len(frames)} frames, {args.out.stat().st_size / 1e6:.1f} MB, {layout.TITLE}")


if __name__ == "__main__":
    main()
