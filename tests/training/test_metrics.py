import json
from collections import Counter
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from app.board.metric_words import metric_help
from app.cli import main
from core.checkpoint import load_checkpoint, save_checkpoint
from core.epigraf import EpigrafGenerator
from core.families import build_generator
from core.model_config import GeneratorConfig
from core.poses import PoseConfig
from tests.training.toy import toy_config, toy_data, toy_run
from training import picture_sets
from training.data_set import ImageDataSet
from training.evaluate import Evaluator, evaluate, flatness_alarm
from training.evaluation_report import Evaluation, Measurement, evaluation_path, load_evaluation, save_evaluation
from training.metrics import mask_iou, object_mask, patch_descriptors, sliced_wasserstein
from training.metrics_config import MetricsConfig
from training.picture_sets import PictureSet, compare
from training.random_features import FEATURES, RandomNetwork, deviations
from training.run_dir import create_run
from training.run_errors import RunError

QUICK = MetricsConfig(pictures=12)


def discs(count: int, radius: float, shade: float, seed: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    y, x = torch.meshgrid(torch.linspace(-1, 1, 32), torch.linspace(-1, 1, 32), indexing="ij")
    inside = (x**2 + y**2 < radius**2)[None, None]
    color = shade + 0.1 * torch.rand(count, 3, 1, 1, generator=random)
    return torch.where(inside, color, torch.ones(()))


def gathered(images: torch.Tensor) -> PictureSet:
    found = PictureSet([RandomNetwork(seed, 32) for seed in range(3)], patches=True, seed=0)
    for part in images.split(16):
        found.add(part)
    return found


def test_all_figures_are_near_the_floor_between_like_sets_and_tell_colour_and_shape_apart():
    real, again = gathered(discs(30, 0.6, -0.5, 0)), gathered(discs(30, 0.6, -0.5, 1))
    like = {each.name: each for each in compare(real, again, gathered(discs(30, 0.6, -0.5, 2)), on_white=True)}
    names = {"frechet_random", "density", "coverage", "wasserstein_32", "wasserstein_16", "mask_iou"}
    assert set(like) == names
    assert like["coverage"].value > 0.6
    for fakes in (discs(30, 0.6, 0.2, 1), discs(30, 0.9, -0.5, 1)):
        found = {each.name: each for each in compare(real, again, gathered(fakes), on_white=True)}
        assert found["coverage"].value == 0
        for each in found.values():
            assert each.count == 30
            if each.better == "lower":
                assert each.value > 3 * each.floor, each.name
                assert each.value > 3 * like[each.name].value, each.name


def test_what_real_pictures_tell_is_computed_once_and_again_when_there_are_more(monkeypatch):
    sets = [gathered(discs(30, 0.6, -0.5, seed)) for seed in range(3)]
    calls: list[str] = []

    def counted(really, *given):
        calls.append(really.__name__)
        return really(*given)

    for name in ("sliced_wasserstein", "density_and_coverage", "frechet_distance", "deviations"):
        monkeypatch.setattr(picture_sets, name, partial(counted, getattr(picture_sets, name)))
    once, first = compare(*sets, on_white=True), Counter(calls)
    calls.clear()
    again, second = compare(*sets, on_white=True), Counter(calls)
    assert once == again == compare(*(gathered(discs(30, 0.6, -0.5, seed)) for seed in range(3)), on_white=True)
    calls.clear()
    assert second == Counter({name: count // 2 for name, count in first.items() if name != "deviations"})
    for each in sets:
        each.add(discs(4, 0.6, 0.0, 9))
    assert compare(*sets, on_white=True) != once
    assert Counter(calls) == first


def test_an_identical_set_has_no_distance():
    real = gathered(discs(20, 0.6, -0.5, 0))
    found = {each.name: each.value for each in compare(real, real, real, on_white=True)}
    assert found["frechet_random"] == pytest.approx(0, abs=1e-6)
    assert (found["wasserstein_32"], found["mask_iou"], found["coverage"]) == (0, 1, 1)


def test_sliced_wasserstein_of_a_shifted_set_is_the_shift_seen_from_all_directions():
    values = torch.randn(500, 8, generator=torch.Generator().manual_seed(0))
    shift = torch.arange(8.0) / 4
    directions = F.normalize(torch.randn(8, 200_000, generator=torch.Generator().manual_seed(1)), dim=0)
    wanted = 1000 * float((shift @ directions).abs().mean())
    assert sliced_wasserstein(values, values + shift) == pytest.approx(wanted, rel=0.1)
    assert sliced_wasserstein(values, values[torch.randperm(500)]) == 0


def test_patches_are_of_the_pyramid_s_levels():
    images = discs(3, 0.5, 0.0, 0)
    found = patch_descriptors(images, torch.Generator().manual_seed(0))
    assert {level: rows.shape for level, rows in found.items()} == {32: (192, 147), 16: (192, 147)}
    flat = patch_descriptors(torch.full((1, 3, 32, 32), 0.25), torch.Generator())
    assert flat[32].abs().max() < 1e-6  # a level holds what the next coarser one lacks
    assert flat[16].allclose(torch.tensor(0.25))


def test_masks_tell_shapes_apart():
    one, same, larger = (object_mask(discs(8, radius, -0.5, 0)).mean(dim=0) for radius in (0.5, 0.5, 0.8))
    assert mask_iou(one, same) == 1
    assert mask_iou(one, larger) == pytest.approx(0.25 / 0.64, abs=0.05)
    empty = object_mask(torch.ones(2, 3, 32, 32)).mean(dim=0)
    assert mask_iou(one, empty) == 0
    assert mask_iou(empty, empty) == 1


def test_sets_of_different_shape_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        sliced_wasserstein(torch.zeros(2, 3), torch.zeros(3, 3))


def test_random_networks_follow_from_their_seed_alone():
    images = discs(5, 0.5, 0.0, 0)
    before = torch.get_rng_state()
    one, again, other = (RandomNetwork(seed, 32)(images) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert one.shape == (5, FEATURES)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(deviations(torch.ones(4, 3)), torch.ones(3))


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """A data set, and the checkpoint of a new network beside it."""
    folder = tmp_path_factory.mktemp("evaluate")
    torch.manual_seed(0)
    data = toy_data(folder / "toy.zip", count=40)
    save_checkpoint(folder / "new.safetensors", EpigrafGenerator(toy_config(data).generator), None, {"kimg": 3})
    return folder / "new.safetensors", data


def test_an_untrained_network_is_far_from_the_data(untrained):
    checkpoint, data = untrained
    heard = []
    result = evaluate(checkpoint, data, QUICK, beat=lambda fraction, doing: heard.append((fraction, doing)))
    assert (1.0, "generating pictures") in heard
    assert result.kimg == 3
    found = {each.name: each for each in result.measurements}
    for name in ("frechet_random", "wasserstein_16"):
        assert found[name].value > 2 * found[name].floor
    assert found["mask_iou"].value < 0.7 < found["mask_iou"].floor
    assert found["coverage"].value < found["coverage"].floor
    assert {f"reprojection_{name}" for name in ("picture", "rays", "unrelated", "visible")} | {"relief"} <= set(found)
    assert not [name for name in found if not metric_help(name)]  # the board says of each what it is
    assert result.measurements == evaluate(checkpoint, data, QUICK).measurements
    assert result.scalars()["Metrics/mask_iou"] == found["mask_iou"].value


def test_only_what_is_asked_for_is_measured(untrained):
    checkpoint, data = untrained
    settings = MetricsConfig(pictures=12, features=False, wasserstein=False, views=False)
    assert [each.name for each in evaluate(checkpoint, data, settings).measurements] == ["mask_iou"]


def test_the_command_tells_how_consistent_views_are(untrained, capsys):
    checkpoint, data = (str(path) for path in untrained)
    asked = ["--pictures", "12", "--only", "views", "--pairs", "3", "--verbose"]
    assert main(["evaluate", checkpoint, "--data", data, *asked]) == 0
    text = capsys.readouterr().out
    assert "Reprojection, picture [1/255]" in text
    assert "3 pairs of views" in text
    assert "real against real" not in text


def test_flat_pictures_have_no_geometry(untrained):
    with ImageDataSet.open(untrained[1]) as data:
        config = GeneratorConfig(family="stylegan2", z_dim=8, w_dim=8, plane_resolution=16, channel_max=4)
        generator = build_generator(config).eval()
        measured = Evaluator(data, QUICK).measure(generator, lambda fraction, doing: None)
    assert "frechet_random" in {each.name for each in measured}
    assert "relief" not in {each.name for each in measured}


def test_whoever_listens_may_end_it(untrained):
    class Enough(Exception):
        pass

    def stop(fraction: float, doing: str) -> None:
        raise Enough

    with pytest.raises(Enough):
        evaluate(*untrained, QUICK, beat=stop)


def test_flat_shapes_raise_the_alarm():
    def told(value: float | None) -> str:
        relief = Measurement(name="relief", label="Relief", value=value, count=1, better="neither", protocol="")
        return flatness_alarm((relief,), 0.1)

    assert "relief 0.050 is below 0.1" in told(0.05)
    assert told(0.3) == told(None) == flatness_alarm((), 0.1) == ""


def test_too_few_pictures_are_said(tmp_path, untrained):
    data = toy_data(tmp_path / "toy.zip", count=14)
    with pytest.raises(ValueError, match="at least 16"):
        evaluate(untrained[0], data)


def test_sizes_that_cannot_be_compared_are_said(tmp_path, untrained):
    data = toy_data(tmp_path / "toy.zip", resolution=24)
    with pytest.raises(ValueError, match="24 px; comparing takes a power of two"):
        evaluate(untrained[0], data)


def test_the_command_prints_every_figure_with_its_floor(untrained, capsys):
    checkpoint, data = (str(path) for path in untrained)
    assert main(["evaluate", checkpoint, "--data", data, "--pictures", "12", "--only", "wasserstein"]) == 0
    text = capsys.readouterr().out
    line = next(line for line in text.splitlines() if line.startswith("Sliced Wasserstein, 16 px"))
    count, value, floor, better = line.split()[-4:]
    assert (count, better) == ("12", "lower")
    assert float(value) > float(floor) > 0
    told = "64 patches of 7²"
    assert told not in text
    assert text.rstrip().endswith("How figures are measured: --verbose; all as JSON: --json.")
    assert len(text.splitlines()) < 10
    words = ["evaluate", checkpoint, "--data", data, "--pictures", "12", "--only", "wasserstein"]
    main([*words, "--verbose"])
    text = capsys.readouterr().out
    assert told in text
    assert "--verbose" not in text
    main([*words, "--json"])
    first = json.loads(capsys.readouterr().out)["measurements"][0]
    assert first["name"] == "wasserstein_16"
    assert told in first["protocol"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "beauty"], "there is no 'beauty'"),
        (["--only", "wassertein"], "did you mean 'wasserstein'?"),
        (["--only", "fid"], "name the Inception file"),
        (["--inception", "absent.pth"], "cannot be read"),
        (["--pictures", "2"], "pictures"),
    ],
)
def test_the_command_says_what_it_cannot_do(untrained, capsys, options, said):
    checkpoint, data = (str(path) for path in untrained)
    assert main(["evaluate", checkpoint, "--data", data, *options]) != 0
    assert said in capsys.readouterr().err


def test_a_terminal_sees_each_part_of_an_evaluation(untrained, capsys, monkeypatch):
    checkpoint, data = (str(path) for path in untrained)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["evaluate", checkpoint, "--data", data, "--pictures", "12", "--only", "wasserstein"]) == 0
    lines = capsys.readouterr().err.split("\r\x1b[K")
    for part in ("looking at real pictures", "generating pictures", "comparing pictures"):
        assert any(line.startswith(part) and "100%" in line for line in lines), part
    assert lines[-1] == ""


