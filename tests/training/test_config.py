"""Run configurations: what is refused and how it is said, files, overrides, advice."""

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from core.schedules import BetaSchedule, DecaySchedule, DiscreteSchedule, UniformSchedule
from training.config import ConfigError, RunConfig
from training.config_files import (
    config_of,
    is_set,
    load_config,
    nearest_name,
    save_config,
    setting_names,
    with_assignments,
    with_values,
)
from training.presets import load_preset


def test_every_setting_is_described():
    def undescribed(model: type[BaseModel]) -> list[str]:
        found = [f"{model.__name__}.{name}" for name, field in model.model_fields.items() if not field.description]
        for field in model.model_fields.values():
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                found += undescribed(field.annotation)
        return found

    assert not undescribed(RunConfig)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batch=st.integers(1, 16).map(lambda n: 4 * n),
    kimg=st.floats(1e-3, 1e6),
    eps=st.floats(1e-12, 1e-3),
    kind=st.sampled_from(["beta", "uniform"]),
    path=st.text("abcäß 日本-_.", min_size=1, max_size=12),
)
def test_a_saved_configuration_is_the_same(tmp_path, batch, kimg, eps, kind, path):
    values = {"loop.batch": batch, "loop.total_kimg": kimg, "optimizer.eps": eps, "patches.kind": kind}
    config = with_values(RunConfig(), {**values, "data.path": f"/data/{path}.zip"})
    file = tmp_path / "config.yaml"
    save_config(config, file)
    assert load_config(file) == config
    # Every value is in the file, so that nothing depends on the defaults of another version.
    assert set(yaml.safe_load(file.read_text("utf-8"))["loop"]) == set(type(config.loop).model_fields)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"loop": {"bach": 8}}, ["loop.bach", "loop.batch"]),
        ({"batch": 8}, ["batch", "loop.batch"]),
        ({"optimiser": {"r1_gamma": 1}}, ["optimiser", "optimizer"]),
        ({"generator": {"render": {"fow": 12}}}, ["generator.render.fow", "generator.render.fov"]),
        ({"loop": {"batch": 6}}, ["loop.batch (6)", "discriminator.group_size (4)", "4 or 8"]),
        ({"loop": {"batch": 2}}, ["loop.batch (2)", "a batch of 4"]),
        ({"discriminator": {"patch_resolution": 128, "image_resolution": 64}}, ["patch_resolution (128)", "(64)"]),
        ({"generator": {"render": {"near": 2}}}, ["generator.render", "near (2", "far"]),
        ({"data": {"resolution": 128}}, ["data.resolution (128)", "discriminator.image_resolution (256)"]),
        ({"data": {"resolution": 100}}, ["data.resolution", "power of two"]),
        ({"loop": {"device": "gpu"}}, ["loop.device", "'cuda'", "'gpu'"]),
        ({"optimizer": {"generator_lr": -1}}, ["optimizer.generator_lr", "greater than 0"]),
        ({"optimizer": {"generator_lr": float("nan")}}, ["optimizer.generator_lr", "finite"]),
        ({"name": "../evil"}, ["name"]),
        ({"version": 0}, ["version 0", "version 1"]),
        ({"loop": 3}, ["loop"]),
    ],
)
def test_what_is_wrong_is_named(values, words):
    with pytest.raises(ConfigError) as caught:
        config_of(values, "my.yaml")
    message = str(caught.value)
    assert message.startswith("my.yaml: ")
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("content", "word"),
    [("loop: [", "YAML"), ("- 1", "by name"), ("", "by name"), (b"\xff\xfe\x00", "cannot be read")],
)
def test_damaged_files_are_named(tmp_path, content, word):
    file = tmp_path / "config.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError, match=word) as caught:
        load_config(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "absent.yaml")


def test_assignments():
    tiny = load_preset("tiny")
    changed = with_assignments(
        tiny,
        ["loop.batch=16", "optimizer.eps=1e-7", "data.mirror=true", "ema.ramp_up=null", "generator.render.fov = 40"],
    )
    assert (changed.loop.batch, changed.optimizer.eps, changed.data.mirror) == (16, 1e-7, True)
    assert changed.ema.ramp_up is None
    assert changed.generator.render.fov == 40
    assert changed.loop.total_kimg == tiny.loop.total_kimg
    assert not is_set(tiny, "generator.render.fov")
    assert is_set(changed, "generator.render.fov")


