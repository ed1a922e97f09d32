"""Numbers of bytes in words."""

import pytest

from core.sizes import size


@pytest.mark.parametrize(
    ("count", "words"),
    [(None, ""), (0, "0.0 kB"), (1900, "1.9 kB"), (820_400, "820 kB"), (9_960_000, "10 MB"), (1.23e9, "1.2 GB"),
     (5.5e11, "550 GB"), (2.5e12, "2.5 TB")],
)  # fmt: skip
def test_sizes(count, words: str):
    assert size(count) == words
