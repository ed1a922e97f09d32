"""Whatever a file holds, nothing of it is executed, and a sentence says what is wrong with it."""

import contextlib
import io
import os
import pickle
import struct
import zipfile
from pathlib import Path

import pytest
import torch

from core.foreign_files import require_pickle
from core.inert_modules import networks_in
from core.inert_pickle import Limits, PickleRefusedError, PickleSource, read_pickle
from core.inert_values import Record, StoredBytes
from core.pickle_import import ImportOrder, import_pickle
from tests.core import published_pickles as pickles


class Calls:
    """Pickles as a call that leaves a mark."""

    def __init__(self, function, *arguments) -> None:
        self.made = function, arguments

    def __reduce__(self):
        return self.made


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """A file that only exists if something was executed."""
    return tmp_path / "executed"


def shell(mark: Path) -> Calls:
    return Calls(os.system, f"touch {mark}")


def convert(path: Path):
    return import_pickle(ImportOrder(path, path.with_suffix(".safetensors")), lambda *_: None)


def refusal(path: Path) -> str:
    with pytest.raises(PickleRefusedError) as caught:
        convert(path)
    text = str(caught.value)
    assert text
    assert "\n" not in text
    assert len(text) < 400
    assert not path.with_suffix(".safetensors").exists()
    return text


def test_a_mark_is_left_where_a_pickle_is_executed(mark: Path):
    """The tests below would notice."""
    pickle.loads(pickle.dumps(shell(mark)))
    assert mark.exists()


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_a_call_of_the_shell(tmp_path: Path, mark: Path, protocol: int):
    path = tmp_path / "network.pkl"
    path.write_bytes(pickle.dumps(shell(mark), protocol))
    text = refusal(path)
    assert not mark.exists()
    if protocol >= 2:
        assert "system" in text
        assert "not done" in text


@pytest.mark.parametrize(
    "make",
    [
        lambda mark: Calls(eval, f"open({str(mark)!r}, 'w').close()"),
        lambda mark: Calls(exec, f"open({str(mark)!r}, 'w').close()"),
        lambda mark: Calls(getattr, Path(mark), "touch"),
        lambda mark: Calls(Calls, Calls(os.system, f"touch {mark}")),
        lambda mark: [{"G_ema": (shell(mark),)}, {1: shell(mark)}],
        lambda mark: {"G_ema": shell(mark)},
    ],
)
def test_calls_in_any_place(tmp_path: Path, mark: Path, make):
    (tmp_path / "network.pkl").write_bytes(pickle.dumps(make(mark)))
    refusal(tmp_path / "network.pkl")
    assert not mark.exists()


def test_old_instructions_that_call(tmp_path: Path, mark: Path):
    command = f"touch {mark}".encode()
    text = b"S'" + command + b"'\n"
    for body in (
        b"(" + text + b"ios\nsystem\n.",
        b"(cos\nsystem\n" + text + b"o.",
        b"cos\nsystem\n(" + text + b"tR.",
        b"cos\nsystem\n(" + text + b"t\x81.",
        b"cos\nsystem\n(" + text + b"t}\x92.",
    ):
        (tmp_path / "network.pkl").write_bytes(b"\x80\x04" + body)
        assert "os.system" in refusal(tmp_path / "network.pkl")
        assert not mark.exists()


def test_a_network_with_a_call_beside_it_is_read_and_warned_of(tmp_path: Path, mark: Path):
    content = {"G_ema": pickles.generator(), "augment_pipe": shell(mark)}
    done = convert(pickles.write_pickle(tmp_path / "network.pkl", content))
    assert "system" in done.warnings[0]
    assert not mark.exists()


class InStorage:
    """A tensor whose storage holds other bytes."""

    def __init__(self, data: bytes, shape: tuple[int, ...] = (64, 64)) -> None:
        self.data, self.shape = data, shape

    def __reduce__(self):
        storage = Calls(torch.storage._load_from_bytes, self.data)
        strides = torch.empty(self.shape, device="meta").stride()
        return torch._utils._rebuild_tensor_v2, (storage, 0, self.shape, strides, False, {})


def in_storage(tmp_path: Path, data: bytes) -> str:
    """What is said of a network one of whose storages holds these bytes."""
    network = pickles.generator()
    network.part("mapping.fc0").state["_buffers"]["weight"] = InStorage(data)
    del network.part("mapping.fc0").state["_parameters"]["weight"]
    text = refusal(pickles.write_pickle(tmp_path / "network.pkl", {"G_ema": network}))
    assert "mapping.fc0.weight" in text
    return text


def legacy(described: bytes, *, keys: bytes = b"\x80\x02]q\x00X\x01\x00\x00\x000a.", tail: bytes = b"") -> bytes:
    """What torch.save writes without a zip, with another description of the storage."""
    head = [pickle.dumps(value, 2) for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001})]
    return b"".join([*head, described, keys, tail])


