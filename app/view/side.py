"""One picture of the viewport, from its Scene to its texture: what computes it, what draws it, what torch adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.model.model_messages import PictureRequest
from app.view.engine import Engine
from app.view.reference_view import ReferenceView, size_within
from app.view.view_controller import ViewController
from app.workers.worker_share import WorkerShare
from core.description import RAW, UNKNOWN, Description
from core.scene import ALL_PLANES, PLANE_NAMES, Quality, Scene
from widgets.notes import Problem
from widgets.picture import Picture
from widgets.viewport import Work

if TYPE_CHECKING:  # PyOpenGL waits until after the first frame
    import numpy as np

    from app.gl.image_texture import ImageTexture

# What takes less is not worth a bar.
SHOW_WORK_AFTER_S = 0.5
NO_FIELD = "No exact picture: its colours depend on the view"
FLAT = "No exact picture: this sample is flat"
NO_DEMO = "the demo's generator is not part of this installation; this is the baked volume"


class Side:
    """Engine, renderer and torch picture of one Scene.  All methods need the window's context to be current.

    Args:
        share: Of the model worker.
        name: Tells this side's requests from those of others.
        wake: Called from threads when a frame should be drawn.

    Attributes:
        may_draw: Whether torch may draw; not while the worker has something else to do that somebody waits for.
    """

    def __init__(self, share: WorkerShare, name: str, wake: Callable[[], None]) -> None:
        self.view = ViewController()
        self.engine = Engine(share.desk(name), wake, window_bakes=lambda: self.view.bakes)
        self.reference = ReferenceView(share.desk(f"{name} by torch".strip()))
        self._texture: ImageTexture | None = None
        self._uploaded: tuple[int, Picture] | None = None
        self._by_torch, self._whole, self._moving = False, False, False
        self.may_draw = True

    @property
    def made_of(self) -> Description:
        """What the generator is, as far as its sample was shown."""
        return UNKNOWN if self.engine.shown is None else self.engine.shown.made_of

    @property
    def version(self) -> tuple[int, int]:
        """Changes with what is shown, but not with the Scene."""
        return (0 if self.engine.shown is None else self.engine.shown.version), self.reference.version

    def is_complete(self, scene: Scene) -> bool:
        """Whether the last picture is that of the Scene at rest, whole and as fine as it gets."""
        waits = by_torch(scene.quality, self.made_of) and scene.quality.as_trained and not self.reference.complete
        return self._whole and not waits and self.engine.complete and self.engine.sample_of(scene) is not None

    def update(self, scene: Scene) -> bool:
        """Bring what is shown up to date with the Scene.  Returns whether another sample is shown now."""
        changed = self.engine.update(scene)
        self.view.show(self.engine.shown)
        return changed

    def picture(self, scene: Scene, width: int, height: int, moving: bool) -> Picture | None:
        """The picture for so many pixels of the screen; None while there is nothing to show.

        In place of torch's picture that of the shader is shown while the camera moves, and below it until all tiles
        have come.
        """
        picture = self._picture(scene, width, height, moving)
        self._whole, self._moving = picture is not None and picture.refined is None and not moving, moving
        return picture

    def _picture(self, scene: Scene, width: int, height: int, moving: bool) -> Picture | None:
        self._by_torch = by_torch(scene.quality, self.made_of)
        if not self._by_torch:
            self.reference.update(None)
            return self.view.picture(scene, width, height, moving)
        wanted = None if moving else self._wanted(scene, width, height)
        self.reference.update(wanted if self.may_draw or self.reference.shows(wanted) else None)
        upper, name = self._upload(), torch_name(scene.quality, self.made_of)
        if upper is not None and self.reference.complete:
            return replace(upper, caption=f"{name} in {self.reference.seconds:.1f} s")
        picture = self.view.picture(replace(scene, quality=meanwhile(scene.quality)), width, height, moving)
        if picture is None or upper is None:
            return picture
        caption = f"{name} {self.reference.fraction:.0%}"
        return replace(upper, texture=picture.texture, over=upper.texture, caption=caption)

    def size_of(self, scene: Scene, width: int, height: int) -> tuple[int, int]:
        """Pixels of the picture that is complete, for so many of the screen."""
        quality, shown = scene.quality, self.engine.shown
        if shown is None or not by_torch(quality, shown.made_of):
            return width, height
        # An upsampler's rays are as many for all sizes.
        samples = 0 if is_upsampled(quality, shown.made_of) else shown.volume.samples
        return size_within(width, height, quality.largest if quality.field == "reference" else 0, samples)

    def pixels(self) -> np.ndarray | None:
        """The picture as it is seen, [height, width, 4], uint8, top row first; None before the first."""
        upper = self.reference.pixels if self._by_torch else None
        if upper is not None and self.reference.complete:
            return upper
        below = self.view.pixels()
        if upper is None or below is None:
            return below
        from app.pictures.seen import laid_over  # loads PIL

        return laid_over(below, upper)

    def note(self, scene: Scene) -> str:
        """What this picture does not show of the sample, for people; empty if it shows all."""
        return "\n".join(filter(None, (self._lacks(scene), planes_note(scene.quality, self.made_of))))

    def _lacks(self, scene: Scene) -> str:
        """What this picture does not show of what was asked for."""
        shown, quality = self.engine.shown, scene.quality
        if shown is None:
            return ""
        torch, upsampled = by_torch(quality, shown.made_of), is_upsampled(quality, shown.made_of)
        if torch and self.reference.complete:
            return RAW if shown.made_of.upsampled and not upsampled else ""
        stands_in = RAW if upsampled else "this is the baked volume"
        if torch and not quality.as_trained:
            return f"the {torch_name(quality, shown.made_of)} shows colour with all its parts only; {stands_in}"
        if torch and self.engine.complete and self.engine.sample_of(scene) is None:
            return NO_DEMO
        if torch and self._moving:
            return f"the {torch_name(quality, shown.made_of)} is drawn while the camera rests; {stands_in}"
        # Where the exact field cannot be drawn, the volume stands in for it.
        exact = scene.quality.field == "exact" and not shown.preview
        return shown.field.note if exact and shown.field is not None else shown.volume.note

    def picture_word(self, scene: Scene) -> str:
        """Whether the picture is a raw or an upsampled one; empty where there is no upsampler."""
        if not self.made_of.upsampled:
            return ""
        if not (is_upsampled(scene.quality, self.made_of) and scene.quality.as_trained):
            return "raw"
        return "upsampled" if self.reference.complete else "raw, upsampled at rest"

    def lacks_exact(self, scene: Scene) -> str:
        """Why there is no exact picture although the Scene asks for one, for people; empty if there is."""
        shown, sample = self.engine.shown, self.engine.sample_of(scene)
        if scene.quality.field != "exact" or shown is None or shown.field is not None:
            return ""
        if sample is None or not sample.exact:
            return ""  # it is on its way
        return FLAT if len(shown.volume.values) == 2 else NO_FIELD

    def work(self, scene: Scene) -> Work | None:
        """What is computed, if it takes long enough to be told, or why the picture is not what was asked for."""
        engine, reference = self.engine, self.reference
        if engine.cancelled:
            return Work("This sample was not computed", None)
        if engine.progress is not None and engine.busy_s >= SHOW_WORK_AFTER_S and not engine.follows_weights:
            return Work(engine.progress.text, engine.progress.fraction)
        if reference.cancelled:
            return Work(f"The {torch_name(scene.quality, self.made_of)} was given up", None, "Draw")
        if reference.progress is not None and reference.busy_s >= SHOW_WORK_AFTER_S:
            return Work(reference.progress.text, reference.fraction)
        missing = self.lacks_exact(scene)
        return Work(missing, None, "Torch reference") if missing else None

    def resumed(self, scene: Scene) -> Scene:
        """Take up what was given up, or draw in another way what cannot be drawn exactly.  Returns the Scene for it."""
        if self.engine.cancelled or self.reference.cancelled:
            self.retry()
            return scene
        return replace(scene, quality=replace(scene.quality, field="reference"))

    @property
    def problem(self) -> Problem | None:
        """What went wrong, if anything did."""
        return self.view.problem or self.engine.problem or self.reference.problem

    def dismiss(self) -> None:
        """Forget what went wrong."""
        self.view.problem = self.engine.problem = self.reference.problem = None

    def retry(self) -> None:
        """Ask again for what has failed or was given up."""
        if self.reference.cancelled or self.reference.problem is not None:
            self.reference.retry()
        else:
            self.engine.retry()

    @property
    def busy(self) -> bool:
        """Whether something is computed that can be given up."""
        return self.engine.progress is not None or self.reference.progress is not None

    def cancel(self) -> None:
        """Give up what is computed."""
        if self.engine.progress is not None:
            self.engine.cancel()
        else:
            self.reference.cancel()

    def free_gpu(self) -> None:
        """Free what lies on the GPU."""
        self.view.close()
        if self._texture is not None:
            self._texture.close()
        self._texture, self._uploaded = None, None

    def close(self) -> None:
        """End threads, and what the worker still does for this side."""
        self.reference.update(None)
        self.engine.close()

    def _wanted(self, scene: Scene, width: int, height: int) -> PictureRequest | None:
        """What torch shall draw: the sample that is shown, once it is that of the Scene."""
        sample = self.engine.sample_of(scene)
        if sample is None or not scene.quality.as_trained:
            return None
        sample = replace(sample, resolution=0, preview=0, exact=False)  # whatever it was baked for
        size, upsampled = self.size_of(scene, width, height), is_upsampled(scene.quality, self.made_of)
        return PictureRequest(sample, scene.camera, *size, scene.quality.backdrop, upsampled)

    def _upload(self) -> Picture | None:
        """Torch's picture as far as it has come, on the GPU."""
        pixels, version = self.reference.pixels, self.reference.version
        if pixels is None:
            return None
        if self._uploaded is None or self._uploaded[0] != version:
            from app.gl.image_texture import ImageTexture

            self._texture = self._texture or ImageTexture()
            # Pictures of the viewport begin with the bottom row.
            self._uploaded = version, self._texture.show(pixels[::-1], True)
        return self._uploaded[1]


def is_upsampled(quality: Quality, made_of: Description) -> bool:
    """Whether an upsampler's picture is asked for, and there is one."""
    return quality.picture == "upsampled" and made_of.upsampled > 0


def by_torch(quality: Quality, made_of: Description) -> bool:
    """Whether the generator's own renderer draws the picture at rest."""
    return quality.field == "reference" or is_upsampled(quality, made_of)


def meanwhile(quality: Quality) -> Quality:
    """What is drawn in the place of torch's picture until that comes."""
    return replace(quality, field="baked") if quality.field == "reference" else quality


def torch_name(quality: Quality, made_of: Description) -> str:
    """What the picture by torch is called."""
    return "upsampled picture" if is_upsampled(quality, made_of) else "torch reference"


def planes_note(quality: Quality, made_of: Description = UNKNOWN) -> str:
    """Which planes of the tri-plane are left out, for people; empty if none is."""
    names = made_of.planes or PLANE_NAMES
    left = [names[index] for index in ALL_PLANES if index not in quality.planes]
    return f"without {'plane' if len(left) == 1 else 'planes'} {', '.join(left)}" if left else ""
