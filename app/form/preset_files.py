"""The presets to choose from, and those that somebody saves and deletes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.form.form_checks import read_presets
from app.paths import user_presets_dir
from app.workers.loader import Loader
from widgets.notes import Note
from widgets.preset_view import (
    AskDeletePreset,
    AskSavePreset,
    ConfirmPreset,
    DropPreset,
    EditPreset,
    ListPresets,
    PresetIntent,
    PresetItem,
    PresetQuestion,
)
from widgets.setting_view import Changes

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.config import RunConfig

log = logging.getLogger(__name__)
# So many changes are named in the description that is offered.
NAMED_CHANGES = 3


class PresetFiles:
    """Keeps the list of presets and the dialog about them.

    Attributes:
        saved: Name of the preset that was just saved, until somebody takes it.

    Args:
        wake: Called from threads when `items` or `question` may be new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.saved = ""
        self.question: PresetQuestion | None = None
        self.revision = 0
        self._wake = wake
        self._loader: Loader[int, tuple[PresetItem, ...]] = Loader(read_presets, wake)
        self._items: tuple[PresetItem, ...] = ()
        self._config: RunConfig | None = None
        self._executor = ThreadPoolExecutor(1, "presets")
        self._writing: Future[None] | None = None

    @property
    def items(self) -> tuple[PresetItem, ...]:
        """The presets; those of the last look while a new one is on its way."""
        found = self._loader.get(self.revision)
        if isinstance(found, tuple):
            self._items = found
        return self._items

    @property
    def current(self) -> bool:
        """Whether `items` is no older than what was written last."""
        return isinstance(self._loader.get(self.revision), tuple)

    def update(self) -> None:
        """Take what the thread has written."""
        writing, question = self._writing, self.question
        if writing is None or not writing.done():
            return
        self._writing = None
        try:
            writing.result()
        except (ValueError, OSError) as error:
            log.error("%s", error)
            if question is not None:
                kind = "delete" if question.kind == "delete" else "save"
                self.question = replace(question, kind=kind, busy=False, problem=str(error))
            return
        self.revision += 1
        if question is not None and question.kind != "delete":
            self.saved = question.name
        self.question = None

    def handle(self, intent: PresetIntent, chosen: str, config: RunConfig | None, changes: Changes) -> None:
        """Do what the form has asked for.

        Args:
            intent: What it is.
            chosen: Name of the chosen preset.
            config: The chosen preset with the changes, if they go together.
            changes: Against the preset.
        """
        match intent:
            case ListPresets():
                self.revision += 1
            case AskSavePreset() if config is not None:
                self._config = config
                self._edit(self._free_name(chosen), _description(chosen, changes))
            case AskDeletePreset():
                self.question = PresetQuestion("delete", chosen)
            case EditPreset(name, description):
                self._edit(name, description)
            case ConfirmPreset() if self.question is not None:
                self._confirm(self.question)
            case DropPreset() if self.question is not None and self.question.kind == "replace":
                self.question = replace(self.question, kind="save")
            case DropPreset():
                self.question = None
            case _:
                pass

    def close(self) -> None:
        """Let the last file be written."""
        self._loader.close()
        self._executor.shutdown(wait=True)

    def _edit(self, name: str, description: str) -> None:
        from training.presets import name_problem

        problem = name_problem(name)
        note = Note("bad", problem) if problem else Note()
        if not problem and self._is_own(name):
            note = Note("warning", f"You have a preset {name} already; it would be replaced.")
        self.question = PresetQuestion("save", name, description, note)

    def _confirm(self, question: PresetQuestion) -> None:
        from training.presets import delete_preset, save_preset

        path = user_presets_dir() / f"{question.name}.yaml"
        if question.kind == "save" and self._is_own(question.name):
            self.question = replace(question, kind="replace", problem="")
            return
        if question.kind == "delete":
            self._submit(lambda: delete_preset(path))
        elif self._config is not None:
            config, description = self._config, question.description
            self._submit(lambda: save_preset(path, config, description))
        self.question = replace(question, busy=True)

    def _submit(self, action: Callable[[], None]) -> None:
        self._writing = self._executor.submit(action)
        self._writing.add_done_callback(lambda _: self._wake())

    def _is_own(self, name: str) -> bool:
        return any(item.own and item.name == name for item in self.items)

    def _free_name(self, chosen: str) -> str:
        """The chosen preset's own name, or one that shows where it comes from."""
        if self._is_own(chosen):
            return chosen
        names = {item.name for item in self.items}
        return next(name for count in range(1, 1000) if (name := f"{chosen}-{count}") not in names)


def _description(chosen: str, changes: Changes) -> str:
    """What a preset is for, as far as one can tell from what was changed."""
    parts = [f"{name.rpartition('.')[2]} {value}" for name, value in changes[:NAMED_CHANGES]]
    more = len(changes) - len(parts)
    parts += [f"{more} more"] if more else []
    return f"{Path(chosen).stem} with {', '.join(parts)}" if parts else f"As {chosen}"
