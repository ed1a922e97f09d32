"""A picture B beside the Scene's own, A: a side of its own as long as it is wanted, the split, and the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.runs.run_watch import WatchedRun
from app.view.side import Side
from app.workers.worker_share import WorkerShare
from core.description import UNKNOWN, Description
from core.scene import Other, Scene, Source
from widgets.compare import SourceChoice, source_name
from widgets.picture import Picture
from widgets.quality import FIELD_NAMES, SAMPLING_NAMES
from widgets.split import Split
from widgets.viewport import Work

if TYPE_CHECKING:  # PyOpenGL and PIL wait until after the first frame
    import numpy as np

    from app.gl.image_texture import ImageTexture
    from app.pictures.seen import Difference

# Of the run's snapshots, B is offered the newest ones.
MOST_SNAPSHOTS = 40
NOT_ATTACHED = "This run is not followed: choose it in Runs, or show one of its snapshots."
WAITING = "difference when both pictures are complete"
MOVING = "difference when the camera rests"


class Comparison:
    """Picture B of one window; nothing is computed and nothing is kept for it while it is not wanted.

    Args:
        share: Of the model worker.
        wake: Called from threads when a frame should be drawn.

    Attributes:
        side: What computes and draws B; None while nothing is compared.
    """

    def __init__(self, share: WorkerShare, wake: Callable[[], None]) -> None:
        self._share, self._wake = share, wake
        self._texture: ImageTexture | None = None
        self._first: Side | None = None
        self._measured: tuple[object, Difference, Picture] | None = None
        self._shows_difference = False
        self.side: Side | None = None

    def update(self, scene: Scene, first: Side) -> None:
        """Bring B up to date with the Scene.  `first` is A, from which B learns of runs and trainers."""
        beside, self._first = scene.beside, first
        if beside is None:
            self.free_gpu()
            self.close()
            return
        if self.side is None:
            self.side = Side(self._share, "b", self._wake)
            self.side.view.start()
        self.side.engine.follow(first.engine)
        self.side.update(beside)

    def picture(self, first: Side, scene: Scene, width: int, height: int, moving: bool) -> Picture | None:
        """What the viewport shows for so many pixels: A alone, with B beside it, or their difference."""
        beside, alone = scene.beside, replace(scene, other=None)
        self._shows_difference, first.may_draw = False, True
        if beside is None or self.side is None or scene.other is None:
            return first.picture(alone, width, height, moving)
        # Torch takes seconds for a picture: samples that are to be computed come first.
        first.may_draw = self.side.may_draw = not (first.engine.waits or self.side.engine.waits)
        if scene.other.view == "difference":
            return self._difference(first, scene.other, (alone, beside), (width, height), moving)
        one, other = (side.picture(each, width, height, moving) for side, each in ((first, alone), (self.side, beside)))
        other = other if self._shows_source_of(beside) else None
        return None if one is None else replace(one, beside=other, refined=_refined(one, other))

    def pixels(self, first: Side, scene: Scene) -> np.ndarray | None:
        """What is seen, [height, width, 4], uint8, top row first; None before the first picture."""
        one = first.pixels()
        if self.side is None or scene.other is None or one is None:
            return one
        if scene.other.view == "difference":
            return self._measured[1].pixels if self._shows_difference and self._measured is not None else one
        from app.pictures.seen import side_by_side  # loads PIL

        beside = scene.beside
        other = self.side.pixels() if beside is not None and self._shows_source_of(beside) else None
        return one if other is None else side_by_side(one, other, scene.other.divider)

    def legend(self, scene: Scene) -> str:
        """What a difference amounts to, for people; empty unless one is shown."""
        if not self._shows_difference or self._measured is None or scene.other is None:
            return ""
        from app.pictures.seen import psnr_words

        return f"|A − B| × {scene.other.gain}: {psnr_words(self._measured[1].psnr)}"

    def split(self, scene: Scene) -> Split | None:
        """What the viewport's divider shows; None without one."""
        beside = scene.beside
        if beside is None or scene.other is None or scene.other.view != "split":
            return None
        hint = "" if self.side is None else self.side.engine.hint
        if hint and beside.source.kind == "run" and not beside.source.snapshot:
            hint = NOT_ATTACHED
        if self.side is not None and self.side.problem is not None:
            hint = "B cannot be shown."
        return Split(scene.other.divider, self._labels(scene, beside), hint)

    @property
    def busy(self) -> bool:
        """Whether something is computed for B."""
        return self.side is not None and self.side.busy

    def cancel(self) -> None:
        """Give up what is computed for B."""
        if self.side is not None:
            self.side.cancel()

    def work(self, scene: Scene) -> Work | None:
        """What is computed for B, or why it is not what was asked for."""
        beside = scene.beside
        work = None if self.side is None or beside is None else self.side.work(beside)
        return None if work is None else replace(work, text=f"B: {work.text}")

    def resumed(self, scene: Scene) -> Scene:
        """Take up what was given up for B, or draw it in another way.  Returns the Scene for it."""
        beside = scene.beside
        if self.side is None or beside is None or scene.other is None:
            return scene
        wanted = self.side.resumed(beside)
        return scene if wanted == beside else replace(scene, other=replace(scene.other, quality=wanted.quality))

    def free_gpu(self) -> None:
        """Free what lies on the GPU."""
        if self.side is not None:
            self.side.free_gpu()
        if self._texture is not None:
            self._texture.close()
        self._texture, self._measured = None, None

    def close(self) -> None:
        """End what is computed for B."""
        if self.side is not None:
            self.side.close()
        self.side = None

    @property
    def made_of(self) -> Description:
        """What B's generator is, as far as it is known."""
        return UNKNOWN if self.side is None else self.side.made_of

    def _labels(self, scene: Scene, beside: Scene) -> tuple[str, str]:
        """What A and B are called as they are seen now."""
        if self._first is None or self.side is None:
            return labels(scene, beside)
        return labels(scene, beside, (self._first.picture_word(scene), self.side.picture_word(beside)))

    def _shows_source_of(self, beside: Scene) -> bool:
        """Whether B's sample is of the generator that it is called by, and not of one before."""
        shown = None if self.side is None else self.side.engine.shown
        return shown is not None and shown.source == beside.source

    def _difference(
        self, first: Side, other: Other, scenes: tuple[Scene, Scene], room: tuple[int, int], moving: bool
    ) -> Picture | None:
        """|A - B|, once both are complete in one size; until then A."""
        assert self.side is not None
        sides = (first, self.side)
        size = min(side.size_of(scene, *room) for side, scene in zip(sides, scenes, strict=True))
        pictures = [side.picture(scene, *size, moving) for side, scene in zip(sides, scenes, strict=True)]
        if pictures[0] is None:
            return None
        if moving or not all(side.is_complete(scene) for side, scene in zip(sides, scenes, strict=True)):
            refined = _refined(*pictures)
            return replace(pictures[0], caption=MOVING if moving else WAITING, refined=refined)
        key = (scenes, size, other.gain, *(side.version for side in sides))
        if self._measured is None or self._measured[0] != key:
            self._measure(key, sides, other.gain, "difference of {} and {}".format(*self._labels(*scenes)))
        self._shows_difference = self._measured is not None
        return pictures[0] if self._measured is None else self._measured[2]

    def _measure(self, key: object, sides: tuple[Side, Side], gain: int, caption: str) -> None:
        from app.gl.image_texture import ImageTexture
        from app.pictures.seen import difference

        one, other = (side.pixels() for side in sides)
        if one is None or other is None or one.shape != other.shape:
            self._measured = None
            return
        found = difference(one, other, gain)
        self._texture = self._texture or ImageTexture()
        picture = self._texture.show(found.pixels[::-1], True)
        self._measured = key, found, replace(picture, caption=caption)


