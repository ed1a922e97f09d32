"""What is known of the fields of the Train panel's form: read from disk, so on threads."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from app.paths import asset, user_path, user_presets_dir
from training.built_in import SHAPES
from widgets.notes import Note
from widgets.preset_view import PresetItem
from widgets.train_view import TrainForm


def data_path(form: TrainForm) -> Path:
    """The data set that the form names.  Raises ValueError if the path cannot be understood."""
    return asset(SHAPES) if form.choice == "shapes" else user_path(form.data_path)


def read_presets(_revision: int) -> tuple[PresetItem, ...]:
    """The presets of the program, then those that somebody has added to the folder for presets.

    One that cannot be used says why.
    """
    from training.presets import describe_preset, load_preset, preset_names

    shipped = [PresetItem(name, describe_preset(name), name, run_name=name) for name in preset_names()]
    own = []
    for path in sorted(user_presets_dir().glob("*.yaml")):
        item = PresetItem(path.stem, "", str(path), own=True)
        try:
            if path.stem in preset_names():
                raise ValueError(f"{path}: a preset of the program has this name already: rename the file")
            item = replace(item, run_name=load_preset(str(path)).name)
        except (ValueError, OSError) as error:
            own.append(replace(item, problem=str(error)))
            continue
        try:
            own.append(replace(item, description=describe_preset(str(path))))
        except ValueError as error:  # nothing that a training needs
            own.append(replace(item, description=str(error)))
    return (*shipped, *own)


def preset_key(name: str) -> str:
    """What `load_preset` wants for a preset of the list: its name, or the path of one that somebody has added."""
    from training.presets import preset_names

    return name if name in preset_names() else str(user_presets_dir() / f"{name}.yaml")


def describe_data(path: str) -> Note:
    """What a data set holds, on one line.  Raises DataSetError."""
    from training.data_set import ImageDataSet

    with ImageDataSet.open(Path(path)) as data:
        info = data.info
    parts = [f"{info.count} pictures", f"{info.resolution}²"]
    if info.objects:
        parts.append(info.labelled)
    parts.append("with poses" if info.has_poses else "no poses")
    return Note("good", ", ".join(parts))


def check_name(name: str) -> Note:
    """Whether a run may be called so; without a name it has its preset's."""
    from training.config import NAME_PATTERN

    if not name or re.match(NAME_PATTERN, name):
        return Note()
    return Note("bad", "Use letters, digits, dots, dashes and underscores; begin with a letter or digit.")


def check_folder(path: str) -> Note:
    """Whether runs can be kept in a folder, as far as one can see without writing there.  Raises ValueError."""
    folder = user_path(path)
    if not path or not folder.is_absolute():
        return Note("bad", "Give the whole path of a folder.")
    while not folder.exists():
        if folder == folder.parent:
            return Note("bad", f"There is no {folder}: choose a folder on a drive that is there.")
        folder = folder.parent
    if not folder.is_dir():
        return Note("bad", f"{folder} is a file, not a folder.")
    if not os.access(folder, os.W_OK):
        return Note("bad", f"You may not write to {folder}.")
    return Note()
