"""What the Tri-planes panel needs of a field: its planes as pictures, and what it says of a point."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.model.inspection import Inspection
from app.model.model_inspect import Opened
from app.model.plane_messages import PlanesAnswer, PlanesQuestion, PointAnswer, PointQuestion
from app.workers.worker_child import Port
from core.plane_pictures import plane_channel, plane_components, plane_features, plane_lengths, point_facts
from core.triplane import TriPlaneField


def answer_planes(question: PlanesQuestion, opened: Opened, port: Port) -> None:
    """Send the planes as pictures."""
    field = _field(question, opened)
    shares: tuple[float, ...] = ()
    if question.painting == "components":
        found = plane_components(field)
        pixels = np.round(255 * found.colours.cpu().numpy()).astype(np.uint8)
        shares = tuple(found.shares.tolist())
    else:
        lengths = question.painting == "lengths"
        # The channel was chosen for a generator that may have had more of them.
        channel = min(question.channel, plane_features(field).shape[1] - 1)
        values = plane_lengths(field) if lengths else plane_channel(field, channel)
        pixels = np.ascontiguousarray(values.cpu().numpy())
    port.answer(PlanesAnswer(question, field.axes, plane_features(field).shape[1], field.box, shares), (pixels,))


def answer_point(question: PointQuestion, opened: Opened, port: Port) -> None:
    """Send what the field says of a point."""
    facts = point_facts(_field(question, opened), question.point)
    port.answer(PointAnswer(question, facts.density, facts.colour, facts.left_out))


def _field(question: Inspection, opened: Opened) -> TriPlaneField:
    """The sample's field.  Raises ValueError if it has no planes."""
    sample = opened.sample()
    if not isinstance(sample, TriPlaneField):
        name = Path(question.sample.checkpoint.path).name
        raise ValueError(f"{name} paints flat pictures: it has no planes to look into")
    return sample