def claim(kind: str, count: int) -> bytes:
    """A description of a storage of so many numbers."""
    numbers = pickle.dumps(count, 2)[2:-1]
    return b"\x80\x02(X\x07\x00\x00\x00storagectorch\n%s\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu%sNtQ." % (
        kind.encode(),
        numbers,
    )


def test_a_storage_that_holds_a_call(tmp_path: Path, mark: Path):
    assert "system" in in_storage(tmp_path, legacy(pickle.dumps(shell(mark), 2)))
    in_storage(tmp_path, pickle.dumps(shell(mark)))
    in_storage(tmp_path, legacy(claim("FloatStorage", 1), keys=pickle.dumps(shell(mark), 2)))
    hidden = torch.nn.Linear(2, 2)
    stream = io.BytesIO()
    torch.save({"weight": hidden, "call": shell(mark)}, stream, _use_new_zipfile_serialization=False)
    in_storage(tmp_path, stream.getvalue())
    stream = io.BytesIO()
    torch.save(shell(mark), stream)
    in_storage(tmp_path, stream.getvalue())
    assert not mark.exists()


def test_a_storage_that_claims_more_than_it_has(tmp_path: Path):
    assert "announced" in in_storage(tmp_path, legacy(claim("FloatStorage", 2**50)))
    assert "announced" in in_storage(tmp_path, legacy(claim("FloatStorage", 4096)))
    tail = struct.pack("<q", 16) + b"\0" * 64
    assert "claims" in in_storage(tmp_path, legacy(claim("FloatStorage", 16), tail=tail))
    assert "not known" in in_storage(tmp_path, legacy(claim("QInt8Storage", 16), tail=tail))
    in_storage(tmp_path, b"")
    in_storage(tmp_path, b"\x80\x02N.")


@pytest.mark.parametrize("shape", [(2**39, 64), (64, 2**39), (2**20, 2**20), (0, 64)])
def test_a_shape_that_no_network_has_takes_no_memory(tmp_path: Path, shape: tuple[int, int]):
    network = pickles.generator()
    tail = struct.pack("<q", 16) + b"\0" * 64
    parameters = network.part("mapping.fc0").state
    del parameters["_parameters"]["weight"]
    parameters["_buffers"]["weight"] = InStorage(legacy(claim("FloatStorage", 16), tail=tail), shape)
    text = refusal(pickles.write_pickle(tmp_path / "network.pkl", {"G_ema": network}))
    assert "mapping.fc0.weight" in text


def reading(data: bytes, limits: Limits | None = None):
    return read_pickle(PickleSource(io.BytesIO(data), len(data)), limits or Limits())


def test_a_bomb_of_references_stays_small_and_ends(tmp_path: Path):
    bomb: list = []
    for _ in range(150):
        bomb = [bomb] * 10
    path = tmp_path / "network.pkl"
    path.write_bytes(pickle.dumps({"G_ema": bomb}))
    assert "no network" in refusal(path)
    nested = pickles.Module()
    for _ in range(50):
        outer = pickles.Module()
        outer.state["_modules"].update(one=nested, other=nested)
        nested = outer
    text = refusal(pickles.write_pickle(path, {"G_ema": nested}))
    assert "without end" in text
    keys: tuple = ()
    for _ in range(60):
        keys = (keys, keys)
    body = pickle.dumps(keys, 4)[2:-1]
    path.write_bytes(b"\x80\x04}" + body + b"Ns.")
    assert "no network" in refusal(path)
    settings: dict = {"fov": None}
    for _ in range(60):
        settings = {"a": settings, "b": settings}
    assert convert(pickles.write_pickle(path, {"G_ema": pickles.generator(settings=settings)})).notes


def test_a_network_within_itself(tmp_path: Path):
    network = pickles.Module()
    network.state["_modules"]["again"] = Calls(list)
    data = bytearray(pickles.pickled({"G_ema": network}))
    assert networks_in(reading(bytes(data)))
    state = "}(\x8c\x0b_parameters}\x8c\x08_modules}\x94\x8c\x05againh\x00su".encode("latin1")
    cyclic = b"\x80\x04\x8c\x01a\x8c\x01b\x93)\x81\x94" + state + b"b."
    with pytest.raises(PickleRefusedError, match="without end"):
        networks_in(reading(cyclic))


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"\x80\x04" + b"N0" * 600 + b"N.", Limits(operations=1000)),
        (b"\x80\x04" + b"N" * 600 + b".", Limits(stack=500)),
        (b"\x80\x04" + b"N" + b"\x94" * 600 + b".", Limits(memo=500)),
        (b"\x80\x04" + b"(" * 600 + b"N.", Limits()),
    ],
)
def test_limits(data: bytes, limits: Limits):
    with pytest.raises(PickleRefusedError):
        reading(data, limits)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b"x",
        b"\x80\x04B" + struct.pack("<I", 2**32 - 1) + b"x",
        b"\x80\x04\x8d" + struct.pack("<Q", 2**63) + b"x",
        b"\x80\x04\x8b" + struct.pack("<i", 2**31 - 1) + b"x",
        b"\x80\x04\x96" + struct.pack("<Q", 2**40),
        b"\x80\x04L" + b"9" * 100_000 + b"L\n.",
        b"\x80\x04.",
        b"\x80\x04t.",
        b"\x80\x04h\x07.",
        b"\x80\x04\x97.",
        b"\x80\x04NNs.",
        b"\x80\x04Na.",
        b"\x80\x04NN\x93.",
        b"\x80\x04\xff.",
        b"\x80\x04N\x85R.",
        b"\x80\x04(o.",
        b"\x80\x04" + b"S" + b"a" * 2_000_000,
    ],
)
def test_claims_and_damage(data: bytes):
    with pytest.raises(PickleRefusedError) as caught:
        reading(data)
    assert "\n" not in str(caught.value)


