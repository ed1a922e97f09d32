"""Behind the Tri-planes panel: the planes of the shown sample as textures, and the point under the crosshair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from imgui_bundle import imgui, implot

from app.gl.image_texture import ImageTexture
from app.inside.spot import Spot
from app.model.model_messages import BakeRequest
from app.model.plane_messages import PlanesAnswer, PlanesQuestion, PointAnswer, PointQuestion
from app.model.ray_messages import RAY, RayAnswer, RayQuestion
from app.view.stage import Stage
from app.workers.asking import Asking
from core.camera import Camera
from core.guides import ray_points
from core.scene import ALL_PLANES
from widgets.picture import Picture
from widgets.plane_view import PlanesView, PointReading
from widgets.planes import PlanesPanel
from widgets.ray_mark import draw_spot
from widgets.ray_view import ProbedRay
from widgets.view_guides import Place

# A dragged point is asked anew only when the last answer has come, or did not come for so long, seconds.
PATIENCE_S = 0.3


class PlanesDesk:
    """Made when somebody first looks at the panel; nothing is computed while nobody does.

    It is also a layer of the viewport's picture: who points at a pixel there puts the crosshair where its ray ends.

    All methods are called on the window's thread, with its context current.

    Args:
        stage: Whose sample is shown.
        spot: The point that panels and viewport share.
    """

    def __init__(self, stage: Stage, spot: Spot) -> None:
        self._stage, self._spot, self._panel = stage, spot, PlanesPanel()
        self._desk = stage.share.desk("planes")
        self.planes: Asking[PlanesQuestion, PlanesAnswer] = Asking(self._desk, "planes")
        self.point: Asking[PointQuestion, PointAnswer] = Asking(self._desk, "point", PATIENCE_S)
        self._textures: list[ImageTexture] = []
        self._pixels: tuple[np.ndarray, ...] = ()
        self._values: tuple[float, float] | None = None
        self.depth: Asking[RayQuestion, RayAnswer] = Asking(self._desk, RAY, PATIENCE_S)
        self._pointed: ProbedRay | None = None  # at a pixel whose depth is not known yet
        self._looked_at, self._seen, self._colours = False, False, viridis()
        stage.layers.all.append(self)

    def update(self) -> None:
        """Once a frame: take what has come, and give up what nobody looks at."""
        self._receive()
        if not self._looked_at:
            for each in (self.planes, self.point, self.depth):
                if each.waits:
                    each.cancel()
                    each.retry()
        self._seen, self._looked_at = self._looked_at, False

    def draw(self) -> None:
        """The panel is seen: draw it, and ask for what it lacks."""
        self._looked_at = True
        self._receive()
        stage = self._stage
        sample = stage.engine.sample_of(stage.scene)
        if stage.engine.hint:
            self._forget()
        elif sample is not None:
            self._ask(replace(sample, resolution=0, preview=0, exact=False, field_will_do=False))
        wish = self._panel.draw(self._view())
        if wish.retry:
            self.planes.retry()
        self._spot.point = wish.point
        quality = stage.scene.quality
        if wish.planes != quality.planes:
            stage.scene = replace(stage.scene, quality=replace(quality, planes=wish.planes))

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        for texture in self._textures:
            texture.close()
        self._textures = []

    def close(self) -> None:
        """The worker is the stage's."""

    # As a layer of the picture

    @property
    def armed(self) -> str:
        """A plain click is never for this panel."""
        return ""

    def pick(self, camera: Camera, spot: tuple[float, float]) -> None:
        """Somebody points at a pixel."""
        if self._seen:
            self._pointed = ProbedRay(camera, spot)

    def draw_over(self, canvas: imgui.ImDrawList, camera: Camera, place: Place) -> None:
        """Mark the point under the crosshair."""
        if self._seen and self._spot.point is not None:
            draw_spot(canvas, camera, place, np.array(self._spot.point))

    def _receive(self) -> None:
        for event in self._desk.take():
            self.point.receive(event)
            if self.depth.receive(event):
                self._go_to_depth()
            if self.planes.receive(event):
                self._pixels, self._values = painted(self.planes.arrays[0], self._colours)

    def _ask(self, sample: BakeRequest) -> None:
        look = self._panel.look
        channel = look.channel if look.painting == "channel" else 0
        # All planes are shown, whichever count.
        self.planes.want(PlanesQuestion(replace(sample, planes=ALL_PLANES), look.painting, channel))
        if self._pointed is not None:
            backdrop = self._stage.scene.quality.backdrop
            self.depth.want(RayQuestion(sample, self._pointed.camera, self._pointed.place, backdrop))
        if self._spot.point is not None:
            self.point.want(PointQuestion(sample, self._spot.point))

    def _go_to_depth(self) -> None:
        """The depth at the pixel has come: that is where the crosshair goes; nowhere if the ray meets nothing."""
        answer, pointed = self.depth.answer, self._pointed
        if answer is None or pointed is None or ProbedRay(answer.question.camera, answer.question.place) != pointed:
            return
        self._pointed, depth = None, answer.profile.expected_depth
        if depth is not None:
            x, y, z = ray_points(pointed.camera, pointed.place, np.array([depth]))[0].tolist()
            self._spot.point = (x, y, z)

    def _forget(self) -> None:
        for each in (self.planes, self.point, self.depth):
            each.forget()
        self._pixels, self._pointed = (), None

    def _view(self) -> PlanesView:
        engine, answer = self._stage.engine, self.planes.answer
        view = PlanesView(
            planes=self._stage.scene.quality.planes,
            point=self._spot.point,
            problem=self.planes.problem,
            waiting=engine.hint or "The planes of the sample come with its first picture.",
        )
        if answer is None or not self._pixels or self.planes.problem is not None:
            return view
        return replace(
            view,
            pictures=self._pictures(),
            axes=answer.axes,
            features=answer.features,
            size=len(self._pixels[0]),
            box=answer.box,
            shares=answer.shares,
            values=self._values,
            reading=self._reading(),
        )

    def _pictures(self) -> tuple[Picture, ...]:
        while len(self._textures) < len(self._pixels):
            self._textures.append(ImageTexture())
        pairs = zip(self._textures, self._pixels, strict=False)
        return tuple(texture.show(pixels, smooth=False) for texture, pixels in pairs)

    def _reading(self) -> PointReading | None:
        answer = self.point.answer
        if answer is None or answer.question.point != self._spot.point:
            return None
        red, green, blue = (min(max(0.5 * value + 0.5, 0.0), 1.0) for value in answer.colour)
        return PointReading(answer.density, (red, green, blue), answer.left_out)


def painted(planes: np.ndarray, colours: np.ndarray) -> tuple[tuple[np.ndarray, ...], tuple[float, float] | None]:
    """Planes as pixels, and the range of their values if they are values.

    Args:
        planes: [3, size, size, 3], uint8, or [3, size, size], float32.
        colours: Of values from the least to the greatest, [256, 3], uint8.

    Returns:
        [size, size, 4], uint8 each, first row as in `planes`; and least and greatest value.
    """
    values = None
    if planes.ndim == 3:
        low, high = float(planes.min()), float(planes.max())
        levels = np.round(255 * (planes - low) / max(high - low, np.finfo(np.float32).tiny)).astype(np.uint8)
        values, planes = (low, high), colours[levels]
    alpha = np.full((*planes.shape[:3], 1), 255, np.uint8)
    return tuple(np.concatenate([planes, alpha], axis=-1)), values


def viridis() -> np.ndarray:
    """The colour map of plots, while there is a window: [256, 3], uint8."""
    colours = [implot.sample_colormap(share, implot.Colormap_.viridis.value) for share in np.linspace(0, 1, 256)]
    return np.round(255 * np.array([(each.x, each.y, each.z) for each in colours])).astype(np.uint8)
