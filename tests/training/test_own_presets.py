"""Presets of one's own: saved and loaded they are the same, with the same settings left open for the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.toy import toy_data
from training.config import ConfigError, RunConfig
from training.config_files import is_set, setting_names, with_values
from training.config_fit import fitted
from training.presets import (
    OF_A_RUN,
    delete_preset,
    describe_preset,
    load_preset,
    name_problem,
    preset_names,
    save_preset,
)
from training.setting_schema import flat_values

CHANGES = {
    "loop.batch": st.integers(1, 64).map(lambda n: 4 * n),
    "optimizer.r1_gamma": st.floats(0, 1000),
    "data.mirror": st.booleans(),
    "ema.half_life_kimg": st.none() | st.floats(0.1, 100),
    "generator.render.fov": st.floats(1, 90),
    "patches.kind": st.sampled_from(["beta", "uniform"]),
}


def of_a_preset(config: RunConfig) -> dict:
    left_out = {*OF_A_RUN, "data.path"}
    return {name: value for name, value in flat_values(config).items() if name not in left_out}


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(preset_names()), st.fixed_dictionaries({}, optional=CHANGES), st.text("abc ä:#'", min_size=1))
def test_saved_and_loaded_it_is_the_same(tmp_path_factory, base, changes, description):
    path = tmp_path_factory.mktemp("presets") / "mine.yaml"
    config = with_values(load_preset(base), {**changes, "data.path": "x.zip", "name": "a-run"})
    if not description.strip():
        with pytest.raises(ConfigError, match="what the preset is for"):
            save_preset(path, config, description)
        return
    save_preset(path, config, description)
    loaded = load_preset(str(path))
    assert of_a_preset(loaded) == of_a_preset(config)
    assert (loaded.name, loaded.preset, loaded.data.path) == ("mine", str(path), None)
    assert describe_preset(str(path)) == " ".join(description.split())
    for name in of_a_preset(config):
        assert is_set(loaded, name) == is_set(config, name), name


def test_what_was_left_open_is_filled_in_by_the_data(tmp_path: Path):
    path = tmp_path / "new" / "mine.yaml"
    save_preset(path, with_values(load_preset("tiny"), {"loop.batch": 16}), "tiny with a larger batch")
    config = fitted(load_preset(str(path)), toy_data(tmp_path / "toy.zip", resolution=64))
    assert (config.loop.batch, config.generator.render.backdrop, config.poses.kind) == (16, "white", "custom")


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "-x", "tiny", "TINY", "x" * 61, "a b"])
def test_names_that_are_refused(name: str, tmp_path: Path):
    assert name_problem(name)
    if "/" not in name and name:
        with pytest.raises(ConfigError):
            save_preset(tmp_path / f"{name}.yaml", load_preset("tiny"), "x")
        assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"mine\.yaml: cannot be written"):
        save_preset(tmp_path / "file" / "mine.yaml", load_preset("tiny"), "x")


def test_delete(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    save_preset(path, load_preset("tiny"), "x")
    for _ in range(2):
        delete_preset(path)
        assert not path.exists()
    path.mkdir()
    with pytest.raises(ConfigError, match="cannot be deleted"):
        delete_preset(path)


def test_every_setting_is_either_of_a_preset_or_of_a_run():
    assert set(OF_A_RUN) <= set(setting_names())
