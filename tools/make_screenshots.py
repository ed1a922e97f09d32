"""Make the pictures of docs/images that show the window, the board, and what commands draw, with the real windows.

python -m tools.make_screenshots                                      what the demo alone shows
python -m tools.make_screenshots --run RUN --eg3d RUN --runs FOLDER   all of them: of a run that has recorded ticks,
                                                                      with snapshots and its data set; of a run of EG3D;
                                                                      of a folder of runs, for the board
python -m tools.make_screenshots --run RUN --only window time         some of them

To look at the window as others have it: --size 1600x1000 --theme light --scale 1.5 --out FOLDER.  Without a screen
there is a monitor of 1920 x 1080, and no window is larger.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from app import layout
from app.settings import Look
from app.style import Theme
from tools.shots import board, inside, looking
from tools.shots.data_set import data_shot
from tools.shots.session import SEED, Setting, take_all
from tools.shots.sheets import DEMO_SHEETS, EG3D_SHEETS, scene_of, write
from tools.shots.shot import Shot

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
# Of which input each picture is made.
DEMO = (*(shot.name for shot in inside.DEMO_SHOTS), *DEMO_SHEETS)
RUN = (*(shot.name for shot in (*inside.RUN_SHOTS, *looking.SHOTS)), "data")
EG3D = (*(shot.name for shot in looking.UPSAMPLED_SHOTS), *EG3D_SHEETS)
NAMES = (*DEMO, *RUN, *EG3D, *board.NAMES)


def size(text: str) -> tuple[int, int]:
    """WxH, pixels.  Raises ValueError."""
    width, height = map(int, text.split("x"))
    return width, height


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--run", type=Path, help="folder of a run, for the panels of a training")
    words.add_argument("--eg3d", type=Path, metavar="RUN", help="folder of a run with an upsampler")
    words.add_argument("--runs", type=Path, metavar="FOLDER", help="folder of several runs, for the board")
    words.add_argument("--out", type=Path, default=IMAGES, help="where to (default: docs/images)")
    words.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=f"some of them: {', '.join(NAMES)}")
    words.add_argument("--seed", type=int, default=SEED, help=f"sample that is shown (default: {SEED})")
    words.add_argument("--label", type=int, help="its class (default: the seed's own)")
    words.add_argument("--size", type=size, default=layout.SIZE, metavar="WxH", help="of the window, pixels")
    words.add_argument("--theme", choices=get_args(Theme), default="dark", help="its colours (default: dark)")
    words.add_argument("--scale", type=float, default=1.0, help="of text and spacing, 1 to 2 (default: 1)")
    return words


def main() -> None:
    """Make what is asked for, of what is given."""
    args = parser().parse_args()
    given = (
        ("--run", args.run, RUN),
        ("--eg3d", args.eg3d, EG3D),
        ("--runs", args.runs, board.NAMES),
    )
    for word, source, names in given:
        if source is None and (lost := set(names) & set(args.only or ())):
            parser().error(f"{', '.join(sorted(lost))}: say of what, with {word}")
    args.out.mkdir(parents=True, exist_ok=True)
    wanted = tuple(args.only or NAMES)
    setting = Setting(args.size, Look(args.theme, args.scale), args.seed, args.label)
    windows(args, wanted, setting)
    for sheets, run, there in ((DEMO_SHEETS, None, True), (EG3D_SHEETS, args.eg3d, args.eg3d)):
        for name, draw in sheets.items():
            if there and name in wanted:
                write(name, draw(scene_of(run, args.seed, args.label)), args.out)
    if args.runs is not None and set(board.NAMES) & set(wanted):
        board.take_board(args.runs, args.out)


def windows(args: argparse.Namespace, wanted: Sequence[str], setting: Setting) -> None:
    """The pictures of the Studio's window."""

    def some(shots: Sequence[Shot]) -> tuple[Shot, ...]:
        return tuple(shot for shot in shots if shot.name in wanted)

    if shots := some(inside.DEMO_SHOTS):
        take_all(None, lambda _: shots, setting, args.out)
    if args.run is not None and set(RUN) & set(wanted):
        of_run = (*inside.RUN_SHOTS, *looking.SHOTS)
        take_all(args.run, lambda home: some((*of_run, data_shot(home.data))), setting, args.out)
    if args.eg3d is not None and (upsampled := some(looking.UPSAMPLED_SHOTS)):
        # An upsampler knows only the distance of its training.
        take_all(args.eg3d, lambda _: upsampled, replace(setting, back=1.0), args.out)


if __name__ == "__main__":
    main()
