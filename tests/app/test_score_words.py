"""What is said of scores, also of those that are no numbers, as a training that has diverged gives."""

import numpy as np
import pytest

from app.inside.score_map_desk import caption
from app.model.score_messages import Facts

FACTS = Facts(
    name="seed 3", pose=None, pictures=None, least_scale=0.5, resolution=64, group=4, blur=0.0
)  # fmt: skip


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([1.0, -3.0], "mean -1.00, 50% above 0"),
        ([1.0, np.nan], "mean +1.00, 100% above 0, 1 are no numbers"),
        ([np.nan, np.inf], "no score is a number"),
    ],
)
def test_scores_in_words(scores: list[float], words: str):
    assert caption(FACTS, np.array(scores)).endswith(words)
