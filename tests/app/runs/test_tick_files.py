"""Files of ticks are checked, since a crash or a copy may leave any bytes, and no code in them is ever run."""

import contextlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.inside.sigma_sources import TickKey, read_tick, tick_sigma
from app.runs.drawn_patches import read_draws
from app.runs.tick_files import TickError, read_arrays
from app.runs.tick_history import TickId
from tests.app.studio_runs import write_tick
from tests.training.toy import toy_config, toy_data
from training.config import RunConfig
from training.run_dir import RunDirectory


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> RunConfig:
    return toy_config(toy_data(tmp_path_factory.mktemp("data") / "toy.zip"))


def sigma_of(path: Path):
    return read_tick(TickKey(TickId(path, 1.0), "tick 1", "input", "run", 0.1))


def test_sigma_of_a_tick(tmp_path: Path, config: RunConfig):
    (tmp_path / "ticks").mkdir()
    run = RunDirectory(tmp_path)
    write_tick(run, config, 1)
    found, arrays = sigma_of(run.tick_path(1)), read_arrays(run.tick_path(1))
    assert list(found.layers) == ["b16.conv1", "b8.conv1"]
    for name, sigma in found.layers.items():
        np.testing.assert_array_equal(sigma, arrays[f"sigma/{name}"])
        np.testing.assert_array_equal(found.placed[name], arrays[f"sigma_places/{name}"])
        assert len(found.kinds[name]) == sigma.shape[1]
    older = {name: array for name, array in arrays.items() if not name.startswith("sigma_place")}
    assert not tick_sigma(older, "", None, "", 0.1).placed, "ticks of older versions have none"


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_no_pickle_is_ever_opened(tmp_path: Path):
    sprung = tmp_path / "sprung"
    plain, inside = tmp_path / "plain.npz", tmp_path / "inside.npz"
    plain.write_bytes(pickle.dumps(Trap(sprung)))
    np.savez(inside, scales=np.array([Trap(sprung)], dtype=object))
    for path in (plain, inside):
        with pytest.raises(TickError, match=path.name):
            read_draws(path)
    assert not sprung.exists()


SIGMA = {"sigma_scales": np.ones(2), "sigma/b8": np.ones((2, 4))}


@pytest.mark.parametrize(
    "arrays",
    [
        {"sigma_scales": np.ones(3), "sigma/b8": np.ones((2, 4))},
        {"sigma_scales": np.ones(2), "sigma/b8": np.ones((2, 0))},
        {"sigma/b8": np.ones((2, 4))},
        {"sigma_scales": np.array([0.5, np.nan]), "sigma/b8": np.ones((2, 4))},
        {**SIGMA, "sigma_places/b8": np.ones((3, 4))},
        {**SIGMA, "sigma_places/b8": np.ones((3, 4)), "sigma_place_scales": np.ones(2)},
        {**SIGMA, "sigma_places/b8": np.ones((3, 5)), "sigma_place_scales": np.ones(3)},
        {**SIGMA, "sigma_places/b4": np.ones((3, 4)), "sigma_place_scales": np.ones(3)},
    ],
)
def test_sigma_that_makes_no_sense_is_refused(arrays: dict[str, np.ndarray]):
    with pytest.raises(TickError):
        tick_sigma(arrays, "", None, "", 0.0)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_is_an_error_for_people_or_harmless(tmp_path: Path, config: RunConfig, data: st.DataObject):
    folder = tmp_path / "run"
    (folder / "ticks").mkdir(parents=True, exist_ok=True)
    path = RunDirectory(folder).tick_path(1)
    if not (folder / "whole").exists():
        write_tick(RunDirectory(folder), config, 1)
        (folder / "whole").write_bytes(path.read_bytes())
    content = bytearray((folder / "whole").read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    for read in (read_draws, sigma_of):
        with contextlib.suppress(TickError, OSError):
            read(path)
