"""Scalars become columns."""

import numpy as np

from app.runs.scalars import ScalarTable


def test_columns_with_gaps():
    table = ScalarTable()
    table.append([{"Progress/kimg": 1, "a": 2.0, "text": "x", "flag": True}, {"Progress/kimg": 2, "b": 3}])
    table.append([{"a": 1.0}, {"Progress/kimg": 3, "a": None, "b": 4}])
    columns = table.columns()
    assert sorted(columns) == ["Progress/kimg", "a", "b"]
    np.testing.assert_array_equal(columns["Progress/kimg"], [1, 2, 3])
    np.testing.assert_array_equal(columns["a"], [2, np.nan, np.nan])
    np.testing.assert_array_equal(columns["b"], [np.nan, 3, 4])


def test_grows_and_keeps_what_was_given_out():
    table = ScalarTable()
    table.append([{"Progress/kimg": 0, "a": 0}])
    early = table.columns()["a"]
    table.append([{"Progress/kimg": index, "a": index, f"late{index // 900}": 1} for index in range(1, 1000)])
    assert len(early) == 1
    np.testing.assert_array_equal(table.columns()["a"], np.arange(1000))
    assert np.isnan(table.columns()["late1"][:900]).all()
    table.clear()
    assert len(table) == 0
    assert table.columns() == {}