def test_a_run_is_evaluated_with_its_newest_snapshot_and_its_data(tmp_path, capsys):
    run = toy_run(tmp_path)
    command = ["evaluate", str(run.path), "--pictures", "8", "--only", "wasserstein"]
    assert main(command) != 0
    assert "no run with a snapshot" in capsys.readouterr().err
    for kimg in (1, 2):
        save_checkpoint(run.snapshot_path(kimg), EpigrafGenerator(run.config().generator), None, {"kimg": kimg})
    assert main(command) == 0
    assert "at 2 kimg" in capsys.readouterr().out
    assert main(["evaluate", str(run.snapshot_path(1)), *command[2:]]) == 0
    assert "at 1 kimg" in capsys.readouterr().out


def test_generated_pictures_are_taken_by_the_law_of_the_runs_cameras(tmp_path, capsys):
    narrow = PoseConfig(kind="normal", yaw_spread=0.01, pitch_spread=0.01)
    run = toy_run(tmp_path, poses=narrow.model_dump())
    save_checkpoint(run.snapshot_path(1), EpigrafGenerator(run.config().generator), None, {"kimg": 1})
    command = ["evaluate", str(run.path), "--pictures", "8", "--only", "wasserstein", "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cameras"] == "the law normal"
    with ImageDataSet.open(run.config().data_path) as data:
        settings = MetricsConfig(pictures=8, features=False, views=False)
        generator = load_checkpoint(run.snapshot_path(1)).generator
        by_law, by_data = (
            Evaluator(data, settings, law).measure(generator, lambda _fraction, _doing: None)[0].value
            for law in (narrow, None)
        )
    assert told["measurements"][0]["value"] == by_law != by_data


