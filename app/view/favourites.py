"""Samples that somebody wants to find again, kept in a file beside the settings."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from pathlib import Path

from core.files import write_text
from core.scene import SCENE_VERSION, Latent, Scene
from widgets.latent_view import Favourite

log = logging.getLogger(__name__)

# The list, and beside it a folder with a picture of each.
FILE, PORTRAITS = "favourites.json", "favourites"


class Favourites:
    """The favourites of a person, read when they are first asked for: after the first frame.

    Args:
        folder: Where settings are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._kept: tuple[Favourite, ...] | None = None

    @property
    def all(self) -> tuple[Favourite, ...]:
        """They, in the order in which they were added."""
        if self._kept is None:
            self._kept = self._read()
        return self._kept

    def keep(self, favourites: tuple[Favourite, ...]) -> None:
        """Write down what has changed; a folder that cannot be written is only reported."""
        if favourites == self.all:
            return
        forgotten = {each.latent for each in self.all} - {each.latent for each in favourites}
        self._kept = favourites
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_text(self._path, json.dumps([asdict(each) for each in favourites], indent=2))
            for latent in forgotten:
                self.portrait(latent).unlink(missing_ok=True)
        except OSError as error:
            log.warning("The favourites cannot be kept in %s: %s", self._path, error)

    def portrait(self, latent: Latent) -> Path:
        """Where the picture of a favourite lies, if it has one."""
        # By what differs from the default, so that a latent with more fields keeps its name.
        usual = asdict(Latent())
        said = {name: value for name, value in asdict(latent).items() if value != usual[name]}
        name = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
        return self._path.parent / PORTRAITS / f"{name}.png"

    def _read(self) -> tuple[Favourite, ...]:
        try:
            return read_favourites(self._path)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            log.warning("The favourites in %s cannot be read and are ignored: %s", self._path, error)
            return ()


def read_favourites(path: Path) -> tuple[Favourite, ...]:
    """The favourites in a file.  Raises ValueError if it holds none, OSError."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Favourite(str(entry["name"]), _latent(entry["latent"])) for entry in entries)
    except (TypeError, KeyError) as error:
        raise ValueError(f"{path} holds no favourites: {error!r}") from error


def _latent(values: object) -> Latent:
    """A latent from its values.  Raises ValueError naming what is wrong."""
    return Scene.from_json(json.dumps({"version": SCENE_VERSION, "latent": values})).latent
