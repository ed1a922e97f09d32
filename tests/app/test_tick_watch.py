"""The watch of ticks: what is torn, missing or cut back is said once and harms nothing else; memory stays bounded."""

import contextlib
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import tick_watch
from app.tick_files import TickError, read_modulations, read_scales
from app.tick_watch import KEPT_TICKS, TickWatch
from tests.app.studio_runs import write_tick
from tests.training.toy import toy_config, toy_data
from training.config import RunConfig
from training.run_dir import RunDirectory, create_run

LAYERS = ["b16.conv1", "b8.conv1"]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> RunConfig:
    return toy_config(toy_data(tmp_path_factory.mktemp("data") / "toy.zip"), patches__anneal_kimg=10)


@pytest.fixture
def run(tmp_path: Path, config: RunConfig) -> RunDirectory:
    return create_run(tmp_path / "runs", config)


def write(run: RunDirectory, config: RunConfig, *ticks: int) -> None:
    for tick in ticks:
        write_tick(run, config, tick)


def look(watch: TickWatch, ticks: int) -> None:
    """Look at a run whose statistics have so many ticks of 0.1 kimg."""
    numbers = np.arange(1.0, ticks + 1)
    watch.look(numbers, numbers / 10, ticks / 10)


def test_counts_draws_and_keeps_the_newest_sigma(run: RunDirectory, config: RunConfig):
    write(run, config, 1, 2, 3)
    watch = TickWatch(run)
    look(watch, 3)
    patches, modulation = watch.patches, watch.modulation
    assert patches.ticks.tolist() == [1, 2, 3]
    np.testing.assert_allclose(patches.kimg, [0.1, 0.2, 0.3])
    assert patches.counts.sum(axis=1).tolist() == [200, 200, 200]
    scales = read_scales(run.tick_path(2))
    np.testing.assert_array_equal(patches.counts[1], np.histogram(scales, patches.edges)[0])
    assert patches.law is not None
    assert (patches.law.kind, patches.law.min_scale, patches.law.anneal_kimg) == ("beta", 0.5, 10)
    assert patches.law.mean == config.schedule.mean(0.3)
    assert (modulation.tick, modulation.kimg, modulation.mode) == (3, pytest.approx(0.3), "input")
    assert list(modulation.layers) == LAYERS
    assert not patches.problem
    assert not modulation.problem


def test_nothing_new_changes_nothing(run: RunDirectory, config: RunConfig, monkeypatch: pytest.MonkeyPatch):
    write(run, config, 1, 2)
    watch = TickWatch(run)
    look(watch, 2)
    before = watch.patches, watch.modulation
    monkeypatch.setattr(tick_watch, "read_scales", lambda path: pytest.fail(f"{path} was read again"))
    look(watch, 2)
    assert (watch.patches, watch.modulation) == before
    watch.look(np.arange(1.0, 3), np.array([0.1, 0.2]), 0.25)
    assert watch.patches.law.kimg == 0.25, "the law goes on between two ticks"
    assert watch.patches.version > before[0].version


def test_a_run_without_ticks_shows_its_law(run: RunDirectory):
    watch = TickWatch(run)
    look(watch, 0)
    assert watch.patches.law is not None
    assert watch.patches.counts.shape == (0, len(watch.patches.edges) - 1)
    assert watch.modulation.tick is None
    assert not watch.patches.problem


