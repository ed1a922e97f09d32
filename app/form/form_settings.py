"""What the settings of the form come to: preset, data and changes together, with what is wrong and what is unwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.form.setting_notes import notes_beside
from widgets.notes import Note
from widgets.setting_view import ELSEWHERE, Changes, SettingsView

if TYPE_CHECKING:  # pydantic and numpy wait until after the first frame
    import numpy as np

    from training.config import RunConfig
    from training.data_set import DataSetInfo
    from training.setting_schema import Setting, SettingGroup


@dataclass(frozen=True)
class SettingsKey:
    """What settings are resolved from.

    Attributes:
        preset: What `load_preset` wants.
        revision: Counts up when files of presets may have changed.
        data: The data set; empty as long as there is none that can be read.
        changes: Against preset and data.
    """

    preset: str
    revision: int
    data: str
    changes: Changes


@dataclass(frozen=True)
class Resolved:
    """What came of it.

    Attributes:
        view: For the form.
        config: The configuration that a run would have; None if there is none, or no data set.
        preset: The preset with the changes and without the data set; None if they do not go together.
        cost: The same for all configurations that need as much memory and time.
        dropped: Names of changes that mean nothing, and were left out.
        refused: Names of changes whose value alone is wrong already.
    """

    view: SettingsView
    config: RunConfig | None = None
    preset: RunConfig | None = None
    cost: str = ""
    dropped: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Data:
    path: str
    stamp: int
    info: DataSetInfo
    angles: np.ndarray | None


@dataclass
class SettingsResolver:
    """Resolves on one thread; keeps what it has read of the last data set."""

    _groups: tuple[SettingGroup, ...] = ()
    _data: _Data | None = None
    _settings: dict[str, Setting] = field(default_factory=dict)

    def __call__(self, key: SettingsKey) -> Resolved:
        """Resolve.  Raises ConfigError for a preset that cannot be read, DataSetError for such data."""
        from training.config import ConfigError
        from training.config_files import with_values
        from training.estimate import fingerprint
        from training.presets import load_preset
        from training.setting_schema import flat_values, refusal

        self._learn_settings()
        data = self._read(key.data) if key.data else None
        preset = load_preset(key.preset)
        known = {name: value for name, value in key.changes if name in self._settings and name not in ELSEWHERE}
        dropped = tuple(name for name, _ in key.changes if name not in known)
        refused = tuple(name for name, value in known.items() if refusal(name, value))
        defaults = flat_values(_with_data_or_without(preset, data))
        changed = None
        try:
            changed = with_values(preset, known, "the form")
            config = _with_data(changed, data)
        except ConfigError as error:
            problems = [(problem.fields, problem.text) for problem in error.problems] or [((), str(error))]
            view = SettingsView(self._groups, defaults, defaults, *self._notes(problems, "bad"), changes=key.changes)
            view = replace(view, can_save=changed is not None)
            return Resolved(view, preset=changed, dropped=dropped, refused=refused)
        notes = self._notes(_advice(config, data), "warning")
        view = SettingsView(self._groups, flat_values(config), defaults, *notes, changes=key.changes, can_save=True)
        if data is None:
            return Resolved(view, preset=changed, dropped=dropped, refused=refused)
        return Resolved(view, config, changed, fingerprint(config), dropped, refused)

    def _learn_settings(self) -> None:
        if not self._groups:
            from training.setting_schema import setting_groups

            self._groups = setting_groups()
            self._settings = {setting.name: setting for group in self._groups for setting in group.settings}

    def _read(self, path: str) -> _Data:
        from training.data_set import ImageDataSet

        stamp = Path(path).stat().st_mtime_ns
        if self._data is None or (self._data.path, self._data.stamp) != (path, stamp):
            with ImageDataSet.open(Path(path)) as data:
                self._data = _Data(path, stamp, data.info, data.all_angles)
        return self._data

    def _notes(
        self, said: Iterable[tuple[tuple[str, ...], str]], kind: Literal["bad", "warning"]
    ) -> tuple[dict[str, tuple[Note, ...]], tuple[Note, ...]]:
        """Notes by the fields that they are about, and those about none that the form shows."""
        return notes_beside(said, kind, self._settings, ELSEWHERE)


def _with_data(config: RunConfig, data: _Data | None) -> RunConfig:
    from training.config_fit import with_data_set

    return config if data is None else with_data_set(config, data.info, data.angles)


def _with_data_or_without(config: RunConfig, data: _Data | None) -> RunConfig:
    """The preset with the data if they fit; if not, changes may help, and the preset's own values are the defaults."""
    from training.config import ConfigError

    try:
        return _with_data(config, data)
    except ConfigError:
        return config


def _advice(config: RunConfig, data: _Data | None) -> list[tuple[tuple[str, ...], str]]:
    from training.config_fit import data_advice

    advice = config.advice(None if data is None else data.angles)
    if data is not None:
        advice += data_advice(config, data.info)
    return [((each.field,), each.text) for each in advice]
