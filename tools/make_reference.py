"""Write docs/commands.md and docs/configuration.md from the code, so that they say what the program does.

python tools/make_reference.py
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from app.cli import build_parser
from core.files import write_text
from training.setting_schema import Setting, SettingGroup, setting_groups
from training.steering import STEERABLE

DOCS = Path(__file__).resolve().parent.parent / "docs"
MADE = "<!-- Written by tools/make_reference.py from the code; change it there. -->"

COMMANDS_HEAD = """# Commands

Training, data sets, pictures, films, meshes, evaluations and imports can all be done in a shell; what panels that look inside show lies in the run as
arrays ([Exporting](exporting.md)). `epigraf` alone opens the window; `epigraf COMMAND --help` tells
the same as this page."""
CONFIGURATION_HEAD = """# Configuration

Every setting of a run, as in its `config.yaml`, in presets (`epigraf train --preset FILE.yaml`), in `--set NAME=VALUE`,
and in the form of the window. What a preset leaves open is taken from the data set, as far as it says it; the defaults
below are what is left then. Settings with ⟳ can be changed while a run trains: in the window, or by
`epigraf set RUN NAME=VALUE`."""


def commands_page() -> str:
    """All commands with their options."""
    parser = build_parser(["--help"])
    parts = [COMMANDS_HEAD, MADE, "## epigraf", _options(parser)]
    for name, command in _subcommands(parser):
        parts.append(f"## epigraf {name}")
        below = list(_subcommands(command))
        parts += _described(command) if not below else [_text(command.description)]
        for subname, subcommand in below:
            parts += [f"### epigraf {name} {subname}", *_described(subcommand)]
    return "\n\n".join(part for part in parts if part) + "\n"


def configuration_page() -> str:
    """All settings by group."""
    parts = [CONFIGURATION_HEAD, MADE]
    for group in setting_groups():
        parts += [f"## {group.title}", _text(group.help), _settings(group)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _described(parser: argparse.ArgumentParser) -> list[str]:
    """What a command is for, how it is called, and its options."""
    examples = (parser.epilog or "").partition("examples:")[2]
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    shown = ["```sh\n" + "\n".join(lines) + "\n```"] if lines else []
    return [_text(parser.description), *shown, _options(parser)]


def _options(parser: argparse.ArgumentParser) -> str:
    rows = [_row(action) for action in parser._actions if not isinstance(action, argparse._SubParsersAction)]
    rows = [row for row in rows if row]
    return "\n".join(["| argument | what it does |", "| --- | --- |", *rows]) if rows else ""


def _row(action: argparse.Action) -> str:
    if isinstance(action, argparse._HelpAction) or action.help == argparse.SUPPRESS:
        return ""
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    value = action.metavar or choices or action.dest.upper()
    words = " ".join(value) if isinstance(value, tuple) else str(value)
    if not action.option_strings:
        names = f"`{words}`"
    else:
        takes = "" if action.nargs == 0 else f" {words}"
        names = ", ".join(f"`{option}{takes}`" for option in action.option_strings)
    told = (action.help or "") % {"default": action.default, "prog": "epigraf"}
    return f"| {_cell(names)} | {_cell(told)} |"


def _settings(group: SettingGroup) -> str:
    rows = [_setting(each) for each in group.settings]
    return "\n".join(["| setting | default | allowed | what it does |", "| --- | --- | --- | --- |", *rows])


def _setting(setting: Setting) -> str:
    steered = " ⟳" if setting.name in STEERABLE else ""
    allowed = str(setting.range)
    if setting.kind == "choice":
        allowed = ", ".join(f"`{choice}`" for choice in setting.choices)
    elif setting.kind == "power":
        allowed = f"power of two {allowed}"
    elif setting.kind == "switch":
        allowed = "on, off"
    default = setting.words(setting.default)
    return f"| `{setting.name}`{steered} | {_cell(default)} | {_cell(allowed)} | {_cell(setting.help)} |"


def _text(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    """Text that a table's cell can hold."""
    return _text(text).replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Write both pages."""
    for name, page in (("commands.md", commands_page()), ("configuration.md", configuration_page())):
        write_text(DOCS / name, page)
        print(DOCS / name)


if __name__ == "__main__":
    main()
