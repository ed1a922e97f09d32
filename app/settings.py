"""What the studio remembers of a person between two starts, beside the window's layout."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from app.sharing import DEFAULT_SHARE, LEAST_SHARE
from core.files import write_text
from widgets.curve_lines import LineSetup, XAxis
from widgets.palette import Theme
from widgets.setting_view import Changes
from widgets.time_view import FASTEST, SLOWEST, TimeSetup
from widgets.train_view import TrainForm
from widgets.view_setup import TURN_RANGE, ViewSetup

log = logging.getLogger(__name__)

FILE = "settings.json"
# What runs were called when nobody had said otherwise, before they were called after their presets.
OLD_NAME = "run"
VERSION = 1
SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)
# Frames per second that the viewport leaves room for while the camera moves.
FRAME_RATES = (30, 60)


@dataclass(frozen=True)
class Look:
    """How the window looks.

    Attributes:
        theme: Its colours.
        scale: Size of text and spacing, 1 to 2, on top of the screen's own scaling.
        frame_rate: Frames per second that a moving camera shall have.
    """

    theme: Theme = "dark"
    scale: float = 1.0
    frame_rate: int = FRAME_RATES[0]


@dataclass(frozen=True)
class Settings:
    """Remembered values.

    Attributes:
        form: As the Train panel was last filled in.
        look: How the window looks.
        recent: Paths that were opened, the last one first.
        ask_before_exit: Whether to ask before a window closes whose training goes on.
        run: The folder of the run that was attached; empty if none was.
        curves: How the lines of Curves look.
        viewing: What is drawn over the viewport's picture, and how fast the turntable turns.
        time: How the past of a run is played.
        share: The part of the time that looking takes at most while a trainer works here.
    """

    form: TrainForm
    look: Look = field(default_factory=Look)
    recent: tuple[str, ...] = ()
    ask_before_exit: bool = True
    run: str = ""
    curves: LineSetup = field(default_factory=LineSetup)
    viewing: ViewSetup = field(default_factory=ViewSetup)
    time: TimeSetup = field(default_factory=TimeSetup)
    share: float = DEFAULT_SHARE


def load_settings(folder: Path, default: TrainForm) -> Settings:
    """Read the settings; what is absent or cannot be understood is the default."""
    try:
        content: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            return Settings(default)
        return Settings(
            form=_form(content["form"], default),
            look=_look(content.get("look", {})),
            recent=tuple(path for path in content.get("recent", ()) if isinstance(path, str)),
            ask_before_exit=content.get("ask_before_exit") is not False,
            run=content["run"] if isinstance(content.get("run"), str) else "",
            curves=_curves(content.get("curves", {})),
            viewing=_viewing(content.get("viewing", {})),
            time=_time(content.get("time", {})),
            share=_number(content.get("share"), LEAST_SHARE, 1.0, DEFAULT_SHARE),
        )
    except FileNotFoundError:
        return Settings(default)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("The settings in %s cannot be read and are ignored: %s", folder / FILE, error)
        return Settings(default)


def _form(content: dict[str, Any], default: TrainForm) -> TrainForm:
    known = {name: value for name, value in content.items() if value and isinstance(value, str)}
    if known.get("name") == OLD_NAME:
        del known["name"]
    form = TrainForm(**{**asdict(default), **known, "changes": _changes(content.get("changes", ()))})
    return form if form.choice in ("shapes", "own") else default


def _changes(content: Any) -> Changes:
    """Changed settings; whether there are such settings is found out when the form is filled in."""
    return tuple(
        (name, value)
        for name, value in content
        if isinstance(name, str) and (value is None or isinstance(value, bool | int | float | str))
    )


def _look(content: dict[str, Any]) -> Look:
    theme, scale, rate = content.get("theme"), content.get("scale"), content.get("frame_rate")
    return Look(
        theme if theme in get_args(Theme) else Look.theme,
        scale if scale in SCALES else Look.scale,
        rate if rate in FRAME_RATES else Look.frame_rate,
    )


def _curves(content: dict[str, Any]) -> LineSetup:
    axis, smoothing = content.get("axis"), content.get("smoothing")
    fits = isinstance(smoothing, int | float) and 0 <= smoothing < 1
    return LineSetup(
        axis=axis if axis in get_args(XAxis) else LineSetup.axis,
        smoothing=float(smoothing) if fits else LineSetup.smoothing,
        log=content.get("log") is True,
    )


def _viewing(content: dict[str, Any]) -> ViewSetup:
    default, seconds = ViewSetup(), content.get("turn_seconds")
    fits = isinstance(seconds, int | float) and TURN_RANGE[0] <= seconds <= TURN_RANGE[1]
    switches = {name: content.get(name) for name in ("box", "cameras", "cube")}
    known = {name: value for name, value in switches.items() if isinstance(value, bool)}
    return replace(default, **known, turn_seconds=float(seconds) if fits else default.turn_seconds)


def _time(content: dict[str, Any]) -> TimeSetup:
    rate = _number(content.get("rate"), SLOWEST, FASTEST, TimeSetup.rate)
    return TimeSetup(rate, content.get("loop") is not False)


def _number(value: Any, least: float, most: float, default: float) -> float:
    """A number in a range, or the default."""
    return float(value) if isinstance(value, int | float) and least <= value <= most else default


def save_settings(folder: Path, settings: Settings) -> None:
    """Write the settings; a folder that cannot be written is only reported."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / FILE, json.dumps({"version": VERSION, **asdict(settings)}, indent=2))
    except OSError as error:
        log.warning("The settings cannot be kept in %s: %s", folder, error)
