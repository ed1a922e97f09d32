"""Configurations as YAML and as `key=value`: read with errors for people, written whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from core.files import write_text
from core.model_config import DisagreementError
from core.nearest import nearest
from training.config import CONFIG_VERSION, ConfigError, RunConfig, SettingProblem

HEADER = "# The resolved configuration of this run: it can be repeated from this file alone.\n"


def load_config(path: Path) -> RunConfig:
    """Read a configuration.  Raises ConfigError that names the file, the field and what to do."""
    return config_of(read_yaml(path), str(path))


def save_config(config: RunConfig, path: Path) -> None:
    """Write a configuration with every value, aside and renamed."""
    content = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_text(path, HEADER + content)


def config_text(config: RunConfig) -> str:
    """The configuration as YAML, for people."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file whose top level has names.  Raises ConfigError."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: is no valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ConfigError(
            f"{path}: expected settings by name, as in 'loop: {{batch: 8}}', got {type(content).__name__}"
        )
    return content


def config_of(values: Mapping[str, Any], where: str) -> RunConfig:
    """Validate settings by name.

    Args:
        values: Nested settings; `version` must be there for files of runs and is taken as the present one if absent.
        where: File or origin, for messages.

    Raises:
        ConfigError: A wrong version, an unknown name (with the nearest one), or a value out of its range.
    """
    version = values.get("version", CONFIG_VERSION)
    if version != CONFIG_VERSION:
        text = (
            f"has format version {version!r}; this program reads version {CONFIG_VERSION}. "
            "Use the program that wrote it, or make a new run from a preset."
        )
        raise ConfigError(f"{where}: {text}", (SettingProblem(("version",), text),))
    try:
        return RunConfig.model_validate(dict(values))
    except ValidationError as error:
        problems = problems_of(error)
        raise ConfigError(f"{where}: {'; '.join(_named(problem) for problem in problems)}", problems) from error


def with_values(config: RunConfig, values: Mapping[str, Any], where: str = "settings") -> RunConfig:
    """Change settings by dotted name, as {"loop.batch": 8}.

    What nobody named keeps counting as unset, so that a data set may still fill it in.  Raises ConfigError.
    """
    tree = config.model_dump(exclude_unset=True)
    for name, value in values.items():
        *groups, leaf = name.split(".")
        branch = tree
        for depth, group in enumerate(groups):
            if not isinstance(branch.get(group, {}), dict):
                raise ConfigError(f"{where}: {'.'.join(groups[: depth + 1])} is a value, so {name} cannot be set")
            branch = branch.setdefault(group, {})
        branch[leaf] = value
    return config_of(tree, where)


def with_assignments(config: RunConfig, assignments: Sequence[str]) -> RunConfig:
    """Apply `key=value` texts (values as in YAML), as in `--set loop.batch=8`.  Raises ConfigError."""
    return with_values(config, assigned(assignments), "--set")


def assigned(assignments: Sequence[str], option: str = "--set ") -> dict[str, Any]:
    """Settings of `key=value` texts by dotted name; `option` stands before them.  Raises ConfigError."""
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"{option}{assignment}: expected key=value, as in loop.batch=8")
        try:
            values[name.strip()] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f"{option}{assignment}: the value is no valid YAML") from error
    return values


def is_set(config: RunConfig, name: str) -> bool:
    """Whether somebody gave the setting of this dotted name, rather than leaving its default."""
    model: Any = config
    for part in name.split("."):
        if not isinstance(model, BaseModel) or part not in model.model_fields_set:
            return False
        model = getattr(model, part)
    return True


def setting_names(model: type[BaseModel] = RunConfig, prefix: str = "") -> list[str]:
    """Dotted names of all settings."""
    names = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += setting_names(field.annotation, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names


def nearest_name(name: str) -> str | None:
    """The setting that was probably meant by an unknown dotted name."""
    known = setting_names()
    leaf = name.rpartition(".")[2]
    namesakes = [candidate for candidate in known if candidate.rpartition(".")[2] == leaf]
    close = namesakes[0] if namesakes else nearest(name, known)
    if close is not None:
        return close
    by_leaf = {candidate.rpartition(".")[2]: candidate for candidate in known}
    meant = nearest(leaf, by_leaf)
    return None if meant is None else by_leaf[meant]


def problems_of(error: ValidationError) -> tuple[SettingProblem, ...]:
    """What pydantic has found wrong, for people."""
    return tuple(_problem(details) for details in error.errors())


def _problem(details: Any) -> SettingProblem:
    """One pydantic error for people."""
    name = ".".join(str(part) for part in details["loc"])
    if details["type"] == "extra_forbidden":
        nearest = nearest_name(name)
        return SettingProblem((name,), "is unknown" + (f"; did you mean {nearest}?" if nearest else ""))
    message = details["msg"].removeprefix("Value error, ")
    if details["type"] in ("int_parsing", "float_parsing", "int_from_float"):
        number = "number" if details["type"] == "float_parsing" else "whole number"
        return SettingProblem((name,), f"must be a {number}, got {details['input']!r}")
    if details["type"] != "value_error":
        return SettingProblem((name,), f"{message.replace('Input should', 'must')}, got {details['input']!r}")
    cause = details["ctx"]["error"]
    if not isinstance(cause, DisagreementError):
        return SettingProblem((name,), message)
    return SettingProblem(tuple(f"{name}.{field}" if name else field for field in cause.fields), message)


def _named(problem: SettingProblem) -> str:
    """A problem with the setting that it is about, or with the group of several."""
    groups = {name.rpartition(".")[0] for name in problem.fields}
    name = problem.fields[0] if len(problem.fields) == 1 else "".join(groups) if len(groups) == 1 else ""
    return f"{name}{' ' if problem.text.startswith('is ') else ': '}{problem.text}" if name else problem.text
