"""Where the studio keeps what belongs to a person: settings, presets, runs; and what ships with it."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

APP_NAME = "epigraf-studio"


def config_dir() -> Path:
    """Settings and layout."""
    import platformdirs  # after the first frame: nothing before it needs a folder

    return platformdirs.user_config_path(APP_NAME, appauthor=False)


def user_presets_dir() -> Path:
    """Presets that somebody has added, *.yaml."""
    return config_dir() / "presets"


def default_runs_dir() -> Path:
    """Where runs are kept unless somebody chooses another folder."""
    import platformdirs

    return platformdirs.user_data_path(APP_NAME, appauthor=False) / "runs"


def cache_dir() -> Path:
    """What can be found out again."""
    import platformdirs

    return platformdirs.user_cache_path(APP_NAME, appauthor=False)


def imports_dir() -> Path:
    """Where imported networks go whose own folder cannot be written."""
    import platformdirs

    return platformdirs.user_data_path(APP_NAME, appauthor=False) / "imported"


def pictures_dir() -> Path:
    """Where pictures of the viewport are saved."""
    import platformdirs

    return platformdirs.user_pictures_path() / "EpiGRAF Studio"


def user_path(text: str) -> Path:
    """A path as a person has typed it; ~ is their home.  Raises ValueError if it names the home of nobody."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{text}: there is no such home folder ({error}); write the whole path.") from error


def asset(name: str) -> Path:
    """A file that ships with the program; it may be missing."""
    return Path(str(importlib.resources.files("assets") / name))
