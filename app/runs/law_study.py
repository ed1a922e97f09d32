"""The laws of patch scales of a run: its own over the whole training, one to try out, and the published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.scale_course import Course, bin_edges
from core.schedules import ScaleSchedule
from widgets.patch_views import LawLine, LawName, LawSettings, LawsView, Span
from widgets.scale_words import law_words
from widgets.views import RunEvent

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.config import RunConfig

MEAN_POINTS = 201
# Columns of the map over time.
COLUMNS = 160
# The axis goes on a little after the law is final.
BEYOND = 1.05


@dataclass(frozen=True)
class LawKey:
    """What the laws are made of.

    Attributes:
        path: The run.
        made: Changes that were made so far: with each the run's law may be another.
        now_kimg: How far the run is.
        span: What the axis of time shows.
        trial: The law that is tried out; None: nothing is.
    """

    path: Path
    made: tuple[RunEvent, ...]
    now_kimg: float
    span: Span
    trial: LawSettings | None


def read_course(path: Path) -> tuple[RunConfig, Course]:
    """A run's configuration as it is now, and its law with all changes.  Raises ConfigError, RunError."""
    from training.changes import with_changes
    from training.run_dir import RunDirectory

    run = RunDirectory(path)
    config = run.config()
    laws = [(0.0, config.schedule)]
    for change in run.changes():
        config = with_changes(config, (change,), str(run.changes_path))
        if config.schedule != laws[-1][1]:
            laws.append((change.kimg, config.schedule))
    return config, Course(tuple(laws))


def read_laws(key: LawKey) -> LawsView:
    """All laws of a run, worked out.  Raises ConfigError, RunError."""
    config, own = read_course(key.path)
    settings = settings_of(config)
    trial = key.trial or settings
    courses: dict[LawName, Course] = {"run": own}
    if trial != settings:
        courses["what if"] = trial_course(config, own, trial, key.now_kimg)
    for kind in ("beta", "uniform", "graf", "gnerf"):
        courses[kind] = Course(((0.0, schedule_of(config, LawSettings(kind, **_numbers(settings)))),))
    end = axis_end(config, courses, key)
    lines: Mapping[LawName, LawLine] = {name: law_line(course, key.now_kimg, end) for name, course in courses.items()}
    judge = config.discriminator
    return LawsView(key.path.name, settings, trial, judge.image_resolution, key.now_kimg, end, lines, judge.whole)


def settings_of(config: RunConfig) -> LawSettings:
    """What decides a run's law."""
    patches = config.patches
    return LawSettings(patches.kind, patches.anneal_kimg, patches.beta_end, config.discriminator.patch_resolution)


def schedule_of(config: RunConfig, settings: LawSettings) -> ScaleSchedule:
    """The law of these settings, with everything else as in a run."""
    changes = {"kind": settings.kind, "anneal_kimg": settings.anneal_kimg, "beta_end": settings.beta_end}
    size = config.discriminator.image_resolution
    least = min(settings.patch_resolution / size, 1.0)
    patches = config.patches.model_copy(update=changes)
    if patches.too_fine(least):  # scales that no such patch has
        patches = patches.model_copy(update={"scales": ""})
    return patches.schedule(least, config.loop.batch, size)


def trial_course(config: RunConfig, own: Course, trial: LawSettings, now: float) -> Course:
    """What would be drawn: from now on, if the run can take the change; else by a run that begins with it."""
    law = schedule_of(config, trial)
    if fixed_while_running(settings_of(config), trial):
        return Course(((0.0, law),))
    return Course((*(part for part in own.laws if part[0] < now), (now, law)) if now > 0 else ((0.0, law),))


def fixed_while_running(settings: LawSettings, trial: LawSettings) -> bool:
    """Whether a change touches what decides networks or random numbers."""
    return (settings.kind, settings.patch_resolution) != (trial.kind, trial.patch_resolution)


def axis_end(config: RunConfig, courses: Mapping[LawName, Course], key: LawKey) -> float:
    """Where the axis of time ends, kimg: what is done, or when the laws of run and trial are final."""
    if key.span == "so far" and key.now_kimg > 0:
        return key.now_kimg
    final = max(courses[name].last.final_kimg for name in ("run", "what if") if name in courses)
    return BEYOND * max(final or config.loop.total_kimg, key.now_kimg)


def law_line(course: Course, now: float, end: float) -> LawLine:
    """A law worked out from 0 to the end of the axis, kimg."""
    bends = [start for start, _ in course.laws] + [law.final_kimg for _, law in course.laws]
    moments = np.unique(np.append(np.linspace(0, end, MEAN_POINTS), [bend for bend in bends if bend < end]))
    edges, columns = bin_edges(course.min_scale), (np.arange(COLUMNS) + 0.5) / COLUMNS * end
    masses = np.stack([course.masses(edges, float(kimg)) for kimg in columns], axis=1)
    density = masses[::-1] / (edges[1] - edges[0])
    means = np.array([course.mean(float(kimg)) for kimg in moments])
    return LawLine(course, law_words(course.at(now), now), moments, means, density)


def _numbers(settings: LawSettings) -> dict[str, float | int]:
    return {
        "anneal_kimg": settings.anneal_kimg,
        "beta_end": settings.beta_end,
        "patch_resolution": settings.patch_resolution,
    }
