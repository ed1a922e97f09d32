"""Behind the form of the Train panel: what is filled in, and what threads find out about it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.form.estimates import Estimates
from app.form.form_checks import check_folder, check_name, data_path, describe_data
from app.form.form_machine import look_at_machine, with_machine
from app.form.form_settings import Resolved, SettingsKey, SettingsResolver
from app.form.preset_files import PresetFiles
from app.paths import user_path
from app.workers.loader import Loader, LoadFailure
from widgets.notes import Note
from widgets.preset_view import PresetIntent, PresetItem
from widgets.setting_view import SettingsView, without_changes
from widgets.train_view import Browse, CancelMeasure, FormIntent, FormView, LookAtData, Measure, StartRun, TrainForm

if TYPE_CHECKING:  # pydantic and psutil wait until after the first frame
    from training.machine import Machine

log = logging.getLogger(__name__)


class FormController:
    """Keeps the form, and checks its fields.

    Args:
        form: As it was last filled in.
        wake: Called from threads when `update` should be called again.
    """

    def __init__(self, form: TrainForm, wake: Callable[[], None]) -> None:
        self.form = form
        self._data: Loader[str, Note] = Loader(describe_data, wake)
        self._settings: Loader[SettingsKey, Resolved] = Loader(SettingsResolver(), wake)
        self._resolved: Resolved | None = None
        # Changes of an earlier start may mean nothing any more; those of this one are somebody's to mend.
        self._remembered = form.changes
        self._names: Loader[str, Note] = Loader(check_name, wake)
        self._folders: Loader[str, Note] = Loader(check_folder, wake)
        self._presets = PresetFiles(wake)
        self._machine: Loader[int, Machine] = Loader(look_at_machine, wake)
        self._estimates = Estimates(wake)
        self._started = False

    @property
    def runs_dir(self) -> Path | None:
        """The folder for runs; None if it cannot be understood, which the note beside the field explains."""
        try:
            return user_path(self.form.runs_dir)
        except ValueError:
            return None

    def start(self) -> None:
        """Begin to check: after the first frame, since this loads much."""
        self._started = True

    def update(self) -> None:
        """Take what threads have brought."""
        if not self._started:
            return
        self._presets.update()
        presets = [item.name for item in self._presets.items]
        if self._presets.saved in presets:
            # What was changed is part of the preset now.
            self.form = replace(self.form, preset=self._presets.saved, changes=())
            self._presets.saved = ""
        elif presets and self._presets.current and self.form.preset not in presets:
            self.form = replace(self.form, preset=presets[0])
        found = self._found_settings()
        if isinstance(found, Resolved):
            self._resolved = found
            self._drop(found)

    def view(self) -> FormView:
        """What the form shows."""
        return FormView(
            presets=self._presets.items if self._started else (),
            preset=self._preset(),
            question=self._presets.question,
            data=self._data_note(),
            settings=self._settings_view(),
            estimate=self._estimates.view(self._resolved),
            folder=self._note(self._folders, self.form.runs_dir),
            name=self._note(self._names, self.form.name),
        )

    def handle(self, intent: FormIntent) -> None:
        """Do what the form has asked for."""
        match intent:
            case Measure():
                found = self._found_settings()
                if isinstance(found, Resolved):
                    self._estimates.measure(found)
            case _ if isinstance(intent, PresetIntent):
                found = self._found_settings()
                config = found.preset if isinstance(found, Resolved) else None
                self._presets.handle(intent, self.form.preset, config, self.form.changes)
            case CancelMeasure() | StartRun():  # a run that starts wants the machine for itself
                self._estimates.cancel()
            case Browse() | LookAtData():
                pass

    def close(self) -> None:
        """End the threads."""
        self._estimates.close()
        self._presets.close()
        for loader in (self._data, self._settings, self._names, self._folders, self._machine):
            loader.close()

    def _preset(self) -> PresetItem | None:
        items = self._presets.items if self._started else ()
        return next((item for item in items if item.name == self.form.preset), None)

    def _data_note(self) -> Note:
        if self.form.choice == "own" and not self.form.data_path:
            return Note("none", "Choose a zip or folder of pictures with a dataset.json.")
        try:
            path = data_path(self.form)
        except ValueError as error:
            return Note("bad", str(error))
        note = self._note(self._data, str(path))
        if self.form.choice == "shapes" and note.kind == "bad":
            text = "The built-in shapes are not part of this installation. Make them with `epigraf data shapes`."
            return Note("bad", text)
        return note

    def _settings_view(self) -> SettingsView:
        """Until the form is resolved, the last settings that were."""
        found = self._found_settings()
        last = self._resolved.view if self._resolved is not None else SettingsView()
        if isinstance(found, LoadFailure):
            return replace(last, notes={}, others=(Note("bad", found.message),))
        view = found.view if found is not None else replace(last, busy=True)
        machine = self._machine.get(0) if self._started else None
        if machine is None or isinstance(machine, LoadFailure):
            return view
        return with_machine(view, machine, self.form.changes)

    def _found_settings(self) -> Resolved | LoadFailure | None:
        """What the form comes to; None while that is being found out."""
        preset = self._preset()
        if preset is None or preset.problem:
            return None
        data = str(data_path(self.form)) if self._data_note().kind == "good" else ""
        return self._settings.get(SettingsKey(preset.key, self._presets.revision, data, self.form.changes))

    def _drop(self, found: Resolved) -> None:
        """Forget remembered changes that cannot be used any more, and say so."""
        names = (*found.dropped, *(found.refused if self.form.changes == self._remembered else ()))
        if names:
            self.form = replace(self.form, changes=without_changes(self.form.changes, names))
            log.warning("Remembered settings that cannot be used any more were dropped: %s", ", ".join(names))
        self._remembered = ()

    def _note(self, loader: Loader[str, Note], key: str) -> Note:
        if not self._started:
            return Note()
        found = loader.get(key)
        if isinstance(found, LoadFailure):
            return Note("bad", found.message)
        return found if found is not None else Note("checking", "checking…")
