import hashlib
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from training import inception, inception_distance
from training.distances import Moments, frechet_distance
from training.inception import Inception, InceptionError, load_inception, resized
from training.inception_distance import InceptionDistance


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_network_has_exactly_the_tensors_of_the_published_file():
    """566 entries; their numbers and the counters of the normalisation are what its 95,628,359 bytes hold."""
    with torch.device("meta"):
        state = Inception().state_dict()
    numbers = sum(value.numel() for name, value in state.items() if not name.endswith("num_batches_tracked"))
    assert len(state) == 566
    assert numbers == 23_885_392
    assert 4 * numbers + 8 * 94 < 95_628_359 < 4 * numbers + 200_000
    assert state["fc.weight"].shape == (1008, 2048)
    assert state["Mixed_7c.branch3x3dbl_3b.conv.weight"].shape == (384, 384, 3, 1)


def test_weights_are_read_without_random_numbers_and_give_features(tmp_path):
    torch.manual_seed(0)
    network = Inception().eval()
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    before = torch.get_rng_state()
    loaded = load_inception(tmp_path / "weights.pth", sha256=sha256(tmp_path / "weights.pth"))
    assert torch.equal(torch.get_rng_state(), before)
    pixels = torch.randint(0, 256, (1, 3, 32, 32), generator=torch.Generator().manual_seed(0))
    features = loaded(pixels)
    assert features.shape == (1, 2048)
    assert torch.equal(features, network(pixels))
    assert features.std() > 0


def test_resizing_is_that_of_tensorflow_1():
    image = torch.arange(12.0).reshape(1, 1, 3, 4) ** 2
    found = resized(image, 7)[0, 0]
    for row in range(7):
        for column in range(7):
            y, x = row * 3 / 7, column * 4 / 7
            top, left = int(y), int(x)
            low, right = min(top + 1, 2), min(left + 1, 3)
            above = image[0, 0, top, left] * (1 - (x - left)) + image[0, 0, top, right] * (x - left)
            below = image[0, 0, low, left] * (1 - (x - left)) + image[0, 0, low, right] * (x - left)
            assert found[row, column] == pytest.approx(float(above * (1 - (y - top)) + below * (y - top)), rel=1e-5)


def test_padding_is_not_counted_in_means():
    assert torch.equal(inception._mean3(torch.ones(1, 1, 4, 4)), torch.ones(1, 1, 4, 4))


def test_another_file_is_refused_by_its_hash(tmp_path):
    path = tmp_path / "inception.pth"
    path.write_bytes(b"something else")
    with pytest.raises(InceptionError, match=r"is another file \(SHA-256 [0-9a-f]{64}.*6726825d"):
        load_inception(path)
    with pytest.raises(InceptionError, match="cannot be read"):
        load_inception(tmp_path / "absent.pth")


def test_a_program_is_refused_even_if_it_is_the_published_one(tmp_path, monkeypatch):
    path = tmp_path / "inception.pt"
    path.write_bytes(b"stands for the TorchScript file")
    monkeypatch.setattr(inception, "TORCHSCRIPT_SHA256", sha256(path))
    with pytest.raises(InceptionError, match="TorchScript program, and no file is run here"):
        load_inception(path)


def test_a_pickle_with_code_never_runs_whatever_its_hash(tmp_path):
    class Evil:
        def __reduce__(self):
            return Path.touch, (tmp_path / "ran",)

    content = io.BytesIO()
    torch.save({"fc.weight": Evil()}, content, pickle_module=pickle)
    path = tmp_path / "evil.pth"
    path.write_bytes(content.getvalue())
    with pytest.raises(InceptionError, match="does not hold the weights"):
        load_inception(path, sha256=sha256(path))
    assert not (tmp_path / "ran").exists()


def small_features(pixels: Tensor) -> Tensor:
    return pixels.mean(dim=2).flatten(1)[:, :6] / 255


@pytest.fixture
def distance(monkeypatch) -> InceptionDistance:
    monkeypatch.setattr(inception_distance, "load_inception", lambda path, device: small_features)
    return InceptionDistance(Path("weights.pth"), torch.device("cpu"))


def test_figures_are_named_for_their_numbers_and_come_with_a_floor(distance):
    images = torch.rand(40, 3, 4, 4, generator=torch.Generator().manual_seed(0)) * 2 - 1
    said = []
    distance.look_at_reals(lambda indices: iter([images[torch.from_numpy(indices)]]), 40, lambda f, d: said.append(d))
    fid, kid = distance.measure(iter(images[:30].split(7)), 30, lambda f, d: said.append(d))
    assert (fid.name, kid.name, fid.label) == ("fid30", "kid30", "FID at 30")
    assert "usual protocol has 50,000" in fid.protocol
    assert "40 real pictures (all)" in fid.protocol
    features = small_features((images + 1) * 127.5)
    assert fid.value == pytest.approx(frechet_distance(Moments.of(features), Moments.of(features[:30])), abs=1e-6)
    order = torch.from_numpy(np.random.default_rng(0).permutation(40))
    halves = [Moments.of(features[part]) for part in (order[:20], order[20:])]
    assert fid.floor == pytest.approx(frechet_distance(*halves), abs=1e-6)
    assert set(said) == {"features of real pictures", "features of generated pictures"}


def test_the_usual_protocol_has_the_usual_name(distance, monkeypatch):
    monkeypatch.setattr(inception_distance, "MOST", 20)
    images = torch.rand(40, 3, 4, 4, generator=torch.Generator().manual_seed(0)) * 2 - 1
    distance.look_at_reals(lambda indices: iter([images[torch.from_numpy(indices)]]), 40, lambda f, d: None)
    fid, _ = distance.measure(iter([images[:20]]), 20, lambda f, d: None)
    assert fid.name.endswith("k_full")
    assert "The usual protocol" not in fid.protocol
    assert "20 real pictures," in fid.protocol
