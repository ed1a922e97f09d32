"""Runs that begin with the weights of a snapshot: the same weights, a new count, and clear words where it cannot be."""

import contextlib
from typing import Any

import pytest
import torch
import yaml

from app.cli import main
from core.checkpoint import load_checkpoint, save_checkpoint
from core.model_config import FrozenModel
from tests.core import published_pickles as pickles
from tests.core.test_pickle_import import convert
from tests.training.test_trainer import assert_same_weights, final_weights, interrupted
from tests.training.toy import TOY_EG3D, toy_config, toy_data, toy_run
from tests.training.trainers import fake_trainer
from training.__main__ import train_run
from training.config import ConfigError
from training.config_files import config_of, config_text, with_values
from training.networks import Networks
from training.run_dir import RunDirectory, create_run, list_runs
from training.warm_start import FAMILY_SETTINGS, require_fit, run_of, warm_config, warm_name, with_networks_of


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def old(tmp_path) -> RunDirectory:
    run = toy_run(tmp_path, loop__total_kimg=0.048)
    assert train_run(run) == 0
    return run


def warm_run(old: RunDirectory, **changes) -> RunDirectory:
    values = {name.replace("__", "."): value for name, value in changes.items()}
    return create_run(old.path.parent, warm_config(old.config(), old.snapshots()[-1].path, values))


def test_the_weights_are_those_of_the_snapshot(old):
    warm = warm_run(old)
    assert warm.name == "00002-toy-warm"
    assert warm.config().data == old.config().data
    trainer = interrupted(warm, 0)
    expected, networks = final_weights(old), trainer.networks
    assert trainer.progress.kimg == 0
    for network in (networks.generator, networks.average, networks.discriminator):
        for name, value in network.state_dict().items():
            assert torch.equal(value, expected[name]), name
    assert all(parameter.requires_grad for parameter in networks.generator.parameters())
    assert networks.generator.training
    assert not networks.average.training


def test_resuming_takes_the_runs_own_state(old):
    whole = warm_run(old, loop__total_kimg=0.064)
    assert train_run(whole) == 0
    halves = warm_run(old, loop__total_kimg=0.028)
    assert train_run(halves) == 0
    halves.write_config(with_values(halves.config(), {"loop.total_kimg": 0.064}))
    for snapshot in old.snapshots():
        snapshot.path.unlink()
    assert train_run(halves) == 0, "the snapshot is no longer needed"
    assert_same_weights(whole, halves)
    assert [row["Progress/kimg"] for row in whole.stats().rows] == [0.016, 0.032, 0.048, 0.064]


def test_a_warm_start_is_not_a_fresh_one(old, tmp_path):
    fresh, warm = toy_run(tmp_path), warm_run(old, loop__total_kimg=0.064)
    assert train_run(fresh) == train_run(warm) == 0
    ours, theirs = final_weights(fresh), final_weights(warm)
    assert any(not torch.equal(value, theirs[name]) for name, value in ours.items())


def test_a_snapshot_without_discriminator_leaves_a_fresh_one(old, tmp_path):
    path = tmp_path / "generator.safetensors"
    generator = load_checkpoint(old.snapshots()[-1].path).generator
    save_checkpoint(path, generator, None, {})
    warm = create_run(old.path.parent, warm_config(old.config(), path))
    networks = interrupted(warm, 0).networks
    fresh = interrupted(toy_run(tmp_path), 0).networks
    for name, value in networks.generator.state_dict().items():
        assert torch.equal(value, generator.state_dict()[name]), name
    for name, value in networks.discriminator.state_dict().items():
        assert torch.equal(value, fresh.discriminator.state_dict()[name]), name


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"generator__w_dim": 32}, "generator.w_dim is 32 here and 16 there"),
        ({"generator__channel_max": 4}, "generator.channel_max is 4 here and 8 there"),
        ({"generator__mapping_lr_multiplier": 0.1}, "generator.mapping_lr_multiplier is 0.1 here and 0.01 there"),
        ({"generator__background": "sphere"}, "generator.background is sphere here and none there"),
        ({"discriminator__hyper_dim": 8}, "discriminator.hyper_dim is 8 here and 16 there"),
        ({"discriminator__kind": "standard"}, "discriminator.kind is standard here and hyper there"),
        ({"discriminator__patch_resolution": 16}, "discriminator.patch_resolution is 16 here and 8 there"),
    ],
)
def test_a_differing_setting_is_named(old, change, words):
    with pytest.raises(ConfigError, match=words):
        warm_run(old, **change)


