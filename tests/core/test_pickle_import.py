"""Published networks become checkpoints: the same tensors, the same pictures; what does not fit is named."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.checkpoint import CheckpointError, load_checkpoint
from core.import_main import answer
from core.inert_pickle import PickleRefusedError
from core.pickle_import import DIGEST, Imported, ImportOrder, import_pickle
from core.rays import pose_matrices
from core.triplane import TriPlaneField
from tests.core import published_pickles as pickles
from tests.core.published import (
    published_discriminator,
    published_dual_discriminator,
    published_eg3d,
    published_generator,
)


def convert(path: Path, target: Path | None = None, **options) -> Imported:
    shares = []
    done = import_pickle(
        ImportOrder(path, target or path.with_suffix(".safetensors"), **options), lambda share, _: shares.append(share)
    )
    assert shares == sorted(shares)
    return done


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Path:
    content = pickles.snapshot(
        G=pickles.generator(), D=pickles.discriminator(), G_ema=pickles.generator(), loss_kwargs={"gamma": 0.1}
    )
    return pickles.write_pickle(tmp_path_factory.mktemp("snapshot") / "network.pkl", content)


def test_both_networks_are_those_of_the_file(snapshot: Path):
    done = convert(snapshot)
    assert (done.family, done.notes, done.warnings) == ("epigraf", (), ())
    checkpoint = load_checkpoint(done.path)
    generator, reference = published_generator()
    assert checkpoint.generator.config == generator.config
    for name, value in generator.state_dict().items():
        assert torch.equal(checkpoint.generator.state_dict()[name], value), name
    discriminator, _ = published_discriminator("epigraf-discriminator")
    assert checkpoint.discriminator is not None
    assert checkpoint.discriminator.config == discriminator.config.model_copy(update={"camera_dropout": 0.5})
    for name, value in discriminator.state_dict().items():
        assert torch.equal(checkpoint.discriminator.state_dict()[name], value), name
    assert checkpoint.progress["imported_from"] == "network.pkl"
    assert checkpoint.progress["kimg"] == 12
    matrices = pose_matrices(reference.arrays["camera_angles"], 1.0)
    ws = checkpoint.generator.mapping(reference["z"])
    picture = checkpoint.generator.picture(checkpoint.generator.field(ws), matrices, 64)
    assert (picture[:, :3] - reference["image"]).abs().max() < 1e-4


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_all_protocols_and_a_bare_network(tmp_path: Path, protocol: int):
    path = pickles.write_pickle(tmp_path / "bare.pkl", pickles.generator(), protocol)
    checkpoint = load_checkpoint(convert(path).path)
    assert checkpoint.discriminator is None
    assert checkpoint.generator.config.z_dim == 64


def test_half_precision_and_views_of_one_storage(tmp_path: Path):
    network = pickles.generator()
    fc0, fc1 = (network.part(f"mapping.fc{index}").state["_parameters"] for index in (0, 1))
    both = torch.cat([fc0["weight"].detach(), fc1["weight"].detach()]).half()
    fc0["weight"], fc1["weight"] = both[:64], both[64:]
    done = convert(pickles.write_pickle(tmp_path / "half.pkl", {"G_ema": network}))
    generator, _ = published_generator()
    mapping = load_checkpoint(done.path).generator.state_dict()
    for name in ("mapping.fc0.weight", "mapping.fc1.weight"):
        assert torch.equal(mapping[name], generator.state_dict()[name].half().float())


def test_cameras_that_the_file_does_not_state_are_taken_from_the_kind_of_data(tmp_path: Path):
    content = {"G_ema": pickles.generator(settings=None), "D": pickles.discriminator("epigraf-discriminator-camera")}
    done = convert(pickles.write_pickle(tmp_path / "silent.pkl", content))
    assert "angle of view" in done.notes[0]
    assert "FFHQ" in done.notes[0]
    checkpoint = load_checkpoint(done.path)
    assert checkpoint.generator.config.render.fov == 12
    assert checkpoint.discriminator is not None
    assert checkpoint.discriminator.config.camera_condition
    objects = convert(tmp_path / "silent.pkl", tmp_path / "objects.safetensors", cameras="objects")
    assert load_checkpoint(objects.path).generator.config.render.fov == 30


def test_a_background_comes_along(tmp_path: Path):
    path = pickles.write_pickle(tmp_path / "sphere.pkl", {"G_ema": pickles.generator("epigraf-generator-background")})
    checkpoint = load_checkpoint(convert(path).path)
    generator, reference = published_generator("epigraf-generator-background")
    config = checkpoint.generator.config
    assert config.background_steps == 8
    assert (config.background_width, config.background_blocks) == (32, 2)
    for name, value in generator.state_dict().items():
        assert torch.equal(checkpoint.generator.state_dict()[name], value), name
    matrices = pose_matrices(reference.arrays["camera_angles"], 1.0)
    field = checkpoint.generator.field(checkpoint.generator.mapping(reference["z"]))
    assert (checkpoint.generator.picture(field, matrices, 64)[:, :3] - reference["image"]).abs().max() < 1e-4


def test_a_painted_background_is_told_by_its_channels(tmp_path: Path):
    network = pickles.generator()
    for size in (4, 8, 16, 32):
        parameters = network.part(f"synthesis.tri_plane_decoder.b{size}.torgb").state["_parameters"]
        parameters.update(weight=torch.zeros(27, 32, 1, 1), bias=torch.zeros(27))
    done = convert(pickles.write_pickle(tmp_path / "plane.pkl", {"G_ema": network}))
    assert load_checkpoint(done.path).generator.config.background == "plane"
    assert "last three channels" in done.warnings[0]


def test_a_generator_that_is_told_the_camera(tmp_path: Path):
    network = pickles.generator()
    network.part("mapping.embed").state["_parameters"].update(weight=torch.ones(64, 24), bias=torch.ones(64))
    network.part("mapping.fc0").state["_parameters"]["weight"] = torch.ones(64, 128)
    generator = load_checkpoint(convert(pickles.write_pickle(tmp_path / "told.pkl", {"G_ema": network})).path).generator
    assert (generator.config.camera_condition, generator.config.z_dim) == (True, 64)
    assert generator.mapping(torch.zeros(1, 64)).isfinite().all()


def test_a_discriminator_without_hypernetwork(tmp_path: Path):
    weights = pickles.weights_of("epigraf-discriminator")
    kept = {name: value for name, value in weights.items() if not name.startswith(("hyper_mod", "head_", "scalar_"))}
    kept = {name: value for name, value in kept.items() if ".affine." not in name}
    kept |= {"b4.out.weight": weights["b4.out.weight"][:1], "b4.out.bias": weights["b4.out.bias"][:1]}
    content = {"G_ema": pickles.generator(), "D": pickles.module_of(kept, "Discriminator")}
    done = convert(pickles.write_pickle(tmp_path / "standard.pkl", content))
    assert not done.warnings
    discriminator = load_checkpoint(done.path).discriminator
    assert discriminator is not None
    assert (discriminator.config.kind, discriminator.config.conv_clamp) == ("standard", 256)


def test_a_discriminator_that_does_not_know_its_steps_is_asked_for_its_settings(tmp_path: Path):
    weights = pickles.weights_of("epigraf-discriminator")
    for patch, expected in ((16, 16), (None, 64)):
        settings = {"patch": {"resolution": patch}} if patch else {}
        network = pickles.module_of(weights, "Discriminator", _init_kwargs={"cfg": settings})
        path = pickles.write_pickle(tmp_path / f"{expected}.pkl", {"G_ema": pickles.generator(), "D": network})
        discriminator = load_checkpoint(convert(path).path).discriminator
        assert discriminator is not None
        assert discriminator.config.patch_resolution == expected


def test_a_condition_that_is_not_known_leaves_the_discriminator_out(tmp_path: Path):
    network = pickles.discriminator()
    network.part("head_mapping.embed").state["_parameters"]["weight"] = torch.zeros(32, 838)
    done = convert(pickles.write_pickle(tmp_path / "labels.pkl", {"G_ema": pickles.generator(), "D": network}))
    assert "head_mapping.embed.weight takes 838 numbers" in done.warnings[0]


def test_the_same_file_is_imported_once_and_another_takes_a_free_name(snapshot: Path, tmp_path: Path):
    target = tmp_path / "network.safetensors"
    first = convert(snapshot, target)
    written = target.stat().st_mtime_ns
    again = convert(snapshot, target)
    assert (again.path, target.stat().st_mtime_ns) == (first.path, written)
    assert "before" in again.notes[0]
    other = convert(pickles.write_pickle(tmp_path / "other.pkl", pickles.generator()), target)
    assert other.path == tmp_path / "network-2.safetensors"
    assert convert(tmp_path / "other.pkl", target).path == other.path
    assert convert(tmp_path / "other.pkl", target, force=True).path == target


def altered(change) -> dict:
    network = pickles.generator()
    change(network)
    return {"G_ema": network}


def drop(network: pickles.Module) -> None:
    del network.part("mapping.fc1").state["_parameters"]["bias"]


def widen(network: pickles.Module) -> None:
    network.part("synthesis.tri_plane_decoder.b8.conv0").state["_parameters"]["weight"] = torch.zeros(32, 31, 3, 3)


def add(network: pickles.Module) -> None:
    network.part("synthesis.something").state["_parameters"]["weight"] = torch.zeros(3)


def label(network: pickles.Module) -> None:
    network.part("mapping.embed").state["_parameters"]["weight"] = torch.zeros(64, 25)


def claim(network: pickles.Module) -> None:
    network.part("mapping.fc0").state["_parameters"]["weight"] = torch.zeros(1).expand(64, 64)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (drop, "mapping.fc1.bias"),
        (widen, "synthesis.tri_plane_decoder.b8.conv0.weight"),
        (add, "synthesis.something.weight"),
        (label, "mapping.embed.weight"),
        (claim, "mapping.fc0.weight"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, change, name: str):
    path = pickles.write_pickle(tmp_path / "odd.pkl", altered(change))
    with pytest.raises(PickleRefusedError, match=name.replace(".", r"\.")) as caught:
        convert(path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]


def test_a_discriminator_that_is_not_known_is_left_out_with_a_word(tmp_path: Path):
    network = pickles.discriminator()
    network.part("b64.conv0").state["_parameters"]["weight"] = torch.zeros(7, 8, 3, 3)
    done = convert(pickles.write_pickle(tmp_path / "odd.pkl", {"G_ema": pickles.generator(), "D": network}))
    assert "b64.conv0.weight" in done.warnings[0]
    assert load_checkpoint(done.path).discriminator is None


def test_an_imported_eg3d_renders_as_published(tmp_path: Path):
    networks = {"G_ema": pickles.eg3d_generator(), "D": pickles.eg3d_discriminator()}
    done = convert(pickles.write_pickle(tmp_path / "ffhq.pkl", networks))
    assert (done.family, done.warnings) == ("eg3d", ())
    assert "angle of view: that of the published faces" in done.notes[0]
    loaded, (expected, reference) = load_checkpoint(done.path), published_eg3d()
    # The angle of view is the one thing that such a file does not say.
    stated = loaded.generator.config
    render = stated.render.model_copy(update={"fov": expected.config.render.fov})
    assert stated.render.fov == pytest.approx(expected.config.render.fov, abs=0.01)
    assert stated.model_copy(update={"render": render}) == expected.config
    label = reference["camera_label"][:, :16].reshape(2, 4, 4) * torch.tensor([1.0, -1.0, -1.0, 1.0])
    picture = loaded.generator.picture(loaded.generator.field(reference["ws"]), label, 128, fov=render.fov)
    assert (picture[:, :3] - reference["image"]).abs().max() <= 1e-3
    judge, _ = published_dual_discriminator()
    assert loaded.discriminator is not None
    for name, value in judge.state_dict().items():
        assert torch.equal(loaded.discriminator.state_dict()[name], value), name
    assert convert(tmp_path / "ffhq.pkl").notes == ("It was imported before.",)


def test_stored_plane_axes_decide_the_planes(tmp_path: Path):
    fixed = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 0, 1], [0, 1, 0]], [[0, 0, 1], [0, 1, 0], [1, 0, 0]]]
    network = pickles.eg3d_generator()
    network.part("renderer").state["plane_axes"] = torch.tensor(fixed, dtype=torch.float32)
    done = convert(pickles.write_pickle(tmp_path / "fixed.pkl", {"G_ema": network}))
    generator = load_checkpoint(done.path).generator
    assert generator.config.plane_axes == "fixed"
    field = generator.field(torch.zeros(1, generator.config.ws_count, 512))
    assert isinstance(field, TriPlaneField)
    assert field.axes == ((0, 1), (0, 2), (2, 1))
    network.part("renderer").state["plane_axes"] = torch.tensor(fixed[:1] * 3, dtype=torch.float32)
    with pytest.raises(PickleRefusedError, match="planes are spanned by the axes"):
        convert(pickles.write_pickle(tmp_path / "odd.pkl", {"G_ema": network}))


def test_settings_of_an_eg3d_that_are_no_parameters(tmp_path: Path):
    """Objects in front of white, a label that G is not told, a decoder with a learning rate of its own."""
    cars = {"white_back": True, "box_warp": 1.6, "ray_start": "auto", "ray_end": "auto", "avg_camera_radius": 1.7}
    network = pickles.eg3d_generator(**cars, c_gen_conditioning_zero=True, decoder_lr_mul=0.5)
    generator = load_checkpoint(convert(pickles.write_pickle(tmp_path / "cars.pkl", {"G": network})).path).generator
    render = generator.config.render
    assert (render.cube_scale, render.bounds, render.white_back, render.radius) == (0.8, "box", True, 1.7)
    assert (render.near, render.far, render.fov) == (0.1, 2.6, pytest.approx(52, abs=0.1))
    expected, _ = published_eg3d()
    assert not generator.mapping.embed.weight.any()
    assert torch.equal(generator.decoder.out.weight, expected.decoder.out.weight / 2)
    assert torch.equal(generator.decoder.out.bias, expected.decoder.out.bias / 2)


def test_an_eg3d_that_an_earlier_version_has_kept(tmp_path: Path):
    """Its tensors had their published names; the message says what to do, and the import does not take it for done."""
    path = tmp_path / "ffhq.safetensors"
    source = pickles.write_pickle(tmp_path / "ffhq.pkl", {"G_ema": pickles.eg3d_generator()})
    progress = json.dumps({DIGEST: hashlib.sha256(source.read_bytes()).hexdigest()})
    facts = {"format": "epigraf-studio", "version": "1", "family": "eg3d", "generator": "{}", "progress": progress}
    save_file({"generator.backbone.mapping.w_avg": torch.zeros(1)}, path, facts)
    with pytest.raises(CheckpointError, match=r"EG3D.*once more with `epigraf import`"):
        load_checkpoint(path)
    assert convert(source).path == tmp_path / "ffhq-2.safetensors"


def said_by_the_process(monkeypatch, capsys, source: Path, target: Path) -> tuple[int, list[dict]]:
    monkeypatch.setattr("core.import_main.limit_memory", lambda _: None)
    order = {"source": str(source), "target": str(target), "cameras": None, "force": False}
    status = answer(json.dumps(order).encode())
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_process_answers_in_lines_of_json(snapshot: Path, tmp_path: Path, monkeypatch, capsys):
    target = tmp_path / "network.safetensors"
    status, said = said_by_the_process(monkeypatch, capsys, snapshot, target)
    assert status == 0
    assert said[0] == {"share": 0.0, "text": "checking"}
    assert said[-1]["done"] == {"path": str(target), "family": "epigraf", "notes": [], "warnings": []}


def test_the_process_says_what_is_wrong(snapshot: Path, tmp_path: Path, monkeypatch, capsys):
    status, said = said_by_the_process(monkeypatch, capsys, tmp_path / "gone.pkl", tmp_path / "a.safetensors")
    assert (status, said[-1]["names_file"]) == (1, True)
    assert "gone.pkl" in said[-1]["error"]
    (tmp_path / "empty.pkl").touch()
    status, said = said_by_the_process(monkeypatch, capsys, tmp_path / "empty.pkl", tmp_path / "a.safetensors")
    assert (status, said[-1]["names_file"]) == (1, False)
    for error, expected in ((MemoryError(), "memory"), (RuntimeError("not enough memory: 1"), "memory")):
        monkeypatch.setattr("core.import_main.import_pickle", lambda *_, error=error: raise_(error))
        status, said = said_by_the_process(monkeypatch, capsys, snapshot, tmp_path / "a.safetensors")
        assert status == 1
        assert expected in said[-1]["error"]
    monkeypatch.setattr("core.import_main.import_pickle", lambda *_: raise_(RuntimeError("a mistake of ours")))
    with pytest.raises(RuntimeError, match="mistake"):
        said_by_the_process(monkeypatch, capsys, snapshot, tmp_path / "a.safetensors")


def raise_(error: Exception) -> None:
    raise error