@pytest.mark.parametrize("text", ["loop.batch", "=3", "loop.batch.x=3", "loop.batch=[", "nonsense=1", "loop.batch=x"])
def test_wrong_assignments_are_named(text):
    with pytest.raises(ConfigError, match="--set"):
        with_assignments(load_preset("tiny"), [text])


def test_nearest_names():
    assert nearest_name("loop.totl_kimg") == "loop.total_kimg"
    assert nearest_name("gamma") == "optimizer.r1_gamma"
    assert nearest_name("zzzzzz") is None
    assert len(set(setting_names())) == len(setting_names()) > 40


def test_a_configuration_without_data_says_so():
    with pytest.raises(ConfigError, match=r"data\.path"):
        _ = RunConfig().data_path


def test_schedules():
    config = RunConfig()
    assert config.schedule == BetaSchedule(0.25, 10_000, 0.001, 0.8)
    assert with_values(config, {"patches.kind": "uniform"}).schedule == UniformSchedule(0.25, 10_000)
    assert with_values(config, {"patches.kind": "graf"}).schedule == DecaySchedule.graf(0.25, 64)
    assert with_values(config, {"patches.kind": "gnerf"}).schedule == DecaySchedule.gnerf(0.25, 64, 256)
    assert with_values(config, {"patches.kind": "discrete"}).schedule == DiscreteSchedule(0.25, (0.25, 0.5, 1))


def test_schedules_with_values_of_their_own():
    changes = {"patches.kind": "graf", "patches.scale_start": 0.7, "patches.scale_end": 0.3, "patches.decay": 0.1}
    law = with_values(RunConfig(), changes).schedule
    assert law == DecaySchedule(0.25, 64, decay=0.1, start=0.7, end=0.3, whole_thousands=True)
    for name, value, ends in (("scale_start", 0.2, (0.2, 0.2)), ("scale_end", 0.95, (0.95, 0.95))):
        law = with_values(RunConfig(), {"patches.kind": "graf", f"patches.{name}": value}).schedule
        assert isinstance(law, DecaySchedule)
        assert (law.start, law.end) == ends
    with pytest.raises(ConfigError, match="scale_start"):
        with_values(RunConfig(), {"patches.scale_start": 0.3, "patches.scale_end": 0.5})


@pytest.mark.parametrize("given", ["1, 0.5,.25", "0.25 0.5 1 1", [0.25, 1, 0.5], (1, 0.5, 0.25)])
def test_lists_of_scales(given):
    config = with_values(RunConfig(), {"patches.kind": "discrete", "patches.scales": given})
    assert config.schedule == DiscreteSchedule(0.25, (0.25, 0.5, 1))
    assert with_values(RunConfig(), {"patches.scales": config.patches.scales}).patches.scales == config.patches.scales


def test_one_scale():
    config = with_assignments(RunConfig(), ["patches.kind=discrete", "patches.scales=1"])
    assert config.schedule == DiscreteSchedule(0.25, (1,))


@pytest.mark.parametrize("wrong", ["a", "0.5, 2", "0, 1", "0.5, nan", [True], ["x"], {"a": 1}])
def test_lists_of_something_else(wrong):
    with pytest.raises(ConfigError, match=r"patches\.scales"):
        with_values(RunConfig(), {"patches.scales": wrong})


def test_scales_below_the_smallest_name_both_settings():
    with pytest.raises(ConfigError, match=r"0\.125.*r / R is 0\.25") as caught:
        with_values(RunConfig(), {"patches.kind": "discrete", "patches.scales": "0.125, 1"})
    assert caught.value.problems[0].fields == ("patches.scales", "discriminator.patch_resolution")
    assert with_values(RunConfig(), {"patches.scales": "0.125, 1"}).patches.kind == "beta", "only where it counts"


def test_what_fades():
    anneal = RunConfig().anneal
    assert [anneal.blur(kimg) for kimg in (0, 100, 200, 300)] == [10, 5, 0, 0]
    assert anneal.noise(2500) == 0.5
    assert with_values(RunConfig(), {"anneal.blur_kimg": 0}).anneal.blur(0) == 0