def test_what_does_not_matter_may_differ(old):
    warm = warm_run(old, generator__render__fine_samples=6, optimizer__r1_gamma=1.0, discriminator__group_size=2)
    assert train_run(with_length(warm, 0.008)) == 0


def with_length(run: RunDirectory, kimg: float) -> RunDirectory:
    run.write_config(with_values(run.config(), {"loop.total_kimg": kimg}))
    return run


@pytest.mark.parametrize("content", [None, b"", b"1234567", b"\xff" * 64, b"\x02" + b"\0" * 7 + b"{}"])
def test_a_snapshot_that_is_none_fails_the_run_by_name(tmp_path, content):
    path = tmp_path / "gone.safetensors"
    if content is not None:
        path.write_bytes(content)
    run = toy_run(tmp_path)
    run.write_config(with_values(run.config(), {"init": path}))
    assert train_run(run) == 1
    status = run.status()
    assert status is not None
    assert status.state == "failed"
    assert str(path) in status.message
    assert "init" in status.message


# What may be otherwise with the same weights: it decides how they are used, not what they are.
FREE = {
    "generator.noise", "generator.background_steps", "generator.upsampler.raw_resolution", "discriminator.conv_clamp",
    "discriminator.mixed_precision_blocks", "discriminator.group_size", "discriminator.camera_dropout",
}  # fmt: skip
# What other families and kinds have.
SPHERE = {"generator.background_width", "generator.background_blocks"}
EG3D = {f"generator.{name}" for name in FAMILY_SETTINGS["eg3d"]}
HYPER, EXPERTS = {"discriminator.modulation", "discriminator.hyper_dim"}, {"discriminator.experts"}
LABELS = {"discriminator.label_gain"}
KINDS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "hyper": ({}, SPHERE | EG3D | EXPERTS | LABELS),
    "labels": ({"discriminator__label_count": 3, "generator__label_count": 3}, SPHERE | EG3D | EXPERTS),
    "sphere": ({"generator__background": "sphere"}, EG3D | EXPERTS | LABELS),
    "standard": ({"discriminator__kind": "standard"}, SPHERE | EG3D | HYPER | EXPERTS | LABELS),
    "scale-specific": ({"discriminator__kind": "scale-specific"}, SPHERE | EG3D | HYPER | LABELS),
    "eg3d": (TOY_EG3D, SPHERE | HYPER | EXPERTS | LABELS),
    "flat pictures": (
        {"generator__family": "stylegan2", "generator__plane_resolution": 16},
        SPHERE | EG3D | EXPERTS | LABELS,
    ),
}


def leaves(model: FrozenModel, prefix: str) -> dict[str, Any]:
    """Values by dotted name, but for cameras and rays (`render`): those decide what is drawn."""
    found: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if not isinstance(value, FrozenModel):
            found[prefix + name] = value
        elif name != "render":
            found |= leaves(value, f"{prefix}{name}.")
    return found


