"""Behind the Ray probe panel: the ray that somebody points at, and what it meets in the sample that is shown."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from imgui_bundle import imgui

from app.geometry.surfaces import is_flat
from app.model.ray_messages import RAY, RayAnswer, RayQuestion
from app.workers.asking import Asking
from core.camera import Camera
from core.ray_profile import table
from widgets.ray_mark import draw_ray
from widgets.ray_probe import RayProbePanel
from widgets.ray_view import ProbedRay, RayView
from widgets.view_guides import Place

if TYPE_CHECKING:
    from app.view.stage import Stage

log = logging.getLogger(__name__)

# While the mouse drags the ray, an answer that takes longer than this is given up for the next one, seconds.
PATIENCE_S = 0.5
HELP = "click: what the ray there meets · drag: orbit"


class RayProbeDesk:
    """Made when somebody first looks at the panel; it is also a layer of the viewport's picture.

    All methods are called on the window's thread, with its context current.

    Args:
        stage: Whose sample is probed.

    Attributes:
        asking: What was asked of the model worker, and what has come of it.
        ray: Where somebody has pointed; it stays in space while sample and weights change.
        panel: What draws it.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage, self.panel = stage, RayProbePanel()
        self._desk = stage.share.desk("ray probe")
        self.asking: Asking[RayQuestion, RayAnswer] = Asking(self._desk, RAY, PATIENCE_S)
        self.ray: ProbedRay | None = None
        self._armed = False
        self._looked_at = self._seen = False
        stage.layers.all.append(self)

    def update(self) -> None:
        """Once a frame, before the panel may be drawn."""
        self._seen, self._looked_at = self._looked_at, False
        for event in self._desk.take():
            self.asking.receive(event)

    def draw(self) -> None:
        """The panel is seen: draw it, and ask for what it lacks."""
        self._looked_at = True
        flat = is_flat(self._stage.side)
        fresh = self._ask() if not flat else True
        answer = self.asking.answer if self.ray is not None else None
        wish = self.panel.draw(
            RayView(
                ray=self.ray,
                profile=None if answer is None else answer.profile,
                sample="" if answer is None else answer.question.sample.latent.name,
                fresh=fresh,
                armed=self._armed,
                flat=flat,
                problem=self.asking.problem,
                upsampled=self._stage.side.made_of.upsampled > 0,
            )
        )
        self._armed = wish.armed
        if wish.copy and answer is not None:
            imgui.set_clipboard_text(table(answer.profile))
            log.info("Copied the %d samples of a ray as CSV", len(answer.profile.samples))
        if wish.forget:
            self.ray = None
            self.asking.forget()
        if wish.retry:
            self.asking.retry()

    def free_gpu(self) -> None:
        """Nothing lies there."""

    def close(self) -> None:
        """Give up what was asked."""
        self.asking.cancel()

    # As a layer of the picture

    @property
    def armed(self) -> str:
        """What a plain click does; empty while the panel is not seen, or is not armed."""
        return HELP if self._armed and self._seen else ""

    def pick(self, camera: Camera, spot: tuple[float, float]) -> None:
        """Somebody points at a pixel."""
        if self._seen:
            self.ray = ProbedRay(camera, spot)

    def draw_over(self, canvas: imgui.ImDrawList, camera: Camera, place: Place) -> None:
        """Draw the ray over the viewport's picture."""
        if self._seen and self.ray is not None and not is_flat(self._stage.side):
            answer = self.asking.answer
            profile = answer.profile if answer is not None and _ray_of(answer.question) == self.ray else None
            draw_ray(canvas, camera, place, self.ray, profile, self.panel.pointed)

    def _ask(self) -> bool:
        """Ask what the ray meets in the sample that is shown.  Returns whether that is known."""
        scene, sample = self._stage.scene, self._stage.engine.sample_of(self._stage.scene)
        if self.ray is None or sample is None:
            return self.ray is None
        sample = replace(sample, resolution=0, preview=0, exact=False, field_will_do=False)  # whatever it was baked for
        wanted = RayQuestion(sample, self.ray.camera, self.ray.place, scene.quality.backdrop)
        self.asking.want(wanted)
        return self.asking.answer is not None and self.asking.answer.question == wanted


def _ray_of(question: RayQuestion) -> ProbedRay:
    return ProbedRay(question.camera, question.place)
