import json

import pytest
import torch
from safetensors.torch import save_file

from core.bake import bake, grid_points, z_from_seed
from core.baked import BakedVolume
from core.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from core.discriminator import PatchDiscriminator
from core.epigraf import EpigrafGenerator
from core.model_config import DiscriminatorConfig, GeneratorConfig, RenderConfig
from core.rays import Patches
from core.scale_specific import build_discriminator

GENERATOR = GeneratorConfig(
    z_dim=8, w_dim=16, plane_resolution=8, plane_features=4, channel_base=64, channel_max=8, decoder_hidden=8,
    render=RenderConfig(coarse_samples=6, fine_samples=6),
)  # fmt: skip
DISCRIMINATOR = DiscriminatorConfig(
    image_resolution=16, patch_resolution=8, channel_base=64, channel_max=8, hyper_dim=8
)


@pytest.fixture
def networks():
    torch.manual_seed(0)
    return EpigrafGenerator(GENERATOR), PatchDiscriminator(DISCRIMINATOR)


def test_round_trip(tmp_path, networks):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, *networks, {"kimg": 1.5})
    loaded = load_checkpoint(path)
    assert loaded.progress == {"kimg": 1.5}
    assert loaded.generator.config == GENERATOR
    assert loaded.discriminator is not None
    for ours, theirs in zip(networks, (loaded.generator, loaded.discriminator), strict=True):
        for name, value in ours.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name]), name
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.safetensors"]


@pytest.mark.parametrize("kind", ["hyper", "standard", "scale-specific"])
def test_every_kind_of_discriminator_comes_back(tmp_path, networks, kind):
    config = DISCRIMINATOR.model_copy(update={"kind": kind, "experts": 4, "label_count": 3, "camera_condition": True})
    ours, path = build_discriminator(config).eval(), tmp_path / "a.safetensors"
    save_checkpoint(path, networks[0], ours, {})
    theirs = load_checkpoint(path).discriminator
    assert theirs is not None
    assert theirs.config == config
    given = torch.randn(4, 3, 8, 8), Patches.whole(4), torch.zeros(4, 2), torch.tensor([0, 1, 2, 0])
    assert torch.equal(ours(*given), theirs(*given))


def test_half_precision_is_widened_again(tmp_path, networks):
    path = tmp_path / "live.safetensors"
    save_checkpoint(path, networks[0], None, {}, torch.float16)
    loaded = load_checkpoint(path)
    assert loaded.discriminator is None
    assert all(value.dtype == torch.float32 for value in loaded.generator.state_dict().values())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a safetensors file"),
        (b"<!DOCTYPE html><html>404</html>", "not a safetensors file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS pointer"),
        (b"\x80\x04\x95cposix\nsystem\n", "not a safetensors file"),
    ],
)
def test_foreign_files_are_explained(tmp_path, content, message):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=message) as caught:
        load_checkpoint(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"there is no checkpoint .*gone"):
        load_checkpoint(tmp_path / "gone.safetensors")


def test_a_cut_off_file(tmp_path, networks):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, *networks, {})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="cut off"):
        load_checkpoint(path)


def test_other_safetensors_versions_and_shapes_are_named(tmp_path, networks):
    path = tmp_path / "a.safetensors"
    tensors = {f"generator.{name}": value for name, value in networks[0].state_dict().items()}
    save_file(tensors, path, {})
    with pytest.raises(CheckpointError, match="not a checkpoint of EpiGRAF Studio"):
        load_checkpoint(path)
    metadata = {"format": "epigraf-studio", "version": "99", "generator": GENERATOR.model_dump_json()}
    save_file(tensors, path, metadata)
    with pytest.raises(CheckpointError, match="version 99"):
        load_checkpoint(path)
    metadata["version"] = "1"
    save_file({**tensors, "generator.decoder.out.bias": torch.zeros(5)}, path, metadata)
    with pytest.raises(CheckpointError, match=r"generator.decoder.out.bias has shape \(5,\)"):
        load_checkpoint(path)
    save_file({key: value for key, value in tensors.items() if "const" not in key}, path, metadata)
    with pytest.raises(CheckpointError, match="const is missing"):
        load_checkpoint(path)
    metadata["generator"] = json.dumps({"z_dim": -1})
    save_file(tensors, path, metadata)
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)


def test_baking_is_the_field_on_a_grid(tmp_path, networks):
    generator = networks[0].eval().requires_grad_(False)
    ws = generator.mapping(z_from_seed(3, GENERATOR.z_dim))
    fractions = []
    volume = bake(generator, ws, 9, source="test", on_progress=fractions.append)
    points = grid_points(9, volume.half, slice(0, 9)).reshape(1, -1, 3)
    rgb, density = generator.field(ws)(points)
    expected = torch.cat([rgb, density], dim=-1).reshape(9, 9, 9, 4)
    torch.testing.assert_close(torch.from_numpy(volume.values).float(), expected, atol=2e-3, rtol=2e-3)
    assert fractions[-1] == 1
    volume.save(tmp_path / "v.npz")
    again = BakedVolume.load(tmp_path / "v.npz")
    assert (again.values == volume.values).all()
    assert (again.half, again.source) == (volume.half, "test")


def test_seeds_give_the_same_latent_everywhere():
    assert z_from_seed(0, 3)[0].tolist() == pytest.approx([1.7640524, 0.4001572, 0.9787380])


def test_a_pickle_is_sent_to_the_importer(tmp_path):
    (tmp_path / "network.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(CheckpointError, match=r"epigraf import .*network\.pkl`"):
        load_checkpoint(tmp_path / "network.pkl")
