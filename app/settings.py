"""What the studio remembers of a person between two starts, beside the window's layout."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.files import write_text
from widgets.train_view import TrainForm

log = logging.getLogger(__name__)

FILE = "settings.json"
VERSION = 1


@dataclass(frozen=True)
class Settings:
    """Remembered values.

    Attributes:
        form: As the Train panel was last filled in.
    """

    form: TrainForm


def load_settings(folder: Path, default: TrainForm) -> Settings:
    """Read the settings; what is absent or cannot be understood is the default."""
    try:
        content: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            return Settings(default)
        known = {name: value for name, value in content["form"].items() if value and isinstance(value, str)}
        form = TrainForm(**{**asdict(default), **known})
    except FileNotFoundError:
        return Settings(default)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("The settings in %s cannot be read and are ignored: %s", folder / FILE, error)
        return Settings(default)
    return Settings(form if form.choice in ("shapes", "own") else default)


def save_settings(folder: Path, settings: Settings) -> None:
    """Write the settings; a folder that cannot be written is only reported."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / FILE, json.dumps({"version": VERSION, **asdict(settings)}, indent=2))
    except OSError as error:
        log.warning("The settings cannot be kept in %s: %s", folder, error)
