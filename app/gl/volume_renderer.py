"""Draws fields without torch: their baked volumes, or the fields themselves (docs/design.md, Rendering on the GPU)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from OpenGL import GL

from app.gl.errors import forget_errors
from app.gl.exact_field import ExactField
from app.gl.frame import Band, Frame
from app.gl.pacing import Pacer
from app.gl.program import Program
from app.gl.shader_source import load_shader
from app.gl.state import drawing_state
from app.gl.textures import SURROUND_UNIT, VOLUME, PictureTarget, TargetKind, TexelStack
from app.gl.timing import GpuTimer
from core.baked import BakedVolume
from core.bounds import depth_range, shown_depths
from core.camera import Camera
from core.folded import FoldedField
from core.projection import picture_extent
from core.scene import FieldMode, Quality, Shown
from widgets.picture import Picture

# An exact picture that takes no longer is drawn in one go; others grow band by band, so that the window stays alive.
AT_ONCE_MS = 40.0
# Of the first band, whose cost nobody knows yet.
FIRST_ROWS = 2
# A picture is complete after so many, however slow the GPU: every band also costs a frame of the whole window.
MOST_BANDS = 100
# Less light than half a step of an 8-bit picture: nobody sees what lies behind.
STOP_AT = 1 / 512
# Larger than any scene, but finite, for drivers that are careless with infinities.
FAR_AWAY = 1e30
# White, and opaque however short the last interval is: beside a box around which training knew nothing.
NOWHERE = (1.0, 1.0, 1.0, 1e6)
# Nothing at all: beside a box with a background.
CLEAR = (0.0, 0.0, 0.0, -1e4)
_SHOWN: tuple[Shown, ...] = get_args(Shown)  # in the order of shaders/show.glsl
_BACKDROPS = {"learned": (0, 1.0), "white": (1, 1.0), "black": (1, -1.0)}  # mode, raw colour (also beside the box)


@dataclass(frozen=True)
class RendererOptions:
    """How a renderer is built.

    Attributes:
        target: "screen" draws 8-bit pictures; "float" keeps colours unclamped in 32 bits, for measuring.
        manual_filter: Interpolate in the shader with full precision; GPUs' samplers round to about 8 bits.
        counted: Draw how many samples each ray takes instead of what it sees, for measuring (with a float target).
        corners_aligned: The convention of the grid; baked volumes are aligned (core/baked.py).
    """

    target: TargetKind = "screen"
    manual_filter: bool = False
    counted: bool = False
    corners_aligned: bool = True


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
        self._pacers: dict[FieldMode, Pacer] = {"baked": pacer or Pacer(), "exact": Pacer()}
        self.draws = 0
        forget_errors()
        defines = {
            "CORNERS_ALIGNED": int(self.options.corners_aligned),
            "MANUAL_FILTER": int(self.options.manual_filter),
            "COUNTED": int(self.options.counted),
        }
        self._program = Program(load_shader("fullscreen.vert"), load_shader("field.frag", {**defines, "EXACT": 0}))
        self._exact = ExactField(defines)
        self._vertices = int(GL.glGenVertexArrays(1))
        self._texture, self._surround = TexelStack(VOLUME), TexelStack(VOLUME)
        self._target = PictureTarget(self.options.target)
        self._timer: GpuTimer[Band] = GpuTimer(self._target.wait)
        self._volume: BakedVolume | None = None
        self._uploads = 0
        self._frame: Frame | None = None  # that the target shows
        self._band: Band | None = None  # the last one of an exact picture that is not complete
        self._measured: tuple[float, Band] | None = None

    def upload(self, volume: BakedVolume, field: FoldedField | None = None) -> None:
        """Show this sample from now on; its values are copied to the GPU.

        Args:
            volume: Baked.
            field: The same sample's exact field, for Scenes that ask for it; without one they get the volume.

        Raises:
            ValueError: One of them is too large for this GPU.
        """
        self._texture.upload(volume.values)
        self._exact.upload(field)
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
        frame = self._drawable(Frame(self._uploads, camera, quality, max(1, width), max(1, height), to_the_end))
        self._show(self._coarser(frame) if moving and not to_the_end else frame)
        return self._target.texture

    def picture(
        self, camera: Camera, quality: Quality, width: int, height: int, moving: bool = False
    ) -> Picture | None:
        """`render` for the viewport's panel, which must not wait long, or None before the first upload.

        An exact picture that takes a while grows from call to call, from the top, over that of the volume; while the
        camera moves, the volume stands in for it.
        """
        if self._volume is None or width < 1 or height < 1:
            return None
        self._poll()
        frame = self._drawable(Frame(self._uploads, camera, quality, width, height))
        if frame.quality.field == "exact":
            self._approach(frame, moving=moving)
        else:
            self._show(self._coarser(frame) if moving else frame)
        done = None if self._band is None else self._band.fraction
        return Picture(self._target.texture, *self._target.size, self._milliseconds(), done)

    def read_pixels(self) -> np.ndarray:
        """The last picture as shown, top row first; alpha is opacity before the backdrop.  uint8 [height, width, 4]."""
        pixels = self._target.read()
        if pixels.dtype == np.uint8:
            return pixels
        return np.round(255 * np.clip(np.nan_to_num(pixels), 0, 1)).astype(np.uint8)

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
        self._program.close()
        if self._vertices:
            GL.glDeleteVertexArrays(1, [self._vertices])
            self._vertices = 0
        self._volume, self._frame, self._band = None, None, None

    def _drawable(self, frame: Frame) -> Frame:
        """The frame, of the volume where there is no exact field: what it costs must not be taken for that of one."""
        return frame if self._exact.ready else frame.of("baked")

    def _milliseconds(self) -> float | None:
        """GPU time of the last measured picture, if it had as many samples of the same field as what is shown."""
        if self._frame is None or self._measured is None:
            return None
        milliseconds, band = self._measured
        whole = Band.whole(self._frame)
        alike = (band.samples, band.frame.quality.field) == (whole.samples, self._frame.quality.field)
        return milliseconds if alike else None

    def _coarser(self, frame: Frame) -> Frame:
        """The frame as fast as a moving camera needs it."""
        if frame == self._frame:
            return frame
        return replace(frame, scale=self._pacers[frame.quality.field].scale(frame.samples))

    def _show(self, frame: Frame) -> None:
        """Draw all of a frame, unless it is shown already."""
        self._band = None
        if self._frame is None or not self._frame.shows(frame):
            self._draw(Band.whole(frame))
            self._frame = frame

    def _approach(self, frame: Frame, *, moving: bool) -> None:
        """Come closer to an exact frame within the time of one frame of the window."""
        pacer = self._pacers["exact"]
        if moving:
            coarse = self._coarser(frame)
            fits = pacer.expected_ms(coarse.samples) <= pacer.target_ms
            self._show(coarse if fits else self._coarser(frame.of("baked")))
            return
        expected = pacer.expected_ms(frame.samples)
        if expected <= AT_ONCE_MS or (self._frame is not None and self._frame.shows(frame)):
            self._show(frame)
            return
        begun = self._band is not None and self._band.frame == frame
        if not begun:
            self._show(frame.of("baked"))
        drawn = self._band.drawn if begun and self._band is not None else 0
        rows = FIRST_ROWS if math.isinf(expected) else int(frame.height * pacer.target_ms / expected)
        band = Band.after(frame, drawn, max(rows, math.ceil(frame.height / MOST_BANDS)))
        self._draw(band)
        complete = band.drawn == frame.height
        self._frame, self._band = (frame, None) if complete else (None, band)

    def _most_samples(self, frame: Frame) -> int:
        """Samples that a ray of a frame can take."""
        as_in_training = frame.quality.field == "exact" and frame.quality.sampling == "training"
        return self._exact.training_samples if as_in_training else frame.quality.steps

    def _poll(self) -> None:
        forget_errors()
        for milliseconds, band in self._timer.poll():
            self._measured = (milliseconds, band)
            self._pacers[band.frame.quality.field].record(milliseconds, band.samples)

    def _draw(self, band: Band) -> None:
        """Draw some rows of a frame over what the picture shows."""
        frame, volume = band.frame, self._volume
        assert volume is not None
        self.draws += 1
        with drawing_state():
            self._target.bind(*frame.drawn_size)
            GL.glViewport(*band.viewport)
            self._set_uniforms(self._bound(frame, volume), frame, volume)
            if volume.surround is not None:
                self._surround.bind(SURROUND_UNIT)
            GL.glBindVertexArray(self._vertices)
            self._timer.start()
            GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
            self._timer.stop(band)

    def _bound(self, frame: Frame, volume: BakedVolume) -> Program:
        """Bind the field that the frame is of, and its program."""
        if frame.quality.field == "exact":
            on_sphere = not math.isinf(depth_range(frame.camera, volume.radius, volume.near, volume.far)[1])
            as_in_training = frame.quality.sampling == "training"
            return self._exact.use(as_in_training=as_in_training, on_training_sphere=on_sphere)
        self._program.use()
        self._program.set_int("u_volume", 0)
        self._program.set_float("u_half", volume.half)
        self._program.set_int("u_cut", 1)
        self._texture.bind()
        return self._program

    def _set_uniforms(self, program: Program, frame: Frame, volume: BakedVolume) -> None:
        matrix = frame.camera.matrix
        near, far = depth_range(frame.camera, volume.radius, volume.near, volume.far)
        mode, colour = _BACKDROPS[frame.quality.backdrop]
        program.set_vector("u_eye", matrix[:3, 3])
        program.set_matrix("u_axes", matrix[:3, :3])
        program.set_float("u_focal", 1 / math.tan(math.radians(frame.camera.fov) / 2))
        program.set_vector("u_size", frame.drawn_size)
        program.set_vector("u_extent", picture_extent(frame.width, frame.height))
        program.set_vector("u_range", (near, min(far, FAR_AWAY)))
        program.set_int("u_steps", frame.quality.steps)
        program.set_int("u_show", _SHOWN.index(frame.quality.show))
        program.set_int("u_most", self._most_samples(frame))
        program.set_vector("u_depth_range", shown_depths(frame.camera, volume.half))
        program.set_float("u_stop", -1.0 if frame.to_the_end else STOP_AT)
        program.set_int("u_backdrop", mode)
        program.set_vector("u_backdrop_colour", (colour,) * 3)
        program.set_float("u_rest_colour", 1.0 if volume.white_back else 0.0)
        program.set_float("u_last_interval", volume.last_delta)
        layers = 0 if volume.surround is None else len(volume.surround)
        program.set_vector("u_outside", volume.outside or (CLEAR if layers else NOWHERE))
        program.set_int("u_surround_kind", min(layers, 2))
        program.set_int("u_surround", SURROUND_UNIT)
        program.set_float("u_sphere", volume.radius)
