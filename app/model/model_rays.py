"""Answers in the model worker what a ray meets."""

from __future__ import annotations

from app.model.model_inspect import Opened
from app.model.ray_messages import RayAnswer, RayQuestion
from app.workers.worker_child import Port
from core.ray_probe import probe_ray
from core.viewing import View, Viewing


def answer_ray(question: RayQuestion, opened: Opened, port: Port) -> None:
    """Send the samples of one ray; the picture around it is not drawn, so it has no size."""
    view = View(question.camera, 1, 1, question.backdrop)
    viewing = Viewing(opened.generator, opened.sample(), view)
    port.answer(RayAnswer(question, probe_ray(viewing, question.place)))
