"""The board speaks as the Studio does."""

from app.board.facts import columns_for
from app.board.head_lines import head_lines
from app.board.setting_words import setting_words
from tests.app.board.test_table import made


def test_settings_are_called_as_in_the_form():
    assert setting_words("discriminator.kind") == "Discriminator: Kind"
    assert setting_words("name") == "Name"
    assert setting_words("G_kwargs.cfg.name") == "G_kwargs.cfg.name", "another program's stays as it is"


def test_heads_of_metrics_name_them_and_tell_their_own_name_under_the_mouse():
    best = next(column for column in columns_for([made("a", [1.0])]) if column.is_metric)
    assert best.title == "FID at 50,000, best"
    assert "fid50k_full" in best.hint


def test_heads_are_broken_into_lines_and_not_cut_off():
    assert head_lines("hours") == "hours"
    assert head_lines("Fréchet, random features, best") == "Fréchet, random\nfeatures, best"
    assert head_lines("FID at 50,000 ± standard deviation (n - 1)").split("\n")[1].startswith("±\u00a0standard")