def test_a_run_is_compared_at_the_resolution_that_it_was_trained_at(tmp_path, capsys):
    data = toy_data(tmp_path / "toy.zip", resolution=32)
    run = create_run(tmp_path / "runs", toy_config(data))
    save_checkpoint(run.snapshot_path(1), EpigrafGenerator(run.config().generator), None, {"kimg": 1})
    command = ["evaluate", str(run.path), "--pictures", "8", "--only", "wasserstein"]
    assert main(command) == 0
    assert "16 px, cameras by the poses of the data set\n" in capsys.readouterr().out
    assert main([*command, "--data", str(data)]) == 0
    assert "32 px, cameras by" in capsys.readouterr().out


def test_evaluations_are_kept_in_files(tmp_path):
    one = Measurement(name="density", label="Density", value=None, count=3, better="higher", protocol="None seen.")
    kept = Evaluation(checkpoint="a", data="b", resolution=16, measurements=(one,), alarm="flat")
    path = evaluation_path(tmp_path, 1.5)
    assert load_evaluation(path) is None
    save_evaluation(path, kept)
    assert load_evaluation(path) == kept
    for text in (kept.text(), kept.text(protocols=False)):
        assert "Alarm: flat" in text
        assert ("None seen." in text) == (text == kept.text())
    assert kept.scalars() == {}
    path.write_text("{}")
    with pytest.raises(RunError, match="delete it"):
        load_evaluation(path)