def test_half_life_of_the_average():
    config = RunConfig()
    assert config.ema_half_life_kimg == 20
    # After the ramp a contribution halves in 20 kimg = 312.5 steps of 64.
    assert config.ema_decay(1000) ** 312.5 == pytest.approx(0.5)
    assert config.ema_decay(0) == 0
    assert config.ema_decay(10) == pytest.approx(0.5 ** (0.064 / 0.5))
    assert with_values(config, {"ema.factor": 0.4, "loop.batch": 8}).ema_half_life_kimg == 1.0
    assert with_values(config, {"ema.half_life_kimg": 3}).ema_half_life_kimg == 3


def test_advice_names_the_box_and_its_value():
    config = with_values(RunConfig(), {"poses.kind": "custom"})
    (advice,) = config.advice()
    assert advice.field == "generator.render.cube_scale"
    assert "0.4807" in advice.text
    assert not with_values(config, {"generator.render.cube_scale": 0.4808}).advice()
    assert not with_values(config, {"generator.render.bounds": "box"}).advice()
    # Poses that all look from one direction need less.
    assert not with_values(config, {"generator.render.cube_scale": 0.4}).advice(np.array([[0.0, np.pi / 2]]))


def test_both_networks_are_told_of_the_same_classes():
    both = {"generator.label_count": 3, "discriminator.label_count": 3}
    assert with_values(RunConfig(), both).generator.label_count == 3
    with pytest.raises(ConfigError, match=r"discriminator\.label_count") as caught:
        with_values(RunConfig(), {"generator.label_count": 3})
    assert caught.value.problems[0].fields == ("generator.label_count", "discriminator.label_count")
    with pytest.raises(ConfigError, match="depends on w"):
        with_values(RunConfig(), both | {"generator.backbone": "planes"})


def test_advice_on_aliasing_of_one_side_only():
    def about(**values: object) -> list[str]:
        config = with_values(RunConfig(), {f"patches.{name}": value for name, value in values.items()})
        return [note.field for note in config.advice() if note.field in ("patches.antialias", "patches.supersample")]

    assert about() == about(antialias="area", supersample=2) == []
    assert about(antialias="area") == ["patches.supersample"]
    assert about(supersample=3) == ["patches.antialias"]


def test_advice_on_classes_that_drown():
    def fields(**values: object) -> list[str]:
        told = {"generator.label_count": 3, "discriminator.label_count": 3}
        config = with_values(RunConfig(), told | {f"discriminator.{name}": value for name, value in values.items()})
        return [note.field for note in config.advice() if "label" in note.field]

    assert fields() == ["discriminator.label_gain"]
    assert fields(label_gain=20) == fields(kind="standard") == []


def test_advice_on_times_and_gamma():
    fields = {note.field for note in with_values(RunConfig(), {"loop.total_kimg": 50}).advice()}
    assert {"patches.anneal_kimg", "anneal.blur_kimg", "anneal.density_noise_kimg", "loop.snapshot_kimg"} <= fields
    slow = with_values(RunConfig(), {"loop.total_kimg": 50, "patches.kind": "graf"})
    assert "patches.anneal_kimg" not in {note.field for note in slow.advice()}
    [note] = [note for note in slow.advice() if note.field == "patches.decay"]
    assert "1.184e+04 kimg" in note.text
    fast = with_values(slow, {"patches.decay": 1.78, "loop.total_kimg": 64})
    assert "patches.decay" not in {note.field for note in fast.advice()}
    fields = {note.field for note in with_values(RunConfig(), {"optimizer.r1_gamma": 100}).advice()}
    assert "optimizer.r1_gamma" in fields


@pytest.mark.parametrize(
    ("preset", "gamma", "said"),
    [
        ("cats256", 0.05, ""),
        ("cats256", 50.0, "Table 4, Cats at 256²): try 0.05 to 1"),
        ("tiny", 0.05, ""),
        ("tiny", 0.5, ""),  # the demo's
        ("tiny", 5.0, "64² with a batch of 8 by the rule of StyleGAN2-ADA: try 0.1."),
        ("eg3d-afhq", 5.0, ""),
        ("tiny-eg3d", 50.0, "by the rule of StyleGAN2-ADA"),
        ("tiny-eg3d", 0.0, "by the rule of StyleGAN2-ADA"),
    ],
)
def test_gamma_is_held_against_the_papers_scan_or_the_rule(preset, gamma, said):
    config = with_values(load_preset(preset), {"optimizer.r1_gamma": gamma})
    texts = [note.text for note in config.advice() if note.field == "optimizer.r1_gamma"]
    assert len(texts) == bool(said)
    assert all(said in text for text in texts)
