"""docs/troubleshooting.md quotes messages as the program writes them."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "troubleshooting.md"
GAP = "…"
FORMAT = re.compile(r"%[sdgr]")


def quoted() -> list[str]:
    return [line[2:] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("> ")]


@cache
def written() -> tuple[str, ...]:
    """All texts of the program; what they fill in is a gap."""
    found = []
    for package in ("app", "core", "training", "widgets"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    found.append("".join(_part(part) for part in node.values))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(FORMAT.sub(GAP, re.sub(r"\{\w*\}", GAP, node.value)))
    return tuple(found)


def _part(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else GAP


def test_there_are_messages():
    assert len(quoted()) > 20


@pytest.mark.parametrize("message", quoted())
def test_messages_are_those_of_the_program(message: str):
    pattern = re.compile(".*".join(re.escape(piece) for piece in message.split(GAP)))
    assert any(pattern.search(text) for text in written()), f"the program says nothing like: {message}"