def labels(scene: Scene, beside: Scene, pictures: tuple[str, str] = ("", "")) -> tuple[str, str]:
    """What pictures A and B are called: their letters, and whatever tells them apart.

    Args:
        scene: A.
        beside: B.
        pictures: Whether each is a raw or an upsampled one; empty where there is no upsampler.
    """
    sources = source_name(scene.source), source_name(beside.source)
    words = [sources, *_latents(scene, beside), pictures, *_modes(scene, beside)]
    apart = [pair for pair in words if pair[0] != pair[1]]
    return "  ".join(["A", *(one for one, _ in apart)]), "  ".join(["B", *(other for _, other in apart)])


def source_choices(scene: Scene, run: WatchedRun | None, recent: Sequence[str]) -> tuple[SourceChoice, ...]:
    """Generators that B may show: the demo, what A shows, a run now and as it was, and checkpoints of before."""
    sources = [Source(), scene.source]
    if run is not None:
        path = str(run.item.path)
        newest_first = reversed(run.snapshots[-MOST_SNAPSHOTS:])
        sources += [Source("run", path), *(Source("run", path, each.name) for each in newest_first)]
    sources += [Source("checkpoint", path) for path in recent if path.endswith(".safetensors")]
    return tuple(SourceChoice(source_name(source), source) for source in dict.fromkeys(sources))


def _latents(scene: Scene, beside: Scene) -> list[tuple[str, str]]:
    one, other = scene.latent, beside.latent
    places = one.place, other.place
    if places[0] == places[1] and one.psi == other.psi and one != other:
        places = "one sample", "another one"
    return [places, (f"ψ {one.psi:g}", f"ψ {other.psi:g}")]


def _modes(scene: Scene, beside: Scene) -> list[tuple[str, str]]:
    one, other = scene.quality, beside.quality
    samples = [
        f"samples {SAMPLING_NAMES[each.sampling]}" if each.field == "exact" else FIELD_NAMES[each.field]
        for each in (one, other)
    ]
    return [
        (FIELD_NAMES[one.field], FIELD_NAMES[other.field]),
        (one.show, other.show),
        (samples[0], samples[1]) if one.field == other.field else ("", ""),
        (f"{one.volume}³", f"{other.volume}³"),
        (f"{one.steps} steps", f"{other.steps} steps"),
        (f"backdrop {one.backdrop}", f"backdrop {other.backdrop}"),
    ]


def _refined(*pictures: Picture | None) -> float | None:
    """How far the pictures are that grow from frame to frame; None if none does."""
    growing = [each.refined for each in pictures if each is not None and each.refined is not None]
    return min(growing) if growing else None