def test_class_and_pose_of_a_generated_picture_are_of_one_picture_of_the_data(untrained):
    data_path = untrained[1]
    with ImageDataSet.open(data_path) as data:
        count = data.info.label_count or 0
        config = GeneratorConfig(z_dim=8, w_dim=8, plane_resolution=16, plane_features=4, label_count=count)
        evaluator = Evaluator(data, MetricsConfig(pictures=8, features=False, views=False))
        poses, labels = evaluator._conditions(EpigrafGenerator(config), 20, seed=3)
        drawn = [label for size in (8, 8, 4) for label in labels(size).tolist()]
        known = {(*data.all_angles[row, :2], data.label(row)) for row in range(len(data))}
    assert len(set(drawn)) > 1
    assert {(*pose, label) for pose, label in zip(poses, drawn, strict=True)} <= known


def test_labels_of_another_data_set_are_not_told(untrained):
    """A generator of a few classes is measured with data that count otherwise, each sample in its own class."""
    config = GeneratorConfig(z_dim=8, w_dim=8, plane_resolution=16, plane_features=4, channel_max=4, label_count=2)
    with ImageDataSet.open(untrained[1]) as data:
        assert (data.info.label_count or 0) > 2
        measured = Evaluator(data, MetricsConfig(pictures=8, pairs=2)).measure(
            build_generator(config).eval(), lambda fraction, doing: None
        )
    assert {"wasserstein_16", "reprojection_picture"} <= {each.name for each in measured}


def test_the_best_metric_must_be_one_that_is_measured():
    assert MetricsConfig().chosen_best == "frechet"
    assert MetricsConfig(features=False).chosen_best == "wasserstein"
    assert MetricsConfig(features=False, wasserstein=False).chosen_best == "none"
    with pytest.raises(ValueError, match="best is 'fid', which is not measured: set inception"):
        MetricsConfig(best="fid")


def test_real_pictures_are_looked_at_once_and_no_random_numbers_are_drawn(untrained, monkeypatch):
    with ImageDataSet.open(untrained[1]) as data:
        evaluator = Evaluator(data, MetricsConfig(pictures=8, views=False))
        generator = EpigrafGenerator(toy_config(untrained[1]).generator).eval()
        before = torch.get_rng_state()
        first = evaluator.measure(generator, lambda fraction, doing: None)
        assert torch.equal(torch.get_rng_state(), before)
        monkeypatch.setattr(data, "image", lambda index: np.zeros(0))
        assert evaluator.measure(generator, lambda fraction, doing: None) == first
