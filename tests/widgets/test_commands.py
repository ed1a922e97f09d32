"""Finding commands by a few letters."""

from __future__ import annotations

from widgets.actions import Action
from widgets.commands import matches, score, title


def action(menu: str, label: str, *, enabled: bool = True) -> Action:
    return Action(menu, label, lambda: None, enabled=enabled)


ACTIONS = [
    action("View/Theme", "Light"),
    action("File", "Save picture"),
    action("File", "Save session"),
    action("Sample", "Next seed"),
    action("Run", "Snapshot", enabled=False),
    action("", "secret"),
]


def test_letters_in_their_order_are_enough_and_close_ones_come_first():
    assert [found.label for found in matches(ACTIONS, "sess")] == ["Save session"]
    assert [found.label for found in matches(ACTIONS, "save")][:2] == ["Save picture", "Save session"]
    assert matches(ACTIONS, "nse")[0].label == "Next seed"
    assert matches(ACTIONS, "xyz") == []
    assert matches(ACTIONS, "evas") == [], "the order counts"


def test_without_letters_everything_that_can_be_done_is_there():
    assert {found.label for found in matches(ACTIONS, "")} == {"Light", "Save picture", "Save session", "Next seed"}


def test_words_and_runs_of_letters_count_more():
    assert score("File: Save picture", "sp") > score("View: Suspended panel x", "us")
    assert score("Next seed", "ns") > score("Unseen", "ns")
    assert score("Light", "lx") is None


def test_titles_name_the_menu_and_hide_identities():
    assert title(action("View/Theme", "Light")) == "View: Theme: Light"
    assert title(action("Edit", "Undo camera###undo")) == "Edit: Undo camera"
    assert title(action("File", "Export…")) == "File: Export"
