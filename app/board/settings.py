"""What the board remembers of a person between two starts: columns, colours, plots."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

from app.board.series import Axis, PlotSetup
from app.board.table import NAME, Order
from core.files import write_text
from widgets.palette import LINES, Colour, Theme, hex_colour
from widgets.smoothing import MOST_SMOOTHING

log = logging.getLogger(__name__)

FILE, VERSION = "board.json", 1
# Colours and hidden runs of so many runs are remembered, the last ones.
MOST_RUNS, MOST_SCALARS = 2000, 12
DEFAULT_SCALARS = ("Loss/G/loss", "Loss/D/loss")
HUE_STEP = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class BoardSettings:
    """Remembered values.

    Attributes:
        theme: Colours of the window.
        columns: Keys of the table's columns that are shown; None for those that are shown unless somebody chooses.
        order: What the table is sorted by.
        scalars: What is plotted.
        plots: How lines look.
        metric: What ready views are about; empty for the best that there is.
        colours: Chosen colours, as rrggbb by folder of the run.
        hidden: Folders of runs that are not drawn.
    """

    theme: Theme = "dark"
    columns: tuple[str, ...] | None = None
    order: Order = field(default_factory=Order)
    scalars: tuple[str, ...] = DEFAULT_SCALARS
    plots: PlotSetup = field(default_factory=PlotSetup)
    metric: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()


def load_settings(folder: Path) -> BoardSettings:
    """Read the settings; what is absent or cannot be understood is the default."""
    try:
        content: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            return BoardSettings()
        default = BoardSettings()
        order = content.get("order", {})
        return BoardSettings(
            theme=content["theme"] if content.get("theme") in get_args(Theme) else default.theme,
            columns=_texts(content["columns"]) if content.get("columns") is not None else None,
            order=Order(str(order.get("key", NAME)), order.get("descending") is True),
            scalars=_texts(content.get("scalars", DEFAULT_SCALARS))[:MOST_SCALARS],
            plots=_plots(content.get("plots", {})),
            metric=str(content.get("metric", "")),
            colours={str(path): str(code) for path, code in content.get("colours", {}).items() if _is_colour(code)},
            hidden=_texts(content.get("hidden", ())),
        )
    except FileNotFoundError:
        return BoardSettings()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("The settings in %s cannot be read and are ignored: %s", folder / FILE, error)
        return BoardSettings()


def save_settings(folder: Path, settings: BoardSettings) -> None:
    """Write the settings; a folder that cannot be written is only reported."""
    kept = asdict(settings)
    kept["colours"] = dict(list(settings.colours.items())[-MOST_RUNS:])
    kept["hidden"] = settings.hidden[-MOST_RUNS:]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / FILE, json.dumps({"version": VERSION, **kept}, indent=2))
    except OSError as error:
        log.warning("The settings cannot be kept in %s: %s", folder, error)


def line_colour(index: int, theme: Theme) -> Colour:
    """The colour of the n-th run: those that are told apart best, then hues spread evenly."""
    lines = LINES[theme]
    if index < len(lines):
        return lines[index]
    import colorsys

    lightness, saturation = (0.62, 0.62) if theme == "dark" else (0.36, 0.7)
    return (*colorsys.hls_to_rgb(index * HUE_STEP % 1, lightness, saturation), 1.0)


def chosen_colour(code: str) -> Colour:
    """The colour that somebody has chosen."""
    return hex_colour(code)


def code_of(colour: Colour) -> str:
    """A colour as rrggbb."""
    return "".join(f"{round(255 * part):02x}" for part in colour[:3])


def _plots(content: Mapping[str, Any]) -> PlotSetup:
    default = PlotSetup()
    axis, smoothing = content.get("axis"), content.get("smoothing")
    fits = isinstance(smoothing, int | float) and 0 <= smoothing <= MOST_SMOOTHING
    switches = {
        name: content[name] for name in ("log_x", "log_y", "clip", "grouped", "events")
        if isinstance(content.get(name), bool)
    }  # fmt: skip
    return PlotSetup(
        axis=axis if axis in get_args(Axis) else default.axis,
        smoothing=float(smoothing) if fits else default.smoothing,
        **switches,
    )


def _texts(content: Any) -> tuple[str, ...]:
    return tuple(text for text in content if isinstance(text, str))


def _is_colour(code: Any) -> bool:
    return isinstance(code, str) and len(code) == 6 and all(digit in "0123456789abcdef" for digit in code)
