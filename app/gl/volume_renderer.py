"""Draws fields without torch: their baked volumes, or the fields themselves (docs/design.md, Rendering on the GPU)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from OpenGL import GL

from app.gl.baked_field import BakedField
from app.gl.errors import forget_errors
from app.gl.exact_field import ExactField
from app.gl.frame import Band, Frame
from app.gl.pacing import Pacer
from app.gl.picture_program import Entry, PictureProgram
from app.gl.state import drawing_state
from app.gl.textures import SURROUND_UNIT, VOLUME, PictureTarget, TargetKind, TexelStack
from app.gl.timing import GpuTimer
from app.gl.uniforms import set_picture
from app.gl.volume_baker import VolumeBaker
from core.baked import BakedVolume
from core.bounds import is_training_view
from core.camera import Camera
from core.folded import FoldedField
from core.scene import FieldMode, Quality, Shown
from widgets.picture import Picture

# An exact picture that takes no longer is drawn in one go; others grow band by band, so that the window stays alive.
AT_ONCE_MS = 40.0
# Of the first band, whose cost nobody knows yet.
FIRST_ROWS = 2
# A picture is complete after so many, however slow the GPU: every band also costs a frame of the whole window.
MOST_BANDS = 100


@dataclass(frozen=True)
class RendererOptions:
    """How a renderer is built.

    Attributes:
        target: "screen" draws 8-bit pictures; "float" keeps colours unclamped in 32 bits, for measuring.
        manual_filter: Interpolate in the shader with full precision; GPUs' samplers round to about 8 bits.
        counted: Draw samples, depth and opacity of each ray instead of what it sees (with a float target).
        corners_aligned: The convention of volumes' grids; baked ones are aligned (core/baked.py).
        entry: How pictures are drawn; compute shaders need OpenGL 4.3.
        smooth: How many shifted pictures are averaged at rest where a Quality leaves that open.
    """

    target: TargetKind = "screen"
    manual_filter: bool = False
    counted: bool = False
    corners_aligned: bool = True
    entry: Entry = "fragment"
    smooth: int = 1


class VolumeRenderer:
    """Renders one sample at a time into a texture, and only when something has changed.

    Needs a current OpenGL context of at least 3.3, at construction and in every method; leaves the state of the
    context as it was. Typical use: `upload(volume)` whenever a new sample was baked, `picture(...)` each frame.

    Attributes:
        draws: How many pictures were drawn so far (an idle window must not raise it).
    """

    def __init__(self, options: RendererOptions | None = None, pacer: Pacer | None = None) -> None:
        """Compile the shaders.

        Args:
            options: Formats and conventions; the defaults are for display.
            pacer: Chooses the resolution while the camera moves.

        Raises:
            ShaderError: The driver refuses the shaders; the message names file and line.
        """
        self.options = options or RendererOptions()
        self._pacers: dict[tuple[FieldMode, Shown], Pacer] = {("baked", "colour"): pacer or Pacer()}
        self._target_ms = self._pacers["baked", "colour"].target_ms
        self.draws = 0
        forget_errors()
        defines = {"MANUAL_FILTER": int(self.options.manual_filter), "COUNTED": int(self.options.counted)}
        self._target = PictureTarget(self.options.target)
        self._baked = BakedField(
            {**defines, "CORNERS_ALIGNED": int(self.options.corners_aligned)}, self.options.entry, self._target
        )
        self._exact = ExactField(defines, self.options.entry, self._target)
        self._baker = VolumeBaker(self._exact)
        self._vertices = int(GL.glGenVertexArrays(1))
        self._texture, self._surround = TexelStack(VOLUME), TexelStack(VOLUME)
        self._timer: GpuTimer[Band] = GpuTimer(self._target.wait)
        self._volume: BakedVolume | None = None
        self._uploads = 0
        self._frame: Frame | None = None  # that the target shows
        self._band: Band | None = None  # the last one of a picture that is not complete
        self._pictures = 0  # complete ones of the frame, each shifted
        self._measured: tuple[float, Band] | None = None

    @property
    def texture_bytes(self) -> int:
        """Memory that its textures take on the GPU: the sample's, and the picture's."""
        return self._target.nbytes + self._texture.nbytes + self._surround.nbytes + self._exact.nbytes

    @property
    def bake_ms(self) -> float | None:
        """How long the volume that was baked here has taken, with the frames between; none without one."""
        return self._baker.took_ms

    @property
    def march_ms(self) -> float | None:
        """GPU time that all of the last picture takes, by what its last part has taken; none before the first."""
        if self._measured is None:
            return None
        milliseconds, band = self._measured
        return milliseconds * Band.whole(band.frame).samples / band.samples

    def aim_at(self, target_ms: float) -> None:
        """Let pictures take this much GPU time per frame of the window."""
        self._target_ms = target_ms
        for pacer in self._pacers.values():
            pacer.target_ms = target_ms

    def upload(self, volume: BakedVolume, field: FoldedField | None = None, finer: int = 0) -> None:
        """Show this sample from now on; its values are copied to the GPU.

        Args:
            volume: Baked.
            field: The same sample's exact field, for Scenes that ask for it; without one they get the volume.
            finer: Voxels along an edge of the volume that is baked here, from the field, to take the place of this one;
                0 for none.

        Raises:
            ValueError: One of them is too large for this GPU.
            ShaderError: The driver refuses the shaders of the field.
        """
        self._baker.begin(0)
        self._texture.upload(volume.values)
        self._baked.prepare(volume.summation)
        self._exact.upload(field)
        self._baker.begin(finer if field is not None else 0)
        surround = volume.surround
        if surround is not None:
            self._surround.upload(surround)
            surround = surround[:, :1, :1].copy()
        # Only the geometry is needed later: the voxels need not stay in memory on our account.
        self._volume = replace(volume, values=volume.values[:2, :2, :2].copy(), surround=surround)
        self._uploads += 1

    def render(
        self,
        camera: Camera,
        quality: Quality,
        width: int,
        height: int,
        *,
        moving: bool = False,
        to_the_end: bool = False,
    ) -> int:
        """Draw the sample in one go, if the last picture does not show just this.

        Args:
            camera: The field of view spans the shorter side of the picture.
            quality: Steps and backdrop count here.
            width: Pixels, at least 1.
            height: Pixels, at least 1.
            moving: Draw at a lower resolution if a full picture would take too long.
            to_the_end: March every ray to its end, even where nothing more is seen.

        Returns:
            The OpenGL name of a 2D texture, bottom row first; the same for every picture of this renderer.

        Raises:
            RuntimeError: Nothing was uploaded yet.
        """
        if self._volume is None:
            raise RuntimeError("nothing to draw: upload a volume first")
        self._poll()
        while self._baker.fraction is not None:
            self._bake()
        if self._band is not None:
            self._frame, self._band = None, None  # a part of it is ahead of the rest
        frame = self._drawable(Frame(self._uploads, camera, quality, max(1, width), max(1, height), to_the_end))
        self._show(self._coarser(frame) if moving and not to_the_end else frame)
        while not moving and self._pictures < self._wanted_pictures(frame):
            self._add(Band.whole(frame, self._pictures))
        return self._target.texture

    def picture(
        self, camera: Camera, quality: Quality, width: int, height: int, moving: bool = False
    ) -> Picture | None:
        """`render` for the viewport's panel, which must not wait long, or None before the first upload.

        An exact picture that takes a while grows from call to call, from the top, over that of the volume; while the
        camera moves, the volume stands in for it. At rest, shifted pictures are added to the mean that is shown.
        """
        if self._volume is None or width < 1 or height < 1:
            return None
        self._poll()
        if self._baker.fraction is not None:
            self._bake()
        frame = self._drawable(Frame(self._uploads, camera, quality, width, height))
        if moving:
            self._show(self._standing_in(frame))
        elif self._frame is None or not self._frame.shows(frame):
            self._approach(frame)
        else:
            self._smooth(frame)
        return Picture(self._target.texture, *self._target.size, self._milliseconds(), self._refined(frame, moving))

    def read_pixels(self) -> np.ndarray:
        """The last picture as shown, top row first; alpha is opacity before the backdrop.  uint8 [height, width, 4]."""
        return self._target.read_bytes()

    def read_floats(self) -> tuple[np.ndarray, np.ndarray]:
        """The last picture of a float target, top row first.

        Returns:
            (colour [height, width, 3], raw in about [-1, 1]; opacity [height, width] in [0, 1]), float32.
        """
        if self.options.target != "float":
            raise RuntimeError('this renderer draws 8-bit pictures: build it with RendererOptions(target="float")')
        pixels = self._target.read()
        return 2 * pixels[..., :3] - 1, pixels[..., 3]

    def read_counts(self) -> np.ndarray:
        """How many samples each ray of the last picture took, top row first.  [height, width], float32."""
        if not self.options.counted or self.options.target != "float":
            raise RuntimeError('this renderer does not count: build it with RendererOptions("float", counted=True)')
        return self._target.read()[..., 0]

    def read_depths(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean depth of what absorbs each ray of the last picture, and its opacity, top row first.

        Returns:
            (depth along the ray, world units; opacity in [0, 1]), both [height, width], float32.
        """
        if not self.options.counted or self.options.target != "float":
            raise RuntimeError('this renderer draws pictures: build it with RendererOptions("float", counted=True)')
        pixels = self._target.read()
        return pixels[..., 1], pixels[..., 2]

    def wait(self) -> None:
        """Wait until the last picture is drawn."""
        self._target.wait()

    def close(self) -> None:
        """Free everything on the GPU."""
        forget_errors()
        self._timer.close()
        self._target.close()
        self._texture.close()
        self._surround.close()
        self._exact.close()
        self._baker.close()
        self._baked.close()
        if self._vertices:
            GL.glDeleteVertexArrays(1, [self._vertices])
            self._vertices = 0
        self._volume, self._frame, self._band = None, None, None

    def _bake(self) -> None:
        """Bake some layers; the last ones end with a finer volume."""
        self._baker.advance()
        done = self._baker.take(self._texture)
        if done is not None:
            self._texture = done
            self._uploads += 1

    def _drawable(self, frame: Frame) -> Frame:
        """The frame, of the volume where there is no exact field: what it costs must not be taken for that of one."""
        return frame if self._exact.ready else frame.of("baked")

    def _milliseconds(self) -> float | None:
        """GPU time of the last measured picture, if it had as many samples of the same field as what is shown."""
        if self._frame is None or self._measured is None:
            return None
        milliseconds, band = self._measured
        whole = Band.whole(self._frame)
        alike = (band.samples, band.frame.kind) == (whole.samples, self._frame.kind)
        return milliseconds if alike else None

    def _coarser(self, frame: Frame) -> Frame:
        """The frame as fast as a moving camera needs it."""
        if frame == self._frame:
            return frame
        return replace(frame, scale=self._pacer(frame).scale(frame.samples))

    def _show(self, frame: Frame) -> None:
        """Draw all of a frame, unless it is shown already."""
        if self._frame is None or not self._frame.shows(frame):
            self._frame, self._pictures = frame, 0
            self._add(Band.whole(frame))

    def _standing_in(self, frame: Frame) -> Frame:
        """What is drawn of a frame while the camera moves."""
        coarse = self._coarser(frame)
        fits = self._pacer(frame).expected_ms(coarse.samples) <= self._target_ms
        return coarse if frame.quality.field == "baked" or fits else self._coarser(frame.of("baked"))

    def _approach(self, frame: Frame) -> None:
        """Come closer to a frame that is not shown, within the time of one frame of the window."""
        expected = self._pacer(frame).expected_ms(frame.samples)
        if frame.quality.field == "baked" or expected <= AT_ONCE_MS:
            self._show(frame)
            return
        if self._band is None or self._band.frame != frame:
            self._show(frame.of("baked"))
        self._add(self._next_band(frame, 0))

    def _smooth(self, frame: Frame) -> None:
        """Add a part of the next shifted picture to the mean that is shown, if more are wanted."""
        if self._pictures < self._wanted_pictures(frame):
            self._add(self._next_band(frame, self._pictures))

    def _next_band(self, frame: Frame, number: int) -> Band:
        """As many rows of a picture as fit into a frame of the window, after those that are drawn."""
        going_on = self._band is not None and (self._band.frame, self._band.number) == (frame, number)
        drawn = self._band.drawn if going_on and self._band is not None else 0
        expected = self._pacer(frame).expected_ms(frame.samples)
        height = frame.drawn_size[1]
        rows = FIRST_ROWS if math.isinf(expected) else int(height * self._target_ms / expected)
        return Band.after(frame, drawn, max(rows, math.ceil(height / MOST_BANDS)), number)

    def _add(self, band: Band) -> None:
        """Draw a band, and note what is complete with it."""
        self._draw(band)
        if band.drawn < band.frame.drawn_size[1]:
            self._band = band
            self._frame = band.frame if band.number else None
        else:
            self._frame, self._band, self._pictures = band.frame, None, band.number + 1

    def _wanted_pictures(self, frame: Frame) -> int:
        """How many shifted pictures are averaged; only one of what is compared with torch or counted."""
        single = frame.to_the_end or self.options.counted or self._as_in_training(frame)
        return 1 if single else frame.quality.smooth or self.options.smooth

    def _refined(self, frame: Frame, moving: bool) -> float | None:
        """How much of all that is wanted is baked, or then drawn; none if it is complete or the camera moves."""
        if self._baker.fraction is not None:
            return max(self._baker.fraction, 1e-3)
        if moving:
            return None
        wanted, begun = self._wanted_pictures(frame), self._band
        if begun is not None and begun.frame == frame:
            return (begun.number + begun.fraction) / wanted
        return self._pictures / wanted if self._pictures < wanted else None

    def _pacer(self, frame: Frame) -> Pacer:
        return self._pacers.setdefault(frame.kind, Pacer(self._target_ms))

    def _most_samples(self, frame: Frame) -> int:
        """Samples that a ray of a frame can take."""
        return self._exact.training_samples if self._as_in_training(frame) else frame.quality.steps

    def _as_in_training(self, frame: Frame) -> bool:
        return frame.quality.field == "exact" and frame.quality.sampling == "training"

    def _poll(self) -> None:
        forget_errors()
        for milliseconds, band in self._timer.poll():
            self._measured = (milliseconds, band)
            self._pacer(band.frame).record(milliseconds, band.samples)

    def _draw(self, band: Band) -> None:
        """Draw some rows of a frame over what the picture shows."""
        frame, volume = band.frame, self._volume
        assert volume is not None
        self.draws += 1
        with drawing_state():
            self._target.bind(*frame.drawn_size)
            program = self._bound(frame, volume)
            set_picture(program, band, volume, self._most_samples(frame))
            if volume.surround is not None:
                self._surround.bind(SURROUND_UNIT)
            GL.glBindVertexArray(self._vertices)
            self._timer.start()
            program.draw(self._target, band.viewport, 1 / (band.number + 1))
            self._timer.stop(band)

    def _bound(self, frame: Frame, volume: BakedVolume) -> PictureProgram:
        """Bind the field that the frame is of, and its program."""
        if frame.quality.field == "exact":
            on_sphere = is_training_view(frame.camera, volume.radius)
            return self._exact.use(as_in_training=self._as_in_training(frame), on_training_sphere=on_sphere)
        self._texture.bind()
        return self._baked.use(volume)
