"""What the Score map panel shows, and what somebody wants of it; values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from core.score_grid import MAP_COUNTS, Place
from widgets.notes import Problem
from widgets.picture import Picture

Kind = Literal["generated", "real"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Pose = Literal["viewport", "real"]


@dataclass(frozen=True)
class ScoreSetup:
    """What somebody has chosen.

    Attributes:
        scale: Of the patches, in (0, 1].
        count: Positions along a side of a map, at most.
        pose: From where the generated picture is seen.
        index: Which real picture.
        strength: Opacity of the scores over the picture, 0 to 1.
        place: Whose scores over the scale are shown, in shares of the picture, y from the bottom.
        limit: Score of the last colour, where it is held; None: the largest that is shown.
    """

    scale: float = 0.5
    count: int = MAP_COUNTS[3]
    pose: Pose = "viewport"
    index: int = 0
    strength: float = 0.6
    place: Place = (0.5, 0.5)
    limit: float | None = None


@dataclass(frozen=True)
class ScorePane:
    """One of the two pictures.

    Attributes:
        picture: It; None until it is there.
        overlay: The colours of its map.
        scores: The map, [rows from the top, columns]; None until it is there.
        scale: Of the patches of the map.
        caption: What it is, for people.
        missing: Why there is none, for people; empty where it comes.
        problem: What went wrong.
        curve: Scales and scores of the chosen place, [n] each; None until they are there.
    """

    picture: Picture | None = None
    overlay: Picture | None = None
    scores: np.ndarray | None = field(default=None, compare=False)
    scale: float = 1.0
    caption: str = ""
    missing: str = ""
    problem: Problem | None = None
    curve: tuple[np.ndarray, np.ndarray] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ScoreView:
    """The panel's contents.

    Attributes:
        setup: What is chosen.
        panes: By kind.
        least_scale: Of the smallest patch; None until that is known.
        resolution: Pixels along a side of the pictures; None likewise.
        group: Pictures that are judged together; None likewise.
        blur: Sigma of the blur of the patches, pixels.
        pictures: How many real ones there are; None where nobody knows.
        limit: Score of the last colour.
        work: What is computed, for people; empty while nothing is.
        cancelled: Whether somebody gave it up.
        hint: Why nothing is computed now, for people.
        absent: Why this discriminator has no scores of patches, for people; empty if it has.
    """

    setup: ScoreSetup
    panes: dict[Kind, ScorePane]
    least_scale: float | None = None
    resolution: int | None = None
    group: int | None = None
    blur: float = 0.0
    pictures: int | None = None
    limit: float = 1.0
    work: str = ""
    cancelled: bool = False
    hint: str = ""
    absent: str = ""


@dataclass(frozen=True)
class ScoreWish:
    """What somebody wants.

    Attributes:
        setup: What is chosen from now on.
        cancel: Give up what is computed.
        retry: Go on with it, or try again.
    """

    setup: ScoreSetup
    cancel: bool = False
    retry: bool = False
