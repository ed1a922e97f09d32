"""What a machine can compute on: with and without GPUs, drivers and builds of torch; never an error."""

from __future__ import annotations

import os
from types import SimpleNamespace

import psutil
import pynvml
import pytest
import torch

from training import machine
from training.config import RunConfig
from training.config_files import with_values
from training.machine import Machine, Memory, NvidiaGpus, Torch, installed_torch, look, main_memory, torch_of
from training.presets import load_preset

H200 = Memory("NVIDIA H200", 150_000_000_000, 3_000_000_000)
CUDA, CPU = Torch("2.13.0+cu130", cuda=True), Torch("2.13.0+cpu")


def computer(**changes) -> Machine:
    return Machine(**{"cores": 2, "memory": Memory("memory", 24_000_000_000, 2_500_000_000), **changes})


def test_this_machine():
    found = look()
    assert 1 <= found.cores <= (os.cpu_count() or 1)
    assert 0 < found.memory.used < found.memory.total <= psutil.virtual_memory().total
    assert found.torch.version == torch.__version__
    assert found.torch.cuda == (torch.version.cuda is not None)
    assert found.refusal("cpu") == found.refusal("auto") == ""
    assert (found.refusal("cuda") == "") == torch.cuda.is_available()
    assert (found.refusal("mps") == "") == torch.backends.mps.is_available()


@pytest.mark.parametrize(
    ("changes", "taken", "word"),
    [
        ({}, "cpu", "No NVIDIA GPU"),
        ({"gpus": (H200,), "torch": CUDA}, "cuda", ""),
        ({"gpus": (H200,), "torch": CPU}, "cpu", "without CUDA"),
        ({"gpus": (H200,), "torch": CUDA, "hidden": True}, "cpu", "CUDA_VISIBLE_DEVICES"),
        ({"torch": CUDA}, "cpu", "driver"),
        ({"torch": Torch("2.13.0+rocm7", rocm=True), "amd": True}, "cuda", ""),
        ({"apple": True}, "mps", "No NVIDIA GPU"),
    ],
)
def test_what_can_be_used(changes: dict, taken: str, word: str):
    found = computer(**changes)
    assert found.chosen("auto") == taken
    assert word in found.refusal("cuda")
    assert bool(word) == bool(found.refusal("cuda"))
    assert bool(found.refusal("mps")) is not found.apple
    assert found.describe("auto").startswith(f"{taken}: ")


def wanting(device: str, gpus: str) -> RunConfig:
    return with_values(load_preset("tiny"), {"loop.device": device, "parallel.gpus": gpus, "loop.batch": 16})


@pytest.mark.parametrize(
    ("gpus", "device", "numbers", "words"),
    [
        (0, "auto", "", ""),
        (0, "cpu", "0,1", ""),
        (0, "auto", "0,1", "parallel.gpus 0,1: No NVIDIA GPU was found"),
        (0, "cuda", "", "loop.device cuda: No NVIDIA GPU was found"),
        (0, "mps", "", "loop.device mps: Only Macs"),
        (1, "cuda", "0,1", "parallel.gpus 0,1: This machine has no GPU 1, only GPU 0."),
        (2, "auto", "0,1", ""),
    ],
)
def test_what_a_run_asks_for_in_vain_is_told(gpus: int, device: str, numbers: str, words: str):
    told = computer(gpus=(H200,) * gpus, torch=CUDA).run_refusal(wanting(device, numbers))
    assert told.startswith(words)
    assert bool(told) == bool(words)


def test_words():
    found = computer(gpus=(H200,), torch=CUDA)
    assert found.describe("auto") == "cuda: NVIDIA H200, 150 GB, 3.0 in use"
    assert found.describe("cpu") == "2 cores, 24 GB, 2.5 in use"
    assert str(Memory("GPU", 0, 0)) == "GPU"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\nhip: Optional[str] = None\n", CPU),
        ("__version__ = '2.13.0+cu130'\ndebug = False\ncuda: Optional[str] = '13.0'\nhip: Optional[str] = None", CUDA),
        ("__version__ = \"2\"\ncuda = None\nhip: Optional[str] = '7.0'", Torch("2", rocm=True)),
        ("nonsense", Torch()),
    ],
)
def test_builds_of_torch(text: str, expected: Torch):
    assert torch_of(text) == expected


def test_no_torch(monkeypatch):
    monkeypatch.setattr(machine.importlib.util, "find_spec", lambda _name: None)
    assert installed_torch() == Torch()


def test_without_a_driver_there_are_no_gpus(monkeypatch):
    def no_driver() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", no_driver)
    with NvidiaGpus() as gpus:
        assert gpus.memory() == ()


def test_gpus_of_a_driver(monkeypatch):
    closed = []
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: closed.append(True))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 2)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda index: f"GPU {index}")

    def memory(index: int) -> SimpleNamespace:
        if index == 1:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NO_PERMISSION)
        return SimpleNamespace(total=80, used=8)

    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", memory)
    gpus = NvidiaGpus()
    assert gpus.memory() == (Memory("GPU 0", 80, 8), Memory("GPU 1", 0, 0))
    gpus.close()
    gpus.close()
    assert closed == [True]
    assert gpus.memory() == ()


def test_the_limit_of_a_container_counts(monkeypatch):
    numbers = {"memory.max": 2_000_000_000, "memory.current": 500_000_000}
    monkeypatch.setattr(machine, "_cgroup", numbers.get)
    assert main_memory() == Memory("memory", 2_000_000_000, 500_000_000)
    numbers["memory.max"] = 10**18
    assert main_memory().total == psutil.virtual_memory().total
