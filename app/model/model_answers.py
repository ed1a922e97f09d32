"""Which function answers which question of panels that look inside a checkpoint, in the model worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.model.inspection import Inspection
from app.model.model_inspect import Opened
from app.model.model_planes import answer_planes, answer_point
from app.model.model_rays import answer_ray
from app.model.model_scores import answer_curve, answer_map
from app.model.model_sigma import answer_portrait, answer_sigma
from app.model.plane_messages import PlanesQuestion, PointQuestion
from app.model.ray_messages import RayQuestion
from app.model.score_messages import CurveQuestion, MapQuestion
from app.model.sigma_inspection import PortraitQuestion, SigmaQuestion
from app.workers.worker_child import Port

# By the class of the question; each sends what it finds over the port, and raises ValueError or OSError for people.
ANSWERS: dict[type[Inspection], Callable[[Any, Opened, Port], None]] = {
    PlanesQuestion: answer_planes,
    PointQuestion: answer_point,
    RayQuestion: answer_ray,
    MapQuestion: answer_map,
    CurveQuestion: answer_curve,
    SigmaQuestion: answer_sigma,
    PortraitQuestion: answer_portrait,
}


def inspect(question: Inspection, opened: Opened, port: Port) -> None:
    """Answer a question over the port.  Raises ValueError or OSError with a message for people."""
    answer = ANSWERS.get(type(question))
    if answer is None:
        raise ValueError(f"the model worker does not know questions of the kind {type(question).__name__}")
    answer(question, opened, port)