def other(model: FrozenModel, path: list[str]) -> FrozenModel:
    """The same with another value of one setting, whether that makes sense or not."""
    name, *rest = path
    value = getattr(model, name)
    if rest:
        return model.model_copy(update={name: other(value, rest)})
    if isinstance(value, int | float) and not isinstance(value, bool):
        return model.model_copy(update={name: value // 2 if value > 1 else value + 1})
    return model.model_copy(update={name: not value if isinstance(value, bool) else "another"})


@pytest.mark.parametrize("which", KINDS)
def test_every_setting_that_decides_what_weights_are_is_refused(tmp_path, which):
    changes, without_effect = KINDS[which]
    config, snapshot = toy_config(toy_data(tmp_path / "toy.zip"), **changes), tmp_path / "old.safetensors"
    networks = Networks.build(config, torch.device("cpu"))
    save_checkpoint(snapshot, networks.average, networks.discriminator, {})
    require_fit(config, snapshot)
    assert with_networks_of(config, snapshot) == config
    groups = {"generator": config.generator, "discriminator": config.discriminator}
    settings = [name for group, network in groups.items() for name in leaves(network, f"{group}.")]
    refused = set()
    for name in settings:
        group, *path = name.split(".")
        with contextlib.suppress(ConfigError):
            require_fit(config.model_copy(update={group: other(groups[group], path)}), snapshot)
            continue
        refused.add(name)
    assert set(settings) - refused == FREE | without_effect


def test_names_and_origins(old, tmp_path):
    assert warm_name("toy") == "toy-warm"
    assert warm_name("toy-warm") == "toy-warm"
    assert len(warm_name("x" * 60)) == 60
    assert run_of(old.snapshots()[-1].path) == old
    assert run_of(tmp_path / "x.safetensors") is None


@pytest.fixture
def trainer(tmp_path, monkeypatch):
    for name, value in fake_trainer(tmp_path, "finish").items():
        monkeypatch.setenv(name, value)


@pytest.mark.process
def test_the_command_starts_from_a_snapshot(old, trainer, capsys):
    snapshot, runs = old.snapshots()[-1].path, old.path.parent
    options = ["--runs", str(runs), "--set", "optimizer.r1_gamma=0.5", "--kimg", "3"]
    assert main(["train", "--from", str(snapshot), *options]) == 0
    warm = list_runs(runs)[-1].config()
    assert (warm.name, warm.init, warm.optimizer.r1_gamma, warm.loop.total_kimg) == ("toy-warm", snapshot, 0.5, 3)
    assert warm.data == old.config().data
    assert "generator.render.cube_scale" in capsys.readouterr().err


def test_mistakes_of_the_command_are_explained(old, tmp_path, capsys):
    stray = tmp_path / "stray.safetensors"
    stray.write_bytes(old.snapshots()[-1].path.read_bytes())
    snapshot = str(old.snapshots()[-1].path)
    for arguments, words in [
        (["--from", str(stray)], "--preset and --data"),
        (["--from", snapshot, "--set", "generator.w_dim=32"], "generator.w_dim is 32 here and 16 there"),
        (["--from", str(tmp_path / "runs" / old.name / "snapshots" / "9.safetensors")], "there is no snapshot"),
        (["--resume", str(old.path), "--from", snapshot], "--from: cannot change when resuming"),
    ]:
        assert main(["train", *arguments, "--dry-run"]) == 2, arguments
        message = capsys.readouterr().err
        assert words in message, message


def test_a_preset_may_begin_with_a_stray_snapshot(old, tmp_path, capsys):
    stray, preset = tmp_path / "stray.safetensors", tmp_path / "mine.yaml"
    stray.write_bytes(old.snapshots()[-1].path.read_bytes())
    settings = yaml.safe_load(config_text(old.config()))
    groups = {name: settings[name] for name in ("generator", "discriminator", "anneal", "loop")}
    preset.write_text(yaml.safe_dump({"description": "for this test", **groups}))
    arguments = ["--preset", str(preset), "--data", str(old.config().data_path), "--from", str(stray), "--dry-run"]
    assert main(["train", *arguments]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert (printed["name"], printed["init"]) == ("mine", str(stray))
    assert main(["train", *arguments, "--set", "generator.z_dim=4"]) == 2
    assert "generator.z_dim is 4 here and 8 there" in capsys.readouterr().err


def test_an_old_configuration_has_no_init(tmp_path):
    config = toy_config(toy_run(tmp_path).config().data_path)
    assert config.init is None


def test_an_imported_network_brings_its_own_settings(tmp_path, capsys, caplog):
    """A published pickle with discriminator, as `epigraf import` leaves it; then one without."""
    data = toy_data(tmp_path / "toy64.zip", 8, 64)
    for name, networks in (("both", {"D": pickles.discriminator()}), ("alone", {})):
        content = pickles.snapshot(G_ema=pickles.generator(), **networks)
        imported = convert(pickles.write_pickle(tmp_path / f"{name}.pkl", content)).path
        arguments = ["--preset", "tiny", "--data", str(data), "--from", str(imported), "--dry-run"]
        settings = ["loop.batch=4", "loop.total_kimg=0.004", "discriminator.patch_resolution=16", "poses.kind=custom"]
        capsys.readouterr()
        assert main(["train", *arguments, *(word for each in settings for word in ("--set", each))]) == 0
        said = capsys.readouterr()
        assert ("no discriminator: that one" in said.err) == (name == "alone")
        run = create_run(tmp_path / "runs", config_of(yaml.safe_load(said.out), "the command"))
        assert run.config().generator.plane_resolution == 32
        caplog.clear()
        with caplog.at_level("INFO"):
            checkpoint, trained = load_checkpoint(imported), interrupted(run, 0).networks
        assert ("holds no discriminator" in caplog.text) == (name == "alone")
        for network in (trained.generator, trained.average):
            for key, value in network.state_dict().items():
                assert torch.equal(value, checkpoint.generator.state_dict()[key]), key
        if checkpoint.discriminator is not None:
            for key, value in trained.discriminator.state_dict().items():
                assert torch.equal(value, checkpoint.discriminator.state_dict()[key]), key
