"""What processes say word by word: heard until they end, with their complaint when nobody wanted them to."""

import json
from contextlib import closing

import pytest

from core.model_config import FrozenModel
from training.errand import Errand, ErrandError
from training.errand_words import words_of

pytestmark = pytest.mark.process


class Anything(FrozenModel):
    """Whatever is said."""

    said: str = ""


class Talker(Errand):
    """A process that is none."""

    def lines(self, order):
        assert json.loads(order) == {"said": "go"}
        yield b'{"said": "one"}\n'
        yield b"a warning of some library\n"
        yield b'{"said": "two"}\n'
        self.code = 3


def test_words_are_told_from_other_lines_of_which_the_last_explains_a_sudden_end():
    with pytest.raises(ErrandError, match="ended with code 3: a warning of some library"):
        list(words_of(Talker("no.module"), Anything(said="go"), Anything))
    with closing(words_of(Talker("no.module"), Anything(said="go"), Anything)) as words:
        assert [next(words).said, next(words).said] == ["one", "two"]


def test_a_process_that_cannot_work_says_why():
    with pytest.raises(ErrandError, match=r"code 1: .*No module named"):
        list(words_of(Errand("training.nobody"), Anything(), Anything))


def test_one_that_was_given_up_just_ends():
    errand = Errand("training.nobody")
    errand.cancel()
    assert list(words_of(errand, Anything(), Anything)) == []
