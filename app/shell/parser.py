"""The parser of the command line, which names the word that was probably meant by a mistyped one."""

from __future__ import annotations

import argparse
from typing import Any


class Parser(argparse.ArgumentParser):
    """As argparse's; those of commands and sub-commands are of this class, too, since argparse makes them alike."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a value that is none of the choices.  Raises ArgumentError."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            from core.nearest import did_you_mean  # not needed where nothing is mistyped

            meant = did_you_mean(str(value), map(str, action.choices or ()))
            raise argparse.ArgumentError(action, f"{error.message}{meant}") from error