def test_every_way_of_cutting_a_file_short_is_noticed(tmp_path: Path):
    whole = pickles.pickled({"G_ema": pickles.generator()})
    path = tmp_path / "network.pkl"
    for share in (0.001, 0.3, 0.5, 0.9, 0.9999):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert "cut off" in refusal(path)
    for length in range(2, 400):
        with pytest.raises(PickleRefusedError):
            reading(whole[:length])


def test_damaged_bytes_end_in_a_sentence(tmp_path: Path):
    whole = pickles.pickled({"G_ema": pickles.Module()})
    for position in range(2, len(whole)):
        for value in (0, 0x28, 0x52, 0x62, 0x75, 0xFF):
            damaged = whole[:position] + bytes([value]) + whole[position + 1 :]
            with contextlib.suppress(PickleRefusedError):
                networks_in(reading(damaged))


def test_unknown_names_stay_names():
    data = b"\x80\x04\x8c\x0dno.such.thing\x8c\x04Nope\x93)\x81}\x8c\x01ak\x01."
    with pytest.raises(PickleRefusedError):
        reading(data[:-3] + b"\xfe.")
    value = reading(b"\x80\x04\x8c\x0dno.such.thing\x8c\x04Nope\x93)\x81}\x8c\x01aK\x01sb.")
    assert isinstance(value, Record)
    assert (str(value.maker), value.state) == ("no.such.thing.Nope", {"a": 1})
    assert not isinstance(value, StoredBytes)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in", "web page"),
        (b"\n  <html lang='en'>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull"),
        (b"\x1f\x8b\x08", "gzip"),
        (struct.pack("<Q", 64) + b'{"a"', "safetensors"),
        (b"hello", "no pickle"),
        (b"\x80\x63", "no pickle"),
    ],
)
def test_what_is_there_instead_of_a_network(tmp_path: Path, content: bytes, word: str):
    path = tmp_path / "network.pkl"
    path.write_bytes(content)
    assert word in refusal(path)


def test_files_of_torch_save_and_folders(tmp_path: Path):
    torch.save({"weight": torch.zeros(2)}, tmp_path / "new.pkl")
    assert "torch.save" in refusal(tmp_path / "new.pkl")
    with zipfile.ZipFile(tmp_path / "a.pkl", "w") as archive:
        archive.writestr("a", "b")
    assert "zip" in refusal(tmp_path / "a.pkl")
    torch.save({"weight": torch.zeros(2)}, tmp_path / "old.pkl", _use_new_zipfile_serialization=False)
    assert "no network" in refusal(tmp_path / "old.pkl")
    with pytest.raises(PickleRefusedError, match="no such file"):
        require_pickle(tmp_path)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("core.foreign_files.MOST_BYTES", 10)
    path = pickles.write_pickle(tmp_path / "network.pkl", {"a": "b" * 20})
    assert "GiB" in refusal(path)


def test_networks_of_another_kind_are_named(tmp_path: Path):
    content = pickles.snapshot(G_ema=pickles.Module("StyleGAN2"), D=pickles.Module("Other"))
    assert "StyleGAN2" in refusal(pickles.write_pickle(tmp_path / "network.pkl", content))
    assert "no network" in refusal(pickles.write_pickle(tmp_path / "network.pkl", {"a": 1}))


def test_messages_can_be_shown_whatever_the_file_says(tmp_path: Path):
    network = pickles.Module("\x1b[2J\nrm" + "x" * 5000)
    text = refusal(pickles.write_pickle(tmp_path / "network.pkl", {"G_ema": network}))
    assert text.isprintable()
    body = b"\x80\x04\x8c\x02os\x8c\x08\x1b[31mabc\x93)R."
    (tmp_path / "network.pkl").write_bytes(body)
    assert refusal(tmp_path / "network.pkl").isprintable()