def test_torn_and_missing_files_are_said_once(run: RunDirectory, config: RunConfig, caplog: pytest.LogCaptureFixture):
    write(run, config, 1, 2, 3, 4)
    whole = run.tick_path(4).read_bytes()
    run.tick_path(4).write_bytes(whole[: len(whole) // 2])
    run.tick_path(2).unlink()
    watch = TickWatch(run)
    for _ in range(3):
        look(watch, 4)
    assert watch.patches.ticks.tolist() == [1, 3]
    assert "000004.npz" in watch.patches.problem
    assert "1 of the 4" in watch.patches.problem
    assert (watch.modulation.tick, watch.modulation.problem != "") == (3, True)
    assert [str(run.path) in record.getMessage() for record in caplog.records] == [True]
    run.tick_path(4).write_bytes(whole)  # it was only being copied
    write(run, config, 2)
    look(watch, 4)
    assert watch.patches.ticks.tolist() == [1, 2, 3, 4]
    assert (watch.patches.problem, watch.modulation.problem, watch.modulation.tick) == ("", "", 4)


def test_a_broken_older_tick_is_no_matter_of_the_modulation(run: RunDirectory, config: RunConfig):
    write(run, config, 2)
    watch = TickWatch(run)
    look(watch, 2)
    assert watch.patches.problem == "ticks/000001.npz: it is missing"
    assert (watch.modulation.tick, watch.modulation.problem) == (2, "")


def test_cut_back_ticks_are_forgotten_and_written_anew(run: RunDirectory, config: RunConfig):
    write(run, config, *range(1, 7))
    watch = TickWatch(run)
    look(watch, 6)
    run.cut_back(step=75, tick=3, kimg=0.3)
    watch.forget()
    look(watch, 3)
    assert watch.patches.ticks.tolist() == [1, 2, 3]
    assert watch.modulation.tick == 3
    shutil.copy(run.tick_path(1), run.tick_path(4))
    look(watch, 4)
    np.testing.assert_array_equal(watch.patches.counts[3], watch.patches.counts[0])
    assert watch.modulation.tick == 4
    watch.forget()
    look(watch, 0)
    assert len(watch.patches.ticks) == 0
    assert watch.modulation.tick is None


def test_of_many_ticks_only_the_last_are_opened(run: RunDirectory, config: RunConfig, monkeypatch: pytest.MonkeyPatch):
    total = 20_000
    write(run, config, 1)
    for tick in range(total - 99, total + 1):
        os.link(run.tick_path(1), run.tick_path(tick))
    opened: list[str] = []
    monkeypatch.setattr(tick_watch, "read_scales", lambda path: (opened.append(path.name), read_scales(path))[1])
    monkeypatch.setattr(RunDirectory, "ticks", lambda run: pytest.fail("the folder was listed"))
    watch = TickWatch(run)
    look(watch, total)
    assert len(opened) == KEPT_TICKS
    assert watch.patches.ticks.tolist() == list(range(total - KEPT_TICKS + 1, total + 1))
    os.link(run.tick_path(1), run.tick_path(total + 1))
    look(watch, total + 1)
    assert opened[KEPT_TICKS:] == [f"{total + 1:06d}.npz"]
    assert len(watch.patches.ticks) == KEPT_TICKS


def test_lines_without_a_tick_are_left_out(run: RunDirectory, config: RunConfig):
    write(run, config, 1, 2)
    watch = TickWatch(run)
    watch.look(np.array([1, np.nan, 2]), np.array([0.1, 0.15, 0.2]), 0.2)
    assert watch.patches.ticks.tolist() == [1, 2]


def test_a_configuration_that_cannot_be_read_is_said_and_read_again(run: RunDirectory, config: RunConfig):
    write(run, config, 1)
    good = run.config_path.read_text()
    run.config_path.write_text("loop: [")
    watch = TickWatch(run)
    look(watch, 1)
    assert watch.patches.law is None
    assert "config.yaml" in watch.patches.problem
    assert "config.yaml" in watch.modulation.problem
    run.config_path.write_text(good)
    look(watch, 1)
    assert watch.patches.law is not None
    assert watch.modulation.tick == 1
    assert not watch.patches.problem


def test_a_discriminator_without_modulation(run: RunDirectory):
    np.savez_compressed(run.tick_path(1), scales=np.ones(4, np.float32), sigma_scales=np.ones(32))
    watch = TickWatch(run)
    look(watch, 1)
    assert (watch.modulation.tick, dict(watch.modulation.layers)) == (1, {})
    assert not watch.modulation.problem


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
            read_scales(path)
    assert not sprung.exists()


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"scales": np.ones((2, 2))},
        {"scales": np.array([0.5, np.nan])},
        {"scales": np.array(["half"])},
        {"scales": np.ones(2), "sigma_scales": np.ones(3), "sigma/b8": np.ones((2, 4))},
        {"scales": np.ones(2), "sigma_scales": np.ones(2), "sigma/b8": np.ones((2, 0))},
        {"scales": np.ones(2), "sigma/b8": np.ones((2, 4))},
    ],
    ids=lambda arrays: "-".join(arrays) or "nothing",
)
def test_arrays_that_make_no_sense_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray]):
    path = tmp_path / "000001.npz"
    np.savez(path, **arrays)
    with pytest.raises(TickError, match=path.name):
        (read_scales(path), read_modulations(path))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_is_an_error_for_people_or_harmless(tmp_path: Path, config: RunConfig, data: st.DataObject):
    folder = tmp_path / "run"
    (folder / "ticks").mkdir(parents=True, exist_ok=True)
    path = RunDirectory(folder).tick_path(1)
    write_tick(RunDirectory(folder), config, 1)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    for read in (read_scales, read_modulations):
        with contextlib.suppress(TickError, OSError):
            read(path)
