"""The description of the settings against the configuration itself: all are there, and ranges are what is enforced."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from core.model_config import FrozenModel
from training.config import ConfigError, RunConfig
from training.config_files import config_of, is_set, setting_names, with_values
from training.presets import load_preset
from training.setting_schema import Range, Setting, flat_values, refusal, setting_groups

GROUPS = setting_groups()
SETTINGS = {setting.name: setting for group in GROUPS for setting in group.settings}
NUMBERS = [setting for setting in SETTINGS.values() if setting.kind in ("whole", "number")]
OF_KIND = {
    "data.mirror": "switch", "loop.batch": "whole", "loop.total_kimg": "number", "patches.kind": "choice",
    "data.path": "path", "name": "text", "discriminator.patch_resolution": "power", "data.resolution": "power",
    "loop.device": "choice", "ema.half_life_kimg": "number", "version": "choice",
}  # fmt: skip


def test_every_setting_is_covered_once():
    assert list(SETTINGS) == [name for group in GROUPS for name in (each.name for each in group.settings)]
    assert sorted(SETTINGS) == sorted(setting_names())
    assert all(setting.help and setting.label for setting in SETTINGS.values())
    assert {name: SETTINGS[name].kind for name in OF_KIND} == OF_KIND


def test_labels_of_a_group_tell_its_settings_apart():
    for group in GROUPS:
        labels = [setting.label for setting in group.settings]
        assert len(set(labels)) == len(labels), group.name
        assert max(map(len, labels)) <= 13, labels


def test_groups_follow_the_configuration():
    names = ["", "data", "generator", "generator.render", "generator.upsampler", "discriminator"]
    assert [group.name for group in GROUPS[:6]] == names
    assert {group.name: group.title for group in GROUPS}["generator.render"] == "Cameras and rays"
    assert all(group.help for group in GROUPS if group.name)


def test_defaults_are_those_of_the_configuration():
    values = flat_values(RunConfig())
    assert {name: setting.default for name, setting in SETTINGS.items()} == values


def test_choices_are_all_allowed_and_others_are_not():
    for setting in SETTINGS.values():
        if setting.kind in ("choice", "power"):
            assert setting.choices
            assert not any(refusal(setting.name, choice) for choice in setting.choices)
            assert refusal(setting.name, "neither of them" if setting.kind == "choice" else 100)


def test_what_may_be_empty():
    optional = {name for name, setting in SETTINGS.items() if setting.optional}
    assert optional >= {"data.path", "data.resolution", "discriminator.conv_clamp", "ema.half_life_kimg", "ema.ramp_up"}
    for name, setting in SETTINGS.items():
        assert bool(refusal(name, None)) is not setting.optional, name
        if setting.optional and setting.kind != "path":
            assert setting.empty, f"{name}: say what it means when it is empty"


def inside(setting: Setting) -> st.SearchStrategy[Any]:
    """Values in the range, its ends included where they belong to it."""
    limits, whole = setting.range, setting.kind == "whole"
    low = limits.low if limits.low is not None else -1e6
    high = limits.high if limits.high is not None else 1e6
    if whole:
        return st.integers(int(low) + limits.low_open, int(high) - limits.high_open)
    return st.floats(low, high, exclude_min=limits.low_open, exclude_max=limits.high_open)


def outside(setting: Setting) -> st.SearchStrategy[Any] | None:
    """Values beyond the range, those right behind its ends included."""
    limits, whole = setting.range, setting.kind == "whole"
    parts: list[st.SearchStrategy[Any]] = []
    if limits.low is not None:
        last = limits.low if limits.low_open else math.nextafter(limits.low, -math.inf)
        parts.append(st.integers(-(10**6), int(limits.low) - (not limits.low_open)) if whole else st.floats(-1e6, last))
    if limits.high is not None:
        first = limits.high if limits.high_open else math.nextafter(limits.high, math.inf)
        ends = int(limits.high) + (not limits.high_open)
        parts.append(st.integers(ends, ends + 10**6) if whole else st.floats(first, first + 1e6))
    return st.one_of(parts) if parts else None


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.name)
def test_ranges_are_what_the_configuration_enforces(setting: Setting):
    @settings(max_examples=12, deadline=None, database=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        good = data.draw(inside(setting))
        assert good in setting.range
        assert refusal(setting.name, good) == ""
        beyond = outside(setting)
        if beyond is not None:
            bad = data.draw(beyond)
            assert bad not in setting.range
            assert refusal(setting.name, bad) != ""

    check()


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.name)
def test_the_ends_of_ranges(setting: Setting):
    limits = setting.range
    for end, is_open in ((limits.low, limits.low_open), (limits.high, limits.high_open)):
        if end is not None:
            assert bool(refusal(setting.name, int(end) if setting.kind == "whole" else end)) is is_open


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("loop.batch", " 16 ", 16), ("loop.batch", "1e3", 1000), ("loop.batch", "1.5", 1.5), ("loop.batch", "x", "x"),
        ("loop.total_kimg", "1e2", 100.0), ("loop.total_kimg", "", ""), ("loop.total_kimg", "nan", "nan"),
        ("ema.half_life_kimg", " ", None), ("ema.half_life_kimg", "3", 3.0), ("loop.total_kimg", "1e999", "1e999"),
        ("data.path", "", None), ("name", " a ", "a"),
    ],
)  # fmt: skip
def test_typed_texts(name: str, text: str, value: Any):
    parsed = SETTINGS[name].parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@settings(max_examples=200)
@given(st.text(max_size=12))
def test_no_text_raises_and_nonsense_is_refused(text: str):
    for name in ("loop.batch", "loop.total_kimg", "discriminator.patch_resolution"):
        value = SETTINGS[name].parse(text)
        assert isinstance(value, (int, float)) or refusal(name, value)


def test_values_as_text_come_back():
    for name, value in flat_values(load_preset("ffhq256")).items():
        setting = SETTINGS[name]
        if setting.kind in ("whole", "power", "number"):
            parsed = setting.parse(setting.text(value))
            assert parsed == (value if value is None else pytest.approx(value, rel=1e-6)), name


def test_values_in_words():
    assert SETTINGS["loop.batch"].words(64) == "64 images"
    assert SETTINGS["ema.half_life_kimg"].words(None) == "by batch"
    assert SETTINGS["data.mirror"].words(True) == "on"
    assert str(SETTINGS["loop.batch"].range) == "from 1 up to 4096"
    assert str(SETTINGS["optimizer.beta1"].range) == "from 0 below 1"
    assert str(Range()) == ""


def test_flat_values_make_the_same_configuration():
    tiny = load_preset("tiny")
    values = flat_values(tiny)
    assert sorted(values) == sorted(setting_names())
    assert with_values(RunConfig(), values) == tiny


def test_an_unknown_type_is_refused():
    class Odd(BaseModel):
        pair: tuple[int, int] = Field(default=(1, 2))

    with pytest.raises(TypeError, match="pair"):
        setting_groups(Odd)


def test_settings_that_do_not_fit_are_named_together():
    with pytest.raises(ConfigError) as caught:
        config_of({"loop": {"batch": 6}, "data": {"path": None}}, "here")
    [problem] = caught.value.problems
    assert problem.fields == ("loop.batch", "discriminator.group_size")
    assert refusal("loop.batch", 6) == "", "alone it is allowed"
    with pytest.raises(ConfigError) as caught:
        config_of({"generator": {"render": {"near": 2}}, "loop": {"batch": "x"}}, "here")
    assert {problem.fields for problem in caught.value.problems} == {
        ("generator.render.near", "generator.render.far"),
        ("loop.batch",),
    }
    assert "whole number, got 'x'" in str(caught.value)


def test_only_models_count_as_groups():
    assert all(not is_set(RunConfig(), name) for name in SETTINGS)
    assert issubclass(RunConfig, FrozenModel)
    assert get_args(RunConfig.model_fields["version"].annotation) == SETTINGS["version"].choices
