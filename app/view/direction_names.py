"""What somebody calls the directions of w of a generator, kept in a file beside the settings."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from core.files import write_text
from core.scene import Source

log = logging.getLogger(__name__)

FILE = "directions.json"
# The last so many generators.
MOST = 200


class DirectionNames:
    """Names by generator, read when they are first asked for: after the first frame.

    Args:
        folder: Where settings are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._kept: dict[str, tuple[str, ...]] | None = None

    def of(self, source: Source) -> tuple[str, ...]:
        """The names, from the first direction on; empty where there is none."""
        return self._all().get(_key(source), ())

    def keep(self, source: Source, names: tuple[str, ...]) -> None:
        """Write down what has changed; a folder that cannot be written is only reported."""
        while names and not names[-1]:
            names = names[:-1]
        if names == self.of(source):
            return
        others = {key: value for key, value in self._all().items() if key != _key(source)}
        self._kept = dict(list({**others, **({_key(source): names} if names else {})}.items())[-MOST:])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_text(self._path, json.dumps(self._kept, indent=2, ensure_ascii=False))
        except OSError as error:
            log.warning("The names of directions cannot be kept in %s: %s", self._path, error)

    def _all(self) -> dict[str, tuple[str, ...]]:
        if self._kept is None:
            self._kept = self._read()
        return self._kept

    def _read(self) -> dict[str, tuple[str, ...]]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(key): tuple(str(name) for name in names) for key, names in content.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("The names of directions in %s cannot be read and are ignored: %s", self._path, error)
            return {}


def _key(source: Source) -> str:
    """All snapshots of a run share their names."""
    return source.path or source.kind
